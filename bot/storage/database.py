"""Transactions on the state: reading ones and writing ones, with its troubles in our own words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import dialect

Clock = Callable[[], int]
T = TypeVar("T")


class Database:
    """The engines of one state and its clock (milliseconds UTC). Transactions are short and never wait for Telegram."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self.now = clock
        self._reader, self._writer = dialect.make_engines(url)
        self._blocking = dialect.make_blocking_engine(url)
        self._thread = ThreadPoolExecutor(1, "state")
        self._turn = asyncio.Lock() if self._blocking else nullcontext()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A consistent view.

        Raises:
            StoreError: the database cannot be read.
        """
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise dialect.describe(error) from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: all of it or nothing.

        Raises:
            StoreError: the database cannot be written.
        """
        try:
            async with self._turn, self._writer.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise dialect.describe(error) from error

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """A writing transaction that needs nothing from outside: on SQLite it runs through in a thread, so that a busy
        event loop does not stretch it by a turn for every statement.

        Raises:
            StoreError: the database cannot be written.
        """
        if self._blocking is None:
            async with self.writing() as connection:
                return await connection.run_sync(work)
        try:
            async with self._turn:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._thread, _through, self._blocking, work)
        except (SQLAlchemyError, OSError) as error:
            raise dialect.describe(error) from error

    async def close(self) -> None:
        """Let go of all connections."""
        self._thread.shutdown()
        if self._blocking is not None:
            self._blocking.dispose()
        await self._writer.dispose()
        await self._reader.dispose()


def _through(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)
