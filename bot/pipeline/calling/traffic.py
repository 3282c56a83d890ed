"""What went over the wire to Telegram, counted where every call passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.pipeline.calling.ratelimit import is_costly

FLOOD = 429
SERVER_FAILED = 500


@dataclass
class Traffic:
    """Calls since the start. `clock` gives milliseconds UTC.

    `sends`: calls that put messages into chats or change them, by the HTTP status or by where they broke off.
    `answered_at_ms`: when Telegram itself answered last.
    """

    clock: Callable[[], int]
    sends: Counter[str] = field(default_factory=Counter)
    floods: int = 0
    answered_at_ms: int | None = None

    def answered(self, url: str, status: int) -> None:
        """A call came back."""
        if status < SERVER_FAILED:
            self.answered_at_ms = self.clock()
        self.floods += status == FLOOD
        self._count(url, str(status))

    def broke_off(self, url: str, cause: str) -> None:
        """A call got no whole answer."""
        self._count(url, cause)

    def _count(self, url: str, outcome: str) -> None:
        # Only the method is looked at: the rest of the address holds the token.
        if is_costly(url.rpartition("/")[2]):
            self.sends[outcome] += 1
