"""How long it takes to write the deliveries of one publication to a million readers, and how much memory.

python -m benchmarks.fanout [READERS] [DATABASE_URL]

The peer is what one writes first: all chats in memory, one INSERT for each through aiosqlite, one transaction; a tenth
of the readers, as it takes its time.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import aiosqlite
from sqlalchemy import text

from benchmarks.figures import most_rss_mb
from bot.storage import Store
from bot.storage.plans import Call, EditionKey, PublicationPlan

FILTERS = 50


async def fill(store: Store, readers: int) -> None:
    """Subscribers with one of fifty filters, written by the database itself."""
    async with store._database.writing() as connection:
        await connection.execute(
            text(
                "INSERT INTO chats (id, kind, status, filter_key) WITH RECURSIVE n(i) AS "
                "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :readers) "
                "SELECT 1000000 + i * 7, 'private', 'active', CASE i % :filters WHEN 0 THEN '' "
                "ELSE 'filter ' || (i % :filters) END FROM n"
            ),
            {"readers": readers, "filters": FILTERS},
        )


async def measure(url: str, readers: int) -> None:
    store = await Store.open(url, clock=lambda: time.time_ns() // 1_000_000)
    await store.migrate()
    await fill(store, readers)
    keys = await store.chats.editions()
    calls = (Call({"text": "日报" * 1000}),)
    editions = {EditionKey("card"): calls} | dict.fromkeys(
        (EditionKey(key.style, key.filter_key) for key in keys), calls
    )
    before_mb = most_rss_mb()
    began = time.perf_counter()
    campaign_id = await store.campaigns.publish(PublicationPlan("20260206", "hash", editions=editions))
    longest = 0.0
    while True:
        chunk = time.perf_counter()
        if await store.fanout.write_chunk(campaign_id):
            break
        longest = max(longest, time.perf_counter() - chunk)
    took = time.perf_counter() - began
    campaign = await store.campaigns.find(campaign_id)
    assert campaign is not None
    assert campaign.total == readers
    began = time.perf_counter()
    claimed = await store.ledger.claim(campaign_id, 3_000)
    claim_ms = (time.perf_counter() - began) * 1000
    print(f"ours: {readers:,} deliveries in {took:.1f} s, longest transaction {longest * 1000:.0f} ms, ", end="")
    print(f"memory +{most_rss_mb() - before_mb:.1f} MB; claiming {len(claimed):,} takes {claim_ms:.0f} ms ", end="")
    print("(bar for a million: 60 s, +150 MB)", flush=True)
    await store.close()


async def row_by_row(path: Path, readers: int) -> None:
    before_mb, began = most_rss_mb(), time.perf_counter()
    async with aiosqlite.connect(path) as database:
        await database.execute(
            "CREATE TABLE deliveries (campaign_id, chat_id, state, PRIMARY KEY (campaign_id, chat_id))"
        )
        chats = [(1, 1_000_000 + 7 * number, "pending") for number in range(readers)]
        for chat in chats:
            await database.execute("INSERT INTO deliveries VALUES (?, ?, ?)", chat)
        await database.commit()
    took, grown_mb = time.perf_counter() - began, most_rss_mb() - before_mb
    print(f"row by row: {readers:,} deliveries in {took:.1f} s in one transaction, memory +{grown_mb:.1f} MB")


def main() -> None:
    readers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite+aiosqlite:///{Path(folder) / 'state.db'}"
        asyncio.run(measure(url, readers))
        asyncio.run(row_by_row(Path(folder) / "peer.db", readers // 10))


if __name__ == "__main__":
    main()
