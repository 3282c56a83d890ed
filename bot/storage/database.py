"""Transactions on the state: reading ones and writing ones, with its troubles in our own words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import dialect

Clock = Callable[[], int]


class Database:
    """The engines of one state and its clock (milliseconds UTC). Transactions are short and never wait for Telegram."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self.now = clock
        self._reader, self._writer = dialect.make_engines(url)

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
            async with self._writer.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise dialect.describe(error) from error

    async def close(self) -> None:
        """Let go of all connections."""
        await self._writer.dispose()
        await self._reader.dispose()
