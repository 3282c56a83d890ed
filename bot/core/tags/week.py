"""The week's most important items: named in summaries, told on several days, with text rather than one line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.keys import item_key
from bot.core.models import Digest, Inline, Item, plain
from bot.core.search.terms import BREAK, fold, terms
from bot.core.tags.threads import Telling, Usage, earlier_tellings, telling_of

MOST = 12
NAMED, PER_DAY, WITH_TEXT, WITH_COMMENTARY = 4.0, 2.0, 1.0, 1.0
_ALIKE = 0.45
"""So much of a headline stands in the point of the summary that names it."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """One of the week's stories: its last telling, and the days it was told on, newest first."""

    item_key: str
    item: Item
    days: tuple[dt.date, ...]
    weight: float


def highlights(digests: Sequence[tuple[str, Digest]], most: int = MOST) -> tuple[Highlight, ...]:
    """The stories of these digests (key, labelled digest), the most important first; each story once."""
    newest_first = sorted(digests, key=lambda found: (found[1].date, found[0]), reverse=True)
    tellings = {
        item_key(key, item.number): telling_of(item, item_key(key, item.number), digest.date)
        for key, digest in newest_first
        for item in digest.items
    }
    everything, usage = list(tellings.values()), Usage.of(tellings.values())
    told, found = set[str](), list[Highlight]()
    for key, digest in newest_first:
        named = _named(digest)
        for item in digest.items:
            story = tellings[item_key(key, item.number)]
            if story.item_key not in told and item.repeats is None and (not item.is_brief or item.number in named):
                earlier = earlier_tellings(story, everything, usage)
                told |= {other.item_key for other in earlier}
                found.append(_highlight(story, item, earlier, named.get(item.number, 0.0)))
    # Sorting is stable: of equals the newer comes first, then the one the author put first.
    return tuple(sorted(found, key=lambda highlight: -highlight.weight)[:most])


def _highlight(story: Telling, item: Item, earlier: Sequence[Telling], named: float) -> Highlight:
    weight = named + PER_DAY * len(earlier)
    weight += WITH_TEXT * (not item.is_brief) + WITH_COMMENTARY * bool(item.commentary)
    return Highlight(story.item_key, item, (story.date, *(other.date for other in earlier)), weight)


def _named(digest: Digest) -> dict[int, float]:
    """The items that the summary names, by number: each point names the item most like it, the first one most."""
    named: dict[int, float] = {}
    words = {item.number: _words(item.headline) for item in digest.items}
    for place, point in enumerate(digest.points):
        said = _words(point)
        alike = {number: len(said & title) / len(title) for number, title in words.items() if title}
        best = max(alike, key=lambda number: alike[number], default=0)
        if best and alike[best] >= _ALIKE:
            named.setdefault(best, NAMED - 2 * place / max(len(digest.points), 1))
    return named


def _words(inline: Inline) -> frozenset[str]:
    return frozenset(_long(term.text for term in terms(fold(plain(inline)))))


def _long(found: Iterable[str]) -> Iterable[str]:
    return (term for term in found if term != BREAK and len(term) > 1)
