"""When Telegram does not answer: a few lost calls stop the bulk, and a harmless question finds out when to go on."""

from __future__ import annotations

import asyncio

import structlog

from bot.core.delivery.retry import NotSent, Outcome, Unknown
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.pauses import Pauses

FAILURES_IN_A_ROW = 3

log = structlog.get_logger(__name__)


class Outage:
    """Counts calls without an answer. During an outage nobody's message is used to try the line."""

    def __init__(self, sender: Sender, pauses: Pauses) -> None:
        self._sender = sender
        self._pauses = pauses
        self._failures = 0
        self._is_clear = asyncio.Event()
        self._is_clear.set()
        self._probing: asyncio.Task[None] | None = None

    def note(self, outcome: Outcome) -> None:
        """Learn from a call."""
        if not isinstance(outcome, NotSent | Unknown):
            self._failures = 0
            return
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW and self._is_clear.is_set():
            log.warning("telegram.unreachable", cause=outcome.cause)
            self._is_clear.clear()
            self._probing = asyncio.create_task(self._probe())

    @property
    def is_over(self) -> bool:
        """Whether Telegram answers, as far as we know."""
        return self._is_clear.is_set()

    async def wait_over(self) -> None:
        """Return when Telegram answers, at once when there is no outage."""
        await self._is_clear.wait()

    def close(self) -> None:
        """Stop asking."""
        if self._probing is not None:
            self._probing.cancel()

    async def _probe(self) -> None:
        pause_s = self._pauses.first_probe_s
        await asyncio.sleep(pause_s)
        while not await self._sender.is_reachable():
            pause_s = min(self._pauses.longest_probe_s, pause_s * 2)
            await asyncio.sleep(pause_s)
        log.info("telegram.reachable")
        self._failures = 0
        self._is_clear.set()
