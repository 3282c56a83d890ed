"""An edition: the items of a digest that one reader gets under the tags they follow and mute."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.models import Digest, Item


@dataclass(frozen=True, slots=True)
class TagFilter:
    """The tags of a reader. Order and repetition do not matter: equal choices are equal filters with equal keys."""

    followed: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "followed", _canonical(self.followed))
        object.__setattr__(self, "muted", _canonical(self.muted))

    @property
    def is_empty(self) -> bool:
        """Nothing chosen: the whole digest."""
        return not (self.followed or self.muted)

    @property
    def key(self) -> str:
        """The filter as text, the same for the same choices; empty when nothing is chosen."""
        if self.is_empty:
            return ""
        return json.dumps([self.followed, self.muted], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def parse(cls, key: str) -> TagFilter:
        """The filter that has this key.

        Raises:
            ValueError: no filter has such a key.
        """
        if not key:
            return cls()
        match json.loads(key):
            case [list(followed), list(muted)] if all(isinstance(tag, str) for tag in followed + muted):
                return cls(tuple(followed), tuple(muted))
        raise ValueError(f"not the key of a tag filter: {key!r}")

    def admits(self, item: Item) -> bool:
        """Whether the item is for this reader: a muted tag excludes, then one followed tag (if any are) is needed."""
        tags = set(item.tags)
        if not tags.isdisjoint(self.muted):
            return False
        return not self.followed or not tags.isdisjoint(self.followed)


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest and those of its items that `filter` admits, by number."""

    digest: Digest
    items: tuple[Item, ...]
    filter: TagFilter

    @property
    def rest(self) -> tuple[Item, ...]:
        """The items that were left out, by number."""
        chosen = {item.number for item in self.items}
        return tuple(item for item in self.digest.items if item.number not in chosen)

    def reason(self, item: Item) -> str:
        """The followed tags that brought the item here, or those it was muted for; empty when no tag decided."""
        decisive = self.filter.followed if self.filter.admits(item) else self.filter.muted
        return "、".join(tag for tag in item.tags if tag in decisive)


def select(digest: Digest, tag_filter: TagFilter) -> Edition:
    """The edition of `digest` (labelled with topics and entities) under a filter."""
    return Edition(digest, tuple(item for item in digest.items if tag_filter.admits(item)), tag_filter)


def _canonical(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(tags)))
