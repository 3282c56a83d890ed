"""Buttons: their data is `v1:verb:argument`, and a press of one is answered exactly once, whatever happens.

A module of handlers names its verbs in a mapping `VERBS`; a verb does its work and returns what the reader is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from telegram import CallbackQuery, Update, User
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import Application, CallbackContext, CallbackQueryHandler

from bot.core.format.navigation import callback
from bot.core.format.parts import CALLBACK_DATA_BYTES, Button
from bot.handlers.desk import Desk
from bot.handlers.errors import excuse, log_failure

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
AnyContext = CallbackContext[Any, Any, Any, Any]

VERSION = "v1"
LONGEST_ANSWER = 200
LONGEST_NUMBER = 5
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tap:
    """One press of a button: who pressed, on which message of which chat, and the argument of the verb.

    `text` is the message's text, empty when Telegram no longer shows it to us. `spawn` starts work that outlasts the
    answer to the press.
    """

    update_id: int
    user: User
    chat_id: int
    message_id: int
    argument: str
    text: str = ""
    spawn: Callable[[Coroutine[Any, Any, None]], object] = asyncio.create_task

    @property
    def user_id(self) -> int:
        """The id of who pressed."""
        return self.user.id


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader is told after a press: nothing, a line that fades, or an alert to be closed."""

    text: str = ""
    is_alert: bool = False


QUIET = Answer()


class RefusedError(Exception):
    """What the reader asked for is not to be had; `key` is the sentence that says so."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


Verb = Callable[[Desk, Tap], Awaitable[Answer]]


def button(text: str, verb: str, argument: str = "") -> Button:
    """A button that does `verb`.

    Raises:
        ValueError: its data would be longer than Telegram's 64 bytes.
    """
    return Button(text, callback=callback(verb, argument))


def fits(verb: str, argument: str) -> bool:
    """Whether a button can carry this argument."""
    return len(callback(verb, argument).encode()) <= CALLBACK_DATA_BYTES


def parse_callback(data: str | None) -> tuple[str, str] | None:
    """Verb and argument of a button's data; None when it is not of our making."""
    match (data or "").split(":", 2):
        case [version, verb, argument] if version == VERSION and verb:
            return verb, argument
    return None


def fields(argument: str, count: int) -> list[str]:
    """The fields of an argument `a.b.c`, empty ones for those that are not there; the last may hold dots of its own."""
    found = argument.split(".", count - 1)
    return found + [""] * (count - len(found))


def number(text: str) -> int:
    """A page or section as it stands in a button.

    Raises:
        RefusedError: it is no number of ours.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise RefusedError("error.old_button")
    return int(text)


def callback_handler(desk: Desk, verbs: Mapping[str, Verb]) -> CallbackQueryHandler[Any, Any]:
    """The one handler of all buttons."""
    return CallbackQueryHandler(partial(_pressed, desk, verbs))


async def _pressed(desk: Desk, verbs: Mapping[str, Verb], update: Update, context: AnyContext) -> None:
    query = update.callback_query
    assert query is not None  # noqa: S101 - the handler is only called for presses
    try:
        answer = await _carry_out(desk, verbs, update, query, context.application)
    except RefusedError as refusal:
        answer = Answer(desk.say(refusal.key, **refusal.values), is_alert=True)
    except Exception as error:
        log_failure(error, update)
        answer = Answer(desk.say(excuse(error)), is_alert=True)
    await _answer(query, answer)


async def _carry_out(
    desk: Desk, verbs: Mapping[str, Verb], update: Update, query: CallbackQuery, application: AnyApplication
) -> Answer:
    found = parse_callback(query.data)
    if found is None or found[0] not in verbs or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        # In groups all our buttons are links: whatever else is pressed there is not of our making.
        return Answer(desk.say("error.old_button"))
    verb, argument = found
    tap = Tap(
        update_id=update.update_id,
        user=query.from_user,
        chat_id=query.message.chat.id,
        message_id=query.message.message_id,
        argument=argument,
        text=getattr(query.message, "text", None) or "",
        spawn=partial(application.create_task, update=update, name=f"press {update.update_id}"),
    )
    return await verbs[verb](desk, tap)


async def _answer(query: CallbackQuery, answer: Answer) -> None:
    try:
        await query.answer(answer.text[:LONGEST_ANSWER] or None, show_alert=answer.is_alert or None)
    except TelegramError as error:
        # A press older than a few minutes can no longer be answered; the reader sees the edited message anyway.
        log.info("callback.unanswered", reason=type(error).__name__)
