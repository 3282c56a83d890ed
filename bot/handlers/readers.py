"""Readers: the chat behind an update or a press, met for the first time if need be."""

from __future__ import annotations

from telegram import Update, User

from bot.handlers.callbacks import Tap
from bot.handlers.desk import Desk
from bot.storage.records import Chat, ChatKind


async def reader_of(desk: Desk, source: Update | Tap) -> Chat:
    """The private chat of who wrote or pressed. Being met subscribes nobody."""
    user = source.user if isinstance(source, Tap) else source.effective_user
    assert isinstance(user, User)  # noqa: S101 - a private message always has a sender
    return await desk.store.chats.ensure(user.id, ChatKind.PRIVATE, user.full_name, user.username or "")
