"""How much of Telegram's 30 messages a second is used, and how many are refused, under three ways of counting.

python -m benchmarks.rate [SECONDS]

Ours is the throttle at its default pace; AIORateLimiter is python-telegram-bot's own (needs `aiolimiter`; left out when
that is missing); the sleep loop sends one message after the other with 1/30 s between them. All three have 20 ms to the
far side and more messages than time.
"""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from telegram import Bot
from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter, ExtBot

from benchmarks.edge import TOKEN, Far, far_telegram
from bot.app import now_ms
from bot.core.delivery.throttle import Lane, Limits, Throttle
from bot.logs import configure_logs
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.transport import AiohttpRequest
from bot.storage import Store

MODELS = ("token_bucket", "fixed_window", "sliding_window")
ALLOWED_PER_SECOND = 30
WORKERS = 64
Send = Callable[[int], Awaitable[object]]


async def flood(send: Send, seconds: float, workers: int) -> None:
    """As many messages as possible, each to another chat, for so long."""
    chats = iter(range(1_000_000, 2_000_000))

    async def work() -> None:
        for chat_id in chats:
            try:
                await send(chat_id)
            except RetryAfter as error:
                wait = error.retry_after
                await asyncio.sleep(wait if isinstance(wait, int) else wait.total_seconds())

    tasks = [asyncio.create_task(work()) for _ in range(workers)]
    try:
        await asyncio.sleep(seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def ours(far: Far, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{Path(folder) / 'state.db'}", clock=now_ms)
        await store.migrate()
        limiter = Limiter(Throttle(Limits()), store.holds, clock=now_ms)
        async with ExtBot(TOKEN, base_url=far.base_url, request=AiohttpRequest(WORKERS), rate_limiter=limiter) as bot:
            await flood(lambda chat: bot.send_message(chat, "x", rate_limit_args=Lane.DIGEST), seconds, WORKERS)
        await store.close()


async def the_librarys(far: Far, seconds: float) -> None:
    limiter = AIORateLimiter(max_retries=5)
    async with ExtBot(TOKEN, base_url=far.base_url, request=AiohttpRequest(WORKERS), rate_limiter=limiter) as bot:
        await flood(lambda chat: bot.send_message(chat, "x"), seconds, WORKERS)


async def a_sleep_loop(far: Far, seconds: float) -> None:
    async with Bot(TOKEN, base_url=far.base_url, request=AiohttpRequest(4)) as bot:

        async def send(chat: int) -> None:
            await bot.send_message(chat, "x")
            await asyncio.sleep(1 / ALLOWED_PER_SECOND)

        await flood(send, seconds, 1)


CONTESTANTS = {"ours": ours, "AIORateLimiter": the_librarys, "sleep loop": a_sleep_loop}


def main() -> None:
    configure_logs("CRITICAL", "console", [])
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    for name, contest in CONTESTANTS.items():
        if contest is the_librarys and importlib.util.find_spec("aiolimiter") is None:
            print(f"{name}: left out, aiolimiter is not installed")
            continue
        for model in MODELS:
            with far_telegram(latency_s=0.02, model=model, tls=False) as far:
                asyncio.run(contest(far, seconds))
                counts = far.counts()
            share = counts.ok / (ALLOWED_PER_SECOND * seconds)
            print(
                f"{name:15} {model:15} {share:6.1%} of the allowed rate, {counts.refused} 429s (bar: 94 %, 0)",
                flush=True,
            )


if __name__ == "__main__":
    main()
