"""此前：… below an item: when its story was told before, wherever a reader reads it in full."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.core.tags.edition import TagFilter
from bot.sandbox.messages import Message
from bot.sandbox.telegram import GROUP, READER
from tests.support.desk import TODAY, Bot, newspaper
from tests.support.oracle import judge

BEFORE = (dt.date(2026, 1, 28), dt.date(2026, 2, 3))
BRIEF = "一家机器人公司完成融资"


@pytest.fixture
async def told(bot: Bot) -> Bot:
    """Three of the same newspaper within 14 days, others long before."""
    for ago in range(20, 32):
        await bot.shelve(newspaper(TODAY - dt.timedelta(days=ago)))
    for day in BEFORE:
        await bot.shelve(newspaper(day, items=["智谱GLM-5.3发布，编程能力突出"]))
    await bot.shelve(newspaper(TODAY, items=["智谱GLM-5.3权重开源，编程能力第一"]))
    return bot


def links(message: Message) -> dict[str, str]:
    """The links of a message by their text, those to items of ours."""
    found = {message.entity_text(each): each.url for each in message.entities if each.url}
    return {text: url.partition("?start=")[2] for text, url in found.items() if "?start=" in url}


async def test_an_opened_item_names_earlier_days_with_links(told: Bot) -> None:
    opened = await told.start(READER, "d20260206_3")

    assert opened.text.endswith("\n此前：01-28、02-03")
    assert links(opened) == {"01-28": "d20260128_3", "02-03": "d20260203_3"}
    assert judge(told.telegram.calls_of("sendMessage")[-1]).is_clean


async def test_stories_of_a_section_name_them_and_briefs_do_not(told: Bot) -> None:
    """Briefs are skimmed: theirs is below them once they are opened."""
    await told.write(READER, "/today")
    await told.tap(READER, "1 模型")
    assert told.last(READER).text.count("\n此前：01-28、02-03") == 3
    assert judge(told.telegram.calls_of("editMessageText")[-1]).is_clean

    await told.tap(READER, "›")
    assert BRIEF in told.last(READER).text
    assert "此前" not in told.last(READER).text
    assert (await told.start(READER, "d20260206_4")).text.endswith(f"{BRIEF}\n此前：01-28、02-03")


async def test_an_edition_read_item_by_item_names_them_too(told: Bot) -> None:
    await told.start(READER)
    await told.desk.store.chats.set_filter(READER, TagFilter(followed=("OpenAI",)))

    await told.write(READER, "/today")
    await told.tap(READER, "逐条细读")

    assert told.last(READER).text.endswith("推理更快。\n此前：01-28、02-03")
    assert links(told.last(READER)) == {"01-28": "d20260128_1", "02-03": "d20260203_1"}


async def test_what_the_group_gets_depends_on_the_digest_alone(told: Bot) -> None:
    """Its messages are corrected when the file changes, so nothing of other days is in them."""
    await told.publish(newspaper(TODAY, items=["智谱GLM-5.3权重开源，编程能力第一"]))

    assert all("此前" not in message.text for message in told.telegram.bot_messages(GROUP))


async def test_a_telling_that_is_taken_back_is_named_no_more(told: Bot) -> None:
    await told.start(READER, "d20260206_3")
    await told.desk.archive.remove("20260128")

    assert (await told.start(READER, "d20260206_3")).text.endswith("\n此前：02-03")
