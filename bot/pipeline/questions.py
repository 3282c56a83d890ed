"""Parts that may or may not have reached a public group, until a person or the clock decides."""

from __future__ import annotations

from bot.storage.records import Delivery

Key = tuple[int, int]


class Questions:
    """The open questions, by campaign and chat."""

    def __init__(self) -> None:
        self._open: dict[Key, Delivery] = {}

    def add(self, delivery: Delivery) -> None:
        """A row that is UNKNOWN until its `not_before_ms`."""
        self._open[delivery.campaign_id, delivery.chat_id] = delivery

    def take(self, campaign_id: int, chat_id: int) -> Delivery | None:
        """Somebody decides: the row, or None when it is settled already."""
        return self._open.pop((campaign_id, chat_id), None)

    def take_due(self, now_ms: int) -> list[Delivery]:
        """Those that nobody has answered in time."""
        due = [key for key, delivery in self._open.items() if delivery.not_before_ms <= now_ms]
        return [self._open.pop(key) for key in due]

    def drop(self, campaign_id: int) -> None:
        """The campaign has ended."""
        self._open = {key: delivery for key, delivery in self._open.items() if key[0] != campaign_id}

    @property
    def next_due_ms(self) -> int | None:
        """When the next one is decided by the clock."""
        return min((delivery.not_before_ms for delivery in self._open.values()), default=None)
