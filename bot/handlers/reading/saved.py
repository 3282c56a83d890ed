"""What a reader saved: /saved with pages, each item opened in place, all of it as a Markdown file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.archive.records import Filed
from bot.core.delivery.retry import Sent
from bot.core.format.bookmarks import Bookmark, to_markdown
from bot.core.format.navigation import callback, page_row
from bot.core.format.parts import Button, Part
from bot.core.format.rich_text import Writer
from bot.core.models import Run
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button, fields, number
from bot.handlers.desk import Desk
from bot.handlers.quoting import clipped
from bot.handlers.readers import reader_of
from bot.handlers.reading.opened import SAVED, opening
from bot.handlers.replies import send, show
from bot.storage.records import Chat
from bot.storage.saved import SavedItem

PAGE_SIZE = 5


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/saved in a private chat."""
    return [CommandHandler("saved", partial(_saved, desk), filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE)]


async def _saved(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, await saved_part(desk, reader))


async def saved_part(desk: Desk, reader: Chat, page: int = 0) -> Part:
    """A page of what the reader saved, the last saved first."""
    total = await desk.store.saved.count(reader.id)
    if total == 0:
        return Part(desk.say("saved.none"))
    if not desk.archive.is_usable:
        return Part(desk.say("error.preparing"))
    pages = -(-total // PAGE_SIZE)
    page = min(page, pages - 1)
    kept = await desk.store.saved.page(reader.id, PAGE_SIZE, page * PAGE_SIZE)
    filed = await desk.archive.items([item.item_key for item in kept])
    text = Writer().plain(desk.say("saved.title", total=total))
    for at, item in enumerate(kept, page * PAGE_SIZE + 1):
        text.plain(f"\n\n{at}. ").inline(clipped((Run(item.headline),))).plain(_day(desk, filed.get(item.item_key)))
    written = text.finish()
    opened = tuple(
        _opening(str(at), item, page, is_there=item.item_key in filed)
        for at, item in enumerate(kept, page * PAGE_SIZE + 1)
    )
    here = button(desk.say("saved.pages", page=page + 1, pages=pages), "saved", "0") if pages > 1 else None
    turning = page_row(page, pages, lambda other: callback("saved", str(other)), here)
    export = (button(desk.say("saved.export"), "export"),)
    return Part(written.text, written.entities, tuple(row for row in (opened, turning, export) if row))


def _opening(text: str, item: SavedItem, page: int, *, is_there: bool) -> Button:
    if is_there:
        return opening(text, item.item_key, f"{SAVED}{page}")
    return button(text, "gone", f"{item.item_key}.{page}")


def _day(desk: Desk, item: Filed | None) -> str:
    if item is None:
        return desk.say("saved.gone")
    date = item.date
    key = "search.dated" if date.year == desk.today().year else "search.dated_year"
    return desk.say(key, year=date.year, month=date.month, day=date.day)


async def _turn(desk: Desk, tap: Tap) -> Answer:
    """saved:<page>"""
    await show(desk, tap, await saved_part(desk, await reader_of(desk, tap), number(tap.argument or "0")))
    return QUIET


async def _open_gone(desk: Desk, tap: Tap) -> Answer:
    """gone:<item key>.<page> → the headline that is left of an item whose digest is gone."""
    key, page = fields(tap.argument, 2)
    item = await desk.store.saved.find((await reader_of(desk, tap)).id, key)
    if item is None:
        raise RefusedError("error.item_gone")
    text = Writer().inline(clipped((Run(item.headline),))).plain(f"\n\n{desk.say('saved.only_headline')}").finish()
    row = (
        button(desk.say("saved.drop"), "forget", f"{key}.{number(page)}"),
        button(desk.say("saved.back"), "saved", page),
    )
    await show(desk, tap, Part(text.text, text.entities, (row,)))
    return QUIET


async def _forget(desk: Desk, tap: Tap) -> Answer:
    """forget:<item key>.<page> → dropped, and back to the list."""
    key, page = fields(tap.argument, 2)
    reader = await reader_of(desk, tap)
    await desk.store.saved.drop(reader.id, key)
    await show(desk, tap, await saved_part(desk, reader, number(page)))
    return Answer(desk.say("saved.dropped"))


async def _export(desk: Desk, tap: Tap) -> Answer:
    reader = await reader_of(desk, tap)
    kept = await desk.store.saved.page(reader.id)
    if not kept:
        return Answer(desk.say("saved.none"))
    filed = await desk.archive.items([item.item_key for item in kept])
    text = to_markdown((_bookmark(item, filed.get(item.item_key)) for item in kept), links=desk.links, say=desk.say)
    caption = desk.say("saved.exported", total=len(kept))
    outcome = await desk.sender.send_file(reader.id, _file_name(desk.today()), text.encode(), caption=caption)
    if not isinstance(outcome, Sent):
        raise RefusedError("error.unreached")
    return QUIET


def _bookmark(item: SavedItem, filed: Filed | None) -> Bookmark:
    if filed is None:
        return Bookmark(item.item_key, item.headline)
    return Bookmark(item.item_key, filed.headline, filed.date, filed.section, filed.url, filed.body)


def _file_name(today: dt.date) -> str:
    return f"saved-{today.isoformat()}.md"


VERBS: Mapping[str, Verb] = {"saved": _turn, "gone": _open_gone, "forget": _forget, "export": _export}
