"""The archive: every digest and every item of it, found again by word, tag and day.

It is made from the posts and may be deleted at any time. A new one is built beside the old and put in its place;
reading goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import aiosqlite

from bot.archive import indexing, lookup, ranking, stories
from bot.archive.files import ArchiveFile
from bot.archive.recent import Recent
from bot.archive.records import Filed, Hit, Page, PostSource
from bot.archive.suggestions import alternatives
from bot.core.keys import item_key
from bot.core.models import Digest
from bot.core.search.query import Query, parse_query
from bot.core.search.snippet import cut_snippet, mark
from bot.core.search.terms import Phrase
from bot.core.tags.threads import Telling
from bot.core.tags.topics import Taxonomy

Clock = Callable[[], int]
Parse = Callable[[bytes, str, dt.date], Digest | None]

PARSED_KEPT, THREADS_KEPT = 16, 2_000
FURTHEST = 1 << 31
"""No archive has a hit beyond; larger numbers than SQLite's are answered, too."""
ALTERNATIVES_TRIED = 80


class Archive:
    """Digests and items, to be searched and read.

    `parse` understands a stored file of that name and date again (None: it no longer can); `clock` (milliseconds UTC)
    and `timezone` say which day "today" is in a query. Reading an archive that is not usable finds nothing.

    Raises:
        ArchiveDamaged: by any reading, when the file turns out to be damaged; it is not usable from then on.
    """

    def __init__(
        self, path: Path, taxonomy: Taxonomy, clock: Clock, parse: Parse, timezone: dt.tzinfo = dt.UTC
    ) -> None:
        self._taxonomy, self._clock, self._parse, self._timezone = taxonomy, clock, parse, timezone
        self._file = ArchiveFile(path, taxonomy.fingerprint)
        self._names = tuple(dict.fromkeys([*taxonomy.entities, *taxonomy.topics, *chain(*taxonomy.aliases.groups)]))
        self._parsed = Recent[tuple[str, str], Digest](PARSED_KEPT)
        self._forget_threads()

    @property
    def is_usable(self) -> bool:
        """Whether there is a sound archive of this version; if not, it has to be rebuilt."""
        return self._file.is_usable

    async def open(self) -> None:
        """Open the file; a missing, damaged or outdated one leaves the archive empty and not usable."""
        await self._file.open()

    async def close(self) -> None:
        """Close the file."""
        await self._file.close()

    async def index(self, source: PostSource) -> None:
        """Put a digest in, in place of an earlier one of the same key or file name."""
        async with self._file.writing() as connection:
            await indexing.write(connection, source)
        self._forget_threads()

    async def remove(self, key: str) -> None:
        """Take a digest out; nothing happens when it is not there."""
        async with self._file.writing() as connection:
            await indexing.erase(connection, key)
        self._forget_threads()

    async def rebuild(
        self,
        sources: Iterable[PostSource] | AsyncIterable[PostSource],
        on_progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        """Build a new archive of these digests beside the present one, then put it in its place.

        Each is made while the one before is written. `on_progress` is told how many are done after each.
        """
        async with self._file.replacing() as connection:
            done = 0
            async for source in _ahead(sources):
                await indexing.write(connection, source)
                done += 1
                on_progress(done)
        self._forget_threads()

    async def sources(self) -> dict[str, str]:
        """The content hash of every digest by its file's name."""
        async with self._file.reading() as connection:
            return dict(await _rows(connection, "select name, content_hash from digest"))

    async def keys(self, since: dt.date = dt.date.min, until: dt.date = dt.date.max) -> tuple[str, ...]:
        """The keys of the digests of these days (inclusive), newest first."""
        sql = "select key from digest where date between ? and ? order by date desc, key desc"
        async with self._file.reading() as connection:
            return tuple(row[0] for row in await _rows(connection, sql, since.isoformat(), until.isoformat()))

    async def latest(self, before: dt.date | None = None) -> str | None:
        """The key of the newest digest, or of the newest from before that day; None when there is none."""
        sql = "select key from digest where date < ? order by date desc, key desc limit 1"
        return await self._key(sql, before.isoformat() if before else "~")

    async def previous(self, key: str) -> str | None:
        """The key of the digest before this one, or None."""
        sql = """
            select other.key from digest, digest other
            where digest.key = ? and (other.date, other.key) < (digest.date, digest.key)
            order by other.date desc, other.key desc limit 1
        """
        return await self._key(sql, key)

    async def nearest(self, day: dt.date) -> str | None:
        """The key of the digest of that day, else of the day nearest to it (the earlier of two); None when empty."""
        sql = "select key from digest order by abs(julianday(date) - julianday(?)), date, key limit 1"
        return await self._key(sql, day.isoformat())

    async def following(self, day: dt.date) -> str | None:
        """The key of the oldest digest from after that day; None when there is none."""
        return await self._key("select key from digest where date > ? order by date, key limit 1", day.isoformat())

    async def items(self, keys: Iterable[str]) -> dict[str, Filed]:
        """The items of these keys, those that are there."""
        async with self._file.reading() as connection:
            return await lookup.by_keys(connection, keys)

    async def thread(self, item_key: str) -> tuple[Telling, ...]:
        """The earlier items that tell the same story, one a day, newest first."""
        known = self._threads  # another one takes its place when the archive changes meanwhile
        if (found := known.find(item_key)) is not None:
            return found
        async with self._file.reading() as connection:
            item = (await lookup.by_keys(connection, [item_key])).get(item_key)
            if item is None:
                return ()
            candidates = await stories.candidates(connection, item, self._taxonomy.entities)
        return known.keep(item_key, await asyncio.to_thread(candidates.earlier))

    async def digest(self, key: str) -> Digest | None:
        """The digest with its items labelled, understood anew from its stored file; None when it is not there."""
        sql = "select name, date, content_hash, source from digest where key = ?"
        async with self._file.reading() as connection:
            rows = await _rows(connection, sql, key)
        if not rows:
            return None
        name, date, content_hash, packed = rows[0]
        if (known := self._parsed.find((key, content_hash))) is not None:
            return known
        found = await asyncio.to_thread(self._read, packed, name, date)
        return self._parsed.keep((key, content_hash), found) if found else None

    async def tag_counts(self, since: dt.date) -> dict[str, int]:
        """How many items from that day on have each tag, the commonest first; tags without any are not there."""
        sql = """
            select tag.value, count(*) from item, json_each(item.tags) tag
            where item.id >= ? group by tag.value order by count(*) desc, tag.value
        """
        async with self._file.reading() as connection:
            return dict(await _rows(connection, sql, indexing.first_row(since)))

    async def search(self, text: str, *, limit: int = 5, offset: int = 0, tags: Sequence[str] = ()) -> Page:
        """The hits from `offset` on, and how many there are in all; they must have all `tags`, too.

        First the items with every word in the headline, newest first, then the rest. Any text is a query.
        """
        query, scope = self._understand(text, tags)
        if query.is_empty and not tags:
            return Page()
        async with self._file.reading() as connection:
            wanted = min(limit, FURTHEST) if 0 <= offset <= FURTHEST and limit > 0 else 0
            total, rows = await ranking.find(connection, scope, wanted, offset if wanted else 0)
        phrases = query.phrases
        return Page(total, tuple(_hit(row, phrases) for row in rows))

    async def suggest(self, text: str, *, limit: int = 4) -> tuple[str, ...]:
        """Other queries near to one that found nothing; each of them finds something."""
        query, _ = self._understand(text, ())
        found, tried = list[str](), {query, Query()}
        async with self._file.reading() as connection, aclosing(alternatives(connection, query, self._names)) as others:
            async for other in others:
                meant, scope = self._understand(other, ())
                if meant not in tried and await ranking.count(connection, scope):
                    found.append(other.upper() if text.isupper() and other.islower() else other)
                tried.add(meant)
                if len(found) >= limit or len(tried) >= ALTERNATIVES_TRIED:
                    break
        return tuple(found)

    def _understand(self, text: str, tags: Sequence[str]) -> tuple[Query, ranking.Scope]:
        today = dt.datetime.fromtimestamp(self._clock() / 1000, self._timezone).date()
        query = parse_query(text, today, self._taxonomy.aliases)
        wanted = tuple(self._taxonomy.find(tag) or tag for tag in (*tags, *query.tags))
        return query, ranking.scope_of(query, wanted)

    def _forget_threads(self) -> None:
        self._threads = Recent[str, tuple[Telling, ...]](THREADS_KEPT)

    async def _key(self, sql: str, *values: str) -> str | None:
        async with self._file.reading() as connection:
            rows = await _rows(connection, sql, *values)
        return str(rows[0][0]) if rows else None

    def _read(self, packed: bytes, name: str, date: str) -> Digest | None:
        found = self._parse(zlib.decompress(packed), name, dt.date.fromisoformat(date))
        return self._taxonomy.label(found) if found else None


def _hit(row: ranking.Row, phrases: Sequence[Phrase]) -> Hit:
    row_id, digest_key, number, section, headline, body, url, tags = row
    return Hit(
        item_key=item_key(digest_key, number),
        date=indexing.day_of(row_id),
        number=number,
        headline=headline,
        url=url,
        section=section,
        tags=tuple(json.loads(tags)),
        marked=mark(headline, phrases),
        snippet=cut_snippet(body, phrases),
        lead=body.partition("\n")[0],
    )


async def _rows(connection: aiosqlite.Connection, sql: str, *values: object) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await connection.execute_fetchall(sql, values)]


async def _ahead(sources: Iterable[PostSource] | AsyncIterable[PostSource]) -> AsyncIterator[PostSource]:
    """The sources, each of them made while the caller works on the one before."""
    pull: Callable[[], Awaitable[PostSource | None]]
    if isinstance(sources, AsyncIterable):
        pull = partial(anext, aiter(sources), None)
    else:
        pull = partial(asyncio.to_thread, next, iter(sources), None)
    coming = asyncio.ensure_future(pull())
    try:
        while (source := await coming) is not None:
            coming = asyncio.ensure_future(pull())
            yield source
    finally:
        coming.cancel()
