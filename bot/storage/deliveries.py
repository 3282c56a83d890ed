"""Deliveries: one row per campaign and chat. What others read of the ledger; the engine writes it by `Ledger`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from bot.storage.database import Database
from bot.storage.records import Delivery, DeliveryState, Incident, IncidentKind
from bot.storage.schema import campaigns, chats, deliveries, incidents


class Deliveries:
    """The ledger for reading."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, campaign_id: int, chat_id: int) -> Delivery | None:
        """The delivery, or None."""
        return next(iter(await self._select(campaign_id, deliveries.c.chat_id == chat_id)), None)

    async def message_ids(self, campaign_id: int, chat_id: int) -> tuple[int, ...]:
        """The messages of a campaign in a chat, one a part in order; 0 where there is none we know of."""
        found = await self.find(campaign_id, chat_id)
        return found.messages if found else ()

    async def of_chat(self, chat_id: int) -> tuple[Delivery, ...]:
        """What one chat got of the campaigns whose deliveries are still kept, in their order."""
        # By campaign, as the key is: there is no index that begins with the chat.
        known = deliveries.c.campaign_id.in_(select(campaigns.c.id))
        query = select(deliveries).where(known, deliveries.c.chat_id == chat_id).order_by(deliveries.c.campaign_id)
        async with self._database.reading() as connection:
            return tuple(read_delivery(row) for row in await connection.execute(query))

    async def of_groups(self, campaign_id: int) -> tuple[Delivery, ...]:
        """The deliveries of a campaign to groups and channels."""
        return await self._select(campaign_id, deliveries.c.chat_id < 0)

    async def incidents(self, campaign_id: int, limit: int = 50, offset: int = 0) -> tuple[Incident, ...]:
        """What a person may have to look at, in order of time."""
        query = (
            select(incidents)
            .where(incidents.c.campaign_id == campaign_id)
            .order_by(incidents.c.id)
            .limit(limit)
            .offset(offset)
        )
        async with self._database.reading() as connection:
            return tuple(_incident(row) for row in await connection.execute(query))

    async def unknown(self, campaign_id: int, limit: int) -> tuple[tuple[int, str], ...]:
        """The chats of which nobody knows whether they got their message: ids and names, in order of time."""
        query = (
            select(incidents.c.chat_id, func.coalesce(chats.c.name, ""))
            .outerjoin(chats, chats.c.id == incidents.c.chat_id)
            .where(incidents.c.campaign_id == campaign_id, incidents.c.kind == IncidentKind.UNKNOWN)
            .order_by(incidents.c.id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple((chat_id, name) for chat_id, name in await connection.execute(query))

    async def _select(self, campaign_id: int, condition: ColumnElement[bool]) -> tuple[Delivery, ...]:
        query = select(deliveries).where(deliveries.c.campaign_id == campaign_id, condition)
        async with self._database.reading() as connection:
            return tuple(read_delivery(row) for row in await connection.execute(query.order_by(deliveries.c.chat_id)))


def read_delivery(row: Row[Any]) -> Delivery:
    """A row of the ledger as data."""
    return Delivery(
        campaign_id=row.campaign_id,
        chat_id=row.chat_id,
        edition_id=row.edition_id,
        thread_id=row.thread_id,
        next_part=row.next_part,
        attempts=row.attempts,
        repeats=row.repeats,
        is_repeat=row.is_repeat,
        message_ids=tuple(int(number) for number in row.message_ids.split(",") if number),
        state=DeliveryState(row.state),
        reason=row.reason,
        not_before_ms=row.not_before_ms,
        leased_until_ms=row.leased_until_ms,
    )


def _incident(row: Row[Any]) -> Incident:
    return Incident(row.campaign_id, row.chat_id, row.part, IncidentKind(row.kind), row.reason, row.at_ms)
