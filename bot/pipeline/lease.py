"""One sender at a time, when several processes share a database: the others wait for its lease to end."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable

import structlog

from bot.storage.errors import StoreError
from bot.storage.leases import SENDER, Leases

TERM_MS = 24_000
MARGIN_MS = 4_000
RENEW_EVERY_S = 6.0

log = structlog.get_logger(__name__)


class SenderLease:
    """Held from `wait` on for as long as `keep` runs. A holder that was stopped for a while knows it by its clock."""

    def __init__(self, leases: Leases, clock: Callable[[], int], renew_every_s: float = RENEW_EVERY_S) -> None:
        self._leases = leases
        self._clock = clock
        self._renew_every_s = renew_every_s
        self._owner = uuid.uuid4().hex
        self._until_ms = 0

    @property
    def is_held(self) -> bool:
        """Whether nobody else can be sending now."""
        return self._clock() < self._until_ms - MARGIN_MS

    async def wait(self) -> None:
        """Take it, as soon as it is free."""
        while not await self._take():
            log.info("lease.waiting")
            await asyncio.sleep(self._renew_every_s)
        log.info("lease.taken")

    async def keep(self) -> None:
        """Renew it until somebody else has taken it over."""
        while True:
            await asyncio.sleep(self._renew_every_s)
            try:
                if not await self._take():
                    log.error("lease.lost")
                    return
            except StoreError as error:
                log.warning("lease.not_renewed", error=str(error))

    async def release(self) -> None:
        """Let the next one begin at once."""
        self._until_ms = 0
        try:
            await self._leases.release(SENDER, self._owner)
        except StoreError as error:
            log.warning("lease.not_released", error=str(error))

    async def _take(self) -> bool:
        until_ms = self._clock() + TERM_MS
        is_taken = await self._leases.take(SENDER, self._owner, TERM_MS)
        self._until_ms = until_ms if is_taken else 0
        return is_taken
