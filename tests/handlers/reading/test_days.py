"""/date: the card of any day, and what is near when there is none."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper


@pytest.mark.parametrize("words", ["昨天", "2月5日", "02-05", "2026-02-05", "周四", "一天前"])
async def test_the_card_of_a_day_however_it_is_named(bot: Bot, words: str) -> None:
    await bot.shelve(newspaper(YESTERDAY, "昨天的事"))
    await bot.shelve(newspaper(TODAY, "今天的事"))

    assert (await bot.write(READER, f"/date {words}")).text.startswith("昨天的事\n2026-02-05 周四")


async def test_a_day_without_a_digest_names_the_nearest(bot: Bot) -> None:
    await bot.shelve(newspaper(dt.date(2025, 12, 24), "冬天的事"))
    await bot.shelve(newspaper(TODAY, "今天的事"))

    near = await bot.write(READER, "/date 去年12月25日")
    assert near.text == "2025年12月25日没有日报，最近的是："
    assert bot.buttons(READER) == ["2025年12月24日 周三", "2月6日 周五"]
    await bot.tap(READER, "12月24日")

    assert bot.last(READER).text.startswith("冬天的事")
    assert bot.last(READER).id == near.id


async def test_without_a_day_the_last_seven_are_offered(bot: Bot) -> None:
    for ago in range(9):
        await bot.shelve(newspaper(TODAY - dt.timedelta(days=ago)))

    usage = await bot.write(READER, "/date")

    assert usage.text.startswith("想看哪天的？")
    assert bot.buttons(READER)[:2] == ["2月6日 周五", "2月5日 周四"]
    assert len(bot.buttons(READER)) == 7


async def test_what_names_no_day_gets_examples(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))

    answer = await bot.write(READER, "/date 某天@everyone " + "长" * 300)

    assert answer.text.startswith("没看懂“某天")
    assert not answer.entities
    assert bot.buttons(READER) == ["2月6日 周五"]


async def test_without_any_digest_there_is_nothing_near(bot: Bot) -> None:
    assert (await bot.write(READER, "/date 昨天")).text.startswith("还没有日报")
