"""A paid broadcast over TLS, 50 ms away, on one core, every message in the ledger; beside python-telegram-bot as it is.

python -m benchmarks.broadcast [READERS]

The peer is `Bot.send_message` on its default httpx transport, 20 in flight (its best), with no ledger at all.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from telegram import Bot
from telegram.request import HTTPXRequest

from benchmarks.edge import TOKEN, Far, far_telegram, pin, trusting
from benchmarks.fanout import fill
from benchmarks.figures import most_rss_mb
from bot import memory
from bot.app import BULK_CONNECTIONS, now_ms
from bot.core.delivery.throttle import PAID_PER_SECOND, Limits, Throttle
from bot.logs import configure_logs
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.pipeline.calling.transport import AiohttpRequest
from bot.pipeline.delivering.delivery import Delivery
from bot.pipeline.delivering.hooks import Alarm, Question
from bot.storage import Store
from bot.storage.logbook import LOGBOOK, Logbook
from bot.storage.plans import BroadcastPlan, Call
from bot.storage.records import Campaign, CampaignState

TEXT = "各位读者：" + "今晚十点停机五分钟，请稍候再来。" * 30
PEER_IN_FLIGHT = 20
PEER_MESSAGES = 3_000


class Deaf:
    """Hooks that nothing follows from."""

    async def on_chat_done(self, campaign: Campaign, chat_id: int, message_ids: tuple[int, ...]) -> None: ...

    async def on_question(self, question: Question) -> bool:
        return False

    async def on_alarm(self, alarm: Alarm) -> None:
        print("alarm:", alarm)


async def ours(far: Far, readers: int, folder: Path) -> str:
    store = await Store.open(f"sqlite+aiosqlite:///{folder / 'state.db'}", clock=now_ms)
    await store.migrate()
    await fill(store, readers)
    limiter = Limiter(Throttle(Limits(per_second=PAID_PER_SECOND)), store.holds, clock=now_ms)
    bulk = AiohttpRequest(BULK_CONNECTIONS, tls=trusting())
    await bulk.initialize()
    bot = Bot(TOKEN, base_url=far.base_url)
    sender, logbook = Sender(bot, limiter, request=bulk, is_paid=True), Logbook(folder / LOGBOOK)
    delivery = Delivery(store, sender, Deaf(), clock=now_ms, logbook=logbook)
    campaign_id = await store.campaigns.draft(BroadcastPlan((Call({"text": TEXT}),), author_id=1))
    await store.campaigns.launch(campaign_id)
    while not await store.fanout.write_chunk(campaign_id):
        pass
    memory.settle()
    stop = asyncio.Event()
    began_cpu, began = time.process_time(), time.perf_counter()
    running = asyncio.create_task(delivery.run(stop))
    async with asyncio.timeout(60 + readers / 100):
        campaign = await _finished(store, campaign_id)
    share = (time.process_time() - began_cpu) / (time.perf_counter() - began)
    stop.set()
    await running
    await bulk.shutdown()
    logbook.close()
    await store.close()
    counts = far.counts()
    assert campaign.sent == readers == counts.ok
    return (
        f"ours: {counts.per_second:,.0f}/s over {readers:,} messages, {counts.refused} 429s, "
        f"{share:.0%} of a core, {most_rss_mb():.0f} MB (bar: 950/s, 0 429s)"
    )


async def _finished(store: Store, campaign_id: int) -> Campaign:
    while True:
        campaign = await store.campaigns.find(campaign_id)
        assert campaign is not None
        if campaign.state is CampaignState.DONE:
            return campaign
        await asyncio.sleep(0.5)


async def peers(far: Far) -> str:
    request = HTTPXRequest(connection_pool_size=PEER_IN_FLIGHT, httpx_kwargs={"verify": trusting()})
    began_cpu, began = time.process_time(), time.perf_counter()
    async with Bot(TOKEN, base_url=far.base_url, request=request) as bot:
        chats = iter(range(1_000_000, 1_000_000 + PEER_MESSAGES))

        async def work() -> None:
            for chat_id in chats:
                await bot.send_message(chat_id, TEXT, allow_paid_broadcast=True)

        await asyncio.gather(*(work() for _ in range(PEER_IN_FLIGHT)))
    share = (time.process_time() - began_cpu) / (time.perf_counter() - began)
    counts = far.counts()
    return (
        f"python-telegram-bot, httpx, {PEER_IN_FLIGHT} in flight, no ledger: {counts.per_second:,.0f}/s over "
        f"{counts.ok:,} messages, {counts.refused} 429s, {share:.0%} of a core"
    )


def main() -> None:
    readers = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    pin(0)
    configure_logs("INFO", "console", [])
    with tempfile.TemporaryDirectory() as folder, far_telegram(latency_s=0.05, model="sliding_window") as far:
        print(asyncio.run(ours(far, readers, Path(folder))))
    with far_telegram(latency_s=0.05, model="sliding_window") as far:
        print(asyncio.run(peers(far)))


if __name__ == "__main__":
    main()
