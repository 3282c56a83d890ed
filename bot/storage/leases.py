"""Leases: what one process at a time may do, when several work on one database."""

from __future__ import annotations

from sqlalchemy import delete, or_

from bot.storage.database import Database
from bot.storage.dialect import upsert
from bot.storage.schema import leases

SENDER = "sender"


class Leases:
    """Named leases that end by themselves when their holder dies."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, owner: str, ttl_ms: int) -> bool:
        """Take the lease or prolong one's own; False while another holds it."""
        now = self._database.now()
        async with self._database.writing() as connection:
            statement = upsert(connection, leases).values(name=name, owner=owner, until_ms=now + ttl_ms)
            result = await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["name"],
                    set_={"owner": owner, "until_ms": now + ttl_ms},
                    where=or_(leases.c.owner == owner, leases.c.until_ms <= now),
                ).returning(leases.c.owner)
            )
            return result.one_or_none() is not None

    async def release(self, name: str, owner: str) -> None:
        """Give one's own lease back."""
        async with self._database.writing() as connection:
            await connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))
