"""Inline mode: items as cards in any chat."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper
from tests.support.oracle import judge

MANY = [f"第{number}家公司完成融资" for number in range(1, 13)]


async def ask(bot: Bot, query: str, offset: str = "") -> list[dict[str, Any]]:
    query_id = bot.telegram.query_inline(READER, query, offset)
    await bot.settle()
    results = bot.telegram.inline_results(query_id)
    assert results is not None, "the query was never answered"
    return results


def answered(bot: Bot) -> dict[str, Any]:
    return bot.telegram.calls_of("answerInlineQuery")[-1]


async def test_a_word_brings_cards_with_headline_lead_day_and_link(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))

    (card,) = await ask(bot, "大模型")

    assert card["type"] == "article"
    assert card["title"] == "OpenAI发布新的大模型"
    assert card["description"].startswith("2026-02-06 · OpenAI发布了新的大模型")
    content = card["input_message_content"]
    assert content["message_text"] == (
        "OpenAI发布新的大模型\nOpenAI发布了新的大模型，推理更快。\n2026-02-06 · 来自 @ai_news_plus"
    )
    assert {entity["url"] for entity in content["entities"] if entity["type"] == "text_link"} == {
        "https://example.com/a"
    }
    assert card["reply_markup"]["inline_keyboard"][0][0]["url"].endswith("?start=d20260206_1")
    assert judge({"text": content["message_text"], "entities": content["entities"]}).is_clean


async def test_pages_follow_each_other_without_gap(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, items=MANY))

    first = await ask(bot, "融资")
    assert len(first) == 10
    assert answered(bot)["next_offset"] == "10"
    rest = await ask(bot, "融资", "10")

    assert len({card["id"] for card in first + rest}) == 13
    assert not answered(bot).get("next_offset")


async def test_an_answer_from_an_archive_in_the_making_is_not_kept(bot: Bot) -> None:
    """Telegram may show it for a second only: what was not found yet is there soon."""
    await bot.desk.archive.close()
    next(bot.posts_dir.parent.rglob("archive.db")).unlink()
    await bot.desk.archive.open()

    assert await ask(bot, "大模型") == []
    assert answered(bot)["cache_time"] == 1


async def test_without_a_word_the_newest_digest_is_offered(bot: Bot) -> None:
    await bot.shelve(newspaper(YESTERDAY, items=["昨天的一条"]))
    await bot.shelve(newspaper(TODAY))

    cards = await ask(bot, "")

    assert [card["title"] for card in cards][:2] == ["OpenAI发布新的大模型", "英伟达推出新的芯片"]
    assert len(cards) == 5
    assert int(answered(bot)["cache_time"]) == 60


@pytest.mark.parametrize(
    ("query", "is_enough"), [("融", True), ("op", False), ("openai", True), ("a", False), ("@", False)]
)
async def test_one_chinese_character_or_two_letters_are_enough(bot: Bot, query: str, *, is_enough: bool) -> None:
    await bot.shelve(newspaper(TODAY))

    assert bool(await ask(bot, query)) is is_enough


@pytest.mark.parametrize("query", ["融" * 5000, '"' * 50, "\x00", "tag:没有", "💥" * 90, "NEAR(a b)"])
async def test_any_query_is_answered(bot: Bot, query: str) -> None:
    await bot.shelve(newspaper(TODAY))

    assert isinstance(await ask(bot, query, "-1; drop"), list)


async def test_before_the_first_digest_there_is_nothing_and_no_error(bot: Bot) -> None:
    assert await ask(bot, "") == await ask(bot, "融资") == []


async def test_a_late_answer_harms_nothing(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, items=["一条"]))
    bot.telegram.query_inline(READER, "一条")
    bot.clock.advance(seconds=dt.timedelta(minutes=5).total_seconds())

    await bot.settle()

    assert (await bot.write(READER, "/today")).text.startswith("模型与芯片")
