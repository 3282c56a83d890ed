"""Recalls: finished broadcasts whose messages are deleted again, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, select, update

from bot.storage.database import Database
from bot.storage.deliveries import read_delivery
from bot.storage.dialect import upsert
from bot.storage.records import NO_MESSAGE, Campaign, DeliveryState
from bot.storage.schema import campaigns, deliveries, recalls

LOWEST_ID = -(1 << 62)
DELETABLE_MS = 48 * 3_600_000
"""Source: https://core.telegram.org/bots/api#deletemessage"""


@dataclass(frozen=True, slots=True)
class Recall:
    """The messages of a finished broadcast being deleted again, in order of chats: `cursor` is the last one done,
    `kept` counts messages that Telegram would not delete."""

    campaign_id: int
    cursor: int | None
    total: int
    recalled: int
    kept: int
    is_over: bool


class Standing(NamedTuple):
    """A message of ours that stands in a chat."""

    chat_id: int
    message_id: int


def is_recallable(campaign: Campaign, now_ms: int) -> bool:
    """Whether Telegram still lets us delete this campaign's messages."""
    return now_ms - (campaign.started_at_ms or 0) < DELETABLE_MS


class Recalls:
    """The recalls of the state, at most one a campaign."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, campaign_id: int) -> bool:
        """Write down that this campaign's messages are to be deleted; False when that was done before."""
        sent = select(campaigns.c.id, campaigns.c.sent).where(campaigns.c.id == campaign_id)
        async with self._database.writing() as connection:
            statement = upsert(connection, recalls).from_select(["campaign_id", "total"], sent)
            return (await connection.execute(statement.on_conflict_do_nothing())).rowcount > 0

    async def find(self, campaign_id: int) -> Recall | None:
        """The recall of a campaign, or None."""
        return next(iter(await self._select(recalls.c.campaign_id == campaign_id)), None)

    async def unfinished(self) -> tuple[Recall, ...]:
        """Those with messages left, oldest first."""
        return await self._select(~recalls.c.is_over)

    async def next_messages(self, recall: Recall, limit: int) -> tuple[Standing, ...]:
        """The messages in the next chats, at most so many chats; none when all are done with."""
        after = LOWEST_ID if recall.cursor is None else recall.cursor
        query = (
            select(deliveries)
            .where(
                deliveries.c.campaign_id == recall.campaign_id,
                deliveries.c.state == DeliveryState.SENT,
                deliveries.c.chat_id > after,
            )
            .order_by(deliveries.c.chat_id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = [read_delivery(row) for row in await connection.execute(query)]
        return tuple(Standing(row.chat_id, number) for row in rows for number in row.message_ids if number > NO_MESSAGE)

    async def advance(self, recall: Recall, cursor: int, *, recalled: int, kept: int) -> None:
        """Everything up to this chat is done with."""
        await self._change(recall, cursor=cursor, recalled=recalls.c.recalled + recalled, kept=recalls.c.kept + kept)

    async def finish(self, recall: Recall) -> None:
        """Nothing is left, or it is too late: what was not reached stays where it is."""
        await self._change(recall, is_over=True, kept=recalls.c.total - recalls.c.recalled)

    async def _change(self, recall: Recall, **values: Any) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(recalls).where(recalls.c.campaign_id == recall.campaign_id).values(values))

    async def _select(self, condition: ColumnElement[bool]) -> tuple[Recall, ...]:
        query = select(recalls).where(condition).order_by(recalls.c.campaign_id)
        async with self._database.reading() as connection:
            return tuple(_recall(row) for row in await connection.execute(query))


def _recall(row: Row[Any]) -> Recall:
    return Recall(row.campaign_id, row.cursor, row.total, row.recalled, row.kept, row.is_over)
