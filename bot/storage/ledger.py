"""The ledger as the engine works on it: claims, group commits, recovery, sweeping and compaction."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.chats import change_status
from bot.storage.database import Database
from bot.storage.deliveries import read_delivery
from bot.storage.dialect import skipping_locked, update_rows
from bot.storage.editions import find_classic, load_calls
from bot.storage.lease import Lease
from bot.storage.plans import Call
from bot.storage.records import CampaignState, ChatStatus, Counter, Delivery, DeliveryState, Entry, IncidentKind
from bot.storage.schema import campaigns, chats, deliveries, editions, incidents

LEASE_MS = 10 * 60_000
KEY = tuple_(deliveries.c.campaign_id, deliveries.c.chat_id)

# Written into the statement, not bound: only so does the partial index serve it.
IS_PENDING = deliveries.c.state == literal_column("'pending'")
IS_OPEN = deliveries.c.state.in_([literal_column("'sending'"), literal_column("'unknown'")])
IS_UNSETTLED = ~deliveries.c.is_settled

SAVED = (
    "edition_id",
    "state",
    "next_part",
    "attempts",
    "repeats",
    "is_repeat",
    "message_ids",
    "reason",
    "not_before_ms",
    "leased_until_ms",
)


class Claimed(NamedTuple):
    """A delivery taken for work; `is_wanted` is False when the reader has left since the campaign was written."""

    delivery: Delivery
    is_wanted: bool


class Ledger:
    """Only the process that sends may use it: whatever writes raises `LeaseLostError` when another has taken over."""

    def __init__(self, database: Database, lease: Lease) -> None:
        self._database = database
        self._lease = lease

    async def claim(self, campaign_id: int, limit: int) -> list[Claimed]:
        """Take deliveries that are due for `LEASE_MS` or until they are written again: first those that had to wait,
        then in order of chat ids, which puts groups before readers."""
        now = self._database.now()

        def take(connection: Connection) -> list[Claimed]:
            rows = _claim(connection, campaign_id, limit, now)
            wanted = _active(connection, [row.chat_id for row in rows if not row.is_group])
            return [Claimed(row, row.is_group or row.chat_id in wanted) for row in rows]

        return await self._lease.transact(take)

    async def write(self, entries: Sequence[Entry]) -> None:
        """Commit many changes at once, with counters and incidents. Counted campaigns that need nothing more end."""
        now = self._database.now()
        await self._lease.transact(lambda connection: _write(connection, entries, now))

    async def end_finished(self) -> None:
        """End the running campaigns that need nothing more (one may have been paused at its last delivery)."""
        now = self._database.now()
        await self._lease.transact(lambda connection: _end(connection, campaigns.c.id > 0, now))

    async def open(self) -> list[Delivery]:
        """The deliveries whose last call has no known end: SENDING ones, and UNKNOWN ones that wait for a decision
        (these have a time to decide at)."""
        query = select(deliveries).where(
            IS_OPEN, or_(deliveries.c.state == DeliveryState.SENDING, deliveries.c.not_before_ms > 0)
        )
        async with self._database.reading() as connection:
            return [read_delivery(row) for row in await connection.execute(query)]

    async def release_leases(self) -> None:
        """What a dead process had claimed may be claimed again."""
        async with self._lease.writing() as connection:
            await connection.execute(
                update(deliveries).where(IS_PENDING, deliveries.c.leased_until_ms > 0).values(leased_until_ms=0)
            )

    async def next_due_ms(self) -> int | None:
        """When the next delivery that has to wait is due; None when none waits."""
        is_running = select(campaigns.c.id).where(campaigns.c.state == CampaignState.RUNNING)
        waits = and_(IS_PENDING, deliveries.c.not_before_ms > self._database.now())
        query = select(func.min(deliveries.c.not_before_ms)).where(waits, deliveries.c.campaign_id.in_(is_running))
        async with self._database.reading() as connection:
            due: int | None = (await connection.execute(query)).scalar_one()
        return due

    async def calls(self, edition_id: int) -> tuple[Call, ...]:
        """The calls of an edition, in order of sending."""
        async with self._database.reading() as connection:
            return await load_calls(connection, edition_id)

    async def classic_of(self, edition_id: int) -> int | None:
        """The edition that a chat gets instead of this rich one; None when there is none."""
        async with self._database.reading() as connection:
            return await find_classic(connection, edition_id)

    async def sweep(self, campaign_id: int, size: int = 20_000) -> bool:
        """Skip a chunk of what a stopped campaign left unsent; True when nothing is left."""
        waits = and_(
            deliveries.c.campaign_id == campaign_id,
            or_(IS_PENDING, and_(deliveries.c.state == DeliveryState.UNKNOWN, deliveries.c.not_before_ms > 0)),
        )
        chunk = select(deliveries.c.campaign_id, deliveries.c.chat_id).where(waits).limit(size)
        skipped = {"state": DeliveryState.SKIPPED, "reason": "stopped", "not_before_ms": 0, "is_settled": True}
        async with self._lease.writing() as connection:
            swept = (await connection.execute(update(deliveries).where(KEY.in_(chunk)).values(skipped))).rowcount
            added: dict[str, Any] = {"skipped": campaigns.c.skipped + swept}
            if swept == 0:
                added["is_swept"] = True
            await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(added))
        return swept == 0

    async def unsettled(self) -> list[Delivery]:
        """Deliveries to groups that are over, but whose publisher has not done its last step yet."""
        over = [DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.FAILED]
        query = select(deliveries).where(IS_UNSETTLED, deliveries.c.state.in_(over), deliveries.c.not_before_ms == 0)
        async with self._database.reading() as connection:
            return [read_delivery(row) for row in await connection.execute(query)]

    async def settle(self, campaign_id: int, chat_id: int) -> None:
        """The publisher has done its last step for this chat."""
        mine = (deliveries.c.campaign_id == campaign_id, deliveries.c.chat_id == chat_id)
        async with self._lease.writing() as connection:
            await connection.execute(update(deliveries).where(*mine).values(is_settled=True))

    async def compact(self, ended_before_ms: int, size: int = 20_000) -> bool:
        """Drop a chunk of what old campaigns keep about private chats, then their editions; True when nothing is left.

        Groups keep their message ids: edits may need them.
        """
        old = and_(
            campaigns.c.compacted_at_ms.is_(None),
            or_(campaigns.c.state == CampaignState.DONE, campaigns.c.is_swept),
            campaigns.c.finished_at_ms < ended_before_ms,
        )
        async with self._lease.writing() as connection:
            campaign_id = (await connection.execute(select(campaigns.c.id).where(old).limit(1))).scalar_one_or_none()
            if campaign_id is None:
                return True
            chunk = select(deliveries.c.campaign_id, deliveries.c.chat_id).where(
                deliveries.c.campaign_id == campaign_id, deliveries.c.chat_id > 0
            )
            dropped = await connection.execute(delete(deliveries).where(KEY.in_(chunk.limit(size))))
            if dropped.rowcount == 0:
                await _drop_editions(connection, campaign_id, self._database.now())
        return False


def _claim(connection: Connection, campaign_id: int, limit: int, now_ms: int) -> list[Delivery]:
    is_due = and_(deliveries.c.campaign_id == campaign_id, IS_PENDING, deliveries.c.leased_until_ms <= now_ms)
    waited = and_(is_due, deliveries.c.not_before_ms > 0, deliveries.c.not_before_ms <= now_ms)
    rows: list[Delivery] = []
    for which in (waited, and_(is_due, deliveries.c.not_before_ms == 0)):
        if len(rows) < limit:
            rows += _take(connection, which, limit - len(rows), now_ms + LEASE_MS)
    return rows


def _take(connection: Connection, which: ColumnElement[bool], limit: int, until_ms: int) -> list[Delivery]:
    query = select(deliveries.c.campaign_id, deliveries.c.chat_id).where(which)
    query = query.order_by(deliveries.c.not_before_ms, deliveries.c.chat_id).limit(limit)
    taken = connection.execute(
        update(deliveries)
        .where(KEY.in_(skipping_locked(connection, query)))
        .values(leased_until_ms=until_ms)
        .returning(deliveries)
    )
    return sorted((read_delivery(row) for row in taken), key=lambda row: (row.not_before_ms, row.chat_id))


def _active(connection: Connection, chat_ids: Sequence[int]) -> frozenset[int]:
    """Those of the chats that still want digests."""
    query = select(chats.c.id).where(chats.c.id.in_(chat_ids), chats.c.status == ChatStatus.ACTIVE)
    return frozenset(connection.execute(query).scalars()) if chat_ids else frozenset()


def _write(connection: Connection, entries: Sequence[Entry], now_ms: int) -> None:
    update_rows(connection, deliveries, SAVED, [_saved(entry.delivery) for entry in entries])
    listed = [entry.incident for entry in entries if entry.incident]
    if listed:
        connection.execute(insert(incidents), [{name: getattr(one, name) for name in one.__slots__} for one in listed])
    for entry in entries:
        if entry.chat_status is not None:
            row = entry.delivery
            connection.execute(change_status(row.chat_id, entry.chat_status, row.reason, now_ms))
    refusing = [entry.delivery.chat_id for entry in entries if entry.is_rich_refused]
    if refusing:
        connection.execute(update(chats).where(chats.c.id.in_(refusing)).values(is_rich_refused=True))
    _count(connection, entries, now_ms)


def _count(connection: Connection, entries: Sequence[Entry], now_ms: int) -> None:
    sums: dict[int, Tally[str]] = {}
    for entry in entries:
        tally = sums.setdefault(entry.delivery.campaign_id, Tally())
        if entry.counter:
            tally[entry.counter] += 1
        if entry.incident and entry.incident.kind is IncidentKind.REPEATED:
            tally[campaigns.c.repeated.name] += 1
    for campaign_id, tally in sums.items():
        if tally:
            added = {name: campaigns.c[name] + count for name, count in tally.items()}
            connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(added))
            _end(connection, campaigns.c.id == campaign_id, now_ms)


def _end(connection: Connection, which: ColumnElement[bool], now_ms: int) -> None:
    settled: ColumnElement[int] = sum((campaigns.c[counter] for counter in Counter), start=literal_column("0"))
    connection.execute(
        update(campaigns)
        .where(which, campaigns.c.state == CampaignState.RUNNING, campaigns.c.total <= settled)
        .values(state=CampaignState.DONE, finished_at_ms=now_ms)
    )


async def _drop_editions(connection: AsyncConnection, campaign_id: int, now_ms: int) -> None:
    used = select(deliveries.c.edition_id).where(deliveries.c.campaign_id == campaign_id)
    await connection.execute(delete(editions).where(editions.c.campaign_id == campaign_id, editions.c.id.not_in(used)))
    await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(compacted_at_ms=now_ms))


def _saved(delivery: Delivery) -> tuple[Any, ...]:
    """The key of the row, then its values in the order of `SAVED`."""
    return (
        delivery.campaign_id,
        delivery.chat_id,
        delivery.edition_id,
        delivery.state,
        delivery.next_part,
        delivery.attempts,
        delivery.repeats,
        delivery.is_repeat,
        ",".join(map(str, delivery.message_ids)),
        delivery.reason,
        delivery.not_before_ms,
        delivery.leased_until_ms,
    )
