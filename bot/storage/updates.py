"""The inbox: updates are written down before Telegram may forget them, and struck out when they are handled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select, update

from bot.storage.database import Database
from bot.storage.dialect import upsert
from bot.storage.schema import updates

KEPT_MS = 48 * 3_600_000
"""Telegram keeps an update for a day; twice that is enough to recognise one that comes again."""


class Updates:
    """Updates by their `update_id`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def receive(self, payloads: Mapping[int, str]) -> frozenset[int]:
        """Write updates down in one transaction; those that were already handled (they came twice)."""
        if not payloads:
            return frozenset()
        now = self._database.now()
        rows = [{"id": key, "payload": payload, "received_at_ms": now} for key, payload in payloads.items()]
        async with self._database.writing() as connection:
            statement = upsert(connection, updates).on_conflict_do_nothing(index_elements=["id"])
            await connection.execute(statement, rows)
            done = select(updates.c.id).where(updates.c.id.in_(payloads), updates.c.is_done)
            return frozenset((await connection.execute(done)).scalars())

    async def finish(self, update_ids: Sequence[int]) -> None:
        """They are handled; their content is not kept."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(updates).where(updates.c.id.in_(update_ids)).values(is_done=True, payload="")
            )

    async def unfinished(self) -> tuple[str, ...]:
        """What was received and never finished, in order: to be handled after a restart."""
        query = select(updates.c.payload).where(~updates.c.is_done).order_by(updates.c.id)
        async with self._database.reading() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def prune(self) -> None:
        """Forget those that Telegram cannot send again."""
        oldest = self._database.now() - KEPT_MS
        async with self._database.writing() as connection:
            await connection.execute(delete(updates).where(updates.c.is_done, updates.c.received_at_ms < oldest))
