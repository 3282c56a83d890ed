"""The archive's file: its tables, its version, and how it is opened."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import aiosqlite

from bot.core.search import terms

LAYOUT = 2

# The terms are made by core.terms; the `ascii` tokenizer only separates them at spaces, whatever Unicode it knows.
# The prefix index answers searches for a single character, ten times quicker for two fifths more room.
SCHEMA = """
create table meta (name text primary key, value text not null) without rowid;
create table digest (
    key text primary key, date text not null, slug text not null, name text not null unique, title text not null,
    content_hash text not null, source blob not null
);
create index digest_by_date on digest (date, key);
create table item (
    id integer primary key, digest_key text not null, number integer not null, section text not null,
    headline text not null, body text not null, url text, tags text not null
);
create index item_by_digest on item (digest_key);
create virtual table item_fts using fts5 (headline, body, tags, content = '', tokenize = 'ascii', prefix = '1');
create virtual table item_terms using fts5vocab (item_fts, row);
"""


def fingerprint(taxonomy_fingerprint: str) -> str:
    """What the content of an archive depends on besides the posts; another one means that it must be rebuilt."""
    return f"{LAYOUT} / {terms.VERSION} / {taxonomy_fingerprint}"


async def create(path: Path | str, version: str) -> aiosqlite.Connection:
    """A new archive without digests, for writing; `:memory:` makes one that leaves no file."""
    connection = await aiosqlite.connect(path, isolation_level=None)
    try:
        await connection.execute("pragma journal_mode = off")
        await connection.execute("pragma synchronous = off")
        await connection.executescript(SCHEMA)
        await connection.execute("insert into meta values ('version', ?)", (version,))
    except BaseException:
        await connection.close()
        raise
    return connection


async def finish(connection: aiosqlite.Connection) -> None:
    """Make a newly written archive small and quick to read."""
    await connection.execute("insert into item_fts (item_fts) values ('optimize')")
    await connection.execute("vacuum")


async def connect(path: Path) -> aiosqlite.Connection:
    """A connection to an existing archive; its readers and its writer do not wait for each other."""
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=30)
    try:
        await connection.execute("pragma journal_mode = wal")
        await connection.execute("pragma synchronous = normal")
    except BaseException:
        await connection.close()
        raise
    return connection


async def is_sound(path: Path, version: str) -> bool:
    """Whether there is an archive at `path`, of this version and undamaged."""
    if not await asyncio.to_thread(path.is_file):
        return False
    try:
        async with aiosqlite.connect(path, isolation_level=None, timeout=30) as connection:
            if await fetch_value(connection, "select value from meta where name = 'version'") != version:
                return False
            return bool(await fetch_value(connection, "pragma quick_check(1)") == "ok")
    except sqlite3.DatabaseError:  # not an archive, or not any more
        return False


async def fetch_value(
    connection: aiosqlite.Connection, sql: str, values: tuple[object, ...] | dict[str, object] = ()
) -> object:
    """The first column of the first row, or None."""
    rows = list(await connection.execute_fetchall(sql, values))
    return rows[0][0] if rows else None


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the error says that the file is no (longer a) sound database that can be kept up to date."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY}


def remove(path: Path) -> None:
    """Remove an archive and what SQLite keeps beside it.

    An empty folder in its place goes as well: container tools make one where a file to be mounted is missing.
    """
    if path.is_dir():
        path.rmdir()
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def replace(new: Path, path: Path) -> None:
    """Put the archive `new` in the place of the one at `path`, which nobody may have open."""
    remove(path)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(path)
