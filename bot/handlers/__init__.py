"""TALKS: an update in, a reply out.

A module of handlers has `handlers(desk)` for messages, `VERBS` for its buttons, or both.
"""

from __future__ import annotations

from typing import Any

from telegram.ext import Application

from bot.handlers.callbacks import Verb, callback_handler
from bot.handlers.desk import Desk
from bot.handlers.errors import register_errors

__all__ = ["Desk", "register"]

TALKERS: tuple[Any, ...] = ()


def register(application: Application[Any, Any, Any, Any, Any, Any], desk: Desk) -> None:
    """Add every handler. The first that wants an update gets it: admins' before readers', search last of all."""
    verbs: dict[str, Verb] = {}
    for talker in TALKERS:
        application.add_handlers(talker.handlers(desk))
        verbs |= talker.VERBS
    application.add_handler(callback_handler(desk, verbs))
    register_errors(application, desk)
