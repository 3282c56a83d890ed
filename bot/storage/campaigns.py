"""Campaigns: their plans, counters and life."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.delivery.retry import Policy
from bot.storage.database import Database
from bot.storage.editions import insert_edition, insert_outcomes, load_calls
from bot.storage.plans import (
    FOR_ANYONE,
    BroadcastPlan,
    Call,
    CorrectionPlan,
    EditionKey,
    GroupEdition,
    PublicationPlan,
    Target,
)
from bot.storage.records import Campaign, CampaignKind, CampaignState, ChatKind, ChatStatus, Counter, DigestState
from bot.storage.schema import campaigns, chats, deliveries, digests, editions


class Campaigns:
    """The campaigns of the state.

    Their deliveries are written by the engine in chunks and become visible to it together.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(self, plan: PublicationPlan) -> int:
        """Write a publication and all its parts in one transaction, also marking the digest PUBLISHED; its id.

        A target gets the parts written here, whatever it chooses later, and nothing when its edition has none. The
        state is BUILDING until the engine has written the deliveries.
        """
        async with self._database.writing() as connection:
            campaign_id = await self._insert(
                connection,
                kind=CampaignKind.DIGEST,
                policy=plan.policy,
                digest_key=plan.digest_key,
                content_hash=plan.content_hash,
                audience=ChatKind.PRIVATE if FOR_ANYONE in plan.editions else "",
            )
            written = {
                key: await insert_edition(connection, campaign_id, key, calls) for key, calls in plan.editions.items()
            }
            await insert_outcomes(connection, campaign_id, plan.outcomes)
            given = [target for target in plan.targets if plan.editions.get(target.edition.key)]
            await _insert_targets(connection, campaign_id, {target: written[target.edition.key] for target in given})
            await connection.execute(
                update(digests)
                .where(digests.c.key == plan.digest_key)
                .values(state=DigestState.PUBLISHED, reason="", updated_at_ms=self._database.now())
            )
            return campaign_id

    async def correct(self, plan: CorrectionPlan) -> int:
        """Write a correction of a publication; its id."""
        async with self._database.writing() as connection:
            campaign_id = await self._insert(
                connection,
                kind=CampaignKind.CORRECTION,
                policy=Policy.PREFER_DELIVERY,
                digest_key=plan.digest_key,
                content_hash=plan.content_hash,
                subject_id=plan.corrects,
            )
            for target, calls in plan.calls.items():
                edition_id = await insert_edition(connection, campaign_id, EditionKey(f"chat {target.chat_id}"), calls)
                await _insert_targets(connection, campaign_id, {target: edition_id})
            return campaign_id

    async def draft(self, plan: BroadcastPlan) -> int:
        """Write a broadcast that waits for the admin's word; its id. Nothing is sent. `total` is its audience now."""
        async with self._database.writing() as connection:
            campaign_id = await self._insert(
                connection,
                kind=CampaignKind.BROADCAST,
                state=CampaignState.DRAFT,
                policy=Policy.PREFER_ONCE,
                author_id=plan.author_id,
                is_silent=plan.is_silent,
                audience=ChatKind.PRIVATE,
            )
            await insert_edition(connection, campaign_id, FOR_ANYONE, plan.calls)
            await self._count_audience(connection, campaign_id)
            return campaign_id

    async def recount(self, campaign_id: int) -> None:
        """Count a draft's audience anew. Who subscribes after the last count does not get the broadcast, and who
        leaves after it does not either: so it never reaches more readers than the admin has agreed to."""
        async with self._database.writing() as connection:
            await self._count_audience(connection, campaign_id)

    async def revise(self, campaign_id: int, *, is_silent: bool) -> bool:
        """Change a draft's ringing; False when it is no draft any more."""
        return await self._move(campaign_id, [CampaignState.DRAFT], is_silent=is_silent)

    async def aim(self, campaign_id: int, audience: Collection[ChatKind]) -> bool:
        """Change which kinds of chats a draft goes to, and count them; False when it is no draft any more."""
        async with self._database.writing() as connection:
            kinds = ",".join(kind for kind in ChatKind if kind in audience)
            is_draft = (campaigns.c.id == campaign_id) & (campaigns.c.state == CampaignState.DRAFT)
            result = await connection.execute(update(campaigns).where(is_draft).values(audience=kinds))
            await self._count_audience(connection, campaign_id)
            return result.rowcount > 0

    async def launch(self, campaign_id: int, *, after_ms: int = 0) -> bool:
        """Confirm a draft; False when it was launched or discarded before, so that a second tap does nothing.

        Nothing is done with it for `after_ms`, in which it may be taken back. From here on `total` is what the ledger
        holds.
        """
        begins = {"state": CampaignState.BUILDING, "total": 0, "started_at_ms": self._database.now() + after_ms}
        return await self._move(campaign_id, [CampaignState.DRAFT], **begins)

    async def take_back(self, campaign_id: int) -> bool:
        """Make a launched broadcast that has not begun a draft again, counted anew; False when it has begun."""
        waits = and_(
            campaigns.c.id == campaign_id,
            campaigns.c.state == CampaignState.BUILDING,
            campaigns.c.started_at_ms > self._database.now(),
            campaigns.c.cursor.is_(None),
        )
        async with self._database.writing() as connection:
            back = {"state": CampaignState.DRAFT, "started_at_ms": None}
            result = await connection.execute(update(campaigns).where(waits).values(back))
            await self._count_audience(connection, campaign_id)
            return result.rowcount > 0

    async def discard(self, campaign_id: int) -> bool:
        """Drop a draft; False when it is none any more."""
        async with self._database.writing() as connection:
            result = await connection.execute(
                delete(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.state == CampaignState.DRAFT)
            )
            return result.rowcount > 0

    async def pause(self, campaign_id: int, reason: str = "") -> bool:
        """RUNNING → PAUSED; False when it was not running. Prefer `Delivery.pause`, which stops at once."""
        return await self._move(campaign_id, [CampaignState.RUNNING], state=CampaignState.PAUSED, reason=reason)

    async def resume(self, campaign_id: int) -> bool:
        """PAUSED → RUNNING; False when it was not paused."""
        return await self._move(campaign_id, [CampaignState.PAUSED], state=CampaignState.RUNNING, reason="")

    async def stop(self, campaign_id: int, reason: str = "") -> bool:
        """End it for good; what is not sent yet is skipped. False when it had ended or was a draft."""
        alive = [CampaignState.BUILDING, CampaignState.RUNNING, CampaignState.PAUSED]
        now = self._database.now()
        return await self._move(campaign_id, alive, state=CampaignState.STOPPED, reason=reason, finished_at_ms=now)

    async def find(self, campaign_id: int) -> Campaign | None:
        """The campaign with its counters, or None."""
        return next(iter(await self._select(campaigns.c.id == campaign_id)), None)

    async def calls(self, campaign_id: int, key: EditionKey = FOR_ANYONE) -> tuple[Call, ...]:
        """The calls of an edition, none where there is no such edition; without a key those of a broadcast."""
        async with self._database.reading() as connection:
            query = select(editions.c.id).where(
                editions.c.campaign_id == campaign_id,
                editions.c.style == key.style,
                editions.c.filter_key == key.filter_key,
            )
            edition_id = (await connection.execute(query)).scalar_one_or_none()
            return () if edition_id is None else await load_calls(connection, edition_id)

    async def group_edition(self, campaign_id: int, chat_id: int) -> GroupEdition:
        """How a group or channel got a publication; of one that it did not get, the usual way."""
        is_its = and_(deliveries.c.campaign_id == campaign_id, deliveries.c.chat_id == chat_id)
        query = select(editions).join(deliveries, deliveries.c.edition_id == editions.c.id).where(is_its)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return GroupEdition() if row is None else GroupEdition.parse(EditionKey(row.style, row.filter_key))

    async def of_digest(self, digest_key: str) -> Campaign | None:
        """The latest publication of this digest, or None."""
        is_its = (campaigns.c.digest_key == digest_key) & (campaigns.c.kind == CampaignKind.DIGEST)
        return next(iter(await self._select(is_its, limit=1)), None)

    async def corrections(self, publication_id: int) -> tuple[Campaign, ...]:
        """The corrections of a publication, oldest first."""
        is_its = (campaigns.c.subject_id == publication_id) & (campaigns.c.kind == CampaignKind.CORRECTION)
        return tuple(reversed(await self._select(is_its)))

    async def recent(self, limit: int = 10, kind: CampaignKind | None = None) -> tuple[Campaign, ...]:
        """The latest campaigns, newest first, without drafts."""
        conditions = [campaigns.c.state != CampaignState.DRAFT]
        if kind is not None:
            conditions.append(campaigns.c.kind == kind)
        return await self._select(*conditions, limit=limit)

    async def tally(self) -> Mapping[str, int]:
        """The deliveries of all campaigns by counter, and those that still wait as `waiting`; drafts do not count."""
        columns = [func.coalesce(func.sum(campaigns.c[counter]), 0) for counter in Counter]
        total = func.coalesce(func.sum(campaigns.c.total), 0)
        query = select(total, *columns).where(campaigns.c.state != CampaignState.DRAFT)
        async with self._database.reading() as connection:
            every, *counts = (int(count) for count in (await connection.execute(query)).one())
        return {"waiting": max(0, every - sum(counts)), **dict(zip(map(str, Counter), counts, strict=True))}

    async def unfinished(self) -> tuple[Campaign, ...]:
        """BUILDING, RUNNING, PAUSED ones, and STOPPED ones with rows left to sweep; oldest first."""
        is_stopped = (campaigns.c.state == CampaignState.STOPPED) & ~campaigns.c.is_swept
        is_alive = campaigns.c.state.in_([CampaignState.BUILDING, CampaignState.RUNNING, CampaignState.PAUSED])
        return tuple(reversed(await self._select(is_alive | is_stopped)))

    async def _insert(self, connection: AsyncConnection, **values: Any) -> int:
        row = {"state": CampaignState.BUILDING, "created_at_ms": self._database.now()} | values
        campaign_id: int = (
            await connection.execute(insert(campaigns).values(row).returning(campaigns.c.id))
        ).scalar_one()
        return campaign_id

    async def _count_audience(self, connection: AsyncConnection, campaign_id: int) -> None:
        audience = select(campaigns.c.audience).where(campaigns.c.id == campaign_id)
        kinds = ((await connection.execute(audience)).scalar_one_or_none() or "").split(",")
        is_reader = chats.c.kind.in_(kinds) & (chats.c.status == ChatStatus.ACTIVE)
        readers = select(func.count()).select_from(chats).where(is_reader).scalar_subquery()
        is_draft = (campaigns.c.id == campaign_id) & (campaigns.c.state == CampaignState.DRAFT)
        await connection.execute(
            update(campaigns).where(is_draft).values(total=readers, counted_at_ms=self._database.now())
        )

    async def _move(self, campaign_id: int, states: Iterable[CampaignState], **values: Any) -> bool:
        async with self._database.writing() as connection:
            result = await connection.execute(
                update(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.state.in_(states)).values(values)
            )
            return result.rowcount > 0

    async def _select(self, *conditions: ColumnElement[bool], limit: int | None = None) -> tuple[Campaign, ...]:
        query = select(campaigns).where(*conditions).order_by(campaigns.c.id.desc()).limit(limit)
        async with self._database.reading() as connection:
            return tuple(_campaign(row) for row in await connection.execute(query))


async def _insert_targets(connection: AsyncConnection, campaign_id: int, targets: Mapping[Target, int]) -> None:
    """The deliveries to chats named in the plan, each of its edition; each is settled only when the publisher has seen
    it done."""
    rows = [
        {
            "campaign_id": campaign_id,
            "chat_id": target.chat_id,
            "edition_id": edition_id,
            "thread_id": target.thread_id,
            "is_settled": False,
        }
        for target, edition_id in targets.items()
    ]
    if not rows:
        return
    await connection.execute(insert(deliveries), rows)
    await connection.execute(
        update(campaigns).where(campaigns.c.id == campaign_id).values(total=campaigns.c.total + len(rows))
    )


def _campaign(row: Row[Any]) -> Campaign:
    return Campaign(
        id=row.id,
        kind=CampaignKind(row.kind),
        state=CampaignState(row.state),
        policy=Policy(row.policy),
        digest_key=row.digest_key,
        content_hash=row.content_hash,
        subject_id=row.subject_id,
        author_id=row.author_id,
        audience=frozenset(ChatKind(kind) for kind in row.audience.split(",") if kind),
        is_silent=row.is_silent,
        reason=row.reason,
        total=row.total,
        sent=row.sent,
        failed=row.failed,
        unknown=row.unknown,
        skipped=row.skipped,
        blocked=row.blocked,
        repeated=row.repeated,
        counted_at_ms=row.counted_at_ms,
        created_at_ms=row.created_at_ms,
        started_at_ms=row.started_at_ms,
        finished_at_ms=row.finished_at_ms,
    )
