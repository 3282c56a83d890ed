"""One sender at a time, when several processes share a database: the others wait for its lease to end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.pipeline.delivering.pauses import USUAL, Pauses
from bot.pipeline.stopping import until_stopped
from bot.storage.errors import LeaseLostError, StoreError
from bot.storage.lease import Lease

TERM_MS = 20_000
MARGIN_MS = 4_000

log = structlog.get_logger(__name__)


class SenderLease:
    """Held from `wait` on for as long as `keep` runs. A holder that was stopped for a while knows it by its clock.

    A state that is not shared is ours alone (the lock of the data folder says so): the lease is taken from whoever died
    with it, and needs no renewal. On a shared one only `dead` is known to have ended: who sent from this data folder.
    """

    def __init__(
        self,
        lease: Lease,
        clock: Callable[[], int],
        *,
        is_shared: bool,
        dead: str | None = None,
        pauses: Pauses = USUAL,
    ) -> None:
        self._lease = lease
        self._is_shared = is_shared
        self._dead = dead
        self._clock = clock
        self._pauses = pauses
        self._until_ms = 0

    @property
    def is_held(self) -> bool:
        """Whether nobody else can be sending now."""
        return not self._is_shared or self._clock() < self._until_ms - MARGIN_MS

    async def wait(self) -> None:
        """Take it, as soon as it is free and the state answers."""
        is_first = True
        while not await self._try():
            if is_first:
                log.info("lease.waiting", reason="another process sends from this database; this one stands by")
            is_first = False
            await asyncio.sleep(self._pauses.lease_s)
        log.info("lease.taken")

    async def stand_by(self, stop: asyncio.Event) -> bool:
        """The same until `stop`; False when that came first."""
        await until_stopped(self.wait(), stop)
        if stop.is_set():
            await self.release()
        return not stop.is_set()

    async def keep(self) -> None:
        """Renew it for ever.

        Raises:
            LeaseLostError: somebody else has taken it over.
        """
        while True:
            await asyncio.sleep(self._pauses.lease_s)
            try:
                if not await self._take():
                    raise LeaseLostError
            except StoreError as error:
                log.warning("lease.not_renewed", error=str(error))

    async def release(self) -> None:
        """Let the next one begin at once."""
        self._until_ms = 0
        try:
            await self._lease.release()
        except StoreError as error:
            log.warning("lease.not_released", error=str(error))

    async def _try(self) -> bool:
        try:
            return await self._take()
        except StoreError as error:
            log.warning("lease.not_taken", error=str(error))
            return False

    async def _take(self) -> bool:
        until_ms = self._clock() + TERM_MS
        is_taken = await self._lease.take(TERM_MS, by_force=not self._is_shared, dead=self._dead)
        self._until_ms = until_ms if is_taken else 0
        return is_taken
