"""What was worked out lately, kept for the next one who asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most `most` values; the one that was not asked for longest makes room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values = OrderedDict[K, V]()

    def find(self, key: K) -> V | None:
        """The value of that key while it is kept."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key]

    def keep(self, key: K, value: V) -> V:
        """Keep a value, and give it back."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)
        return value
