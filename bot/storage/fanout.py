"""Writing a campaign's deliveries: set-based, in chunks with a stored cursor, visible to the engine all at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.chats import STYLE_IN_USE, TOPIC
from bot.storage.database import Database
from bot.storage.dialect import upsert
from bot.storage.lease import Lease
from bot.storage.plans import FOR_ANYONE, FOR_QUIET, EditionKey
from bot.storage.records import CampaignKind, CampaignState, ChatStatus
from bot.storage.schema import campaigns, chats, deliveries, editions, watch_outcomes

CHUNK = 20_000
"""Readers a transaction: long enough to be fast, short enough that nobody waits for the writer."""

QUIET_MS = 13 * 12 * 3_600_000
"""After so long without an item a reader is told so: six and a half days, for a digest is never out to the second."""

LOWEST_ID = -(1 << 62)


class Fanout:
    """A million readers take 50 transactions; after a crash it goes on at the cursor."""

    def __init__(self, database: Database, lease: Lease) -> None:
        self._database = database
        self._lease = lease

    async def write_chunk(self, campaign_id: int, size: int = CHUNK) -> bool:
        """Write the deliveries of the next readers; True when they were the last and the campaign runs.

        Raises:
            LeaseLostError: another process sends now.
        """
        async with self._lease.writing() as connection:
            campaign = await _building(connection, campaign_id)
            if campaign is None:
                return True
            upper = await _upper_bound(connection, campaign, size) if campaign.audience else None
            if upper is None:
                await self._open(connection, campaign_id)
                return True
            written = await _insert(connection, campaign, upper)
            await connection.execute(
                update(campaigns)
                .where(campaigns.c.id == campaign_id)
                .values(cursor=upper, total=campaigns.c.total + written)
            )
            return False

    async def _open(self, connection: AsyncConnection, campaign_id: int) -> None:
        """All deliveries are there: the engine may see them. A campaign for nobody is done at once."""
        now = self._database.now()
        is_empty = campaigns.c.total == 0
        await connection.execute(
            update(campaigns)
            .where(campaigns.c.id == campaign_id, is_empty)
            .values(state=CampaignState.DONE, started_at_ms=now, finished_at_ms=now)
        )
        await connection.execute(
            update(campaigns)
            .where(campaigns.c.id == campaign_id, ~is_empty)
            .values(state=CampaignState.RUNNING, started_at_ms=now)
        )


async def _building(connection: AsyncConnection, campaign_id: int) -> Row[Any] | None:
    query = select(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.state == CampaignState.BUILDING)
    return (await connection.execute(query)).one_or_none()


def _audience(campaign: Row[Any]) -> ColumnElement[bool]:
    after = LOWEST_ID if campaign.cursor is None else campaign.cursor
    kinds = campaign.audience.split(",")
    is_next = and_(chats.c.kind.in_(kinds), chats.c.status == ChatStatus.ACTIVE, chats.c.id > after)
    if campaign.counted_at_ms is None:
        return is_next
    return and_(is_next, func.coalesce(chats.c.subscribed_at_ms, 0) <= campaign.counted_at_ms)


async def _upper_bound(connection: AsyncConnection, campaign: Row[Any], size: int) -> int | None:
    """The last reader of the next chunk, None when there is no reader left."""
    is_next = _audience(campaign)
    last = select(chats.c.id).where(is_next).order_by(chats.c.id).offset(size - 1).limit(1)
    upper: int | None = (await connection.execute(last)).scalar_one_or_none()
    if upper is None:
        upper = (await connection.execute(select(func.max(chats.c.id)).where(is_next))).scalar_one()
    return upper


async def _insert(connection: AsyncConnection, campaign: Row[Any], upper: int) -> int:
    columns = ["campaign_id", "chat_id", "edition_id", "thread_id"]
    fallback = await _edition(connection, campaign.id, FOR_ANYONE)
    quiet = await _edition(connection, campaign.id, FOR_QUIET)
    query = _recipients(campaign, upper, fallback, quiet)
    result = await connection.execute(
        upsert(connection, deliveries).from_select(columns, query).on_conflict_do_nothing()
    )
    if campaign.kind == CampaignKind.DIGEST:
        await _note_quiet(connection, campaign, upper)
    return result.rowcount


async def _edition(connection: AsyncConnection, campaign_id: int, key: EditionKey) -> Row[Any] | None:
    query = select(editions).where(
        editions.c.campaign_id == campaign_id,
        editions.c.style == key.style,
        editions.c.filter_key == key.filter_key,
    )
    return (await connection.execute(query)).one_or_none()


def _is_own(campaign: Row[Any]) -> ColumnElement[bool]:
    """Whether an edition is that of a chat's style, filter, and what the digest makes of its watch."""
    outcome = (
        select(watch_outcomes.c.outcome)
        .where(watch_outcomes.c.campaign_id == campaign.id, watch_outcomes.c.watch_key == chats.c.watch_key)
        .correlate(chats)
        .scalar_subquery()
    )
    return and_(
        editions.c.campaign_id == campaign.id,
        editions.c.style == STYLE_IN_USE,
        editions.c.filter_key == chats.c.filter_key.concat(func.coalesce(outcome, "")),
    )


def _is_quiet_for_long(campaign: Row[Any]) -> ColumnElement[bool]:
    limit_ms: int = campaign.created_at_ms - QUIET_MS
    return chats.c.quiet_since_ms <= limit_ms


def _recipients(campaign: Row[Any], upper: int, fallback: Row[Any] | None, quiet: Row[Any] | None) -> Select[Any]:
    """Each reader with the edition of their own, else the fallback; for an empty one nothing, or the line that says so
    when it has been like that for long."""
    is_told = and_(editions.c.part_count == 0, _is_quiet_for_long(campaign)) if quiet is not None else false()
    own = func.coalesce(editions.c.id, None if fallback is None else fallback.id)
    part_count = func.coalesce(editions.c.part_count, 0 if fallback is None else fallback.part_count)
    edition_id = own if quiet is None else case((is_told, quiet.id), else_=own)
    return (
        select(literal(campaign.id, BigInteger), chats.c.id, edition_id, TOPIC)
        .select_from(chats.outerjoin(editions, _is_own(campaign)))
        .where(_audience(campaign), chats.c.id <= upper, or_(part_count > 0, is_told))
        .order_by(chats.c.id)
    )


async def _note_quiet(connection: AsyncConnection, campaign: Row[Any], upper: int) -> None:
    """Keep since when each reader of a chunk has had nothing, or was last told so. Few readers change."""
    is_empty = exists().where(_is_own(campaign), editions.c.part_count == 0).correlate(chats)
    here = and_(_audience(campaign), chats.c.id <= upper)
    # A filter that changes clears it, too, so only readers with one can be quiet.
    begins = or_(chats.c.quiet_since_ms.is_(None), _is_quiet_for_long(campaign))
    await connection.execute(
        update(chats)
        .where(here, chats.c.filter_key != "", begins, is_empty)
        .values(quiet_since_ms=campaign.created_at_ms)
    )
    await connection.execute(
        update(chats).where(here, chats.c.quiet_since_ms.is_not(None), ~is_empty).values(quiet_since_ms=None)
    )
