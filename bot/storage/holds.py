"""Flood waits that must outlive the process."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from bot.storage.database import Database
from bot.storage.dialect import upsert
from bot.storage.schema import holds

EVERYBODY = 0
"""Stands for all chats together."""


class Holds:
    """Until when Telegram wants no call to a chat."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, chat_id: int, until_ms: int) -> None:
        """Remember a wait (milliseconds UTC) of a chat, or of `EVERYBODY`."""
        async with self._database.writing() as connection:
            statement = upsert(connection, holds).values(chat_id=chat_id, until_ms=until_ms)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["chat_id"], set_={"until_ms": until_ms})
            )

    async def load(self) -> Mapping[int, int]:
        """chat → end of its wait, for the waits that are not over; the others are forgotten."""
        now = self._database.now()
        async with self._database.writing() as connection:
            await connection.execute(delete(holds).where(holds.c.until_ms <= now))
            rows = (await connection.execute(select(holds.c.chat_id, holds.c.until_ms))).all()
        return {row.chat_id: row.until_ms for row in rows}
