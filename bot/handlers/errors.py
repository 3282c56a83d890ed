"""When a handler fails: the reader gets a short apology, the log the place of the failure, never the reader's words."""

from __future__ import annotations

import traceback
from functools import partial
from typing import Any

import structlog
from telegram import Update
from telegram.error import NetworkError, TelegramError
from telegram.ext import Application, CallbackContext

from bot.archive import ArchiveDamaged
from bot.handlers.desk import Desk

AnyContext = CallbackContext[Any, Any, Any, Any]

log = structlog.get_logger()


def log_failure(error: BaseException, update: object) -> None:
    """Log where it failed. The message of an exception may quote what a person wrote, so it stays out."""
    place = traceback.extract_tb(error.__traceback__)
    log.error(
        "handler.failed",
        error=type(error).__name__,
        at=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in place[-4:]],
        update_id=update.update_id if isinstance(update, Update) else None,
    )


def excuse(error: BaseException) -> str:
    """The key of the sentence for the reader whose wish failed."""
    return "error.preparing" if isinstance(error, ArchiveDamaged) else "error.apology"


def register_errors(application: Application[Any, Any, Any, Any, Any, Any], desk: Desk) -> None:
    """Answer what no handler caught."""
    application.add_error_handler(partial(_failed, desk))


async def _failed(desk: Desk, update: object, context: AnyContext) -> None:
    error = context.error
    if error is None:
        return
    if isinstance(error, NetworkError) and not isinstance(update, Update):
        log.warning("telegram.unreachable", error=type(error).__name__)
        return
    log_failure(error, update)
    if isinstance(update, Update) and update.effective_message and update.effective_chat:
        await _apologise(desk, context, update.effective_chat.id, error)


async def _apologise(desk: Desk, context: AnyContext, chat_id: int, why: BaseException) -> None:
    try:
        await context.bot.send_message(chat_id, desk.say(excuse(why)))
    except TelegramError as error:
        log.info("apology.unsent", reason=type(error).__name__, chat_id=chat_id)
