"""Editions: what a campaign says, once for all the chats that get the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.plans import FOR_ANYONE, GROUP_MARK, Call, EditionKey, GroupEdition
from bot.storage.schema import editions, parts, watch_outcomes


async def load_calls(connection: AsyncConnection, edition_id: int) -> tuple[Call, ...]:
    """The calls of an edition, in order of sending."""
    query = select(parts).where(parts.c.edition_id == edition_id).order_by(parts.c.number)
    return tuple(Call(json.loads(row.params), row.method, row.section) for row in await connection.execute(query))


async def find_classic(connection: AsyncConnection, edition_id: int) -> int | None:
    """The edition that takes the place of a rich one; None when there is none."""
    own = (await connection.execute(select(editions).where(editions.c.id == edition_id))).one()
    key, keys = EditionKey(own.style, own.filter_key), list[EditionKey]()
    if key.style == "rich":
        keys = [EditionKey("card", key.filter_key), FOR_ANYONE]
    elif key.style.startswith(GROUP_MARK):
        keys = [edition.classic.key] if (edition := GroupEdition.parse(key)).style == "rich" else []
    is_its = tuple_(editions.c.style, editions.c.filter_key).in_(keys)
    query = select(editions.c.id).where(editions.c.campaign_id == own.campaign_id, is_its, editions.c.part_count > 0)
    nearest = query.order_by(editions.c.filter_key.desc()).limit(1)
    found: int | None = (await connection.execute(nearest)).scalar_one_or_none() if keys else None
    return found


async def insert_edition(connection: AsyncConnection, campaign_id: int, key: EditionKey, calls: Sequence[Call]) -> int:
    row = {"campaign_id": campaign_id, "style": key.style, "filter_key": key.filter_key, "part_count": len(calls)}
    edition_id: int = (await connection.execute(insert(editions).values(row).returning(editions.c.id))).scalar_one()
    if calls:
        rows = [
            {
                "edition_id": edition_id,
                "number": number,
                "method": call.method,
                "params": json.dumps(dict(call.params), ensure_ascii=False, separators=(",", ":")),
                "section": call.section,
            }
            for number, call in enumerate(calls)
        ]
        await connection.execute(insert(parts), rows)
    return edition_id


async def insert_outcomes(connection: AsyncConnection, campaign_id: int, outcomes: Mapping[str, str]) -> None:
    rows = [{"campaign_id": campaign_id, "watch_key": key, "outcome": outcome} for key, outcome in outcomes.items()]
    if rows:
        await connection.execute(insert(watch_outcomes), rows)
