"""The private card and everything its buttons turn it into."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pytest

from bot.core.format import publication
from bot.core.tags.edition import TagFilter
from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper, open_desk
from tests.support.telegram import HandClock

BEFORE_EIGHT_MS = HandClock().now_ms - 60_000


async def follow(bot: Bot, *tags: str) -> None:
    await bot.start(READER)
    await bot.desk.store.chats.set_filter(READER, TagFilter(followed=tags))


async def test_today_shows_the_card_with_a_button_a_section(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, "模型与芯片"))

    card = await bot.write(READER, "/today")

    assert card.text.startswith("模型与芯片\n2026-02-06 周五")
    assert "来自 @ai_news_plus" in card.text
    assert [text for text in bot.buttons(READER) if text[0].isdigit()] == ["1 模型 2", "2 更多动态 3"]


async def test_before_publication_the_card_of_yesterday_comes_with_a_line(bot: Bot) -> None:
    bot.clock.now_ms = BEFORE_EIGHT_MS
    await bot.shelve(newspaper(YESTERDAY, "昨天的事"))

    card = await bot.write(READER, "/today")

    assert card.text.startswith("今天的还没出（通常 08:00），先看昨天的：\n\n昨天的事")
    assert card.entity_text(card.entities[0]) == "昨天的事"


async def test_without_any_digest_today_says_so(bot: Bot) -> None:
    assert (await bot.write(READER, "/today")).text.startswith("还没有日报")


async def test_a_section_opens_in_place_and_leads_back(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    card = await bot.write(READER, "/today")

    await bot.tap(READER, "更多动态")
    assert "一部电影用上了视频生成" in bot.last(READER).text
    assert bot.last(READER).preview.is_disabled

    await bot.tap(READER, "目录")
    assert bot.last(READER).id == card.id
    assert bot.last(READER).text == card.text
    assert len(bot.telegram.bot_messages(READER)) == 1


async def test_tapping_twice_changes_nothing_and_is_answered(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    card = await bot.write(READER, "/today")
    data = bot.button(card, "更多动态")["callback_data"]

    first = bot.telegram.tap(READER, READER, card.id, data)
    second = bot.telegram.tap(READER, READER, card.id, data)
    await bot.settle()

    assert bot.telegram.answer_to(first) is not None
    assert bot.telegram.answer_to(second) is not None
    assert not bot.telegram.answer_to(second).text


async def test_previous_turns_to_the_digest_before(bot: Bot) -> None:
    await bot.shelve(newspaper(YESTERDAY, "昨天的事"))
    await bot.shelve(newspaper(TODAY, "今天的事"))
    await bot.write(READER, "/today")

    await bot.tap(READER, "上一期")

    assert bot.last(READER).text.startswith("昨天的事")
    assert (await bot.tap(READER, "上一期")).text == "这已经是最早的一期了。"


@pytest.mark.parametrize(("days", "words"), [(0, "今天 5 条"), (1, "这期 5 条"), (-1, "这期 5 条")])
async def test_a_card_under_tags_says_today_on_its_own_day_only(bot: Bot, days: int, words: str) -> None:
    """A digest let out the evening before is tomorrow's, as on the card that was sent."""
    await bot.shelve(newspaper(TODAY + dt.timedelta(days)))
    await follow(bot, "OpenAI")
    assert words in (await bot.write(READER, "/today")).text


async def test_a_reader_with_tags_gets_their_edition_and_the_rest_on_a_tap(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    await follow(bot, "OpenAI")

    card = await bot.write(READER, "/today")
    assert "今天 5 条，按你的标签送 1 条" in card.text
    assert "OpenAI发布新的大模型" in card.text

    await bot.tap(READER, "逐条细读")
    assert "推理更快" in bot.last(READER).text
    await bot.tap(READER, "目录")
    await bot.tap(READER, "看其余 4 条")
    assert "英伟达推出新的芯片" in bot.last(READER).text
    assert "OpenAI" not in bot.last(READER).text


async def test_today_with_a_tag_filters_on_demand_and_stays_with_it(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))

    card = await bot.write(READER, "/today openai")
    assert "今天 5 条，“OpenAI” 1 条" in card.text
    assert "你的标签" not in card.text

    await bot.tap(READER, "逐条细读")
    assert bot.last(READER).text.startswith("“OpenAI” · 1 条")
    assert "推理更快" in bot.last(READER).text
    assert "英伟达" not in bot.last(READER).text
    await bot.tap(READER, "目录")
    assert bot.last(READER).text == card.text
    assert (await bot.desk.store.chats.get(READER)).filter.is_empty


async def test_today_with_a_tag_without_items_says_so(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))

    assert (await bot.write(READER, "/today 苹果")).text == "今天的日报里没有“苹果”。"
    await bot.tap(READER, "看全部")
    assert bot.last(READER).text.startswith("模型与芯片")


async def test_today_takes_any_word_however_long_and_stays_with_it(bot: Bot) -> None:
    word = "用上了视频生成的一部电影拍了整整九十分钟还没有结束的那一部".removeprefix("用上了视频生成的")
    await bot.shelve(newspaper(TODAY, items=[f"《{word}》上映"]))

    card = await bot.write(READER, f"/today {word}")
    assert f"“{word}” 1 条" in card.text

    await bot.tap(READER, "看其余 5 条")
    assert "上映" not in bot.last(READER).text
    await bot.tap(READER, "目录")
    assert bot.last(READER).text == card.text


async def test_a_word_that_is_not_in_the_digest_is_searched_with_a_tap(bot: Bot) -> None:
    await bot.shelve(newspaper(YESTERDAY, items=["一只机器狗上岗"]))
    await bot.shelve(newspaper(TODAY))

    assert (await bot.write(READER, "/today 机器狗")).text == "今天的日报里没有“机器狗”。"
    await bot.tap(READER, "搜往期")
    assert "机器狗 · 1 条" in bot.last(READER).text


async def test_today_with_what_is_no_word_offers_the_tags(bot: Bot) -> None:
    shown = await bot.write(READER, "/today @…🤖")

    assert shown.text.startswith("“@…🤖”里没有可以找的词")
    assert "机器人" in bot.buttons(READER)
    assert not shown.entities


async def test_the_full_text_comes_in_order_as_the_group_gets_it(bot: Bot) -> None:
    key = await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/today")
    before = len(bot.telegram.bot_messages(READER))

    answer = await bot.tap(READER, "全文发我")

    digest = await bot.desk.archive.digest(key)
    assert digest is not None
    wanted = [part.text for part in publication(digest, key, links=bot.desk.links, say=bot.desk.say).parts]
    sent = bot.telegram.bot_messages(READER)[before:]
    assert [message.text for message in sent] == wanted
    assert all(message.is_silent and not message.keyboard for message in sent)
    assert answer.text == "正在把全文发给你…"


async def test_a_double_tap_sends_the_full_text_once(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    card = await bot.write(READER, "/today")
    data = bot.button(card, "全文发我")["callback_data"]

    bot.telegram.tap(READER, READER, card.id, data)
    second = bot.telegram.tap(READER, READER, card.id, data)
    await bot.settle()

    assert len(bot.telegram.bot_messages(READER)) == 1 + 3
    assert bot.telegram.answer_to(second).text in {"全文正在路上，请稍等。", "全文刚刚发过，在上面。"}


async def test_another_tap_tells_whether_the_full_text_is_on_its_way_or_has_come(bot: Bot) -> None:
    """A minute after its last message a tap sends it again."""
    key = await bot.shelve(newspaper(TODAY))
    card = await bot.write(READER, "/today")

    bot.desk.sending[READER, key] = math.inf
    assert (await bot.tap(READER, "全文发我", card)).text == "全文正在路上，请稍等。"
    bot.desk.sending.clear()
    await bot.tap(READER, "全文发我", card)
    assert (await bot.tap(READER, "全文发我", card)).text == "全文刚刚发过，在上面。"
    bot.clock.advance(seconds=61)
    assert (await bot.tap(READER, "全文发我", card)).text == "正在把全文发给你…"


async def test_old_buttons_work_after_a_restart(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as bot:
        await bot.shelve(newspaper(TODAY))
        card = await bot.write(READER, "/today")
        telegram, clock = bot.telegram, bot.clock
    clock.advance(seconds=90 * 86_400)
    async with open_desk(tmp_path, telegram=telegram, clock=clock) as bot:
        await bot.tap(READER, "更多动态", card)

        assert "一项研究谈到安全" in bot.last(READER).text


async def test_a_digest_that_is_gone_gets_a_short_alert(bot: Bot) -> None:
    key = await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/today")
    await bot.desk.archive.remove(key)

    for words in ("更多动态", "全文发我"):
        answer = await bot.tap(READER, words)
        assert answer.text == "这一期找不到了。"
        assert answer.is_alert


async def test_a_card_that_can_no_longer_be_edited_is_sent_anew(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    card = await bot.write(READER, "/today")
    query_id = bot.telegram.tap(READER, READER, card.id, bot.button(card, "更多动态")["callback_data"])
    bot.telegram.call("deleteMessage", {"chat_id": READER, "message_id": card.id})

    await bot.settle()

    assert "一项研究谈到安全" in bot.last(READER).text
    assert bot.telegram.answer_to(query_id) is not None


@pytest.mark.parametrize(
    "data",
    [
        "v1:card:",
        "v1:card:../../etc/passwd",
        "v1:card:20260206.x",
        "v1:card:20260206.999999999",
        "v1:sec:20260206",
        "v1:sec:20260206.-1.0",
        "v1:sec:20260206.²." + "9" * 30,
        "v1:ed:20260206.0.没有这个标签",
        "v1:ed:20260206.0",
        "v1:rest:20260206.99999",
        "v1:item:20260206_0",
        "v1:item:20260206_99999",
        "v1:item:'; drop table digest;--",
        "v1:item:20260206_1.0.f0.~ffffffffffffffff",
        "v1:item:20260206_1.99999.fx.y",
        "v1:item:20260206_1.0.☠",
        "v1:save:20260206_99",
        "v1:save:",
        "v1:lose:20260206_1.x",
        "v1:lose:nonsense",
        "v1:saved:-1",
        "v1:saved:99999",
        "v1:gone:20260206_1.0",
        "v1:forget:20260206_1.",
        "v1:export:",
        "v1:find:0.",
        "v1:find:x.融资",
        "v1:find:0.~0000000000000000",
        "v1:prev:99999999",
        "v1:prev:",
        "v1:full:nope",
        "v1:follow:没有这个标签",
        "v1:sub:99999999",
        "v1:nosuchverb:1",
        "v9:card:20260206",
        ":::::",
    ],
)
async def test_hostile_buttons_are_answered_and_harm_nothing(bot: Bot, data: str) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/today")

    answer = await bot.forge(READER, data)

    assert answer.text != bot.desk.say("error.apology")
    assert (await bot.write(READER, "/today")).text.startswith("模型与芯片")


async def test_help_names_what_can_be_done(bot: Bot) -> None:
    text = (await bot.write(READER, "/help")).text

    assert all(command in text for command in ("/today", "/search", "/tags", "/start", "/stop"))


async def test_the_day_before_yesterday_is_named_by_its_date(bot: Bot) -> None:
    await bot.shelve(newspaper(dt.date(2026, 2, 1), "旧闻"))

    assert "先看2月1日的：" in (await bot.write(READER, "/today")).text
