"""Meets Telegram and hears it, by long polling or by webhook, until the stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application

from bot.pipeline.calling.updates import Inbox, InboxBot
from bot.pipeline.calling.webhook import Webhook
from bot.pipeline.delivering.hooks import DeliveryError, TokenRejectedError

RETRY_AT_MOST_S = 60
REJECTED = "Telegram does not accept BOT_TOKEN. Copy it again from @BotFather into .env."
UPDATES = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER, Update.INLINE_QUERY)

log = structlog.get_logger(__name__)

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


async def meet(bot: InboxBot, stop: asyncio.Event) -> bool:
    """Ask Telegram who we are until it answers; False when told to stop before.

    Raises:
        TokenRejectedError: Telegram does not know the token.
    """
    wait_s = 1
    while not stop.is_set():
        try:
            await bot.initialize()
        except InvalidToken:
            raise TokenRejectedError(REJECTED) from None
        except TelegramError as error:
            log.warning(
                "telegram.unreachable", url=bot.base_url.rpartition("/")[0], reason=str(error), again_in_s=wait_s
            )
        else:
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await stop.wait()
        wait_s = min(RETRY_AT_MOST_S, wait_s * 2)
    return False


@dataclass(frozen=True, slots=True)
class Reception:
    """Hands what Telegram says to the application. `webhook` is None where we ask by ourselves; `on_conflict` hears
    that another process asks with the same token."""

    inbox: Inbox
    application: AnyApplication
    webhook: Webhook | None
    on_conflict: Callable[[], None]

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until the stop; what was heard is answered before it ends.

        Raises:
            TokenRejectedError: Telegram does not know the token.
            DeliveryError: the address to listen on cannot be used.
        """
        await self.application.start()
        try:
            await self.inbox.replay(self.application.bot)
            await (self._poll(stop) if self.webhook is None else _serve(self.webhook, stop))
        finally:
            await self.application.stop()

    async def _poll(self, stop: asyncio.Event) -> None:
        updater = self.application.updater
        assert updater is not None  # noqa: S101 - the application was built with one
        try:
            await updater.start_polling(allowed_updates=UPDATES, bootstrap_retries=-1, error_callback=self._failed)
        except InvalidToken:
            raise TokenRejectedError(REJECTED) from None
        await stop.wait()
        await updater.stop()

    def _failed(self, error: TelegramError) -> None:
        if isinstance(error, Conflict):
            self.on_conflict()
        log.warning("polling.failed", reason=type(error).__name__)


async def _serve(webhook: Webhook, stop: asyncio.Event) -> None:
    try:
        await webhook.start(UPDATES, stop)
        await stop.wait()
    except OSError as error:
        raise DeliveryError(f"WEBHOOK_LISTEN cannot be used ({error.strerror}). Name another host:port.") from None
    finally:
        await webhook.stop()
