"""The archive's file in use: many readers, one writer, and a new file put in its place now and then."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiosqlite

from bot.archive import database


class ArchiveDamaged(Exception):  # noqa: N818 - a state, not a mistake of the caller
    """The archive's file cannot be read any more; it has to be rebuilt."""


class ArchiveFile:
    """One SQLite file with a connection for reading and one for writing.

    Readers never wait for a writer (write-ahead log). They wait only for the moment in which a newly built file takes
    the old one's place: SQLite finds the log by the file's name, so nobody may have the old one open then.
    While there is no usable file, readers read an empty archive in memory.
    """

    def __init__(self, path: Path, taxonomy_fingerprint: str) -> None:
        self._path = path
        self._version = database.fingerprint(taxonomy_fingerprint)
        self._reader: aiosqlite.Connection | None = None
        self._writer: aiosqlite.Connection | None = None
        self._write_lock = asyncio.Lock()
        self._gate, self._is_idle = asyncio.Event(), asyncio.Event()
        self._readers = 0
        self._is_damaged = False
        self._gate.set()
        self._is_idle.set()

    @property
    def is_usable(self) -> bool:
        """Whether a sound file of this version is open."""
        return self._writer is not None and not self._is_damaged

    async def open(self) -> None:
        """Open the file if it is sound and of this version."""
        await self._connect(await database.is_sound(self._path, self._version))

    async def close(self) -> None:
        """Close it once the present readers are done."""
        async with self._alone():
            await self._disconnect()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[aiosqlite.Connection]:
        """A connection for reading.

        Raises:
            ArchiveDamaged: the file cannot be read.
        """
        while not self._gate.is_set():
            await self._gate.wait()
        self._readers += 1
        self._is_idle.clear()
        try:
            with self._noticing_damage():
                yield _opened(self._reader)
        finally:
            self._readers -= 1
            if not self._readers:
                self._is_idle.set()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[aiosqlite.Connection]:
        """A connection for writing, in one transaction. Where there is no usable file, an empty one is made first.

        Raises:
            ArchiveDamaged: the file cannot be written.
        """
        async with self._write_lock:
            if not self.is_usable:
                async with self._building():
                    pass
            with self._noticing_damage():
                async with _transaction(_opened(self._writer)) as connection:
                    yield connection

    @asynccontextmanager
    async def replacing(self) -> AsyncIterator[aiosqlite.Connection]:
        """A connection for writing a new file, which takes the old one's place at the end; not if an error ends it."""
        async with self._write_lock, self._building() as connection:
            yield connection

    @asynccontextmanager
    async def _building(self) -> AsyncIterator[aiosqlite.Connection]:
        beside = self._path.with_name(self._path.name + ".new")
        await asyncio.to_thread(_make_room, beside)
        connection = await database.create(beside, self._version)
        try:
            async with _transaction(connection):
                yield connection
            await database.finish(connection)
        except BaseException:
            await connection.close()
            await asyncio.to_thread(database.remove, beside)
            raise
        await connection.close()
        await self._exchange(beside)

    async def _exchange(self, beside: Path) -> None:
        async with self._alone():
            await self._disconnect()
            try:
                await asyncio.to_thread(database.replace, beside, self._path)
            finally:
                await self._connect(await asyncio.to_thread(self._path.is_file))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Nobody reads; who wants to waits."""
        self._gate.clear()
        try:
            await self._is_idle.wait()
            yield
        finally:
            self._gate.set()

    async def _disconnect(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                await connection.close()
        self._reader = self._writer = None

    async def _connect(self, is_sound: bool) -> None:
        self._is_damaged = False
        if is_sound:
            self._writer = await database.connect(self._path)
            self._reader = await database.connect(self._path)
        else:
            self._reader = await database.create(":memory:", self._version)
        await self._reader.execute("pragma query_only = on")

    @contextmanager
    def _noticing_damage(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if not database.is_damage(error):
                raise
            self._is_damaged = True
            raise ArchiveDamaged(f"{self._path.name} is damaged; it will be rebuilt from the posts") from error


@asynccontextmanager
async def _transaction(connection: aiosqlite.Connection) -> AsyncIterator[aiosqlite.Connection]:
    await connection.execute("begin immediate")
    try:
        yield connection
    except BaseException:
        await connection.rollback()
        raise
    await connection.commit()


def _opened(connection: aiosqlite.Connection | None) -> aiosqlite.Connection:
    if connection is None:
        raise RuntimeError("the archive is not open")
    return connection


def _make_room(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    database.remove(path)
