"""Where admins see a campaign: the messages that are edited while it goes on."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.storage.database import Database
from bot.storage.dialect import upsert
from bot.storage.records import LiveCard
from bot.storage.schema import live_cards


class Cards:
    """The live cards that are still to be kept up to date, also after a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, campaign_id: int, chat_id: int, message_id: int) -> None:
        """Remember a message that shows this campaign to an admin (one a chat; the newest counts)."""
        async with self._database.writing() as connection:
            await connection.execute(
                upsert(connection, live_cards)
                .values(campaign_id=campaign_id, chat_id=chat_id, message_id=message_id)
                .on_conflict_do_update(index_elements=["campaign_id", "chat_id"], set_={"message_id": message_id})
            )

    async def all(self) -> tuple[LiveCard, ...]:
        """The live cards that are still to be kept up to date, also after a restart."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(live_cards).order_by(live_cards.c.campaign_id))
            return tuple(LiveCard(row.campaign_id, row.chat_id, row.message_id) for row in rows)

    async def drop(self, campaign_id: int, chat_id: int) -> None:
        """The card shows its last state and is not edited any more."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(live_cards).where(live_cards.c.campaign_id == campaign_id, live_cards.c.chat_id == chat_id)
            )
