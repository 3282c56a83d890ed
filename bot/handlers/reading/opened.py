"""An opened item: its text, what was told before, 收藏 and 分享; and the way back to where it was opened.

Its buttons carry `<item key>.<page>.<place>`; the place is a letter for the screen and that screen's own argument:
`f2.融资` (the third page of a search), `s0` (the first page of what is saved), `w` (the week).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from telegram.ext import BaseHandler

from bot.core import format as layout
from bot.core.format.parts import Button, Part
from bot.core.keys import item_key, parse_item_key
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button, fields, fits, number
from bot.handlers.desk import Desk
from bot.handlers.readers import reader_of
from bot.handlers.reading import cards
from bot.handlers.reading.threads import earlier_lines
from bot.handlers.replies import show
from bot.handlers.shelf import Issue, get_issue
from bot.storage.records import Chat

SHARED_CHARACTERS = 60

FOUND, SAVED, WEEK = "f", "s", "w"
_BACK = {FOUND: ("search.back", "find"), SAVED: ("saved.back", "saved"), WEEK: ("week.back", "week")}


def handlers(_: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """Items are only opened by buttons and links."""
    return []


def opening(text: str, key: str, place: str) -> Button:
    """A button that opens an item; without a way back when the place is too long for it."""
    return button(text, "item", _argument("item", key, 0, place))


async def item_part(desk: Desk, reader: Chat, key: str, page: int = 0, place: str = "") -> Part:
    """A page of one item in full.

    Raises:
        RefusedError: there is no such item.
    """
    issue, at = await _find(desk, key)
    earlier = await earlier_lines(desk, issue.key, [at])
    view = layout.item_view(issue.digest, issue.key, at, say=desk.say, page=page, earlier=earlier, place=place)
    is_saved = await desk.store.saved.find(reader.id, key) is not None
    part = cards.with_row(view, (_save_button(desk, key, page, place, is_saved), _share_button(desk, issue, at)))
    back = _back_button(desk, place)
    return cards.with_row(part, (back,)) if back else part


async def _find(desk: Desk, key: str) -> tuple[Issue, int]:
    found = parse_item_key(key)
    issue = await get_issue(desk, found[0]) if found else None
    if found is None or issue is None or issue.digest.find_item(found[1]) is None:
        raise RefusedError(desk.missing("error.item_gone"))
    return issue, found[1]


def _save_button(desk: Desk, key: str, page: int, place: str, is_saved: bool) -> Button:
    verb = "lose" if is_saved else "save"
    return button(desk.say("saved.drop" if is_saved else "saved.keep"), verb, _argument(verb, key, page, place))


def _share_button(desk: Desk, issue: Issue, at: int) -> Button:
    """Shares the item's card; where the bot has no inline mode, a link to it."""
    if desk.has_inline_mode:
        return Button(desk.say("item.share"), shared=item_key(issue.key, at))
    item = issue.digest.find_item(at)
    title = item.title[:SHARED_CHARACTERS] if item else ""
    query = urlencode({"url": desk.links.item(issue.key, at), "text": title})
    return Button(desk.say("item.share"), url=f"https://t.me/share/url?{query}")


def _back_button(desk: Desk, place: str) -> Button | None:
    words, verb = _BACK.get(place[:1], ("", ""))
    return button(desk.say(words), verb, place[1:]) if words and fits(verb, place[1:]) else None


def _argument(verb: str, key: str, page: int, place: str) -> str:
    with_place = f"{key}.{page}.{place}"
    return with_place if place and fits(verb, with_place) else f"{key}.{page}"


async def _open(desk: Desk, tap: Tap) -> Answer:
    """item:<item key>[.<page>[.<place>]]"""
    key, page, place = fields(tap.argument, 3)
    await show(desk, tap, await item_part(desk, await reader_of(desk, tap), key, number(page or "0"), place))
    return QUIET


async def _save(desk: Desk, tap: Tap) -> Answer:
    key, page, place = fields(tap.argument, 3)
    reader = await reader_of(desk, tap)
    issue, at = await _find(desk, key)
    item = issue.digest.find_item(at)
    headline = item.title if item else ""
    if not await desk.store.saved.keep(reader.id, item_key(issue.key, at), headline):
        raise RefusedError("saved.full", most=desk.store.saved.most)
    await show(desk, tap, await item_part(desk, reader, key, number(page or "0"), place))
    return Answer(desk.say("saved.kept"))


async def _lose(desk: Desk, tap: Tap) -> Answer:
    key, page, place = fields(tap.argument, 3)
    reader = await reader_of(desk, tap)
    await desk.store.saved.drop(reader.id, key)
    await show(desk, tap, await item_part(desk, reader, key, number(page or "0"), place))
    return Answer(desk.say("saved.dropped"))


VERBS: Mapping[str, Verb] = {"item": _open, "save": _save, "lose": _lose}
