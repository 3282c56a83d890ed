"""Items that a careful reader labelled, and how well other labels agree with theirs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.core.models import Digest, Item
from tests.support.samples import brief, digest, digests, section, story, taxonomy

LABELS = Path(__file__).parents[1] / "core/tags/labels"
OWN_SECTION = "要闻"


@dataclass(frozen=True, slots=True)
class Judged:
    """An item as the taxonomy labels it, in the section of this title, and what it is about; `?` before it: perhaps."""

    item: Item
    section: str
    topics: frozenset[str]
    entities: frozenset[str]


def labelled(title: str, text: str = "", section_title: str = OWN_SECTION) -> Item:
    """The item after labelling; `text` is its first paragraph."""
    item = brief(1, title, text) if text else story(1, title)
    return taxonomy().label(digest(section(1, section_title, item))).items[0]


def of_real_digests(name: str) -> tuple[list[Judged], int]:
    """The items of a file of keys that are among the digests at hand, and how many it has."""
    expected = {key: _parse(labels) for key, labels in (line.split(": ", 1) for line in _lines(name))}
    found = [
        Judged(item, part.title, *expected[key])
        for _, known in digests()
        for part in known.sections
        for item in part.items
        if (key := _key(known, item)) in expected
    ]
    return found, len(expected)


def of_our_own(name: str) -> list[Judged]:
    """The items of a file that has their words beside the labels."""
    lines = ([part.strip() for part in line.split("|")] for line in _lines(name))
    return [Judged(labelled(title, text), OWN_SECTION, *_parse(labels)) for title, text, labels in lines]


def agreement(found: Iterable[tuple[Iterable[str], frozenset[str]]]) -> tuple[float, float]:
    """Precision and recall of labels against those expected; what may be there counts neither way."""
    tally = Counter[str]()
    for labels, expected in found:
        required = {label for label in expected if not label.startswith("?")}
        allowed = {label.removeprefix("?") for label in expected}
        given = set(labels)
        tally.update(right=len(given & required), wrong=len(given - allowed), missed=len(required - given))
    right = tally["right"]
    return right / max(1, right + tally["wrong"]), right / max(1, right + tally["missed"])


def _lines(name: str) -> Iterator[str]:
    return (line for line in (LABELS / f"{name}.txt").read_text("utf-8").splitlines() if not line.startswith("#"))


def _key(found: Digest, item: Item) -> str:
    return f"{found.date} {hashlib.sha256(item.title.encode()).hexdigest()[:8]}"


def _parse(labels: str) -> tuple[frozenset[str], frozenset[str]]:
    """`topic topic; entity, entity`; a ? before one: it may be."""
    topics, entities = labels.split(";")
    return frozenset(topics.split()), frozenset(filter(None, entities.strip().split(", ")))
