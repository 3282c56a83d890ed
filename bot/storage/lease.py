"""The lease of the sender: one process at a time may send, and one that lost it unawares cannot write any more."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import Connection, delete, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database, T
from bot.storage.dialect import moment, sharing, upsert
from bot.storage.errors import LeaseLostError
from bot.storage.schema import leases

SENDER = "sender"
IS_SENDERS = leases.c.name == SENDER


class Lease:
    """This process's claim to be the one that sends. It ends by itself when its holder dies.

    `predecessor` is who held it before we took it; None when that one gave it back in an orderly way, or nobody had.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._was_taken = False
        self.owner = uuid.uuid4().hex
        self.predecessor: str | None = None

    async def take(self, ttl_ms: int, *, by_force: bool = False, dead: str | None = None) -> bool:
        """Take or prolong it; False while another holds it. `by_force` takes it from whoever has it: for a state whose
        other users are known to be dead; `dead` is an owner of whom that is known."""
        async with self._database.writing() as connection:
            now = moment(connection, self._database.now())
            holder = (await connection.execute(select(leases.c.owner).where(IS_SENDERS))).scalar_one_or_none()
            statement = upsert(connection, leases).values(name=SENDER, owner=self.owner, until_ms=now + ttl_ms)
            is_free = true() if by_force else or_(leases.c.owner.in_([self.owner, dead]), leases.c.until_ms <= now)
            result = await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["name"], set_={"owner": self.owner, "until_ms": now + ttl_ms}, where=is_free
                ).returning(leases.c.owner)
            )
            is_taken = result.one_or_none() is not None
        if is_taken and holder != self.owner:
            self.predecessor = holder
        self._was_taken |= is_taken
        return is_taken

    async def release(self) -> None:
        """Give it back, when it is still ours."""
        async with self._database.writing() as connection:
            await connection.execute(delete(leases).where(IS_SENDERS, leases.c.owner == self.owner))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """`Database.writing` for the one that sends: a take-over waits for its end, or has come before and is seen.
        Time alone does not matter: as long as nobody else has taken the lease, nobody else has sent.

        Raises:
            LeaseLostError: another has taken it.
            StoreError: the database cannot be written.
        """
        async with self._database.writing() as connection:
            await connection.run_sync(self._require)
            yield connection

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """`Database.transact` in the same way.

        Raises:
            LeaseLostError, StoreError: as `writing` does.
        """

        def fenced(connection: Connection) -> T:
            self._require(connection)
            return work(connection)

        return await self._database.transact(fenced)

    def _require(self, connection: Connection) -> None:
        # Who never took the lease does not send, and needs none for what it writes (a test, the command line).
        if not self._was_taken:
            return
        query = sharing(connection, select(leases.c.owner).where(IS_SENDERS))
        if connection.execute(query).scalar_one_or_none() != self.owner:
            raise LeaseLostError
