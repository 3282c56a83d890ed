"""The throttle in time: calls wait here for their turn, those of python-telegram-bot and those of the sender."""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.core.delivery.throttle import ChatRef, Lane, Throttle, Ticket
from bot.storage.errors import StoreError
from bot.storage.holds import EVERYBODY, Holds

PATIENCE_MS = 3_000
"""The longest flood wait that a person who waits for a reply is put through."""
TRIES = 3

# Asks python-telegram-bot for the type its flood waits will have; otherwise it warns at every one of them.
os.environ.setdefault("PTB_TIMEDELTA", "true")

log = structlog.get_logger(__name__)

Clock = Callable[[], int]
Result = bool | dict[str, Any] | list[dict[str, Any]]


def monotonic_ms() -> int:
    """Milliseconds of a clock that never jumps."""
    return time.monotonic_ns() // 1_000_000


class Limiter(BaseRateLimiter[Lane]):
    """Gives turns by the throttle, which counts in a clock that never jumps; holds are kept in UTC in the state."""

    def __init__(self, throttle: Throttle, holds: Holds, *, clock: Clock, monotonic: Clock = monotonic_ms) -> None:
        self._throttle = throttle
        self._holds = holds
        self._clock = clock
        self._now = monotonic
        self._turns: dict[Ticket, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def initialize(self) -> None:
        """Take over the flood waits that outlived the last process."""
        shift = self._now() - self._clock()
        for chat_id, until_ms in (await self._holds.load()).items():
            if chat_id == EVERYBODY:
                self._throttle.hold_all(until_ms + shift)
            else:
                self._throttle.hold(chat_id, until_ms + shift)

    async def shutdown(self) -> None:
        """Forget the timer; whoever still waits is cancelled by its own task."""
        if self._timer is not None:
            self._timer.cancel()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Lane | None,
    ) -> Result:
        """python-telegram-bot's door. A reply waits out a short flood, and is given up before a long one."""
        if not is_costly(endpoint):
            return await callback(*args, **kwargs)
        chat: ChatRef | None = data.get("chat_id")
        for attempt in range(1, TRIES + 1):
            self._refuse_long_wait(chat)
            await self.turn(rate_limit_args or Lane.INTERACTIVE, chat)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                await self.flooded(chat, math.ceil(_wait_s(error)))
                if attempt == TRIES:
                    raise
        raise AssertionError("unreachable")

    async def turn(self, lane: Lane, chat: ChatRef | None) -> None:
        """Wait until a call of this lane to this chat may be made; it has to be made at once then."""
        ticket = Ticket(lane, chat)
        self._turns[ticket] = asyncio.get_running_loop().create_future()
        self._throttle.enter(ticket)
        self._pump()
        try:
            await self._turns[ticket]
        finally:
            ticket.is_cancelled = True
            self._turns.pop(ticket, None)

    async def flooded(self, chat: ChatRef | None, wait_s: int) -> None:
        """Telegram asked for a wait; remembered across restarts."""
        log.warning("telegram.flood", chat=chat, wait_s=wait_s)
        self._throttle.flooded(chat, wait_s * 1000, self._now())
        self._pump()
        try:
            if isinstance(chat, int):
                await self._holds.put(chat, self._clock() + wait_s * 1000)
            if (left := self._throttle.held_until(None) - self._now()) > 0:
                await self._holds.put(EVERYBODY, self._clock() + left)
        except StoreError as error:
            log.warning("telegram.flood_not_kept", chat=chat, error=str(error))

    def rest_bulk(self, wait_ms: int) -> None:
        """For so long only replies are sent."""
        self._throttle.pause_bulk(self._now() + wait_ms)

    def wait_ms(self, chat: ChatRef | None) -> int:
        """The flood wait that a call to this chat would meet, 0 when there is none."""
        return max(0, self._throttle.held_until(chat) - self._now())

    def gap_ms(self, lane: Lane, chat: ChatRef) -> int:
        """How long this chat is not ready for another call of this lane, whatever the others do."""
        return max(0, self._throttle.free_at(lane, chat) - self._now())

    def waiting(self) -> Counter[Lane]:
        """How many calls wait for their turn, by lane."""
        return Counter(ticket.lane for ticket in self._turns)

    @property
    def per_second(self) -> float:
        """The overall rate at present."""
        return self._throttle.pace.rate(self._now())

    @property
    def bulk_held_until_ms(self) -> int | None:
        """Until when (UTC) only replies are sent, None when all lanes go."""
        left = self._throttle.bulk_from - self._now()
        return self._clock() + left if left > 0 else None

    def _refuse_long_wait(self, chat: ChatRef | None) -> None:
        """No call inside a wait window, and nobody waits for minutes: the caller hears what Telegram would say."""
        left = self.wait_ms(chat)
        if left > PATIENCE_MS:
            raise RetryAfter(math.ceil(left / 1000))

    def _pump(self) -> None:
        now = self._now()
        for ticket in self._throttle.release(now):
            turn = self._turns.get(ticket)
            if turn is not None and not turn.done():
                turn.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        next_at = self._throttle.next_at(now)
        if next_at is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0, next_at - now) / 1000, self._pump)


def is_costly(endpoint: str) -> bool:
    """Whether a method counts against Telegram's limits: whatever sends, copies, forwards or edits messages."""
    return endpoint.startswith(("send", "copy", "forward", "edit")) and endpoint != "sendChatAction"


def _wait_s(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, dt.timedelta) else wait
