"""Items that readers saved, by stable keys: a rebuilt archive does not touch them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, select

from bot.storage.database import Database
from bot.storage.dialect import upsert
from bot.storage.schema import saved_items

MOST = 1_000
"""So many items a chat may save: nobody fills the state."""


@dataclass(frozen=True, slots=True)
class SavedItem:
    """A saved item; `headline` as it was then, for the day its digest is gone."""

    item_key: str
    headline: str
    saved_at_ms: int


class Saved:
    """What each chat saved."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.most = MOST

    async def keep(self, chat_id: int, item_key: str, headline: str) -> bool:
        """Save an item; a second time it stays where it is. False when the chat has saved too much already."""
        now = self._database.now()
        async with self._database.writing() as connection:
            count = select(func.count()).select_from(saved_items).where(saved_items.c.chat_id == chat_id)
            if (await connection.execute(count)).scalar_one() >= self.most:
                return (await connection.execute(select(saved_items).where(_is(chat_id, item_key)))).first() is not None
            await connection.execute(
                upsert(connection, saved_items)
                .values(chat_id=chat_id, item_key=item_key, headline=headline, saved_at_ms=now)
                .on_conflict_do_nothing()
            )
            return True

    async def drop(self, chat_id: int, item_key: str) -> None:
        """Forget an item; nothing happens when it was not saved."""
        async with self._database.writing() as connection:
            await connection.execute(delete(saved_items).where(_is(chat_id, item_key)))

    async def find(self, chat_id: int, item_key: str) -> SavedItem | None:
        """The item as it was saved, or None."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(saved_items).where(_is(chat_id, item_key)))).one_or_none()
        return None if row is None else SavedItem(row.item_key, row.headline, row.saved_at_ms)

    async def count(self, chat_id: int) -> int:
        """How many items the chat has saved."""
        query = select(func.count()).select_from(saved_items).where(saved_items.c.chat_id == chat_id)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one()

    async def page(self, chat_id: int, limit: int = MOST, offset: int = 0) -> tuple[SavedItem, ...]:
        """The saved items from `offset` on, the last saved first."""
        query = (
            select(saved_items)
            .where(saved_items.c.chat_id == chat_id)
            .order_by(saved_items.c.saved_at_ms.desc(), saved_items.c.item_key.desc())
            .limit(limit)
            .offset(offset)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(SavedItem(row.item_key, row.headline, row.saved_at_ms) for row in rows)


def _is(chat_id: int, item_key: str) -> ColumnElement[bool]:
    return and_(saved_items.c.chat_id == chat_id, saved_items.c.item_key == item_key)
