"""One sender at a time on a shared database: taken over in time, and fenced off when it wakes up late."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import update

from bot.pipeline.delivering.delivery import AnotherInstanceError
from bot.pipeline.delivering.lease import TERM_MS, SenderLease
from bot.pipeline.delivering.pauses import USUAL
from bot.storage import Store
from bot.storage.errors import LeaseLostError
from bot.storage.schema import leases
from tests.support.engine import GROUP, SHORT, open_engine
from tests.support.states import blank_state
from tests.support.telegram import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
async def stores(tmp_path, clock):
    """Two processes on one state."""
    url = blank_state(tmp_path / "state.db")
    opened = [await Store.open(url, clock=clock) for _ in range(2)]
    yield opened
    for store in opened:
        await store.close()


def sender_lease(store, clock):
    return SenderLease(store.lease, clock, is_shared=True, pauses=SHORT)


async def test_a_second_process_stands_by_until_the_first_one_dies(stores, clock):
    """And the one that wakes up late knows that it may not send."""
    first, second = (sender_lease(store, clock) for store in stores)
    await first.wait()
    waiting = asyncio.create_task(second.wait())
    await asyncio.sleep(0.05)
    assert first.is_held
    assert not waiting.done()
    waiting.cancel()  # a question on its way while the clock jumps would count from before the jump
    await asyncio.gather(waiting, return_exceptions=True)

    clock.advance(ms=TERM_MS)
    async with asyncio.timeout(60):
        await second.wait()
        with pytest.raises(LeaseLostError):
            await first.keep()

    assert second.is_held
    assert not first.is_held


def test_a_dead_sender_is_replaced_within_30_seconds():
    """It renewed just before it died, and the other had asked just before its term ended."""
    assert TERM_MS / 1000 + USUAL.lease_s <= 30


async def test_who_stands_by_can_be_stopped(stores, clock):
    """And holds nothing then."""
    first, second = (sender_lease(store, clock) for store in stores)
    stop = asyncio.Event()
    assert await first.stand_by(stop)
    standing = asyncio.create_task(second.stand_by(stop))
    await asyncio.sleep(0.05)
    assert not standing.done()
    stop.set()

    async with asyncio.timeout(5):
        assert not await standing
    assert first.is_held
    assert not second.is_held


async def test_an_orderly_stop_hands_over_at_once(stores, clock):
    """No waiting for the term to end."""
    first, second = (sender_lease(store, clock) for store in stores)
    await first.wait()
    await first.release()

    async with asyncio.timeout(60):
        await second.wait()

    assert second.is_held


async def test_a_sender_that_lost_its_lease_in_its_sleep_stops_without_touching_the_ledger(tmp_path, url):
    """Another process has taken over: no claim, no row marked as sending, no call; it ends with the reason."""
    async with open_engine(tmp_path, url=url) as engine:
        readers = await engine.readers(3)
        asleep = asyncio.create_task(engine.delivery.run(asyncio.Event()))
        await engine.until(lambda: engine.delivery._feeder._compacted_at_ms)
        async with another(engine) as other:
            await other.lease.take(TERM_MS, by_force=True)
            campaign_id = await engine.publish([GROUP])
            before = len(engine.telegram.calls)

            engine.delivery.wake()
            with pytest.raises(AnotherInstanceError, match="sends now"):
                await asleep

            assert len(engine.telegram.calls) == before
            while not await other.fanout.write_chunk(campaign_id):
                pass
            assert len(await other.ledger.claim(campaign_id, 10)) == 1 + len(readers)


async def test_what_a_fenced_sender_has_in_flight_is_not_written_over_its_successors_work(tmp_path, url):
    """The answer of its last call comes after the take-over: the row stays as the other one has it."""
    async with open_engine(tmp_path, url=url) as engine:
        (reader,) = await engine.readers(1)
        engine.line.lets_answers_through.clear()
        campaign_id = await engine.publish()
        asleep = asyncio.create_task(engine.delivery.run(asyncio.Event()))
        await engine.until(lambda: engine.line.answers_held)
        async with another(engine) as other:
            await other.lease.take(TERM_MS, by_force=True)
            (row,) = await other.ledger.open()

            engine.line.lets_answers_through.set()
            with pytest.raises(AnotherInstanceError):
                await asleep

            assert await other.deliveries.find(campaign_id, reader) == row


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a killed process closes nothing
async def test_a_second_process_on_a_server_waits_and_goes_on_where_the_first_one_died(tmp_path, postgres_url):
    """No part is sent before the term of the dead one is over; then everything arrives, once."""
    async with open_engine(tmp_path, url=postgres_url) as engine:
        readers = await engine.readers(12)
        campaign_id = await engine.publish([GROUP])
        await engine.crash_at(5)
        engine.folder = tmp_path / "another machine"
        engine.folder.mkdir()
        await engine.restart()
        sent = len(engine.telegram.calls)
        async with engine.running():
            await asyncio.sleep(0.1)
            assert len(engine.telegram.calls) == sent
            async with engine.store._database.writing() as connection:
                await connection.execute(update(leases).values(until_ms=0))  # time passes at the server
            await engine.idle(tick_s=5)

        campaign = await engine.campaign(campaign_id)
        assert campaign.sent == 1 + len(readers)
        assert engine.repeats() <= campaign.repeated


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a killed process closes nothing
async def test_after_a_kill_the_same_machine_goes_on_at_once(tmp_path, postgres_url):
    """Who held the lease wrote the logbook of this folder, whose lock is ours now: it is dead, nobody has to wait."""
    async with open_engine(tmp_path, url=postgres_url) as engine:
        readers = await engine.readers(12)
        campaign_id = await engine.publish()
        await engine.crash_at(5)
        await engine.restart()
        async with engine.running():
            await engine.idle(tick_s=5)

        assert (await engine.campaign(campaign_id)).sent == len(readers)


@asynccontextmanager
async def another(engine):
    """What a second process on the same state has open."""
    store = await Store.open(engine.url, clock=engine.clock)
    try:
        yield store
    finally:
        await store.close()
