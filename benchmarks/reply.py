"""How long a reader waits for a reply while a broadcast goes out to thousands.

python -m benchmarks.reply [SECONDS]

The fan-out runs at the default pace, 20 ms from Telegram, with its ledger; a person asks something five times a second.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from telegram.ext import ExtBot

from benchmarks.broadcast import TEXT, Deaf
from benchmarks.edge import TOKEN, Far, far_telegram
from benchmarks.fanout import fill
from bot.app import BULK_CONNECTIONS, REPLY_CONNECTIONS, now_ms
from bot.core.delivery.throttle import Limits, Throttle
from bot.logs import configure_logs
from bot.pipeline.delivery import Delivery
from bot.pipeline.ratelimit import Limiter
from bot.pipeline.sender import Sender
from bot.pipeline.transport import AiohttpRequest
from bot.storage import Store
from bot.storage.records import BroadcastPlan, Call

ASK_EVERY_S = 0.2


async def measure(far: Far, seconds: float, folder: Path) -> list[float]:
    store = await Store.open(f"sqlite+aiosqlite:///{folder / 'state.db'}", clock=now_ms)
    await store.migrate()
    await fill(store, 5_000)
    limiter = Limiter(Throttle(Limits()), store.holds, clock=now_ms)
    bulk = AiohttpRequest(BULK_CONNECTIONS)
    await bulk.initialize()
    waits: list[float] = []
    async with ExtBot(
        TOKEN, base_url=far.base_url, request=AiohttpRequest(REPLY_CONNECTIONS), rate_limiter=limiter
    ) as bot:
        delivery = Delivery(store, Sender(bot, limiter, request=bulk), Deaf(), clock=now_ms)
        campaign_id = await store.campaigns.draft(BroadcastPlan((Call({"text": TEXT}),), author_id=1))
        await store.campaigns.launch(campaign_id)
        stop = asyncio.Event()
        running = asyncio.create_task(delivery.run(stop))
        await asyncio.sleep(2)
        ends = time.perf_counter() + seconds
        people = iter(range(10, 1_000_000))
        while time.perf_counter() < ends:
            began = time.perf_counter()
            await bot.send_message(next(people), "x")
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(ASK_EVERY_S)
        stop.set()
        await running
    await bulk.shutdown()
    await store.close()
    return waits


def main() -> None:
    configure_logs("ERROR", "console", [])
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with (
        tempfile.TemporaryDirectory() as folder,
        far_telegram(latency_s=0.02, model="sliding_window", tls=False) as far,
    ):
        waits = sorted(asyncio.run(measure(far, seconds, Path(folder))))
        counts = far.counts()
    p95 = waits[int(0.95 * (len(waits) - 1))]
    print(
        f"{len(waits)} replies during {counts.ok} messages at {counts.per_second:.1f}/s: median "
        f"{statistics.median(waits) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, {counts.refused} 429s"
    )


if __name__ == "__main__":
    main()
