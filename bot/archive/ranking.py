"""The order of hits: every word in the headline first, newest first; then the rest, best or newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiosqlite

from bot.archive.database import fetch_value
from bot.archive.indexing import DAY_ROWS, first_row, tag_term
from bot.core.search.query import Query, Word
from bot.core.search.terms import Phrase

BROAD = 3_000
"""Hits beyond which the rest is ordered by date: comparing all of them would cost more than it helps."""

Row = tuple[Any, ...]

# One statement for everything: the way to the database's thread and back takes as long as many answers. `titled` is the
# first tier as far as the page's end; where it is shorter than that, it is the whole tier, and the rest begins behind
# it. A limit of 0 keeps SQLite from looking at all.
_PAGE = """
with titled (id) as materialized (
    select rowid from {in_headlines} order by rowid desc limit :until
),
known (total, first_tier) as materialized (
    select (select count(*) from {everywhere}), (select count(*) from titled)
),
best (id, score) as (
    select rowid, {score} as score from {everywhere} and rowid not in titled order by score, rowid desc
    limit (select iif(total between first_tier + 1 and :broad, :until - max(:offset, first_tier), 0) from known)
    offset (select max(0, :offset - first_tier) from known)
),
newest (id) as (
    select rowid from {everywhere} and rowid not in titled order by rowid desc
    limit (select iif(total > :broad, :until - max(:offset, first_tier), 0) from known)
    offset (select max(0, :offset - first_tier) from known)
),
hit (tier, score, id) as (
    select 1, 0, id from (select id from titled order by id desc limit :limit offset :offset)
    union all select 2, score, id from best
    union all select 2, 0, id from newest
)
select known.total, item.id, digest_key, number, section, headline, body, url, tags
from known left join hit left join item on item.id = hit.id
order by tier, score, hit.id desc
"""
_SCORE = "bm25(item_fts, 2.0, 1.0, 0.0)"


@dataclass(frozen=True, slots=True)
class Scope:
    """What to match, in the language of FTS5, and on which rows: conditions and their values."""

    words: str
    tags: str
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def everywhere(self) -> str:
        """Items with the words anywhere."""
        return " AND ".join(part for part in (self.words, self.tags) if part)

    @property
    def in_headlines(self) -> str:
        """Items with all words in the headline; all items where there are no words."""
        headline = f"{{headline}} : {self.words}" if self.words else ""
        return " AND ".join(part for part in (headline, self.tags) if part)


def scope_of(query: Query, tags: Sequence[str]) -> Scope:
    """The scope of a query and tags the hits must have. Every term is quoted: nothing typed is an operator."""
    words = " AND ".join(_any_of(word) for word in query.words)
    tagged = " AND ".join(f'"{tag_term(tag)}"' for tag in tags)
    # Each condition costs a count a third of its time, so only what was asked for is one.
    rows = {
        "rowid >= :first": first_row(query.after) if query.after else None,
        "rowid <= :last": first_row(query.before) + DAY_ROWS - 1 if query.before else None,
    }
    return Scope(f"({words})" if words else "", tagged, {each: row for each, row in rows.items() if row is not None})


def _any_of(word: Word) -> str:
    return "(" + " OR ".join(map(phrase_expression, word.names)) + ")"


def phrase_expression(phrase: Phrase) -> str:
    """A phrase in the language of FTS5, quoted: nothing in it is an operator."""
    return '"' + " ".join(phrase.terms) + '"' + "*" * phrase.is_prefix


async def count(connection: aiosqlite.Connection, scope: Scope) -> int:
    """How many items are in the scope."""
    sql = f"select count(*) from {_source(scope, 'everywhere')}"  # noqa: S608 - all ours
    return int(str(await fetch_value(connection, sql, _values(scope))))


async def find(connection: aiosqlite.Connection, scope: Scope, limit: int, offset: int) -> tuple[int, list[Row]]:
    """How many items are in the scope, and those from `offset` on.

    Pages follow each other without gap or repetition.
    """
    sources = {name: _source(scope, name) for name in ("everywhere", "in_headlines")}
    sql = _PAGE.format(**sources, score=_SCORE if scope.words else "0")
    page = {"limit": limit, "offset": offset, "until": offset + limit, "broad": BROAD}
    rows = list(await connection.execute_fetchall(sql, _values(scope) | page))
    return rows[0][0], [tuple(row)[1:] for row in rows if row[1] is not None]


def _source(scope: Scope, match: str) -> str:
    """Where the rows are that match: a table and a condition."""
    table = f"item_fts where item_fts match :{match}" if scope.everywhere else "item where true"
    return " and ".join([table, *scope.rows])


def _values(scope: Scope) -> dict[str, object]:
    days = {condition.partition(":")[2]: row for condition, row in scope.rows.items()}
    return {"everywhere": scope.everywhere, "in_headlines": scope.in_headlines, **days}
