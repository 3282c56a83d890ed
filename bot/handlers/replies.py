"""Replies: a part sent to a chat, or shown in place of the message whose button was pressed."""

from __future__ import annotations

from typing import Any

import structlog
from telegram import Message

from bot.core.delivery.retry import BadContent, BadSource, ChatGone, Outcome, Sent
from bot.core.format.parts import Part, to_params
from bot.handlers.callbacks import RefusedError, Tap
from bot.handlers.desk import Desk

log = structlog.get_logger()


class UnsentError(Exception):
    """Telegram refused what we made: our bug, so the reader gets the apology."""


async def send(desk: Desk, chat_id: int, part: Part) -> bool:
    """Send a part to a chat; whether it arrived. A chat that shut us out is remembered as such.

    Raises:
        UnsentError: Telegram refuses the text, the entities or the buttons.
    """
    return await _settle(desk, chat_id, await desk.sender.send_part(chat_id, to_params(part)))


async def reply(desk: Desk, message: Message, part: Part) -> bool:
    """Answer a message in a group: below it, in its topic, and not at all when it is gone by then."""
    params: dict[str, Any] = to_params(part)
    params["reply_parameters"] = {"message_id": message.message_id, "allow_sending_without_reply": True}
    thread = message.message_thread_id if message.is_topic_message else None
    return await _settle(desk, message.chat_id, await desk.sender.send_part(message.chat_id, params, thread=thread))


async def show(desk: Desk, tap: Tap, part: Part) -> None:
    """Show a part in place of the pressed message; below everything when that one can no longer be edited.

    Raises:
        RefusedError: Telegram could not be reached or asks to wait; the reader may tap again.
        UnsentError: Telegram refuses the text, the entities or the buttons.
    """
    outcome = await desk.sender.edit_part(tap.chat_id, tap.message_id, to_params(part))
    if isinstance(outcome, BadSource):
        await send(desk, tap.chat_id, part)
    elif not await _settle(desk, tap.chat_id, outcome):
        raise RefusedError("error.unreached")


async def _settle(desk: Desk, chat_id: int, outcome: Outcome) -> bool:
    match outcome:
        case Sent():
            return True
        case BadContent(description):
            raise UnsentError(description)
        case ChatGone(reason):
            await desk.store.chats.deactivate(chat_id, reason)
    log.info("reply.unsent", chat_id=chat_id, outcome=type(outcome).__name__)
    return False
