"""The command menus Telegram shows, one for each kind of chat. They are only written when they differ."""

from __future__ import annotations

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.handlers.desk import Desk

READER = (
    *("today", "date", "week", "search", "saved", "tags", "follow", "mute", "watch"),
    *("start", "stop", "settings", "privacy", "help"),
)
GROUP = ("today", "search", "help")
ADMIN = ("broadcast", "campaigns", "preview", "publish", "stats")

log = structlog.get_logger()


async def publish_commands(bot: Bot, desk: Desk) -> None:
    """Bring the menus up to date. An admin who never wrote to the bot has no chat yet and is passed over."""
    await _publish(bot, desk, BotCommandScopeAllPrivateChats(), READER)
    await _publish(bot, desk, BotCommandScopeAllGroupChats(), GROUP)
    await _publish(bot, desk, BotCommandScopeAllChatAdministrators(), (*GROUP, "settings"))
    for admin_id in sorted(desk.admin_ids):
        await _publish(bot, desk, BotCommandScopeChat(admin_id), READER + ADMIN)


async def _publish(bot: Bot, desk: Desk, scope: BotCommandScope, names: tuple[str, ...]) -> None:
    wanted = tuple(BotCommand(name, desk.say(f"command.{name}")) for name in names)
    try:
        if await bot.get_my_commands(scope=scope) != wanted:
            await bot.set_my_commands(wanted, scope=scope)
    except (TelegramError, TypeError) as error:  # the library meets an answer that is no list with a TypeError
        log.warning("commands.unpublished", scope=scope.type, reason=type(error).__name__)
