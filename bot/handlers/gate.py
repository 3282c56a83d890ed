"""The gate every update passes first: a person who floods the bot is told so once and then left alone for a while."""

from __future__ import annotations

from functools import partial
from typing import Any

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import Application, ApplicationHandlerStop, TypeHandler

from bot.handlers.desk import Desk
from bot.handlers.patience import Mood, Patience

BEFORE_ALL = -1


def register_gate(application: Application[Any, Any, Any, Any, Any, Any], desk: Desk) -> None:
    """Put the gate before all other handlers. Admins are never held up."""
    gate = partial(_pass_or_stop, desk, Patience(desk.clock))
    application.add_handler(TypeHandler(Update, gate), group=BEFORE_ALL)


async def _pass_or_stop(desk: Desk, patience: Patience, update: Update, _context: object) -> None:
    user = update.effective_user
    if user is None or user.id in desk.admin_ids or update.my_chat_member:
        return
    match patience.hear(user.id):
        case Mood.LISTEN:
            return
        case Mood.WARN:
            await _warn(desk, update)
        case Mood.IGNORE if update.callback_query:
            await update.callback_query.answer()
    raise ApplicationHandlerStop


async def _warn(desk: Desk, update: Update) -> None:
    sentence = desk.say("error.flood")
    if update.callback_query:
        await update.callback_query.answer(sentence)
    elif update.effective_message and update.effective_message.chat.type == ChatType.PRIVATE:
        await update.effective_message.reply_text(sentence)
