"""When a digest goes out: a pure decision from its date, the clock and the operator's settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Due:
    """It goes out now."""


@dataclass(frozen=True, slots=True)
class Later:
    """Its time comes at `at_ms`, milliseconds UTC."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class TooOld:
    """It is history: archived, never sent by itself."""


@dataclass(frozen=True, slots=True)
class Unready:
    """Its author still calls it a draft."""


Decision = Due | Later | TooOld | Unready


@dataclass(frozen=True, slots=True)
class Timetable:
    """The operator's choice: `publish_at` in `timezone` on the digest's own date, or `now` as soon as that date has
    begun; a digest dated more than `max_age_days` before today is history. When no digest of today is out at
    `alarm_at`, somebody should know."""

    timezone: ZoneInfo
    publish_at: dt.time | Literal["now"]
    max_age_days: int
    alarm_at: dt.time | Literal["off"] = "off"

    def decide(self, date: dt.date, *, is_draft: bool, now_ms: int) -> Decision:
        """What to do with a digest of this date at this moment."""
        if is_draft:
            return Unready()
        if (self.today(now_ms) - date).days > self.max_age_days:
            return TooOld()
        due_ms = self.due_ms(date)
        return Due() if now_ms >= due_ms else Later(due_ms)

    def due_ms(self, date: dt.date) -> int:
        """The moment a digest of this date goes out, milliseconds UTC.

        A time of day that the clocks skip is taken as much later as they jump; one that they show twice is its first.
        """
        return self._moment_ms(date, dt.time.min if self.publish_at == "now" else self.publish_at)

    def is_overdue(self, now_ms: int, *, published: Collection[dt.date], waiting: Collection[dt.date]) -> bool:
        """Whether it is late enough today to say that no digest of today is among those `published`, nor among those
        `waiting` for an hour that is still to come."""
        if self.alarm_at == "off":
            return False
        today = self.today(now_ms)
        if now_ms < self._moment_ms(today, self.alarm_at) or today in published:
            return False
        return today not in waiting or self.due_ms(today) <= now_ms

    def today(self, now_ms: int) -> dt.date:
        """The operator's date at this moment."""
        return dt.datetime.fromtimestamp(now_ms / 1000, self.timezone).date()

    def _moment_ms(self, date: dt.date, time: dt.time) -> int:
        return round(dt.datetime.combine(date, time, self.timezone).timestamp() * 1000)
