"""How long a reader waits for a reply while a broadcast goes out to thousands, beside python-telegram-bot's limiter.

python -m benchmarks.reply [SECONDS]

The fan-out runs at the default pace, 20 ms from Telegram; a person asks something five times a second. Ours has its
ledger and its lanes. The peer is AIORateLimiter (needs `aiolimiter`; left out when that is missing): it knows no lanes,
so a reply queues behind the messages that 64 workers want to send.
"""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter, ExtBot

from benchmarks.broadcast import TEXT, Deaf
from benchmarks.edge import TOKEN, Far, far_telegram
from benchmarks.fanout import fill
from benchmarks.figures import percentile
from benchmarks.rate import WORKERS, flood
from bot import memory
from bot.app import BULK_CONNECTIONS, REPLY_CONNECTIONS, now_ms
from bot.core.delivery.throttle import Limits, Throttle
from bot.logs import configure_logs
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.pipeline.calling.transport import AiohttpRequest
from bot.pipeline.delivering.delivery import Delivery
from bot.storage import Store
from bot.storage.plans import BroadcastPlan, Call

ASK_EVERY_S = 0.2
UNDER_WAY_S = 2.0


async def ours(far: Far, seconds: float) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{Path(folder) / 'state.db'}", clock=now_ms)
        await store.migrate()
        await fill(store, 5_000)
        limiter = Limiter(Throttle(Limits()), store.holds, clock=now_ms)
        replies = AiohttpRequest(REPLY_CONNECTIONS)
        async with (
            AiohttpRequest(BULK_CONNECTIONS) as bulk,
            ExtBot(TOKEN, base_url=far.base_url, request=replies, rate_limiter=limiter) as bot,
        ):
            delivery = Delivery(store, Sender(bot, limiter, request=bulk), Deaf(), clock=now_ms)
            campaign_id = await store.campaigns.draft(BroadcastPlan((Call({"text": TEXT}),), author_id=1))
            await store.campaigns.launch(campaign_id)
            memory.settle()
            stop = asyncio.Event()
            running = asyncio.create_task(delivery.run(stop))
            waits = await ask(bot, seconds)
            stop.set()
            await running
        await store.close()
    return waits


async def the_librarys(far: Far, seconds: float) -> list[float]:
    limiter, request = AIORateLimiter(max_retries=5), AiohttpRequest(BULK_CONNECTIONS)
    async with ExtBot(TOKEN, base_url=far.base_url, request=request, rate_limiter=limiter) as bot:
        flooding = asyncio.create_task(flood(lambda chat: bot.send_message(chat, TEXT), 10 * seconds, WORKERS))
        waits = await ask(bot, seconds)
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
    return waits


async def ask(bot: ExtBot[None], seconds: float) -> list[float]:
    """Seconds until each reply was there, refused ones asked for again."""
    await asyncio.sleep(UNDER_WAY_S)
    waits: list[float] = []
    people = iter(range(10, 1_000_000))
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        began = time.perf_counter()
        await _until_sent(bot, next(people))
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(ASK_EVERY_S)
    return waits


async def _until_sent(bot: ExtBot[None], chat: int) -> None:
    is_sent = False
    while not is_sent:
        with suppress(RetryAfter):
            await bot.send_message(chat, "x")
            is_sent = True


CONTESTANTS: dict[str, Callable[[Far, float], Awaitable[list[float]]]] = {"ours": ours, "AIORateLimiter": the_librarys}


async def compete(far: Far, contest: Callable[[Far, float], Awaitable[list[float]]], seconds: float) -> list[float]:
    async with asyncio.timeout(10 * seconds + 60):
        return await contest(far, seconds)


def main() -> None:
    configure_logs("CRITICAL", "console", [])
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    for name, contest in CONTESTANTS.items():
        if contest is the_librarys and importlib.util.find_spec("aiolimiter") is None:
            print(f"{name}: left out, aiolimiter is not installed")
            continue
        with far_telegram(latency_s=0.02, model="sliding_window", tls=False) as far:
            waits = asyncio.run(compete(far, contest, seconds))
            counts = far.counts()
        print(
            f"{name}: {len(waits)} replies during {counts.ok} messages at {counts.per_second:.1f}/s: median "
            f"{percentile(waits, 0.5) * 1000:,.0f} ms, p95 {percentile(waits, 0.95) * 1000:,.0f} ms "
            f"(bar: 1,000 ms), {counts.refused} 429s",
            flush=True,
        )


if __name__ == "__main__":
    main()
