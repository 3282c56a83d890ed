"""One sender at a time on a shared database."""

import asyncio

import pytest

from bot.pipeline.lease import SenderLease
from bot.storage import Store
from tests.support.telegram import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
async def leases(tmp_path, clock):
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'state.db'}", clock=clock)
    await store.migrate()
    yield store.leases
    await store.close()


async def test_a_second_process_stands_by_until_the_first_one_dies(leases, clock):
    """It takes over within 30 seconds, and the one that wakes up late knows that it may not send."""
    first, second = (SenderLease(leases, clock, renew_every_s=0.01) for _ in range(2))
    await first.wait()
    waiting = asyncio.create_task(second.wait())
    await asyncio.sleep(0.05)
    assert first.is_held
    assert not waiting.done()

    clock.advance(seconds=25)
    async with asyncio.timeout(5):
        await waiting
        await first.keep()

    assert second.is_held
    assert not first.is_held


async def test_an_orderly_stop_hands_over_at_once(leases, clock):
    """No waiting for the term to end."""
    first, second = (SenderLease(leases, clock, renew_every_s=0.01) for _ in range(2))
    await first.wait()
    await first.release()

    async with asyncio.timeout(5):
        await second.wait()

    assert second.is_held
