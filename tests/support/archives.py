"""Small digests and archives made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from bot.archive import Archive, PostSource
from bot.core.models import Digest, Item, Paragraph, Run, Section
from tests.support.samples import taxonomy

TODAY = dt.date(2026, 2, 10)
NOON_MS = int(dt.datetime(2026, 2, 10, 12, tzinfo=dt.UTC).timestamp() * 1000)
TAXONOMY = taxonomy()


def item(number: int, headline: str, body: str = "", *tags: str, url: str | None = None) -> Item:
    """An item with one paragraph of text."""
    blocks = (Paragraph((Run(body),)),) if body else ()
    return Item(number, (Run(headline),), url=url, blocks=blocks, topics=tags)


def digest(day: dt.date, *items: Item, title: str = "样刊", section: str = "要闻") -> Digest:
    """A digest with one section."""
    return Digest(day, "", title, (Section(1, section, items),))


def source(found: Digest, key: str | None = None, raw: bytes | None = None) -> PostSource:
    """The digest as a post; its key is its day's, its file's name the key's."""
    key = key or found.date.strftime("%Y%m%d")
    return PostSource(key, f"{key}.md", raw if raw is not None else repr(found).encode(), found)


async def open_archive(path: Path, known: Mapping[bytes, Digest] | None = None) -> Archive:
    """An opened archive that understands the files in `known`."""
    archive = Archive(path, TAXONOMY, lambda: NOON_MS, lambda raw, name, date: (known or {}).get(raw))
    await archive.open()
    return archive
