"""Another process on the same token: stand aside while it lasts, give up when it does not end."""

from __future__ import annotations

from bot.core.delivery.retry import STAND_ASIDE_MS

LASTING_MS = 60_000
FORGOTTEN_MS = 2 * STAND_ASIDE_MS


class ConflictWatch:
    """Remembers 409s. Times are milliseconds of one clock."""

    def __init__(self) -> None:
        self._first_ms = 0
        self._last_ms: int | None = None

    def note(self, now_ms: int) -> bool:
        """One more; True when they have been coming for a minute."""
        if self._last_ms is None or now_ms - self._last_ms > FORGOTTEN_MS:
            self._first_ms = now_ms
        self._last_ms = now_ms
        return now_ms - self._first_ms >= LASTING_MS

    def is_present(self, now_ms: int) -> bool:
        """Whether the last one is so recent that nothing should be sent."""
        return self._last_ms is not None and now_ms - self._last_ms < STAND_ASIDE_MS
