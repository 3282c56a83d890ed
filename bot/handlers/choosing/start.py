"""/start: the welcome with today's headlines, and the deep links that open something else at once; /help."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackContext, CommandHandler, filters

from bot.core.format.parts import Button, Part
from bot.core.format.rich_text import Writer
from bot.core.keys import parse_item_key
from bot.core.models import Run
from bot.handlers.callbacks import RefusedError, Verb, button
from bot.handlers.choosing import administering, tagging
from bot.handlers.choosing.chooser import chooser
from bot.handlers.choosing.invitation import promise, subscribe_button
from bot.handlers.choosing.places import Place
from bot.handlers.choosing.subscriptions import subscribed_part
from bot.handlers.desk import Desk
from bot.handlers.queries import from_payload, lengthen
from bot.handlers.quoting import clipped
from bot.handlers.readers import reader_of
from bot.handlers.reading import cards, opened, search
from bot.handlers.replies import send
from bot.handlers.shelf import Issue, day_name, find_newest, get_issue, is_todays
from bot.storage.records import Chat

POINTS_SHOWN = 2

VERBS: Mapping[str, Verb] = {}


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/start with or without the payload of a deep link, and /help."""
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    return [
        CommandHandler("start", partial(_start, desk), private),
        CommandHandler("help", partial(_help, desk), private),
    ]


async def _start(desk: Desk, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
    reader = await reader_of(desk, update)
    payload = context.args[0] if context.args else ""
    await send(desk, reader.id, await _linked(desk, reader, payload) or await welcome(desk, reader))


async def _help(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, Part(desk.say("help.private").strip()))


async def welcome(desk: Desk, reader: Chat) -> Part:
    """What a newcomer sees, or a subscriber who comes back. It subscribes nobody."""
    if reader.is_subscribed:
        return await subscribed_part(desk, reader, "start.already")
    newest = await find_newest(desk)
    lines = Writer().plain(f"{promise(desk)}\n{desk.say('start.search_hint')}")
    if newest is not None:
        _write_headlines(lines, desk, newest)
    text = lines.finish()
    return Part(text.text, text.entities, keyboard=tuple((each,) for each in _buttons(desk, newest)))


def _write_headlines(lines: Writer, desk: Desk, issue: Issue) -> None:
    lines.plain(f"\n{desk.say('start.day', day=day_name(desk, issue))}").inline(clipped((Run(issue.digest.title),)))
    for point in issue.digest.points[:POINTS_SHOWN]:
        lines.plain("\n• ").inline(clipped(point))


def _buttons(desk: Desk, newest: Issue | None) -> list[Button]:
    buttons = [subscribe_button(desk), button(desk.say("start.subscribe_part"), "tags")]
    if newest is not None:
        read = "start.read_today" if is_todays(desk, newest) else "start.read_latest"
        buttons.append(button(desk.say(read), "today"))
    return buttons


async def _linked(desk: Desk, reader: Chat, payload: str) -> Part | None:
    """What a deep link opens; None when it is none of ours or leads to something that is gone."""
    try:
        return await _opened(desk, reader, payload)
    except RefusedError:
        return None if desk.archive.is_usable else Part(desk.say("error.preparing"))


async def _opened(desk: Desk, reader: Chat, payload: str) -> Part | None:
    match payload.partition("_"):
        case "tags", "", "":
            return await chooser(desk, reader)
        case "t", "_", tag:
            return await tagging.follow_by_link(desk, reader, _plain_or_encoded(desk, tag))
        case "g", "_", name if place := Place.parse(name):
            return await administering.by_link(desk, reader.id, place)
        case "s", "_", encoded:
            query = await lengthen(desk, from_payload(encoded) or "")
            return await search.search_part(desk, query) if query else None
        case _ if payload.startswith("d"):
            return await _linked_digest(desk, reader, payload.removeprefix("d"))
    return None


async def _linked_digest(desk: Desk, reader: Chat, key: str) -> Part:
    if parse_item_key(key):
        return await opened.item_part(desk, reader, key)
    return cards.card_part(desk, reader, await get_issue(desk, key))


def _plain_or_encoded(desk: Desk, tag: str) -> str:
    """The tag of a link: as it is (`t_OpenAI`), or in base64url where Telegram allows no such letters."""
    return tag if desk.taxonomy.find(tag) else from_payload(tag) or tag
