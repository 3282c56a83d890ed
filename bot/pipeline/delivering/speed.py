"""How fast campaigns move."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

SPAN_MS = 10_000
SLICE_MS = 500


class Speed:
    """Settled chats a second over the last ten seconds, counted in slices of half a second."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._slices: dict[int, deque[list[int]]] = {}

    def note(self, campaign_id: int) -> None:
        """One more chat is settled."""
        at = self._now() // SLICE_MS
        slices = self._slices.setdefault(campaign_id, deque(maxlen=SPAN_MS // SLICE_MS))
        if slices and slices[-1][0] == at:
            slices[-1][1] += 1
        else:
            slices.append([at, 1])

    def per_second(self, campaign_id: int) -> float:
        """Chats a second; 0 when nothing has moved lately."""
        now = self._now()
        recent = [one for one in self._slices.get(campaign_id, ()) if one[0] * SLICE_MS > now - SPAN_MS]
        if not recent:
            return 0.0
        span_ms = max(SLICE_MS, now - recent[0][0] * SLICE_MS)
        return 1000 * sum(count for _, count in recent) / span_ms

    def forget(self, campaign_id: int) -> None:
        """The campaign has ended."""
        self._slices.pop(campaign_id, None)
