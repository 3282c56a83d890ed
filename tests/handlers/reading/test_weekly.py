"""/week: one message of the week's stories, each opened in place."""

from __future__ import annotations

import datetime as dt

from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, Bot, newspaper
from tests.support.oracle import judge


async def test_the_week_is_one_message_and_its_items_lead_back(bot: Bot) -> None:
    for ago in (0, 2, 8):
        await bot.shelve(newspaper(TODAY - dt.timedelta(days=ago), items=[f"公司{ago}号推出机器人"]))

    week = await bot.write(READER, "/week")
    assert week.text.startswith("一周要闻 · 01-31 至 02-06\n\n1. ")
    assert "公司2号推出机器人（02-04）" in week.text
    assert "公司8号" not in week.text
    assert judge(bot.telegram.calls_of("sendMessage")[-1]).is_clean
    assert bot.buttons(READER)[0] == "1"
    await bot.tap(READER, "1")
    assert "☆ 收藏" in bot.buttons(READER)
    await bot.tap(READER, "‹ 本周")

    assert bot.last(READER).text == week.text
    assert bot.last(READER).id == week.id


async def test_without_any_digest_the_week_says_so(bot: Bot) -> None:
    assert (await bot.write(READER, "/week")).text == "这一周还没有日报。"


async def test_a_forged_week_is_answered(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/week")

    for data in ("v1:week:", "v1:week:nonsense", "v1:week:19000101", "v1:week:00010101", "v1:week:99991231"):
        assert (await bot.forge(READER, data)).text != bot.desk.say("error.apology")
