"""The state: chats, preferences, campaigns, deliveries. What must not be lost."""

from __future__ import annotations

from collections.abc import Callable

from bot.storage.campaigns import Campaigns
from bot.storage.chats import Chats
from bot.storage.deliveries import Deliveries
from bot.storage.digests import Digests
from bot.storage.meta import Meta


class Store:
    """The open state. Build it with `Store.open`, then `migrate` before anything else."""

    chats: Chats
    digests: Digests
    campaigns: Campaigns
    deliveries: Deliveries
    meta: Meta

    @classmethod
    async def open(cls, url: str, *, clock: Callable[[], int]) -> Store:
        """Connect to `sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`. A missing SQLite file is created: whoever
        knows that there was one asks `is_missing` before.

        Raises:
            StoreDamagedError: the file is not a database or a damaged one.
            StoreError: it cannot be reached.
        """
        raise NotImplementedError

    async def migrate(self) -> None:
        """Bring the schema up to date.

        Raises:
            NewerSchemaError: the database was written by a newer version of the bot.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of all connections."""
        raise NotImplementedError
