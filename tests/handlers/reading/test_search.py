"""/search and plain text in private: results, pages and items in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handlers.queries import TOKEN_BYTES, from_payload, to_payload
from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper, open_desk

MANY = [f"第{number}家公司完成融资" for number in range(1, 13)]
LONG = "第3家公司完成融资 第3家公司完成融资的正文 公司完成融资的正文"


async def test_plain_text_is_a_search_with_the_hits_in_bold(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))

    found = await bot.write(READER, "融资")

    assert found.text.splitlines()[0] == "🔍 融资 · 1 条"
    assert "1. 一家机器人公司完成融资 · 2月6日" in found.text
    assert {found.entity_text(entity) for entity in found.entities if entity.type == "bold"} == {"融资"}
    assert found.preview.is_disabled


async def test_the_command_searches_too(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))

    assert (await bot.write(READER, "/search 融资")).text.startswith("🔍 融资 · 1 条")
    assert (await bot.write(READER, "/search")).text.startswith("想搜什么")


async def test_pages_turn_in_place(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, items=MANY))
    first = await bot.write(READER, "融资")
    assert bot.buttons(READER) == ["1", "2", "3", "4", "5", "1/3", "›"]

    await bot.tap(READER, "›")
    assert bot.last(READER).id == first.id
    assert bot.buttons(READER) == ["6", "7", "8", "9", "10", "‹", "2/3", "›"]
    await bot.tap(READER, "›")
    assert bot.buttons(READER) == ["11", "12", "13", "‹", "3/3"]
    await bot.tap(READER, "3/3")
    assert bot.last(READER).text == first.text


async def test_a_page_that_is_no_more_gives_the_last_one(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, items=MANY))
    await bot.write(READER, "融资")
    await bot.tap(READER, "›")
    await bot.tap(READER, "›")
    third = bot.last(READER)
    await bot.shelve(newspaper(TODAY))

    await bot.press(READER, bot.button(third, "‹")["callback_data"])

    assert bot.last(READER).text.startswith("🔍 融资 · 1 条")
    assert "1. " in bot.last(READER).text


async def test_headlines_without_measure_still_fit_one_message(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, "题" * 3000, items=[f"{'融资' * 1500}{number}" for number in range(5)]))

    assert (await bot.write(READER, "融资")).text.startswith("🔍 融资")
    assert (await bot.start(READER)).text.startswith("每天一份")


async def test_no_item_is_lost_or_repeated_over_the_pages(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, items=MANY))
    await bot.write(READER, "融资")
    texts = [bot.last(READER).text]
    for _ in range(2):
        await bot.tap(READER, "›")
        texts.append(bot.last(READER).text)

    for headline in MANY:
        assert sum(f". {headline} ·" in text for text in texts) == 1


async def test_an_item_opens_in_place_and_leads_back_to_its_page(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, items=MANY))
    await bot.write(READER, "融资")
    await bot.tap(READER, "›")
    page = bot.last(READER).text

    await bot.tap(READER, "7")
    assert "完成融资的正文" in bot.last(READER).text
    assert bot.button(bot.last(READER), "原文")["url"].startswith("https://example.com/")

    await bot.tap(READER, "‹ 结果")
    assert bot.last(READER).text == page


async def test_a_long_query_turns_its_pages_after_a_restart(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as bot:
        await bot.shelve(newspaper(TODAY, items=[f"{headline}：{'很长' * 9}" for headline in MANY]))
        query = f"公司完成融资 {'很长' * 9}"
        assert len(query.encode()) > TOKEN_BYTES
        found = await bot.write(READER, query)
        telegram, clock = bot.telegram, bot.clock
    async with open_desk(tmp_path, telegram=telegram, clock=clock) as bot:
        await bot.tap(READER, "›", found)
        assert bot.buttons(READER)[0] == "6"
        await bot.tap(READER, "6")
        await bot.tap(READER, "‹ 结果")
        assert bot.buttons(READER)[0] == "6"


async def test_nothing_found_offers_what_is_near(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, items=["一家实验室谈量子计算"]))

    missed = await bot.write(READER, "量子计祘")

    assert missed.text.startswith("没有找到“量子计祘”。试试：")
    await bot.tap(READER, bot.buttons(READER)[0])
    assert bot.last(READER).text.startswith("🔍")


async def test_nothing_near_is_said_without_buttons(bot: Bot) -> None:
    missed = await bot.write(READER, "zzzzqqqq")

    assert missed.text == "没有找到“zzzzqqqq”。"
    assert not missed.keyboard


@pytest.mark.parametrize(
    ("text", "answer"), [("谢谢！", "不客气"), ("你好", "你好！"), ("Thanks :)", "不客气"), ("hi", "你好！")]
)
async def test_a_friendly_word_gets_one_back(bot: Bot, text: str, answer: str) -> None:
    assert (await bot.write(READER, text)).text.startswith(answer)


async def test_an_older_digest_of_another_year_shows_its_year(bot: Bot) -> None:
    await bot.shelve(newspaper(YESTERDAY.replace(year=2025)))

    assert "2025年2月5日" in (await bot.write(READER, "融资")).text


async def test_a_very_long_text_is_refused_kindly(bot: Bot) -> None:
    assert (await bot.write(READER, "词" * 4000)).text == "这段话太长了，发一两个词就能搜。"


@pytest.mark.parametrize(
    "text",
    [
        "\"'()*",
        "融资 AND OR NOT NEAR(",
        "tag: after: before:",
        "👨‍👩‍👧‍👦",
        "%_\\",
        "a" * 200,
        "{query} {0} {",
        "~abc",
        "\u202e反",
    ],
)
async def test_any_text_is_answered(bot: Bot, text: str) -> None:
    await bot.shelve(newspaper(TODAY))

    assert (await bot.write(READER, text)).text != bot.desk.say("error.apology")


async def test_what_a_reader_writes_is_said_back_without_links(bot: Bot) -> None:
    missed = await bot.write(READER, "@durov evil.com /stop")

    assert not missed.entities


async def test_a_picture_gets_a_hint(bot: Bot) -> None:
    bot.telegram.send_picture(READER, READER, "photo", "说明")
    await bot.settle()

    assert bot.last(READER).text.startswith("我只看得懂文字")


async def test_an_unknown_command_gets_a_hint(bot: Bot) -> None:
    assert (await bot.write(READER, "/nosuch 融资")).text.startswith("没有这个命令")


async def test_an_edited_message_is_not_answered_again(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "融资")
    mine = next(each for each in bot.telegram.messages(READER) if each.sender_id == READER)
    before = len(bot.telegram.bot_messages(READER))

    bot.telegram.edit_text(READER, READER, mine.id, "/stop")
    await bot.settle()

    assert len(bot.telegram.bot_messages(READER)) == before


@given(st.text(max_size=20))
def test_a_payload_is_read_back_as_it_was_written(token: str) -> None:
    assert from_payload(to_payload(token)) == token


@given(st.text(max_size=64))
def test_a_payload_of_another_making_raises_nothing(payload: str) -> None:
    from_payload(payload)
