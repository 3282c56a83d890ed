"""One digest cycle with a fault at every step of it: nothing is lost, what is repeated is listed.

FAULTS=5 pytest tests/faults -s    # more readers, longer storms; the counts are printed
"""

import asyncio
import random
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.telegram import GROUP
from bot.storage.errors import StoreBusyError
from bot.storage.records import CampaignState, IncidentKind
from tests.support.engine import FAST, call, open_engine

TEXTS = ["card", "section 1", "section 2"]
CALLS_OF_A_CYCLE = 3 + 4
WRITES_OF_A_CYCLE = 14
LOSSES = {
    "refused": Fault.refuse(),
    "reset before": Fault.reset(is_processed=False),
    "reset after": Fault.reset(is_processed=True),
    "timeout": Fault.timeout(is_processed=True),
    "garbage": Fault.garbage(),
    "502": Fault.bad_gateway(),
    "flood": Fault.flood(3),
}


class Tally:
    """What readers, the group and the ledger say when everything is over. Lost is what is neither there nor listed."""

    def __init__(self, what):
        self.what, self.repeated, self.listed, self.cycles = what, 0, 0, 0

    async def add(self, engine, campaign_id, readers, mark="0"):
        campaign = await engine.campaign(campaign_id)
        assert campaign.state is CampaignState.DONE
        incidents = await engine.store.deliveries.incidents(campaign_id, limit=10_000)
        listed = [one for one in incidents if one.kind in (IncidentKind.REPEATED, IncidentKind.UNKNOWN)]
        open_ends = {(one.chat_id, one.part) for one in listed if one.kind is IncidentKind.UNKNOWN}
        expected = [(GROUP, part, f"{mark}: {text}") for part, text in enumerate(TEXTS)]
        expected += [(reader, 0, f"{mark}: for you") for reader in readers]
        seen = Counter((chat, text) for chat in (GROUP, *readers) for text in engine.texts(chat))
        lost = [one for one in expected if not seen[one[0], one[2]] and one[:2] not in open_ends]
        repeats = sum(max(0, seen[chat, text] - 1) for chat, _, text in expected)
        assert lost == []
        assert repeats <= len(listed)
        self.repeated, self.listed, self.cycles = self.repeated + repeats, self.listed + len(listed), self.cycles + 1
        return repeats

    def show(self):
        print(  # noqa: T201 - for whoever runs these with -s
            f"\n{self.what}: {self.cycles} cycles, lost 0, repeated {self.repeated}, listed {self.listed}"
        )


async def publish(engine, mark="0"):
    """A digest for the group and all readers whose texts begin with `mark`."""
    group = tuple(call(f"{mark}: {text}") for text in TEXTS)
    return await engine.publish([GROUP], group_calls=group, reader_calls=(call(f"{mark}: for you"),))


@asynccontextmanager
async def cycle(tmp_path, number=0, readers=4, limits=FAST):
    """An engine with a digest for the group and some readers."""
    folder = tmp_path / str(number)
    folder.mkdir()
    async with open_engine(folder, limits=limits) as engine:
        engine.limiter.flooded = hold_only(engine)
        ids = await engine.readers(readers)
        yield engine, await publish(engine), ids


@pytest.mark.parametrize("loss", LOSSES)
async def test_the_nth_call_fails(tmp_path, loss):
    """Whatever becomes of it: refused, cut off before or after, no sense in the answer, a flood."""
    tally = Tally(loss)
    async with cycle(tmp_path) as (engine, _, readers), engine.running():
        await engine.idle()
        for n in range(CALLS_OF_A_CYCLE):
            engine.telegram.fail("sendMessage", LOSSES[loss], skip=n)
            campaign_id = await publish(engine, str(n + 1))
            await engine.idle(tick_s=5)
            assert await tally.add(engine, campaign_id, readers, str(n + 1)) <= 1
    tally.show()


async def test_the_process_dies_at_the_nth_call(tmp_path):
    """kill -9 while it is on its way; the next process goes on."""
    tally = Tally("killed at a call")
    for n in range(1, CALLS_OF_A_CYCLE + 1):
        async with cycle(tmp_path, n) as (engine, campaign_id, readers):
            await engine.crash_at(n)
            await engine.restart()
            async with engine.running():
                await engine.idle(tick_s=5)
            await tally.add(engine, campaign_id, readers)
    tally.show()


async def test_the_nth_write_of_the_ledger_fails(tmp_path):
    """The database is busy or full for a moment: what was not written is written later, and nothing comes twice."""
    tally = Tally("a write fails")
    async with cycle(tmp_path) as (engine, _, readers), engine.running():
        await engine.idle()
        for n in range(WRITES_OF_A_CYCLE):
            with failing_transaction(engine, n):
                campaign_id = await publish(engine, str(n + 1))
                await engine.idle(tick_s=5)
            assert await tally.add(engine, campaign_id, readers, str(n + 1)) == 0
    tally.show()


async def test_the_process_dies_at_the_nth_write_of_the_ledger(tmp_path, depth):
    """Between deciding and knowing that it is written."""
    tally = Tally("killed at a write")
    for n in range(0, WRITES_OF_A_CYCLE, 2 if depth == 1 else 1):
        async with cycle(tmp_path, n) as (engine, campaign_id, readers):
            with failing_transaction(engine, n, is_fatal=True) as reached:
                run = asyncio.create_task(engine.delivery.run(asyncio.Event()))
                await engine.until(lambda: reached.is_set() or run.done() or engine.heard.done)  # noqa: B023
                await engine.die()
            await engine.restart()
            async with engine.running():
                await engine.idle(tick_s=5)
            await tally.add(engine, campaign_id, readers)
    tally.show()


async def test_random_kills(tmp_path, depth):
    """Again and again, at any moment."""
    chance, tally = random.Random(4), Tally("random kills")  # noqa: S311
    steady = replace(FAST, per_second=300)
    for n in range(depth):
        async with cycle(tmp_path, n, readers=15, limits=steady) as (engine, campaign_id, readers):
            kills = 4
            for _ in range(kills):
                await engine.crash_at(len(engine.telegram.calls) + chance.randrange(1, 4), within_s=1)
                engine.clock.advance(seconds=5)
                await engine.restart()
            async with engine.running():
                await engine.idle(tick_s=5)
            await tally.add(engine, campaign_id, readers)
    tally.show()


async def test_a_storm_of_429s(tmp_path, depth):
    """Every second call is refused with a wait: everything arrives, once, and no wait counts as an attempt."""
    tally = Tally("429 storm")
    async with cycle(tmp_path, 0, readers=6 * depth) as (engine, campaign_id, readers):
        for n in range(10 * depth):
            engine.telegram.fail("sendMessage", Fault.flood(1), skip=n)
        async with engine.running():
            await engine.idle(tick_s=2)
        assert await tally.add(engine, campaign_id, readers) == 0
        assert (await engine.campaign(campaign_id)).failed == 0
    tally.show()


async def test_an_hour_without_network(tmp_path, depth):
    """Nobody's message is used to try the line; afterwards everything goes out once."""
    tally = Tally("an hour without network")
    async with cycle(tmp_path, 0, readers=10 * depth) as (engine, campaign_id, readers):
        engine.telegram.fail("*", Fault.refuse(), times=1_000_000)
        async with engine.running():
            await engine.until(lambda: engine.telegram.calls_of("getMe"))
            for _ in range(60):
                await engine.tick(60)
                await asyncio.sleep(0.005)
            assert len(engine.telegram.calls_of("sendMessage")) < 60 + len(readers)
            engine.telegram.heal()
            await engine.idle(tick_s=30)
        assert await tally.add(engine, campaign_id, readers) == 0
    tally.show()


@pytest.mark.parametrize("jump_s", [-7_200, -1, 3_600, 86_400 * 30])
async def test_a_jump_of_the_clock_repeats_nothing(tmp_path, jump_s):
    """Somebody sets the clock, daylight saving time begins, the machine slept for a month."""
    tally = Tally("a jump")
    async with cycle(tmp_path, 0, readers=20, limits=replace(FAST, per_second=200)) as (engine, campaign_id, readers):
        async with engine.running():
            await engine.until(lambda: len(engine.telegram.calls) >= 8)
            await engine.tick(jump_s)
            await engine.idle(tick_s=5)
        assert await tally.add(engine, campaign_id, readers) == 0


@contextmanager
def failing_transaction(engine, skip, *, is_fatal=False):
    """The next transaction of the ledger after `skip` good ones fails; a fatal one never comes back."""
    database, left, reached = engine.store.ledger._database, [skip], asyncio.Event()
    transact = database.transact

    async def failing(work):
        left[0] -= 1
        if left[0] != -1:
            return await transact(work)
        reached.set()
        if is_fatal:
            await asyncio.Event().wait()
        raise StoreBusyError("busy on purpose")

    database.transact = failing
    try:
        yield reached
    finally:
        database.transact = transact


def hold_only(engine):
    """Floods are noted without slowing the whole bot down, whose clock no test can move."""

    async def flooded(chat, wait_s):
        await engine.store.holds.put(chat, engine.clock() + wait_s * 1000)

    return flooded
