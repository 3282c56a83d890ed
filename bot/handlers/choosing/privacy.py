"""What the bot keeps about a reader: said, handed over as a file, and deleted for good."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.delivery.retry import Sent
from bot.core.format.parts import Part
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button
from bot.handlers.desk import Desk
from bot.handlers.readers import reader_of
from bot.handlers.replies import send, show
from bot.storage.records import Chat

FILE_NAME = "my-data.json"


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/privacy, /mydata and /deleteme in a private chat."""
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    commands = {"privacy": _privacy, "mydata": _my_data, "deleteme": _delete_me}
    return [CommandHandler(name, partial(command, desk), private) for name, command in commands.items()]


async def _privacy(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, _statement(desk))


async def _my_data(desk: Desk, update: Update, _context: object) -> None:
    await _hand_over(desk, await reader_of(desk, update))


async def _delete_me(desk: Desk, update: Update, _context: object) -> None:
    await send(desk, (await reader_of(desk, update)).id, _question(desk))


async def _show(desk: Desk, tap: Tap) -> Answer:
    await show(desk, tap, _statement(desk))
    return QUIET


async def _take(desk: Desk, tap: Tap) -> Answer:
    if not await _hand_over(desk, await reader_of(desk, tap)):
        raise RefusedError("error.unreached")
    return QUIET


async def _ask(desk: Desk, tap: Tap) -> Answer:
    await show(desk, tap, _question(desk))
    return QUIET


async def _wipe(desk: Desk, tap: Tap) -> Answer:
    await desk.store.chats.forget(tap.chat_id)
    await show(desk, tap, Part(desk.say("privacy.deleted")))
    return QUIET


async def _keep(desk: Desk, tap: Tap) -> Answer:
    await show(desk, tap, Part(desk.say("privacy.kept")))
    return QUIET


def _statement(desk: Desk) -> Part:
    row = (button(desk.say("privacy.take"), "mydata"), button(desk.say("privacy.delete"), "wipe"))
    return Part(desk.say("privacy.text").strip(), keyboard=(row,))


def _question(desk: Desk) -> Part:
    row = (button(desk.say("privacy.yes"), "wipeall"), button(desk.say("privacy.no"), "wipeno"))
    return Part(desk.say("privacy.question"), keyboard=(row,))


async def _hand_over(desk: Desk, reader: Chat) -> bool:
    """Whether the file arrived."""
    written = json.dumps(await _record(desk, reader), ensure_ascii=False, indent=1)
    outcome = await desk.sender.send_file(reader.id, FILE_NAME, written.encode(), caption=desk.say("privacy.file"))
    return isinstance(outcome, Sent)


async def _record(desk: Desk, reader: Chat) -> dict[str, Any]:
    """Everything the state holds about a reader, as JSON; times in the bot's own zone."""

    def moment(at_ms: int | None) -> str | None:
        return None if at_ms is None else dt.datetime.fromtimestamp(at_ms / 1000, desk.timezone).isoformat()

    return {
        "id": reader.id,
        "name": reader.name,
        "username": reader.username,
        "first_seen": moment(reader.created_at_ms),
        "status": reader.status,
        "subscribed": moment(reader.subscribed_at_ms),
        "style": reader.style,
        "language": reader.language,
        "follows": reader.filter.followed,
        "mutes": reader.filter.muted,
        "watches": reader.watch.words,
        "silent_without_watched": reader.watch.mutes_rest,
        "saved": [
            {"item": item.item_key, "headline": item.headline, "at": moment(item.saved_at_ms)}
            for item in await desk.store.saved.page(reader.id)
        ],
        "deliveries": [
            {"campaign": row.campaign_id, "state": row.state, "messages": row.message_ids}
            for row in await desk.store.deliveries.of_chat(reader.id)
        ],
    }


VERBS: Mapping[str, Verb] = {"privacy": _show, "mydata": _take, "wipe": _ask, "wipeall": _wipe, "wipeno": _keep}
