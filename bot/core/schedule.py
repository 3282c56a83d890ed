"""When a digest goes out: a pure decision from its date, the clock and the operator's settings."""

from __future__ import annotations

import datetime as dt
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
    begun; a digest dated more than `max_age_days` before today is history."""

    timezone: ZoneInfo
    publish_at: dt.time | Literal["now"]
    max_age_days: int

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
        time = dt.time.min if self.publish_at == "now" else self.publish_at
        return round(dt.datetime.combine(date, time, self.timezone).timestamp() * 1000)

    def today(self, now_ms: int) -> dt.date:
        """The operator's date at this moment."""
        return dt.datetime.fromtimestamp(now_ms / 1000, self.timezone).date()
