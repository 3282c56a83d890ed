"""Digests into the archive's tables and out of them again."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import aiosqlite

from bot.archive.records import ItemRecord, PostSource, content_hash, item_records
from bot.core.search.aliases import spelling
from bot.core.search.terms import index_text

# Row ids are ordered by date, so that "newest first" is the index's own order. Two bytes hold the step to the next day.
DAY_ROWS = 1 << 14
TAG_MARK = "＃"  # folded text has none, so a tag is never mistaken for a word

Terms = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A digest ready to be written: its row, its items and their terms."""

    row: tuple[object, ...]
    key: str
    name: str
    day: dt.date
    items: tuple[tuple[ItemRecord, Terms], ...]


def first_row(day: dt.date) -> int:
    """The lowest row id an item of that day can have."""
    return day.toordinal() * DAY_ROWS


def day_of(row_id: int) -> dt.date:
    """The day of the item with this row id."""
    return dt.date.fromordinal(row_id // DAY_ROWS)


def tag_term(tag: str) -> str:
    """The term that marks items with this tag."""
    return TAG_MARK + spelling(tag)


async def write(connection: aiosqlite.Connection, source: PostSource) -> None:
    """Put a digest into the archive in place of the one with the same key or the same file name."""
    entry = await asyncio.to_thread(_prepare, source)
    same = "select key from digest where key = ? or name = ?"
    for (key,) in list(await connection.execute_fetchall(same, (entry.key, entry.name))):
        await erase(connection, key)
    await connection.execute("insert into digest values (?, ?, ?, ?, ?, ?, ?)", entry.row)
    await _insert_items(connection, entry)


async def erase(connection: aiosqlite.Connection, key: str) -> None:
    """Take a digest and its items out of the archive; nothing happens when it is not there."""
    found = "select id, headline, body, tags from item where digest_key = ?"
    rows = list(await connection.execute_fetchall(found, (key,)))
    # The index keeps no text: a row is taken out by the very terms that it was put in with.
    gone = await asyncio.to_thread(lambda: [_terms_of_row(*row) for row in rows])
    forget = "insert into item_fts (item_fts, rowid, headline, body, tags) values ('delete', ?, ?, ?, ?)"
    await connection.executemany(forget, gone)
    await connection.execute("delete from item where digest_key = ?", (key,))
    await connection.execute("delete from digest where key = ?", (key,))


def _terms_of_row(row_id: int, headline: str, body: str, tags: str) -> tuple[int, str, str, str]:
    return row_id, *_terms(headline, body, json.loads(tags))


def _prepare(source: PostSource) -> Entry:
    digest = source.digest
    packed = zlib.compress(source.raw)
    day = digest.date.isoformat()
    row = (source.key, day, digest.slug, source.name, digest.title, content_hash(source.raw), packed)
    records = item_records(digest)[:DAY_ROWS]
    items = tuple((record, _terms(record.headline, record.body, record.tags)) for record in records)
    return Entry(row, source.key, source.name, digest.date, items)


def _terms(headline: str, body: str, tags: Iterable[str]) -> Terms:
    return index_text(headline), index_text(body), " ".join(map(tag_term, tags))


async def _insert_items(connection: aiosqlite.Connection, entry: Entry) -> None:
    ids = await _free_rows(connection, entry.day, len(entry.items))
    # The first item of a digest gets the highest row id: among equals it is found first.
    numbered = list(zip(reversed(ids), entry.items, strict=False))
    await connection.executemany(
        "insert into item values (?, ?, ?, ?, ?, ?, ?, ?)",
        [(id_, entry.key, *_columns(record)) for id_, (record, _) in numbered],
    )
    await connection.executemany(
        "insert into item_fts (rowid, headline, body, tags) values (?, ?, ?, ?)",
        [(id_, *found) for id_, (_, found) in numbered],
    )


async def _free_rows(connection: aiosqlite.Connection, day: dt.date, count: int) -> list[int]:
    """The lowest row ids of that day that are not taken, in order; fewer than `count` when the day is full."""
    start, end = first_row(day), first_row(day) + DAY_ROWS
    rows = await connection.execute_fetchall("select id from item where id >= ? and id < ?", (start, end))
    taken = {row[0] for row in rows}
    return list(islice((id_ for id_ in range(start, end) if id_ not in taken), count))


def _columns(record: ItemRecord) -> tuple[object, ...]:
    tags = json.dumps(record.tags, ensure_ascii=False)
    return record.number, record.section, record.headline, record.body, record.url, tags
