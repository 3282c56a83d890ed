"""An edition: the items of a digest that one reader gets under the tags they follow and mute."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.core.models import Digest, Item
from bot.core.tags.concordance import Concordance
from bot.core.tags.keywords import distinct, without

MAX_TAGS = 50
"""So many tags a reader may choose: it bounds the key of the filter and the work of an edition."""


@dataclass(frozen=True, slots=True)
class TagFilter:
    """The tags and keywords of a reader. Order and repetition do not matter: equal choices are equal filters with equal
    keys."""

    followed: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "followed", distinct(self.followed))
        object.__setattr__(self, "muted", distinct(self.muted))

    @property
    def is_empty(self) -> bool:
        """Nothing chosen: the whole digest."""
        return not (self.followed or self.muted)

    @property
    def tags(self) -> tuple[str, ...]:
        """Everything that was chosen, either way."""
        return self.followed + self.muted

    def follow(self, tag: str) -> TagFilter:
        """The same with this tag followed, no longer muted."""
        return TagFilter((*self.followed, tag), without(self.muted, tag))

    def mute(self, tag: str) -> TagFilter:
        """The same with this tag muted, no longer followed."""
        return TagFilter(without(self.followed, tag), (*self.muted, tag))

    def drop(self, tag: str) -> TagFilter:
        """The same with this tag neither followed nor muted."""
        return TagFilter(without(self.followed, tag), without(self.muted, tag))

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


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest and those of its items that `filter` admits, by number.

    `asked_for` is the tag that a reader asked for on this occasion; empty when the filter is what they always follow.
    `is_todays`: it is read on the digest's own day.
    """

    digest: Digest
    items: tuple[Item, ...]
    filter: TagFilter
    concordance: Concordance = field(repr=False, compare=False)
    asked_for: str = ""
    is_todays: bool = False

    @property
    def rest(self) -> tuple[Item, ...]:
        """The items that were left out, by number."""
        chosen = {item.number for item in self.items}
        return tuple(item for item in self.digest.items if item.number not in chosen)

    def reason(self, item: Item) -> str:
        """The followed tags that brought the item here, or those it was muted for; empty when no tag decided."""
        decisive = self.filter.followed if item in self.items else self.filter.muted
        # Names say more than topics, so the item's own order comes first, and readers' words after it.
        own = [tag for tag in item.tags if tag in decisive]
        found = [tag for tag in decisive if tag not in own and item.number in self.concordance.numbers(tag)]
        return "、".join(own + found)


def select(
    digest: Digest,
    tag_filter: TagFilter,
    concordance: Concordance | None = None,
    *,
    asked_for: str = "",
    is_todays: bool = False,
) -> Edition:
    """The edition of `digest` (labelled with topics and entities) under a filter: a muted tag excludes an item, then
    one followed tag (if any are) is needed. Those who make many editions of a digest share one `concordance`."""
    known = concordance or Concordance(digest)
    muted = _numbers(known, tag_filter.muted)
    followed = _numbers(known, tag_filter.followed) if tag_filter.followed else {item.number for item in digest.items}
    items = tuple(item for item in digest.items if item.number in followed - muted)
    return Edition(digest, items, tag_filter, known, asked_for, is_todays)


def _numbers(concordance: Concordance, tags: Iterable[str]) -> set[int]:
    return {number for tag in tags for number in concordance.numbers(tag)}
