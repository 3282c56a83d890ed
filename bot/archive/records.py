"""What goes into the archive and what comes out of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from bot.core.models import Digest, Inline, Item, Passage, Section
from bot.core.wording import block_lines, item_lines


def content_hash(raw: bytes) -> str:
    """The identity of a file's content: SHA-256 in hexadecimal."""
    return sha256(raw).hexdigest()


@dataclass(frozen=True, slots=True)
class PostSource:
    """A digest to be found later: its key, its file's name and bytes, and what they mean, items labelled."""

    key: str
    name: str
    raw: bytes
    digest: Digest


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that a search found. `marked` is the headline, `snippet` a piece of the text, both with hits in bold.

    `lead` is the text's first line.
    """

    item_key: str
    date: dt.date
    number: int
    headline: str
    url: str | None
    section: str
    tags: tuple[str, ...]
    marked: Inline
    snippet: Inline
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """An item as the archive keeps it; `body` is all its text below the headline, line by line."""

    item_key: str
    date: dt.date
    number: int
    headline: str
    url: str | None
    section: str
    tags: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of hits and how many there are in all."""

    total: int = 0
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item as it is stored and indexed."""

    number: int
    section: str
    headline: str
    body: str
    url: str | None
    tags: tuple[str, ...]


def item_records(digest: Digest) -> list[ItemRecord]:
    """The items of a digest. Text between items belongs to the item before it, or to the first one after it."""
    found: list[tuple[Section, Item, list[str]]] = []
    waiting: list[str] = []
    for section, entry in _entries(digest):
        if isinstance(entry, Item):
            found.append((section, entry, [*item_lines(entry), *waiting]))
            waiting = []
        elif found and found[-1][0] is section:
            found[-1][2].extend(block_lines(entry.blocks))
        else:
            waiting.extend(block_lines(entry.blocks))
    if found:
        found[-1][2].extend(waiting)
    return [_record(section, item, lines) for section, item, lines in found]


def _entries(digest: Digest) -> Iterator[tuple[Section, Item | Passage]]:
    for section in digest.sections:
        for entry in section.entries:
            yield section, entry


def _record(section: Section, item: Item, lines: list[str]) -> ItemRecord:
    return ItemRecord(item.number, section.title, item.title, "\n".join(lines), item.url, item.tags)
