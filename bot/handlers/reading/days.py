"""/date: the digest of a day, named as people name days; the nearest ones where there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackContext, CommandHandler, filters

from bot.core.dates import parse_when
from bot.core.format.navigation import in_rows
from bot.core.format.parts import Button, Part
from bot.core.format.rich_text import Writer
from bot.core.keys import date_of
from bot.core.models import Run
from bot.handlers.callbacks import Verb, button
from bot.handlers.desk import Desk
from bot.handlers.quoting import clipped, quoted
from bot.handlers.readers import reader_of
from bot.handlers.reading import cards
from bot.handlers.replies import send
from bot.handlers.shelf import get_issue
from bot.storage.records import Chat

DAYS_OFFERED = 7
COLUMNS = 2

VERBS: Mapping[str, Verb] = {}


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/date in a private chat."""
    return [CommandHandler("date", partial(_date, desk), filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE)]


async def _date(desk: Desk, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, await day_part(desk, reader, " ".join(context.args or ())))


async def day_part(desk: Desk, reader: Chat, words: str) -> Part:
    """The card of the day that `words` name, or where to find what is near."""
    if not words:
        return await _offer(desk, desk.say("date.usage"))
    day = parse_when(words, desk.today())
    if day is None:
        return await _offer(desk, desk.say("date.unknown", words=quoted(words)))
    match await desk.archive.keys(day, day):
        case ():
            return await _nearest(desk, day)
        case (key,):
            return cards.card_part(desk, reader, await get_issue(desk, key))
        case keys:
            return await _several(desk, day, keys)


async def _offer(desk: Desk, sentence: str) -> Part:
    """The sentence above a button for each of the last days."""
    keys = (await desk.archive.keys(until=desk.today()))[:DAYS_OFFERED]
    return Part(sentence, keyboard=in_rows([_day_button(desk, key) for key in keys], COLUMNS))


async def _nearest(desk: Desk, day: dt.date) -> Part:
    beside = (await desk.archive.latest(day), await desk.archive.following(day))
    keys = [key for key in beside if key]
    if not keys:
        return Part(desk.say(desk.missing("today.none")))
    return Part(desk.say("date.nothing", day=_name(desk, day)), keyboard=(tuple(_day_button(desk, k) for k in keys),))


async def _several(desk: Desk, day: dt.date, keys: tuple[str, ...]) -> Part:
    """Digests that share a day: their titles, a button each."""
    text = Writer().plain(desk.say("date.several", day=_name(desk, day), count=len(keys)))
    for number, key in enumerate(keys, 1):
        text.plain(f"\n{number}. ").inline(clipped((Run((await get_issue(desk, key)).digest.title),)))
    written = text.finish()
    row = tuple(button(str(number), "card", key) for number, key in enumerate(keys, 1))
    return Part(written.text, written.entities, in_rows(row, 5))


def _name(desk: Desk, day: dt.date) -> str:
    key = "date.day" if day.year == desk.today().year else "date.day_of_year"
    return desk.say(key, year=day.year, month=day.month, day=day.day)


def _day_button(desk: Desk, key: str) -> Button:
    day = date_of(key)
    name = desk.say("date.button", day=_name(desk, day), weekday=desk.say(f"weekday.{day.weekday()}"))
    return button(name, "card", key)
