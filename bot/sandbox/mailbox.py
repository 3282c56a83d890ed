"""The bot's updates: queued for a day, confirmed by the next offset, filtered by kind."""

from __future__ import annotations

from collections import deque
from typing import Any

DAY_MS = 86_400_000
OPT_IN_KINDS = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Mailbox:
    """Updates that wait for getUpdates."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, dict[str, Any]]] = deque()
        self._next_id = 100_001
        self._allowed: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def allowed(self) -> list[str]:
        """The kinds the bot asked for; empty: the usual ones."""
        return sorted(self._allowed)

    def allow(self, kinds: list[str]) -> None:
        """From now on only these kinds come; an empty list means the usual ones."""
        self._allowed = frozenset(kinds)

    def put(self, kind: str, payload: dict[str, Any], now_ms: int) -> int | None:
        """Queue an update; returns its id, or None when the bot does not want this kind."""
        if kind not in self._allowed if self._allowed else kind in OPT_IN_KINDS:
            return None
        update_id = self._next_id
        self._next_id += 1
        self._waiting.append((now_ms, {"update_id": update_id, kind: payload}))
        return update_id

    def read(self, offset: int, limit: int, now_ms: int) -> list[dict[str, Any]]:
        """Confirm what lies before `offset` and return the next updates; a negative offset keeps the last ones."""
        self._forget(offset, now_ms)
        return [update for _, update in list(self._waiting)[:limit]]

    def clear(self) -> None:
        """Drop everything that waits."""
        self._waiting.clear()

    def _forget(self, offset: int, now_ms: int) -> None:
        keep = -offset if offset < 0 else len(self._waiting)
        while self._waiting:
            queued_at_ms, update = self._waiting[0]
            is_fresh = now_ms - queued_at_ms < DAY_MS
            if is_fresh and len(self._waiting) <= keep and update["update_id"] >= offset:
                return
            self._waiting.popleft()
