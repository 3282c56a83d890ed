"""The order of hits: every word in the headline first, newest first; then the rest, best or newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiosqlite

from bot.archive.database import fetch_value
from bot.archive.indexing import DAY_ROWS, first_row, tag_term
from bot.core.search.query import Query, Word
from bot.core.search.terms import Phrase

BROAD = 3_000
"""Hits beyond which the rest is ordered by date: comparing all of them would cost more than it helps."""

Row = tuple[Any, ...]

_COLUMNS = "item.id, item.digest_key, item.number, item.section, item.headline, item.body, item.url, item.tags"
_BEST_FIRST = "bm25(item_fts, 2.0, 1.0, 0.0), rowid desc"
_NEWEST_FIRST = "rowid desc"


@dataclass(frozen=True, slots=True)
class Scope:
    """What to match, in the language of FTS5, and on which rows: a condition and its values."""

    words: str
    tags: str
    rows: str = "true"
    limits: tuple[int, ...] = ()

    @property
    def everywhere(self) -> str:
        """Items with the words anywhere."""
        return " AND ".join(part for part in (self.words, self.tags) if part)

    @property
    def in_headlines(self) -> str:
        """Items with all words in the headline."""
        headline = f"{{headline}} : {self.words}"
        return " AND ".join(part for part in (headline, self.tags) if part)


def scope_of(query: Query, tags: Sequence[str]) -> Scope:
    """The scope of a query and tags the hits must have. Every term is quoted: nothing typed is an operator."""
    words = " AND ".join(_any_of(word) for word in query.words)
    tagged = " AND ".join(f'"{tag_term(tag)}"' for tag in tags)
    # Each condition costs a count a third of its time, so only what was asked for is one.
    limits = {
        "rowid >= ?": first_row(query.after) if query.after else None,
        "rowid <= ?": first_row(query.before) + DAY_ROWS - 1 if query.before else None,
    }
    asked = {condition: row for condition, row in limits.items() if row is not None}
    return Scope(f"({words})" if words else "", tagged, " and ".join(asked) or "true", tuple(asked.values()))


def _any_of(word: Word) -> str:
    return "(" + " OR ".join(map(phrase_expression, word.names)) + ")"


def phrase_expression(phrase: Phrase) -> str:
    """A phrase in the language of FTS5, quoted: nothing in it is an operator."""
    return '"' + " ".join(phrase.terms) + '"' + "*" * phrase.is_prefix


async def count(connection: aiosqlite.Connection, scope: Scope) -> int:
    """How many items are in the scope."""
    if not scope.everywhere:
        sql = f"select count(*) from item where {scope.rows}"  # noqa: S608 - all ours
        return int(str(await fetch_value(connection, sql, scope.limits)))
    return await _count(connection, scope, scope.everywhere)


async def rank(connection: aiosqlite.Connection, scope: Scope, total: int, limit: int, offset: int) -> list[Row]:
    """The items from `offset` on. Pages follow each other without gap or repetition."""
    if not scope.everywhere:
        return await _by_date(connection, scope, limit, offset)
    if not scope.words:
        return await _match(connection, scope, scope.everywhere, _NEWEST_FIRST, limit, offset)
    found = await _match(connection, scope, scope.in_headlines, _NEWEST_FIRST, limit, offset)
    if len(found) == limit:
        return found
    before = offset + len(found) if found or not offset else await _count(connection, scope, scope.in_headlines)
    rest = f"({scope.everywhere}) NOT ({scope.in_headlines})"
    order = _BEST_FIRST if total <= BROAD else _NEWEST_FIRST
    return found + await _match(connection, scope, rest, order, limit - len(found), max(0, offset - before))


async def _count(connection: aiosqlite.Connection, scope: Scope, match: str) -> int:
    sql = f"select count(*) from item_fts where item_fts match ? and {scope.rows}"  # noqa: S608 - all ours
    return int(str(await fetch_value(connection, sql, (match, *scope.limits))))


async def _by_date(connection: aiosqlite.Connection, scope: Scope, limit: int, offset: int) -> list[Row]:
    sql = f"select {_COLUMNS} from item where {scope.rows} order by id desc limit ? offset ?"  # noqa: S608
    return [tuple(row) for row in await connection.execute_fetchall(sql, (*scope.limits, limit, offset))]


async def _match(
    connection: aiosqlite.Connection, scope: Scope, match: str, order: str, limit: int, offset: int
) -> list[Row]:
    # The page is chosen first, and only its items are read; `cross join` keeps the page's order.
    matching = f"select rowid from item_fts where item_fts match ? and {scope.rows}"  # noqa: S608
    page = f"{matching} order by {order} limit ? offset ?"
    sql = f"select {_COLUMNS} from ({page}) as hit cross join item on item.id = hit.rowid"  # noqa: S608 - all ours
    rows = await connection.execute_fetchall(sql, (match, *scope.limits, limit, offset))
    return [tuple(row) for row in rows]
