"""Small facts about the state itself, and short-lived notes that must survive a restart."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.dialect import upsert
from bot.storage.errors import WrongBotError
from bot.storage.schema import meta

BOT_ID = "bot_id"
FIRST_START = "first_start_ms"


class Meta:
    """Named texts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, name: str) -> str | None:
        """The text of that name, or None."""
        async with self._database.reading() as connection:
            return await _find(connection, name)

    async def all_of(self, prefix: str) -> tuple[str, ...]:
        """The texts of all names that begin so, by name."""
        query = select(meta.c.value).where(meta.c.name.startswith(prefix, autoescape=True)).order_by(meta.c.name)
        async with self._database.reading() as connection:
            return tuple((await connection.execute(query)).scalars())

    async def put(self, name: str, value: str) -> None:
        """Write a text, over the old one."""
        async with self._database.writing() as connection:
            statement = upsert(connection, meta).values(name=name, value=value)
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
            )

    async def keep(self, name: str, value: str) -> str:
        """The text of that name; `value`, written down, when there was none."""
        async with self._database.writing() as connection:
            statement = upsert(connection, meta).values(name=name, value=value)
            await connection.execute(statement.on_conflict_do_nothing(index_elements=["name"]))
            return await _find(connection, name) or value

    async def drop(self, name: str) -> None:
        """Forget it."""
        async with self._database.writing() as connection:
            await connection.execute(delete(meta).where(meta.c.name == name))

    async def claim_bot(self, bot_id: int) -> None:
        """Bind the state to this bot, once and for all.

        Raises:
            WrongBotError: it belongs to another.
        """
        async with self._database.writing() as connection:
            statement = upsert(connection, meta).values(name=BOT_ID, value=str(bot_id))
            await connection.execute(statement.on_conflict_do_nothing(index_elements=["name"]))
            owner = await _find(connection, BOT_ID)
        if owner != str(bot_id):
            raise WrongBotError(
                f"The state belongs to the bot with the id {owner}, but BOT_TOKEN is of the bot {bot_id}. "
                "Put the old token back, or give the new bot its own DATA_DIR or DATABASE_URL."
            )

    async def is_first_start(self) -> bool:
        """Whether `finish_first_start` has never been called on this state."""
        return await self.find(FIRST_START) is None

    async def finish_first_start(self) -> None:
        """The archive that was there at the beginning is marked as seen."""
        await self.put(FIRST_START, str(self._database.now()))


async def _find(connection: AsyncConnection, name: str) -> str | None:
    return (await connection.execute(select(meta.c.value).where(meta.c.name == name))).scalar_one_or_none()
