"""Telegram's sending limits as three models of counting; which one Telegram uses is not documented.

30 messages a second overall (1000 when paid for), one a second in a private chat, 20 a minute in a group.
Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Model(StrEnum):
    """How a limit counts."""

    TOKEN_BUCKET = "token_bucket"  # noqa: S105 - no secret, a way of counting
    FIXED_WINDOW = "fixed_window"
    SLIDING_WINDOW = "sliding_window"


class Counter(Protocol):
    """One limit of one chat or of all: asked first, charged when the message goes."""

    def wait_ms(self, now_ms: int) -> int:
        """How long until another message is allowed; 0: now."""

    def charge(self, now_ms: int) -> None:
        """Count one message."""


class TokenBucket:
    """Fills evenly; a full bucket allows a burst of `count` messages."""

    def __init__(self, count: int, period_ms: int) -> None:
        self._count, self._period_ms = count, period_ms
        self._level, self._at_ms = float(count), 0

    def wait_ms(self, now_ms: int) -> int:
        """How long until a whole token is there."""
        missing = 1 - self._filled(now_ms)
        return 0 if missing <= 1e-9 else max(1, round(missing * self._period_ms / self._count))

    def charge(self, now_ms: int) -> None:
        """Take a token."""
        self._level, self._at_ms = self._filled(now_ms) - 1, now_ms

    def _filled(self, now_ms: int) -> float:
        return min(self._count, self._level + (now_ms - self._at_ms) * self._count / self._period_ms)


class FixedWindow:
    """Starts anew at every full period of the clock."""

    def __init__(self, count: int, period_ms: int) -> None:
        self._count, self._period_ms = count, period_ms
        self._window, self._used = -1, 0

    def wait_ms(self, now_ms: int) -> int:
        """How long until the next window, when this one is used up."""
        is_full = now_ms // self._period_ms == self._window and self._used >= self._count
        return self._period_ms - now_ms % self._period_ms if is_full else 0

    def charge(self, now_ms: int) -> None:
        """Count one in the current window."""
        window = now_ms // self._period_ms
        self._used = self._used + 1 if window == self._window else 1
        self._window = window


class SlidingWindow:
    """Never more than `count` in any stretch of one period."""

    def __init__(self, count: int, period_ms: int) -> None:
        self._count, self._period_ms = count, period_ms
        self._sent: deque[int] = deque()

    def wait_ms(self, now_ms: int) -> int:
        """How long until the oldest one leaves the window."""
        while self._sent and self._sent[0] <= now_ms - self._period_ms:
            self._sent.popleft()
        return 0 if len(self._sent) < self._count else self._sent[0] + self._period_ms - now_ms

    def charge(self, now_ms: int) -> None:
        """Remember when."""
        self._sent.append(now_ms)


_COUNTERS: dict[Model, Callable[[int, int], Counter]] = {
    Model.TOKEN_BUCKET: TokenBucket,
    Model.FIXED_WINDOW: FixedWindow,
    Model.SLIDING_WINDOW: SlidingWindow,
}


@dataclass(frozen=True, slots=True)
class Rates:
    """The limits themselves."""

    overall_per_second: int = 30
    paid_per_second: int = 1000
    private_per_second: int = 1
    group_per_minute: int = 20


class Limits:
    """All limits together; a refused message costs nothing."""

    def __init__(self, model: Model = Model.SLIDING_WINDOW, rates: Rates | None = None) -> None:
        self._new = _COUNTERS[model]
        self._rates = rates or Rates()
        self._counters: defaultdict[Hashable, Counter | None] = defaultdict(lambda: None)

    def wait_ms(self, chat_id: int, now_ms: int, *, is_private: bool, is_paid: bool = False) -> int:
        """Take one message of that chat, or say how long it must wait (0: taken)."""
        counters = [self._overall(is_paid), self._of_chat(chat_id, is_private)]
        wait = max(counter.wait_ms(now_ms) for counter in counters)
        if wait == 0:
            for counter in counters:
                counter.charge(now_ms)
        return wait

    def _overall(self, is_paid: bool) -> Counter:
        rates = self._rates
        return self._counter(("all", is_paid), rates.paid_per_second if is_paid else rates.overall_per_second, 1_000)

    def _of_chat(self, chat_id: int, is_private: bool) -> Counter:
        if is_private:
            return self._counter(chat_id, self._rates.private_per_second, 1_000)
        return self._counter(chat_id, self._rates.group_per_minute, 60_000)

    def _counter(self, key: Hashable, count: int, period_ms: int) -> Counter:
        counter = self._counters[key]
        if counter is None:
            counter = self._counters[key] = self._new(count, period_ms)
        return counter
