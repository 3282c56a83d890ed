"""TALKS: an update in, a reply out.

A module of handlers has `handlers(desk)` for messages and `VERBS` for its buttons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from telegram.ext import Application, BaseHandler

from bot.handlers import groups, membership
from bot.handlers.callbacks import Verb, callback_handler
from bot.handlers.choosing import (
    administering,
    following,
    privacy,
    settings,
    start,
    subscriptions,
    tagging,
    watching,
)
from bot.handlers.commands import publish_commands
from bot.handlers.desk import Desk
from bot.handlers.errors import register_errors
from bot.handlers.gate import register_gate
from bot.handlers.managing import admin
from bot.handlers.reading import days, fulltext, inline, opened, saved, search, weekly
from bot.handlers.reading import today as reading

__all__ = ["Desk", "publish_commands", "register"]


class Talker(Protocol):
    """A module of handlers."""

    VERBS: Mapping[str, Verb]

    def handlers(self, desk: Desk) -> list[BaseHandler[Any, Any, Any]]: ...


# The first that wants an update gets it: search, which takes any text, stands last.
TALKERS: tuple[Talker, ...] = (
    membership,
    groups,
    start,
    reading,
    opened,
    days,
    weekly,
    saved,
    inline,
    fulltext,
    tagging,
    following,
    watching,
    subscriptions,
    settings,
    administering,
    privacy,
    admin,
    search,
)


def register(application: Application[Any, Any, Any, Any, Any, Any], desk: Desk) -> None:
    """Add every handler to the application."""
    register_gate(application, desk)
    verbs: dict[str, Verb] = {}
    for talker in TALKERS:
        application.add_handlers(talker.handlers(desk))
        verbs |= talker.VERBS
    application.add_handler(callback_handler(desk, verbs))
    register_errors(application, desk)
