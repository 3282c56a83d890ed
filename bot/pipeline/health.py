"""Whether the bot can do its work now: Telegram answers, the state can be written, the archive searched."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bot.archive import Archive
from bot.pipeline.calling.traffic import Traffic
from bot.storage import Store
from bot.storage.errors import StoreError

STALE_MS = 180_000
"""So long without a word from Telegram is too long."""
ASK_AFTER_MS = 60_000
"""Whoever hears nothing for so long (a quiet webhook) asks."""
PATIENCE_S = 5.0
NOTE = "health"


class Health:
    """Asked by `/readyz`, as often as somebody likes. Its words name no chat, no address and no secret."""

    def __init__(self, traffic: Traffic, clock: Callable[[], int]) -> None:
        self._traffic = traffic
        self._clock = clock
        self._store: Store | None = None
        self._archive: Archive | None = None
        self._ask: Callable[[], Awaitable[bool]] | None = None
        self._writing: asyncio.Task[None] | None = None

    def watch(self, store: Store, archive: Archive, ask: Callable[[], Awaitable[bool]]) -> None:
        """The bot is built; `ask` gets a word out of Telegram, if it can."""
        self._store, self._archive, self._ask = store, archive, ask

    async def problems(self) -> Mapping[str, str]:
        """What is wrong, by the part concerned; empty when all is well."""
        if self._store is None or self._archive is None:
            return {"start": "not finished"}
        found = {
            "telegram": await self._of_telegram(),
            "state": await self._of_state(self._store),
            "archive": "" if self._archive.is_usable else "not usable, it is being rebuilt",
        }
        return {part: problem for part, problem in found.items() if problem}

    async def _of_telegram(self) -> str:
        if self._silence_ms() > ASK_AFTER_MS and self._ask is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._ask()
        silence_ms = self._silence_ms()
        return f"no answer for {silence_ms // 1000} s" if silence_ms > STALE_MS else ""

    def _silence_ms(self) -> int:
        return self._clock() - (self._traffic.answered_at_ms or 0)

    async def _of_state(self, store: Store) -> str:
        # One probe at a time; a slow one is waited for by the next question, never broken off in its transaction.
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(store.meta.put(NOTE, str(self._clock())))
        writing = self._writing
        await asyncio.wait({writing}, timeout=PATIENCE_S)
        if not writing.done():
            return f"not written within {PATIENCE_S:g} s"
        error = writing.exception()
        if error is not None and not isinstance(error, StoreError):
            raise error
        return f"cannot be written ({type(error).__name__})" if error else ""
