"""Readers: the chat behind an update or a press, met for the first time if need be."""

from __future__ import annotations

from telegram import Message, Update, User

from bot.handlers.callbacks import Tap
from bot.handlers.desk import Desk
from bot.storage.records import Chat, ChatKind, ChatStatus

SHUT_OUT = (ChatStatus.BLOCKED, ChatStatus.PAUSED)


def message_of(update: Update) -> Message:
    """The message of an update that a handler of messages got."""
    assert update.effective_message is not None  # noqa: S101 - its filter lets nothing else through
    return update.effective_message


async def reader_of(desk: Desk, source: Update | Tap) -> Chat:
    """The private chat of who wrote or pressed. Being met subscribes nobody."""
    user = source.user if isinstance(source, Tap) else source.effective_user
    assert isinstance(user, User)  # noqa: S101 - a private message always has a sender
    reader = await desk.store.chats.ensure(user.id, ChatKind.PRIVATE, user.full_name, user.username or "")
    # Whoever comes to us has let us in again, also when Telegram's own note of it never came.
    return await desk.store.chats.revive(reader.id) if reader.status in SHUT_OUT else reader
