"""The delivery engine for tests: real state, real throttle with short gaps, `FakeTelegram` at the edge.

async with open_engine(tmp_path) as engine:
    await engine.readers(3)
    await engine.publish(groups=[GROUP])
    await engine.work()
    assert engine.texts(GROUP) == ["card", "section 1", "section 2"]
"""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.delivery.retry import Policy
from bot.core.delivery.throttle import Limits, Throttle
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.delivery import Delivery
from bot.pipeline.delivering.hooks import Alarm, Question
from bot.pipeline.delivering.pauses import Pauses
from bot.sandbox.telegram import GROUP, FakeTelegram
from bot.storage import Store
from bot.storage.logbook import BOOT_ID, LOGBOOK, Logbook
from bot.storage.plans import FOR_ANYONE, BroadcastPlan, Call, GroupEdition, PublicationPlan, Target
from bot.storage.records import Campaign, CampaignState, ChatKind
from tests.support.states import blank_state
from tests.support.telegram import FakeRequest, HandClock, build_bot, eventually

FAST = Limits(per_second=5_000, chat_gap_ms=1, group_calls=1_000, group_reserve=0, group_window_ms=1)
SHORT = Pauses(0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.01)
FIRST_READER = 2_001
OVER = (CampaignState.DONE, CampaignState.STOPPED)


def call(text: str, **params: object) -> Call:
    """A part of plain text."""
    return Call({"text": text, "link_preview_options": {"is_disabled": True}, **params})


GROUP_CALLS = (call("card"), call("section 1"), call("section 2"))
READER_CALLS = (call("reader's card"),)


@dataclass
class Heard:
    """Hooks that only listen. `trouble` is raised by the next calls of `on_chat_done` and `on_question`, one each."""

    has_admins: bool = False
    done: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)

    async def on_chat_done(self, campaign: Campaign, chat_id: int, message_ids: tuple[int, ...]) -> None:
        if self.trouble:
            raise self.trouble.pop()
        self.done.append((campaign.id, chat_id, message_ids))

    async def on_question(self, question: Question) -> bool:
        if self.trouble:
            raise self.trouble.pop()
        self.questions.append(question)
        return self.has_admins

    async def on_alarm(self, alarm: Alarm) -> None:
        self.alarms.append(alarm)


@dataclass
class Engine:
    """One process of the bot: `restart` begins another on the same state."""

    folder: Path
    url: str
    telegram: FakeTelegram
    clock: HandClock
    limits: Limits = FAST
    heard: Heard = field(default_factory=Heard)
    boot_id: Path = BOOT_ID

    async def open(self) -> None:
        self.store = await Store.open(self.url, clock=self.clock)
        self.limiter = Limiter(Throttle(self.limits), self.store.holds, clock=self.clock)
        await self.limiter.initialize()
        self.bot = build_bot(self.telegram, self.limiter)
        self.line = FakeRequest(self.telegram)
        sender = Sender(self.bot, self.limiter, request=self.line)
        self.logbook = Logbook(self.folder / LOGBOOK, self.boot_id)
        self.delivery = Delivery(self.store, sender, self.heard, clock=self.clock, pauses=SHORT, logbook=self.logbook)

    async def close(self) -> None:
        self.logbook.close()
        await self.limiter.shutdown()
        await self.store.close()

    async def restart(self) -> None:
        """The process ends, another begins."""
        await self.close()
        await self.open()

    async def readers(self, count: int) -> list[int]:
        """People who have started the bot and subscribed."""
        ids = list(range(FIRST_READER, FIRST_READER + count))
        for chat_id in ids:
            self.telegram.add_user(chat_id, f"reader {chat_id}")
            self.telegram.start(chat_id)
            await self.store.chats.ensure(chat_id, ChatKind.PRIVATE)
            await self.store.chats.subscribe(chat_id)
        return ids

    async def publish(
        self,
        groups: Iterable[int] = (),
        *,
        policy: Policy = Policy.PREFER_DELIVERY,
        group_calls: tuple[Call, ...] = GROUP_CALLS,
        reader_calls: tuple[Call, ...] = READER_CALLS,
    ) -> int:
        """A publication to these groups and to all readers."""
        for chat_id in groups:
            await self.store.chats.ensure(chat_id, ChatKind.GROUP)
        targets = tuple(Target(chat_id) for chat_id in groups)
        editions = {FOR_ANYONE: reader_calls} if reader_calls else {}
        plan = PublicationPlan("20260206", "hash", targets, {GroupEdition().key: group_calls, **editions}, policy)
        return await self.store.campaigns.publish(plan)

    async def broadcast(self, *calls: Call, is_silent: bool = True) -> int:
        """A broadcast to all readers, confirmed."""
        plan = BroadcastPlan(calls or (call("news"),), author_id=1000, is_silent=is_silent)
        campaign_id = await self.store.campaigns.draft(plan)
        await self.store.campaigns.launch(campaign_id)
        return campaign_id

    async def campaign(self, campaign_id: int) -> Campaign:
        found = await self.store.campaigns.find(campaign_id)
        assert found is not None
        return found

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The engine at work, stopped in an orderly way at the end."""
        stop = asyncio.Event()
        task = asyncio.create_task(self.delivery.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    async def work(self, *campaign_ids: int) -> None:
        """Run until these campaigns, or all, are over and their last steps are done."""
        async with self.running():
            await self.idle(*campaign_ids)

    async def idle(self, *campaign_ids: int, tick_s: float = 0) -> None:
        """Wait until these campaigns, or all, are over and their last steps are done. With `tick_s` the clock goes on
        by so much again and again, for whatever has to wait."""
        async with asyncio.timeout(60):
            while not await self._is_over(campaign_ids):
                await asyncio.sleep(0.02 if not tick_s else 0.03)
                if tick_s:
                    await self.tick(tick_s)

    async def _is_over(self, campaign_ids: tuple[int, ...]) -> bool:
        campaigns = await self.store.campaigns.recent(100)
        mine = [one for one in campaigns if not campaign_ids or one.id in campaign_ids]
        return all(one.state in OVER for one in mine) and not await self.store.ledger.unsettled()

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the engine work until `condition` holds."""
        await eventually(condition)

    async def tick(self, seconds: float) -> None:
        """Let time pass by hand and the engine notice."""
        self.clock.advance(seconds=seconds)
        self.delivery.wake()

    async def crash_at(self, call_number: int, within_s: float = 60) -> None:
        """Run, and die without any goodbye while the n-th call to Telegram is on its way, or after a while."""
        task = asyncio.create_task(self.delivery.run(asyncio.Event()))
        with suppress(TimeoutError):
            await eventually(lambda: len(self.telegram.calls) >= call_number or task.done(), within_s)
        await self.die()

    async def die(self) -> None:
        """Every task of the engine ends where it stands, so that none of them can put anything in order."""
        self.store.lease.release = _nothing  # type: ignore[method-assign]  # the dead give nothing back
        await _kill()
        if self.store.is_shared:
            gc.collect()  # a real death would have closed the connections of the dead

    def texts(self, chat_id: int) -> list[str]:
        """What the bot has written into a chat."""
        return [message.text for message in self.telegram.bot_messages(chat_id)]

    def repeats(self) -> int:
        """How many messages stand in any chat more often than once."""
        chats = {params["chat_id"] for params in self.telegram.calls_of("sendMessage")}
        return sum(count - 1 for chat_id in chats for count in Counter(self.texts(chat_id)).values())


async def _nothing() -> None: ...


async def _kill() -> None:
    """Cancel every task of the engine at once, so that none of them can put anything in order."""
    others = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@asynccontextmanager
async def open_engine(
    tmp_path: Path, *, has_admins: bool = False, limits: Limits = FAST, url: str = ""
) -> AsyncIterator[Engine]:
    """An engine on an empty state, with the default people and the group; `url` names a state elsewhere."""
    clock = HandClock()
    url = url or blank_state(tmp_path / "state.db")
    engine = Engine(tmp_path, url, FakeTelegram(clock), clock, limits, Heard(has_admins))
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()


__all__ = ["GROUP", "Engine", "Heard", "call", "open_engine"]
