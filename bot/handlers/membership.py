"""Membership: the bot is blocked or let in again by a reader, added to a group, removed from it, or the group moves."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from telegram import Chat as TelegramChat
from telegram import ChatMember, ChatMemberRestricted, ChatMemberUpdated, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden
from telegram.ext import BaseHandler, ChatMemberHandler, MessageHandler, filters

from bot.core.format.parts import Button, Part
from bot.handlers.callbacks import Verb
from bot.handlers.desk import Desk
from bot.handlers.quoting import quoted
from bot.handlers.replies import send
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
    await meet(desk, change.chat)
    if not _is_present(change.new_chat_member):
        await _shut_out(desk, change.chat)
    elif not await _is_welcome(desk, change):
        await _decline(desk, change)
    else:
        await desk.store.chats.revive(change.chat.id)
        log.info("chat.open", chat_id=change.chat.id)
        if change.chat.type != ChatType.PRIVATE and not _is_present(change.old_chat_member):
            await _introduce(desk, change)


async def _introduce(desk: Desk, change: ChatMemberUpdated) -> None:
    """Show who added the bot the way to the settings: in private, or in the group when they never opened the bot. A
    channel's readers have nothing to do with it."""
    chat = change.chat
    link = Button(desk.say("group.settings_open"), url=desk.links.settings(str(chat.id)))
    part = Part(desk.say("invitation.accepted", name=quoted(chat.title or "")), keyboard=((link,),))
    if not await send(desk, change.from_user.id, part) and chat.type != ChatType.CHANNEL:
        await send(desk, chat.id, part)


async def meet(desk: Desk, chat: TelegramChat) -> None:
    """Know a chat, by its name of now."""
    name = chat.title or chat.full_name or ""
    await desk.store.chats.ensure(chat.id, KINDS[ChatType(chat.type)], name, chat.username or "")


async def _shut_out(desk: Desk, chat: TelegramChat) -> None:
    """A reader's block ends the deliveries to them; a group waits for somebody to let the bot in again."""
    if chat.type == ChatType.PRIVATE:
        await desk.store.chats.deactivate(chat.id, "blocked by the reader")
    else:
        await desk.store.chats.set_status(chat.id, ChatStatus.PAUSED, "the bot was removed")
    log.info("chat.closed", chat_id=chat.id)


async def _is_welcome(desk: Desk, change: ChatMemberUpdated) -> bool:
    """Whether the bot stays where it is. Only being added is ever declined, not a change of rights."""
    chat = change.chat
    if chat.type == ChatType.PRIVATE or _is_present(change.old_chat_member) or desk.group_invites == "anyone":
        return True
    if chat.id in desk.home_groups or f"@{chat.username}".lower() in desk.home_groups:
        return True
    # A home group has a new number when it moves; what gets digests already is at home.
    known = await desk.store.chats.get(chat.id)
    if known.is_home or known.is_subscribed:
        return True
    return desk.group_invites == "admins" and change.from_user.id in desk.admin_ids


async def _decline(desk: Desk, change: ChatMemberUpdated) -> None:
    """Say why, where that disturbs nobody's channel, and go."""
    chat = change.chat
    if chat.type != ChatType.CHANNEL:
        await send(desk, chat.id, Part(desk.say("invitation.declined")))
    await desk.store.chats.set_status(chat.id, ChatStatus.PAUSED, "the invitation was declined")
    log.info("chat.declined", chat_id=chat.id, by=change.from_user.id)
    with suppress(BadRequest, Forbidden):  # it was removed in the meantime
        await chat.leave()


def _is_present(member: ChatMember) -> bool:
    is_out = isinstance(member, ChatMemberRestricted) and not member.is_member
    return not is_out and member.status not in (ChatMember.LEFT, ChatMember.BANNED)


async def _moved(desk: Desk, update: Update, _context: object) -> None:
    """Telegram tells both sides; the message in the old group names the new one."""
    message = update.effective_message
    if message and message.migrate_to_chat_id:
        await desk.store.chats.migrate(message.chat_id, message.migrate_to_chat_id)
