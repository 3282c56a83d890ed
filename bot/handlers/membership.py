"""Membership: the bot is blocked or let in again by a reader, added to a group, removed from it, or the group moves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog
from telegram import Chat as TelegramChat
from telegram import ChatMember, ChatMemberRestricted, ChatMemberUpdated, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, ChatMemberHandler, MessageHandler, filters

from bot.handlers.callbacks import Verb
from bot.handlers.desk import Desk
from bot.storage.records import ChatKind, ChatStatus

KINDS = {
    ChatType.PRIVATE: ChatKind.PRIVATE,
    ChatType.GROUP: ChatKind.GROUP,
    ChatType.SUPERGROUP: ChatKind.GROUP,
    ChatType.CHANNEL: ChatKind.CHANNEL,
}
VERBS: Mapping[str, Verb] = {}

log = structlog.get_logger()


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """Changes of the bot's own membership, and groups that become supergroups."""
    return [
        ChatMemberHandler(partial(_changed, desk), ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(filters.StatusUpdate.MIGRATE, partial(_moved, desk)),
    ]


async def _changed(desk: Desk, update: Update, _context: object) -> None:
    change = update.my_chat_member
    assert change is not None  # noqa: S101 - the handler is only called for these
    await _met(desk, change.chat)
    if not _may_write(change):
        await _shut_out(desk, change.chat)
    else:
        await desk.store.chats.revive(change.chat.id)
        log.info("chat.open", chat_id=change.chat.id)


async def _met(desk: Desk, chat: TelegramChat) -> None:
    name = chat.title or chat.full_name or ""
    await desk.store.chats.ensure(chat.id, KINDS[ChatType(chat.type)], name, chat.username or "")


async def _shut_out(desk: Desk, chat: TelegramChat) -> None:
    """A reader's block ends the deliveries to them; a group waits for somebody to let the bot in again."""
    if chat.type == ChatType.PRIVATE:
        await desk.store.chats.deactivate(chat.id, "blocked by the reader")
    else:
        await desk.store.chats.set_status(chat.id, ChatStatus.PAUSED, "the bot was removed")
    log.info("chat.closed", chat_id=chat.id)


def _may_write(change: ChatMemberUpdated) -> bool:
    now = change.new_chat_member
    is_out = isinstance(now, ChatMemberRestricted) and not now.is_member
    return not is_out and now.status not in (ChatMember.LEFT, ChatMember.BANNED)


async def _moved(desk: Desk, update: Update, _context: object) -> None:
    """Telegram tells both sides; the message in the old group names the new one."""
    message = update.effective_message
    if message and message.migrate_to_chat_id:
        await desk.store.chats.migrate(message.chat_id, message.migrate_to_chat_id)
