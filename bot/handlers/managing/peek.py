"""/preview, 预览 and /publish: an admin sees a digest as the group would, before anybody else, and lets it go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.delivery.retry import BadContent, Sent
from bot.core.format.parts import Part
from bot.core.keys import digest_key
from bot.core.models import Digest
from bot.handlers.callbacks import Answer, RefusedError, Tap, Verb, button
from bot.handlers.desk import Desk
from bot.handlers.readers import message_of
from bot.handlers.replies import send
from bot.pipeline.publishing.notices import sentence
from bot.pipeline.watching.intake import Entry, Unreadable
from bot.storage.plans import Call, GroupEdition


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """The commands for admins in private; for everybody else they do not exist."""
    admins = filters.User(desk.admin_ids) & filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    commands = {"preview": _preview, "publish": _ask}
    return [CommandHandler(name, partial(_newest, desk, command), admins) for name, command in commands.items()]


Command = Callable[[Desk, int, str, Digest], Awaitable[None]]


async def _newest(desk: Desk, command: Command, update: Update, _context: object) -> None:
    """Something with the newest digest that is not out yet."""
    chat_id = message_of(update).chat_id
    key = await desk.publisher.newest_open()
    digest = await desk.publisher.peek(key) if key else None
    if key is None or digest is None:
        await send(desk, chat_id, Part(desk.say("peek.nothing")))
    else:
        await command(desk, chat_id, key, digest)


async def _ask(desk: Desk, chat_id: int, key: str, digest: Digest) -> None:
    """Whether it goes out now, whatever its hour."""
    question = desk.say("peek.ask", title=digest.title, date=digest.date.isoformat())
    choices = {"peek": "publisher.button_preview", "pub": "publisher.button_publish"}
    row = tuple(button(desk.say(sentence), verb, key) for verb, sentence in choices.items())
    await send(desk, chat_id, Part(question, keyboard=(row,)))


async def _tapped(desk: Desk, tap: Tap) -> Answer:
    """peek:<key>"""
    digest = await desk.publisher.peek(tap.argument)
    if digest is None:
        raise RefusedError("peek.gone")
    tap.spawn(_preview(desk, tap.chat_id, tap.argument, digest))
    return Answer(desk.say("peek.sending"))


async def _tapped_file(desk: Desk, tap: Tap) -> Answer:
    """fpeek:<ticket>"""
    match await desk.publisher.look(tap.argument):
        case None:
            raise RefusedError("peek.gone")
        case Unreadable(problems=problems):
            raise RefusedError("peek.unreadable", reason=sentence(problems[0], say=desk.say))
        case Entry(digest=digest, is_makeshift=is_makeshift):
            remark = desk.say("peek.makeshift", date=digest.date) if is_makeshift else ""
            key = digest_key(digest.date, digest.slug, {})
            tap.spawn(_preview(desk, tap.chat_id, key, digest, remark))
    return Answer(desk.say("peek.sending"))


async def _preview(desk: Desk, chat_id: int, key: str, digest: Digest, remark: str = "") -> None:
    """The card and the first section as a group gets them, then what is still to come."""
    press, edition = desk.publisher.press, GroupEdition(desk.group_style)
    calls = await asyncio.to_thread(press.group_calls, digest, key, edition)
    if not await _send_first(desk, chat_id, calls):
        calls = await asyncio.to_thread(press.group_calls, digest, key, edition.classic)
        await _send_first(desk, chat_id, calls)
    left = len(calls) - len(_first(calls))
    closing = desk.say("peek.left" if left else "peek.all", title=digest.title, count=left)
    await send(desk, chat_id, Part(f"{closing}\n{remark}".strip()))


async def _send_first(desk: Desk, chat_id: int, calls: Sequence[Call]) -> bool:
    """Whether this form is one that the chat takes."""
    for call in _first(calls):
        outcome = await desk.sender.call(call.method, {**call.params, "chat_id": chat_id})
        if isinstance(outcome, BadContent):
            return False
        if not isinstance(outcome, Sent):
            break
    return True


def _first(calls: Sequence[Call]) -> Sequence[Call]:
    """The card and the parts of the first section."""
    sections = [call.section for call in calls if call.section is not None]
    return [call for call in calls if call.section is None or call.section == sections[0]]


VERBS: Mapping[str, Verb] = {"peek": _tapped, "fpeek": _tapped_file}
