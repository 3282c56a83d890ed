"""Empty states for tests: the migrations run once in a process, and what they made is copied or emptied again."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage import Store
from bot.storage.dialect import make_blocking_engine
from bot.storage.migrating import migrations_folder, upgrade
from bot.storage.schema import metadata


def blank_state(path: Path) -> str:
    """The address of the SQLite state there; where there is none yet, an empty one of the present schema is laid."""
    if not path.exists():
        path.write_bytes(_migrated())
    return _address(path)


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        engine = make_blocking_engine(_address(path))
        assert engine is not None
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()
        return path.read_bytes()


def _address(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """The address of an empty database of its own on the server; it is dropped afterwards."""
    name = f"bot_{uuid.uuid4().hex[:12]}"
    url = f"{server.rpartition('/')[0]}/{name}"
    asyncio.run(_order(server, f"CREATE DATABASE {name}"))
    try:
        yield url
    finally:
        asyncio.run(_order(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def migrate(url: str) -> None:
    """Make the tables."""
    store = await Store.open(url, clock=lambda: 0)
    await store.migrate()
    await store.close()


async def wipe(url: str) -> None:
    """Leave nothing of a test behind, neither rows nor connections."""
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    await _order(
        url,
        f"SELECT pg_terminate_backend(pid) {others}",
        f"TRUNCATE {tables} RESTART IDENTITY CASCADE",
        f"UPDATE alembic_version SET version_num = '{_head()}'",  # noqa: S608 - our own migrations' name
    )


@cache
def _head() -> str | None:
    return ScriptDirectory(str(migrations_folder())).get_current_head()


async def _order(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()
