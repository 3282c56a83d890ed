"""Group commits: what many deliveries want to have written goes into the ledger together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.pipeline.delivering.pauses import Pauses
from bot.storage.errors import LeaseLostError, StoreError
from bot.storage.ledger import Ledger
from bot.storage.records import Entry

GATHER_S = 0.02

log = structlog.get_logger(__name__)


class Recorder:
    """Writes entries in the order in which they came. While the state cannot be written nothing is lost: the entries
    stay here and everybody who waits for them waits on, so nothing new is sent either. `is_stuck` tells of it. When the
    ledger is not ours any more, whoever waits is cancelled: what they want to have written will never be."""

    def __init__(self, ledger: Ledger, on_trouble: Callable[[StoreError | None], None], pauses: Pauses) -> None:
        self._pauses = pauses
        self._ledger = ledger
        self._on_trouble = on_trouble
        self._queue: list[tuple[Entry, asyncio.Future[None]]] = []
        self._news = asyncio.Event()
        self._is_closing = False
        self._is_over = False
        self.is_stuck = False

    def put(self, entry: Entry) -> asyncio.Future[None]:
        """Have it written; the future is done when it is committed."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._is_over:
            written.cancel()
            return written
        self._queue.append((entry, written))
        self._news.set()
        return written

    async def record(self, entry: Entry) -> None:
        """Write it and wait for the commit. Cancelling the wait does not take it back."""
        await self.put(entry)

    async def run(self) -> None:
        """Commit until `close` is called and nothing is left.

        Raises:
            LeaseLostError: another process sends now.
        """
        while not (self._is_closing and not self._queue):
            await self._news.wait()
            if not self._is_closing:
                await asyncio.sleep(GATHER_S)
            self._news.clear()
            batch, self._queue = self._queue, []
            try:
                if batch:
                    await self._commit([entry for entry, _ in batch])
            except LeaseLostError:
                self._give_up(batch)
                raise
            for _, written in batch:
                if not written.done():
                    written.set_result(None)

    def close(self) -> None:
        """Let `run` end after the entries that are here."""
        self._is_closing = True
        self._news.set()

    def _give_up(self, batch: list[tuple[Entry, asyncio.Future[None]]]) -> None:
        self._is_over = True
        for _, written in (*batch, *self._queue):
            written.cancel()
        self._queue.clear()

    async def _commit(self, entries: list[Entry]) -> None:
        pause_s = self._pauses.first_write_s
        while True:
            try:
                await self._ledger.write(entries)
            except StoreError as error:
                log.error("ledger.not_written", entries=len(entries), error=str(error))
                self.is_stuck = True
                self._on_trouble(error)
                await asyncio.sleep(pause_s)
                pause_s = min(self._pauses.longest_write_s, pause_s * 2)
            else:
                self.is_stuck = False
                self._on_trouble(None)
                return
