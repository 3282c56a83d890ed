"""Subscribing and leaving: only a tap or a command of the reader's own does either."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.format.parts import Part
from bot.handlers.callbacks import QUIET, Answer, Tap, Verb, button
from bot.handlers.choosing.chooser import describe
from bot.handlers.desk import Desk
from bot.handlers.hours import next_digest
from bot.handlers.readers import reader_of
from bot.handlers.reading import cards
from bot.handlers.replies import send, show
from bot.handlers.shelf import Issue, find_issue, find_newest, is_todays
from bot.storage.records import Chat


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/stop in a private chat."""
    return [CommandHandler("stop", partial(_stop, desk), filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE)]


async def _stop(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    if not reader.is_subscribed:
        await send(desk, reader.id, Part(desk.say("start.not_subscribed")))
        return
    await desk.store.chats.unsubscribe(reader.id)
    await send(desk, reader.id, _stopped(desk))


async def subscribed_part(desk: Desk, reader: Chat, sentence: str) -> Part:
    """A sentence to a subscriber that says when the next digest comes and what of it."""
    newest = await find_newest(desk)
    text = desk.say(sentence, next=_next(desk, newest))
    see = "start.see_today" if is_todays(desk, newest) else "start.see_latest"
    rows = ((button(desk.say(see), "today"), button(desk.say("start.unsubscribe"), "unsub")),)
    chosen = describe(desk, reader.filter)
    return Part("\n".join(line for line in (text, chosen) if line), keyboard=rows if newest else (rows[0][1:],))


def _next(desk: Desk, newest: Issue | None) -> str:
    return next_digest(desk.now(), desk.publish_at, is_out_today=is_todays(desk, newest), say=desk.say)


async def _subscribe(desk: Desk, tap: Tap) -> Answer:
    """sub:[<key>] → subscribed; below a card only the invitation goes, elsewhere the message says it."""
    await reader_of(desk, tap)
    reader = await desk.store.chats.subscribe(tap.chat_id)
    issue = await find_issue(desk, tap.argument) if tap.argument else None
    if issue is None:
        await show(desk, tap, await subscribed_part(desk, reader, "start.subscribed"))
        return QUIET
    await show(desk, tap, cards.card_part(desk, reader, issue))
    return Answer(desk.say("start.subscribed", next=_next(desk, await find_newest(desk))))


async def _unsubscribe(desk: Desk, tap: Tap) -> Answer:
    await reader_of(desk, tap)
    await desk.store.chats.unsubscribe(tap.chat_id)
    await show(desk, tap, _stopped(desk))
    return QUIET


def _stopped(desk: Desk) -> Part:
    return Part(desk.say("start.stopped"), keyboard=((button(desk.say("start.resubscribe"), "sub"),),))


VERBS: Mapping[str, Verb] = {"sub": _subscribe, "unsub": _unsubscribe}
