"""A launched broadcast at work: delivery, cards and recalls on real state, paced by the hand-moved clock.

async with open_office(tmp_path, telegram_with_readers()) as office:
    await office.subscribe_all()
    await office.launch(NEWS)
    await office.until_final()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.core.delivery.throttle import Throttle
from bot.locales import catalogue
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.delivery import Delivery
from bot.pipeline.delivering.hooks import Alarm, Question
from bot.pipeline.delivering.livecard import LiveCards
from bot.pipeline.delivering.recaller import Recaller
from bot.sandbox.messages import Message
from bot.sandbox.telegram import ADMIN, FakeTelegram
from bot.storage import Store
from bot.storage.plans import BroadcastPlan, Call
from bot.storage.records import Campaign, CampaignState, ChatKind
from tests.support.states import blank_state
from tests.support.telegram import HandClock, build_bot

NEWS = Call({"text": "今晚维护"})
READERS = range(2_001, 2_013)
SAY = catalogue("zh")
STEP_MS = 36
LOOK_EVERY_S = 0.02


class Ear:
    """Somebody who listens to the delivery."""

    async def on_chat_done(self, campaign: Campaign, chat_id: int, message_ids: tuple[int, ...]) -> None:
        """Groups only."""

    async def on_question(self, question: Question) -> bool:
        """Groups only."""
        return False

    async def on_alarm(self, alarm: Alarm) -> None:
        """Shown by the card as well."""


@dataclass
class Office:
    """Delivery and cards at work, paced by the hand-moved clock: while it rests, nothing is sent."""

    telegram: FakeTelegram
    clock: HandClock
    store: Store
    delivery: Delivery
    stop: asyncio.Event
    working: tuple[asyncio.Task[None], ...]

    async def close(self) -> None:
        """End the process."""
        self.stop.set()
        await asyncio.gather(*self.working)
        await self.store.close()

    async def subscribe_all(self) -> None:
        """Everybody wants the digest."""
        for chat_id in READERS:
            await self.store.chats.ensure(chat_id, ChatKind.PRIVATE)
            await self.store.chats.subscribe(chat_id)

    async def launch(self, call: Call, *, audience: Collection[ChatKind] = (), after_ms: int = 0) -> int:
        """A broadcast that its admin has confirmed, its card below the preview."""
        offer = self.telegram.call("sendMessage", {"chat_id": ADMIN, "text": "发给：…"}).body["result"]
        campaign_id = await self.store.campaigns.draft(BroadcastPlan((call,), author_id=ADMIN))
        await self.store.cards.put(campaign_id, ADMIN, offer["message_id"])
        if audience:
            await self.store.campaigns.aim(campaign_id, audience)
        await self.store.campaigns.launch(campaign_id, after_ms=after_ms)
        self.delivery.wake()
        return campaign_id

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Let time pass until it holds."""
        async with asyncio.timeout(60):
            while not await condition():
                self.clock.advance(ms=STEP_MS)
                await asyncio.sleep(LOOK_EVERY_S)

    async def pass_s(self, seconds: float) -> None:
        """Let so much time pass."""
        end_ms = self.clock() + round(seconds * 1000)

        async def is_over() -> bool:
            return self.clock() >= end_ms

        await self.until(is_over)

    async def until_settled(self, campaign_id: int, chats: int) -> None:
        """Until so many chats need nothing more."""
        await self.until(lambda: self._has_settled(campaign_id, chats))

    async def until_final(self) -> None:
        """Until no card is alive any more."""
        await self.until(self._has_no_cards)

    async def state(self, campaign_id: int) -> CampaignState:
        """What the ledger says."""
        campaign = await self.store.campaigns.find(campaign_id)
        assert campaign is not None
        return campaign.state

    def card(self) -> Message:
        """What the admin sees."""
        return self.telegram.bot_messages(ADMIN)[-1]

    def buttons(self) -> list[str]:
        """The buttons below it."""
        return [button["text"] for row in self.card().keyboard for button in row]

    def received(self) -> list[int]:
        """The readers who got something, once for each message."""
        return [chat_id for chat_id in READERS for _ in self.telegram.bot_messages(chat_id)]

    async def _has_settled(self, campaign_id: int, chats: int) -> bool:
        campaign = await self.store.campaigns.find(campaign_id)
        return campaign is not None and campaign.settled >= chats

    async def _has_no_cards(self) -> bool:
        return not await self.store.cards.all()


def telegram_with_readers() -> FakeTelegram:
    """A dozen people who opened the bot, and its admin."""
    telegram = FakeTelegram(HandClock())
    for chat_id in READERS:
        telegram.add_user(chat_id, f"读者{chat_id}")
    for chat_id in (ADMIN, *READERS):
        telegram.start(chat_id)
    return telegram


@asynccontextmanager
async def open_office(folder: Path, telegram: FakeTelegram) -> AsyncIterator[Office]:
    """Opening it again in the same folder is a restart."""
    clock = telegram.world.clock
    assert isinstance(clock, HandClock)
    store = await Store.open(blank_state(folder / "state.db"), clock=clock)
    bot = build_bot(telegram)
    sender = Sender(bot, Limiter(Throttle(), store.holds, clock=clock, monotonic=clock), request=bot.request)
    delivery = Delivery(store, sender, Ear(), clock=clock, monotonic=clock)
    cards = LiveCards(store, delivery, sender, say=SAY, clock=clock)
    stop = asyncio.Event()
    recaller = Recaller(store, delivery, sender, clock=clock, look_every_s=LOOK_EVERY_S)
    loops = (delivery.run(stop), recaller.run(stop), watch(cards, stop))
    working = tuple(asyncio.create_task(loop) for loop in loops)
    office = Office(telegram, clock, store, delivery, stop, working)
    try:
        yield office
    finally:
        await office.close()


async def watch(cards: LiveCards, stop: asyncio.Event) -> None:
    """Look at the cards far more often than they may be edited."""
    while not stop.is_set():
        await cards.refresh()
        await asyncio.sleep(LOOK_EVERY_S)
