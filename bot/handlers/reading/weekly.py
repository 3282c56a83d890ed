"""/week: the week's most important items as one message, each opened in place."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.format.items import listed_headline
from bot.core.format.navigation import in_rows
from bot.core.format.parts import Part
from bot.core.format.rich_text import Writer
from bot.core.keys import date_of, find_date
from bot.core.tags.week import Highlight, highlights
from bot.handlers.callbacks import QUIET, Answer, Tap, Verb
from bot.handlers.desk import Desk
from bot.handlers.quoting import clipped
from bot.handlers.readers import reader_of
from bot.handlers.reading.opened import WEEK, opening
from bot.handlers.replies import send, show
from bot.handlers.shelf import find_issue

DAYS = 7
FIRST_DAY = dt.date(2000, 1, 1)
COLUMNS = 6


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/week in a private chat."""
    return [CommandHandler("week", partial(_week, desk), filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE)]


async def _week(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, await week_part(desk))


async def week_part(desk: Desk, last: dt.date | None = None) -> Part:
    """The stories of the seven days up to `last`, by default up to the newest digest."""
    newest = await desk.archive.latest(last + dt.timedelta(days=1) if last else None)
    if newest is None:
        return Part(desk.say(desk.missing("week.none")))
    last = last or date_of(newest)
    first = last - dt.timedelta(days=DAYS - 1)
    issues = [await find_issue(desk, key) for key in await desk.archive.keys(first, last)]
    digests = [(issue.key, issue.digest) for issue in issues if issue]
    stories = await asyncio.to_thread(highlights, digests)
    return _part(desk, stories, first, last) if stories else Part(desk.say(desk.missing("week.none")))


def _part(desk: Desk, stories: tuple[Highlight, ...], first: dt.date, last: dt.date) -> Part:
    text = Writer().plain(desk.say("week.title", first=_day(desk, first), last=_day(desk, last)))
    for number, story in enumerate(stories, 1):
        days = "、".join(_day(desk, day) for day in story.days)
        text.plain(f"\n\n{number}. ").inline(clipped(listed_headline(story.item)))
        text.plain(desk.say("week.story", days=days))
    written = text.finish()
    place = f"{WEEK}{last:%Y%m%d}"
    buttons = [opening(str(number), story.item_key, place) for number, story in enumerate(stories, 1)]
    return Part(written.text, written.entities, in_rows(buttons, COLUMNS))


def _day(desk: Desk, day: dt.date) -> str:
    return desk.say("week.day", month=day.month, day=day.day)


async def _back(desk: Desk, tap: Tap) -> Answer:
    """week:<last day> → that week again."""
    await show(desk, tap, await week_part(desk, _last_day(desk, tap.argument)))
    return QUIET


def _last_day(desk: Desk, text: str) -> dt.date | None:
    """The day in a button; None, which is the newest week, for one that we cannot have put there."""
    day = find_date(text)
    return day if day and FIRST_DAY < day <= desk.today() + dt.timedelta(days=DAYS) else None


VERBS: Mapping[str, Verb] = {"week": _back}
