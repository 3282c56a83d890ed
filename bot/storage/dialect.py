"""What differs between SQLite and PostgreSQL, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    literal,
    make_url,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from bot.storage.errors import StoreBusyError, StoreDamagedError, StoreError, StoreFullError

READERS = 4
BUSY_TIMEOUT_MS = 10_000
CHECKED_ON_OPEN_BYTES = 64 << 20
MIGRATION_LOCK = 0x41_49_44_41

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "foreign_keys=ON",
    f"journal_size_limit={64 << 20}",
)

Upsert = sqlite.Insert | postgresql.Insert


def is_sqlite(url: str) -> bool:
    """Whether the state is a file."""
    return make_url(url).get_backend_name() == "sqlite"


def file_of(url: str) -> Path | None:
    """The file of a SQLite state, None for a server."""
    database = make_url(url).database
    return Path(database) if is_sqlite(url) and database else None


def is_missing(url: str) -> bool:
    """Whether opening would create an empty state. Never true of a server: that is asked by migrating."""
    path = file_of(url)
    return path is not None and not path.exists()


def make_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """One engine for reading and one for writing; a server needs no such difference and gets one engine twice.

    On SQLite a transaction that will write says so at once (IMMEDIATE), and there is one such connection: writers of
    this process queue instead of failing.
    """
    if is_sqlite(url):
        return _sqlite_engine(url, writing=False), _sqlite_engine(url, writing=True)
    engine = create_async_engine(url, pool_size=READERS * 2, pool_pre_ping=True)
    return engine, engine


def make_blocking_engine(url: str) -> Engine | None:
    """One more writing connection to SQLite, for whole transactions in a thread; None for a server."""
    if not is_sqlite(url):
        return None
    plain = make_url(url).set(drivername="sqlite+pysqlite")
    engine = create_engine(plain, poolclass=StaticPool, connect_args={"check_same_thread": False})
    _configure(engine, writing=True)
    return engine


def _sqlite_engine(url: str, *, writing: bool) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=1 if writing else READERS, max_overflow=0)
    _configure(engine.sync_engine, writing=writing)
    return engine


def _configure(engine: Engine, *, writing: bool) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the begin event below decides
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "invalidate")
    def roll_back(connection: Any, _record: Any, _error: BaseException | None) -> None:
        # Closed in the middle of a statement, as by a cancellation, it would live on with its lock until that statement
        # is collected as garbage.
        with suppress(Exception):
            connection.rollback()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


async def check(connection: AsyncConnection, url: str) -> None:
    """Look whether a SQLite file is whole; a large one only at its head.

    Raises:
        StoreDamagedError: it is not.
    """
    path = file_of(url)
    if path is None:
        await connection.execute(text("SELECT 1"))
        return
    await connection.execute(text("SELECT count(*) FROM sqlite_master"))
    if path.stat().st_size <= CHECKED_ON_OPEN_BYTES:
        verdict = (await connection.execute(text("PRAGMA quick_check(1)"))).scalar_one()
        if verdict != "ok":
            raise StoreDamagedError(_damaged(f"{path}: {verdict}"))


async def lock_for_migration(connection: AsyncConnection) -> None:
    """Let one process migrate at a time; on SQLite the writing transaction itself does that."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))


def upsert(connection: AsyncConnection, table: Table) -> Upsert:
    """An INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def skipping_locked(connection: Connection, query: Select[Any]) -> Select[Any]:
    """Lock the rows and pass over those that another process has locked; SQLite has one writer anyway."""
    return query.with_for_update(skip_locked=True) if connection.dialect.name == "postgresql" else query


def sharing(connection: Connection, query: Select[Any]) -> Select[Any]:
    """Nobody may change the rows before this transaction ends; on SQLite a writing one is alone anyway."""
    return query.with_for_update(read=True) if connection.dialect.name == "postgresql" else query


def moment(connection: AsyncConnection, now_ms: int) -> ColumnElement[int]:
    """The present in milliseconds UTC: by the clock of the server, which all its users share, else `now_ms`."""
    if connection.dialect.name != "postgresql":
        return literal(now_ms, BigInteger)
    return cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)


def update_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set `columns` of many rows; each of `rows` is the values of the primary key, then of the columns.

    A row that comes more than once ends as it came last.

    On SQLite it is one statement, whatever their number: the library lets go of the interpreter's lock at every row of
    an `executemany`, and getting it back from a busy event loop takes longer than the row.
    """
    keys = [column.name for column in table.primary_key]
    if connection.dialect.name == "sqlite":
        latest = {tuple(row[: len(keys)]): row for row in rows}
        connection.exec_driver_sql(_sqlite_update(table.name, tuple(keys), tuple(columns)), _json(latest.values()))
        return
    names = [f"p{number}" for number in range(len(keys) + len(columns))]
    statement = (
        update(table)
        .where(*(table.c[key] == bindparam(name) for key, name in zip(keys, names, strict=False)))
        .values({column: bindparam(name) for column, name in zip(columns, names[len(keys) :], strict=True)})
    )
    connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


@lru_cache
def _sqlite_update(table: str, keys: tuple[str, ...], columns: tuple[str, ...]) -> str:
    # Names come from the schema, values only by the one parameter.
    new = [f"json_extract(new.value, '$[{number}]')" for number in range(len(keys) + len(columns))]
    changes = ", ".join(f"{column} = {value}" for column, value in zip(columns, new[len(keys) :], strict=True))
    same = " AND ".join(f"{table}.{key} = {value}" for key, value in zip(keys, new, strict=False))
    return f"UPDATE {table} SET {changes} FROM json_each(?) AS new WHERE {same}"  # noqa: S608


def _json(rows: Iterable[Sequence[Any]]) -> tuple[str]:
    return (json.dumps([list(row) for row in rows], ensure_ascii=False),)


def describe(error: SQLAlchemyError | OSError) -> StoreError:
    """The same trouble in our words."""
    words = str(getattr(error, "orig", None) or error)
    lower = words.lower()
    if any(sign in lower for sign in ("disk is full", "no space left", "disk i/o error", "disk quota", "disk full")):
        return StoreFullError(
            f"The state cannot be written ({words}). Make room on the disk; sending goes on by itself."
        )
    if any(sign in lower for sign in ("not a database", "malformed", "corrupt")):
        return StoreDamagedError(_damaged(words))
    if isinstance(error, PoolTimeoutError) or "locked" in lower or _is_disconnect(error):
        return StoreBusyError(f"The state does not answer ({words}). Is another program working on it?")
    if isinstance(error, OperationalError | OSError):
        return StoreError(f"The state cannot be used ({words}). Check DATABASE_URL, the folder and its rights.")
    return StoreError(f"The state refused a statement ({words}).")


def _is_disconnect(error: SQLAlchemyError | OSError) -> bool:
    if isinstance(error, ConnectionError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or (
        not isinstance(error.orig, sqlite3.Error) and "connect" in type(error.orig).__name__.lower()
    )


def _damaged(words: str) -> str:
    return (
        f"The state is damaged ({words}). Nothing was changed. Restore a backup (python -m bot restore FILE), "
        "or move the file away to begin anew without subscribers."
    )
