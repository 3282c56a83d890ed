"""A digest from the file to the linked card, with a fault at every touch of the state and of Telegram on the way.

FAULTS=15 pytest tests/faults -s    # every step instead of a sample of them; the counts are printed
"""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar

import pytest

from bot.core.delivery.throttle import Throttle
from bot.locales import catalogue
from bot.pipeline.admins import Admins, DeliveryHooks
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.delivery import Delivery
from bot.sandbox.faults import Fault
from bot.sandbox.telegram import GROUP, GROUP_NAME, FakeTelegram
from bot.storage.errors import StoreBusyError, StoreError
from bot.storage.logbook import LOGBOOK, Logbook
from bot.storage.records import CampaignState, ChatKind, IncidentKind
from tests.support.engine import FAST, FIRST_READER, SHORT
from tests.support.publishing import TODAY, open_house, paper
from tests.support.telegram import FakeRequest, HandClock, build_bot

READERS = (FIRST_READER, FIRST_READER + 1)
SECTIONS = 3
CALLS_OF_A_DIGEST = 1 + SECTIONS + 1 + len(READERS)
SAMPLE = 25
"""Without FAULTS every so-many-th step is tried; odd, so that the even ones have their turn."""
IS_LOOKING = ContextVar("IS_LOOKING", default=False)
"""The test's own look into the state trips nothing."""


class Trip:
    """Counts the transactions of a state; at the n-th it fails, or (`is_fatal`) nothing gets through any more, before
    or after it was committed."""

    def __init__(self, database, n=0, *, is_fatal=False):
        self.count, self.inside, self.reached = 0, 0, asyncio.Event()
        self._n, self._is_fatal = n, is_fatal
        reading, writing, transact = database.reading, database.writing, database.transact

        async def wrapped(work):
            await self._pass()
            self.inside += 1
            try:
                result = await transact(work)
            finally:
                self.inside -= 1
            await self._leave()
            return result

        database.reading = lambda: self._around(reading)
        database.writing = lambda: self._around(writing)
        database.transact = wrapped

    @asynccontextmanager
    async def _around(self, transaction):
        await self._pass()
        self.inside += 1
        try:
            async with transaction() as connection:
                yield connection
        finally:
            self.inside -= 1
        await self._leave()

    async def _pass(self):
        if IS_LOOKING.get():
            return
        self.count += 1
        if self.count == self._n and not self._is_fatal:
            self.reached.set()
            raise StoreBusyError("busy on purpose")
        if self._is_fatal and (self.count > self._n or (self.count == self._n and self._n % 2)):
            self.reached.set()
            await asyncio.Event().wait()

    async def _leave(self):
        if not IS_LOOKING.get() and self._is_fatal and self.count >= self._n:
            self.reached.set()
            await asyncio.Event().wait()


class World:
    """Telegram and a folder, which outlive every process."""

    def __init__(self, folder):
        self.folder, self.clock = folder, HandClock()
        folder.mkdir()
        self.telegram = FakeTelegram(self.clock)
        for reader in READERS:
            self.telegram.add_user(reader, f"reader {reader}")
            self.telegram.start(reader)

    @asynccontextmanager
    async def process(self, n=0, *, is_fatal=False):
        """A process of the bot that is at work; its state trips at the n-th transaction."""
        async with open_house(self.folder, clock=self.clock, telegram=self.telegram) as house:
            for reader in READERS:
                await house.store.chats.ensure(reader, ChatKind.PRIVATE)
                await house.store.chats.subscribe(reader)
            house.write("2026-02-05-a.md", paper(TODAY))
            house.trip = Trip(house.store._database, n, is_fatal=is_fatal)
            limiter = Limiter(Throttle(FAST), house.store.holds, clock=self.clock)
            sender = Sender(build_bot(self.telegram, limiter), limiter, request=FakeRequest(self.telegram))
            hooks = DeliveryHooks(Admins((), sender), house.publisher.corrections, catalogue())
            logbook = Logbook(self.folder / LOGBOOK)
            delivery = Delivery(house.store, sender, hooks, clock=self.clock, pauses=SHORT, logbook=logbook)
            stop = asyncio.Event()
            tasks = [asyncio.create_task(delivery.run(stop)), asyncio.create_task(self._look(house, delivery, stop))]
            try:
                yield house
            finally:
                stop.set()
                if is_fatal:
                    await kill(house.trip)
                await asyncio.gather(*tasks, return_exceptions=True)
                logbook.close()

    async def _look(self, house, delivery, stop):
        while not stop.is_set():
            with suppress(StoreError):
                await house.work()
            delivery.wake()
            await asyncio.sleep(0.03)

    @property
    def is_over(self):
        """Everybody has everything, and the card leads to the sections."""
        group = self.telegram.bot_messages(GROUP)
        links = [one.url for message in group for one in message.entities if f"{GROUP_NAME}/" in (one.url or "")]
        return len(links) == SECTIONS and all(self.telegram.bot_messages(reader) for reader in READERS)

    async def finish(self, house):
        """Wait until everything is over; how many messages were repeated, and how many are listed."""
        looking = IS_LOOKING.set(True)
        try:
            async with asyncio.timeout(20):
                while not (self.is_over and await self._is_done(house)):  # noqa: ASYNC110 - the state has no event
                    await asyncio.sleep(0.02)
            return await self._judge(house)
        finally:
            IS_LOOKING.reset(looking)

    async def _is_done(self, house):
        campaigns = await house.campaigns()
        return campaigns[0].state is CampaignState.DONE and not await house.store.ledger.unsettled()

    async def _judge(self, house):
        (campaign,) = await house.campaigns()
        incidents = await house.store.deliveries.incidents(campaign.id, limit=1_000)
        listed = [one for one in incidents if one.kind in (IncidentKind.REPEATED, IncidentKind.UNKNOWN)]
        texts = Counter((chat, one.text) for chat in (GROUP, *READERS) for one in self.telegram.bot_messages(chat))
        repeated = sum(texts.values()) - (1 + SECTIONS + len(READERS))
        assert 0 <= repeated <= len(listed)
        return repeated, len(listed)


async def kill(trip):
    """No task puts anything in order, however often it tries: its state does not answer any more. What another one has
    begun there ends first, or its lock would outlive it, which those of the dead do not."""
    while trip.inside:  # noqa: ASYNC110 - a number, not an event
        await asyncio.sleep(0.001)
    while others := [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]:
        for one in others:
            one.cancel()
        await asyncio.sleep(0)


def show(what, results):
    repeated, listed = (sum(column) for column in zip(*results, strict=True))
    print(f"\n{what}: {len(results)} digests, lost 0, repeated {repeated}, listed {listed}")  # noqa: T201


def steps(count, depth):
    return range(1, count + 1, max(1, SAMPLE // depth))


async def count_transactions(folder):
    world = World(folder)
    async with world.process() as house:
        await world.finish(house)
        return house.trip.count


async def test_the_nth_touch_of_the_state_fails(tmp_path, depth):
    """Whoever it hits, the publisher, the fan-out, the engine or the last step: it is made up for, and nothing comes
    twice."""
    results = []
    for n in steps(await count_transactions(tmp_path / "0"), depth):
        world = World(tmp_path / str(n))
        async with world.process(n) as house:
            results.append(await world.finish(house))
    show("a transaction fails", results)
    assert sum(repeated for repeated, _ in results) == 0


async def test_the_process_dies_at_the_nth_touch_of_the_state(tmp_path, depth):
    """Before the commit or just after it; the next process goes on."""
    results = []
    for n in steps(await count_transactions(tmp_path / "0"), depth):
        world = World(tmp_path / str(n))
        async with world.process(n, is_fatal=True) as house:
            async with asyncio.timeout(20):
                while not (house.trip.reached.is_set() or world.is_over):  # noqa: ASYNC110 - either of two
                    await asyncio.sleep(0.02)
        async with world.process() as house:
            results.append(await world.finish(house))
    show("killed at a transaction", results)


@pytest.mark.parametrize("fault", [Fault.refuse(), Fault.timeout(is_processed=True), Fault.flood(1)])
async def test_the_nth_call_of_a_digest_fails(tmp_path, depth, fault):
    """Cards, sections, the edit that links them, readers."""
    results = []
    for n in steps(CALLS_OF_A_DIGEST, depth):
        world = World(tmp_path / str(n))
        world.telegram.fail("*", fault, skip=n - 1)
        async with world.process() as house:
            results.append(await world.finish(house))
    show("a call fails", results)
