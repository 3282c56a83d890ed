"""The order of hits: every word in the headline first, newest first; then the rest, best or newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiosqlite

from bot.archive.indexing import DAY_ROWS, first_row, tag_term
from bot.core.search.query import Query, Word
from bot.core.search.terms import Phrase

BROAD = 3_000
"""Hits beyond which the rest is ordered by date: comparing all of them would cost more than it helps."""

Row = tuple[Any, ...]
Selection = tuple[str, tuple[object, ...]]
"""SQL that gives row ids, and its values."""

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
    total, _ = await find(connection, scope, 0, 0)
    return total


async def find(connection: aiosqlite.Connection, scope: Scope, limit: int, offset: int) -> tuple[int, list[Row]]:
    """How many items are in the scope, and those from `offset` on.

    Pages follow each other without gap or repetition.
    """
    everywhere = _rows_with(scope, scope.everywhere)
    if not scope.words:
        return await _count_and_page(connection, everywhere, everywhere, limit, offset)
    in_headlines = _rows_with(scope, scope.in_headlines)
    total, found = await _count_and_page(connection, everywhere, in_headlines, limit, offset)
    if len(found) == limit or offset + len(found) >= total:
        return total, found
    before = offset + len(found)
    if offset and not found:
        before, _ = await _count_and_page(connection, in_headlines, in_headlines, 0, 0)
    rest = _rows_with(scope, f"({scope.everywhere}) NOT ({scope.in_headlines})")
    order = _BEST_FIRST if total <= BROAD else _NEWEST_FIRST
    return total, found + await _page(connection, rest, order, limit - len(found), max(0, offset - before))


def _rows_with(scope: Scope, match: str) -> Selection:
    if not match:
        return f"select id as rowid from item where {scope.rows}", scope.limits  # noqa: S608 - all ours
    return f"select rowid from item_fts where item_fts match ? and {scope.rows}", (match, *scope.limits)  # noqa: S608


async def _count_and_page(
    connection: aiosqlite.Connection, counted: Selection, paged: Selection, limit: int, offset: int
) -> tuple[int, list[Row]]:
    """Both in one question: the way to the database's thread and back takes longer than most answers."""
    sql = f"""
        select (select count(*) from ({counted[0]})), {_COLUMNS} from (select 1)
        left join ({paged[0]} order by {_NEWEST_FIRST} limit ? offset ?) as hit left join item on item.id = hit.rowid
    """  # noqa: S608 - all ours
    rows = list(await connection.execute_fetchall(sql, (*counted[1], *paged[1], limit, offset)))
    return rows[0][0], [tuple(row)[1:] for row in rows if row[1] is not None]


async def _page(
    connection: aiosqlite.Connection, selection: Selection, order: str, limit: int, offset: int
) -> list[Row]:
    # The page is chosen first, and only its items are read; `cross join` keeps the page's order.
    page = f"{selection[0]} order by {order} limit ? offset ?"
    sql = f"select {_COLUMNS} from ({page}) as hit cross join item on item.id = hit.rowid"  # noqa: S608 - all ours
    return [tuple(row) for row in await connection.execute_fetchall(sql, (*selection[1], limit, offset))]
