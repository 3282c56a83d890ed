"""Items looked up without a search: by their keys, by who they are about, by their page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable
from typing import Any

import aiosqlite

from bot.archive.database import fetch_value
from bot.archive.indexing import DAY_ROWS, day_of, first_row, tag_term
from bot.archive.records import Filed
from bot.core.keys import item_key, parse_item_key
from bot.core.links import story_url
from bot.core.tags.threads import Usage

_COLUMNS = "item.id, item.digest_key, item.number, item.section, item.headline, item.body, item.url, item.tags"


async def by_keys(connection: aiosqlite.Connection, keys: Iterable[str]) -> dict[str, Filed]:
    """The items of these keys that there are."""
    wanted = [found for key in keys if (found := parse_item_key(key))]
    sql = f"""
        select {_COLUMNS} from json_each(?) as wanted join item
        on item.digest_key = wanted.value ->> 0 and item.number = wanted.value ->> 1
    """  # noqa: S608 - the columns are ours
    items = [_filed(tuple(row)) for row in await connection.execute_fetchall(sql, (json.dumps(wanted),))]
    return {item.item_key: item for item in items}


async def about(
    connection: aiosqlite.Connection, tags: Collection[str], since: dt.date, before: dt.date, limit: int
) -> list[Filed]:
    """The newest items with any of the tags, from `since` on and from before the day `before`."""
    return await _matching(connection, "tags", map(tag_term, tags), since, before, limit)


async def with_words(
    connection: aiosqlite.Connection, words: Iterable[str], since: dt.date, before: dt.date, limit: int
) -> list[Filed]:
    """The newest items with any of these terms in the headline, from `since` on and from before the day `before`."""
    return await _matching(connection, "headline", words, since, before, limit)


async def _matching(
    connection: aiosqlite.Connection, column: str, terms: Iterable[str], since: dt.date, before: dt.date, limit: int
) -> list[Filed]:
    match = " OR ".join(f'"{term}"' for term in terms)
    if not match:
        return []
    sql = f"""
        select {_COLUMNS} from item where id in (
            select rowid from item_fts where item_fts match ? and rowid between ? and ? order by rowid desc limit ?
        ) order by id desc
    """  # noqa: S608 - the columns are ours
    rows = await connection.execute_fetchall(sql, (f"{column} : ({match})", *_rows_between(since, before), limit))
    return [_filed(tuple(row)) for row in rows]


async def of_page(connection: aiosqlite.Connection, url: str, since: dt.date, before: dt.date) -> list[Filed]:
    """The items of these days that link to the same page."""
    sql = f"select {_COLUMNS} from item where id between ? and ? and instr(url, ?) order by id desc"  # noqa: S608
    rows = await connection.execute_fetchall(sql, (*_rows_between(since, before), story_url(url)))
    return [_filed(tuple(row)) for row in rows]


async def usage(connection: aiosqlite.Connection, terms: Iterable[str]) -> Usage:
    """In how many items these terms stand."""
    sql = "select term, doc from json_each(?) join item_terms on term = value"
    rows = await connection.execute_fetchall(sql, (json.dumps(list(terms)),))
    items = await fetch_value(connection, "select count(*) from item")
    return Usage(int(str(items)), {row[0]: row[1] for row in rows})


def _rows_between(since: dt.date, before: dt.date) -> tuple[int, int]:
    return first_row(since), first_row(before - dt.timedelta(days=1)) + DAY_ROWS - 1


def _filed(row: tuple[Any, ...]) -> Filed:
    row_id, digest_key, number, section, headline, body, url, tags = row
    key = item_key(digest_key, number)
    return Filed(key, day_of(row_id), number, headline, url, section, tuple(json.loads(tags)), body)
