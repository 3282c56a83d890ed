"""The state: chats, preferences, campaigns, deliveries. What must not be lost."""

from __future__ import annotations

from bot.storage import dialect
from bot.storage.campaigns import Campaigns
from bot.storage.cards import Cards
from bot.storage.chats import Chats
from bot.storage.database import Clock, Database
from bot.storage.deliveries import Deliveries
from bot.storage.digests import Digests
from bot.storage.fanout import Fanout
from bot.storage.holds import Holds
from bot.storage.lease import Lease
from bot.storage.ledger import Ledger
from bot.storage.meta import Meta
from bot.storage.migrating import upgrade
from bot.storage.recalls import Recalls
from bot.storage.saved import Saved
from bot.storage.updates import Updates


class Store:
    """The open state. Build it with `Store.open`, then `migrate` before anything else."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.chats = Chats(database)
        self.digests = Digests(database)
        self.campaigns = Campaigns(database)
        self.cards = Cards(database)
        self.recalls = Recalls(database)
        self.lease = Lease(database)
        self.fanout = Fanout(database, self.lease)
        self.deliveries = Deliveries(database)
        self.ledger = Ledger(database, self.lease)
        self.holds = Holds(database)
        self.updates = Updates(database)
        self.meta = Meta(database)
        self.saved = Saved(database)

    @classmethod
    async def open(cls, url: str, *, clock: Clock) -> Store:
        """Connect to `sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`. A missing SQLite file is created: whoever
        knows that there was one asks `bot.storage.is_missing` before.

        Raises:
            StoreDamagedError: the file is not a database or a damaged one.
            StoreError: it cannot be reached.
        """
        database = Database(url, clock)
        try:
            async with database.reading() as connection:
                await dialect.check(connection, url)
        except BaseException:
            await database.close()
            raise
        return cls(database)

    @property
    def is_shared(self) -> bool:
        """Whether other processes may work on the same state: it is on a server."""
        return not dialect.is_sqlite(self._database.url)

    async def migrate(self) -> None:
        """Bring the schema up to date; all of it or nothing.

        Raises:
            NewerSchemaError: the database was written by a newer version of the bot.
            StoreError: it cannot be written.
        """
        async with self._database.writing() as connection:
            await dialect.lock_for_migration(connection)
            await connection.run_sync(upgrade)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._database.close()
