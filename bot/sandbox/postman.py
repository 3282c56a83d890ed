"""Brings updates to the bot's webhook, as Telegram does: one after the other, again until a 200 takes them off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp

from bot.sandbox.telegram import FakeTelegram
from bot.sandbox.world import Event

PAUSE_S = 0.2
ANSWER_WITHIN_S = 10
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


class Postman:
    """Delivers while `run` runs. `route` says where an address outside lies on this machine."""

    def __init__(self, telegram: FakeTelegram, route: Callable[[str], str]) -> None:
        self._telegram = telegram
        self._route = route

    async def run(self) -> None:
        """Deliver until cancelled."""
        news = asyncio.Event()

        def notice(_: Event) -> None:
            news.set()

        forget = self._telegram.watch(notice)
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(ANSWER_WITHIN_S)) as session:
                while True:
                    news.clear()
                    while await self._deliver_next(session):
                        pass
                    with suppress(TimeoutError):
                        async with asyncio.timeout(PAUSE_S):
                            await news.wait()
        finally:
            forget()

    async def _deliver_next(self, session: aiohttp.ClientSession) -> bool:
        """Whether an update was taken off."""
        world = self._telegram.world
        webhook = world.profile.webhook
        waiting = world.mailbox.read(0, 1, world.clock()) if webhook else []
        if not waiting or not await self._post(session, webhook, waiting[0]):
            return False
        world.mailbox.read(waiting[0]["update_id"] + 1, 1, world.clock())
        return True

    async def _post(self, session: aiohttp.ClientSession, webhook: dict[str, Any], update: dict[str, Any]) -> bool:
        headers = {SECRET_HEADER: webhook["secret"]} if webhook.get("secret") else {}
        try:
            async with session.post(self._route(webhook["url"]), json=update, headers=headers) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
