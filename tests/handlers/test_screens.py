"""Every screen a reader can reach by tapping, judged by TDLib as Telegram's server would."""

from __future__ import annotations

import datetime as dt
import re
from collections import deque
from pathlib import Path

from bot.sandbox.messages import Message
from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper
from tests.support.oracle import judge

SAMPLE = Path(__file__).parents[2] / "posts/2026-11-21-full-saturday.md"


def dated(markdown: str, date: dt.date) -> str:
    return re.sub(r"^date: .*$", f"date: {date.isoformat()}", markdown, count=1, flags=re.MULTILINE)


def taps(message: Message) -> list[str]:
    return [button["callback_data"] for row in message.keyboard for button in row if "callback_data" in button]


async def test_every_screen_is_accepted_as_it_stands_and_every_press_answered(bot: Bot) -> None:
    await bot.shelve(newspaper(YESTERDAY, "昨天的事"))
    await bot.shelve(dated(SAMPLE.read_text("utf-8"), TODAY))
    choosing = ("/tags", "/follow ai.com，1.1.1.1", "/mute", "/today ai.com", "/watch 模型，ai.com")
    for words in (
        "/start",
        "/today",
        "/today 模型",
        *choosing,
        "/search AI",
        "模型",
        "量子计祘",
        "/date",
        "/week",
        "/saved",
        "/help",
        "/settings",
        "/privacy",
        "/deleteme",
        "谢谢",
    ):
        bot.clock.advance(seconds=5)
        await bot.write(READER, words)
    home = bot.last(READER)
    waiting = deque(data for message in bot.telegram.bot_messages(READER) for data in taps(message))

    pressed = set[str]()
    while waiting:
        data = waiting.popleft()
        if data in pressed:
            continue
        pressed.add(data)
        bot.clock.advance(seconds=5)
        answer = await bot.forge(READER, data, home)
        assert answer.text != bot.desk.say("error.apology"), data
        waiting.extend(taps(bot.telegram.message(READER, home.id)))

    assert len(pressed) > 100
    shown = bot.telegram.calls_of("sendMessage") + bot.telegram.calls_of("editMessageText")
    for params in shown:
        verdict = judge(params)
        assert verdict.is_clean, (verdict, params["text"])
