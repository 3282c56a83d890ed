"""Patience with one person: a burst is fine, a flood is answered once and then left alone for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto


class Mood(Enum):
    """What to do with one more update of a person."""

    LISTEN = auto()
    WARN = auto()
    IGNORE = auto()


@dataclass(slots=True)
class _Person:
    tokens: float
    at_ms: int
    ignored_until_ms: int = 0


class Patience:
    """A bucket for each person: `burst` updates at once, one more every `refill_ms`, `ignore_ms` of silence after.

    Full buckets are forgotten, so memory follows the people of the last moments, not of all time.
    """

    def __init__(
        self, clock: Callable[[], int], *, burst: int = 20, refill_ms: int = 500, ignore_ms: int = 60_000
    ) -> None:
        self._clock = clock
        self._burst = burst
        self._refill_ms = refill_ms
        self._ignore_ms = ignore_ms
        self._people: dict[int, _Person] = {}
        self._swept_ms = 0

    def hear(self, user_id: int) -> Mood:
        """Count one update of this person."""
        now_ms = self._clock()
        self._sweep(now_ms)
        person = self._people.setdefault(user_id, _Person(float(self._burst), now_ms))
        if now_ms < person.ignored_until_ms:
            return Mood.IGNORE
        refilled = (now_ms - person.at_ms) / self._refill_ms
        person.tokens = min(float(self._burst), person.tokens + refilled)
        person.at_ms = now_ms
        if person.tokens >= 1:
            person.tokens -= 1
            return Mood.LISTEN
        person.ignored_until_ms = now_ms + self._ignore_ms
        return Mood.WARN

    def _sweep(self, now_ms: int) -> None:
        forgotten_after_ms = self._burst * self._refill_ms + self._ignore_ms
        if now_ms - self._swept_ms < forgotten_after_ms:
            return
        self._swept_ms = now_ms
        self._people = {
            user_id: person for user_id, person in self._people.items() if now_ms - person.at_ms < forgotten_after_ms
        }
