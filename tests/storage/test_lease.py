"""The lease of the sender in the database, and the fence it puts around the ledger."""

import asyncio

import pytest
from sqlalchemy import update

from bot.storage import Store
from bot.storage.errors import LeaseLostError
from bot.storage.plans import PublicationPlan, Target
from bot.storage.records import Delivery, Entry
from bot.storage.schema import leases

TERM_MS = 30_000


@pytest.fixture
async def other(store, url, clock):
    """A second process on the same state."""
    opened = await Store.open(url, clock=clock)
    yield opened
    await opened.close()


async def expire(store):
    """Time passes for whatever clock counts, ours or the server's."""
    async with store._database.writing() as connection:
        await connection.execute(update(leases).values(until_ms=0))


async def test_it_has_one_holder_and_ends_by_itself(store, other):
    """A dead sender is replaced after its term, and its successor knows whom it follows."""
    assert await store.lease.take(TERM_MS)
    assert await store.lease.take(TERM_MS)
    assert not await other.lease.take(TERM_MS)
    await expire(store)

    assert await other.lease.take(TERM_MS)
    assert not await store.lease.take(TERM_MS)
    assert (store.lease.predecessor, other.lease.predecessor) == (None, store.lease.owner)


async def test_from_one_who_is_known_to_be_dead_it_is_taken_at_once(store, other):
    """From nobody else."""
    await store.lease.take(TERM_MS)

    assert not await other.lease.take(TERM_MS, dead="somebody else")
    assert await other.lease.take(TERM_MS, dead=store.lease.owner)
    assert other.lease.predecessor == store.lease.owner


async def test_only_its_holder_can_give_it_back(store, other):
    """And the next one follows nobody then: nothing was left open."""
    await store.lease.take(TERM_MS)
    await other.lease.release()
    assert not await other.lease.take(TERM_MS)
    await store.lease.release()

    assert await other.lease.take(TERM_MS)
    assert other.lease.predecessor is None


async def test_of_two_that_want_it_at_the_same_moment_one_gets_it(store, other):
    """Also when nobody has had it before."""
    assert sorted(await asyncio.gather(store.lease.take(TERM_MS), other.lease.take(TERM_MS))) == [False, True]


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.ledger.claim(1, 10),
        lambda store: store.ledger.write([Entry(Delivery(1, -100, 1))]),
        lambda store: store.ledger.end_finished(),
        lambda store: store.ledger.release_leases(),
        lambda store: store.ledger.sweep(1),
        lambda store: store.ledger.settle(1, -100),
        lambda store: store.ledger.compact(0),
        lambda store: store.fanout.write_chunk(1),
    ],
)
async def test_who_lost_it_can_write_nothing_of_the_ledger(store, other, write):
    """A process that slept through the take-over is refused inside its transaction, whatever it was about to do."""
    campaign_id = await store.campaigns.publish(PublicationPlan("20260206", "hash", targets=(Target(-100),)))
    await store.lease.take(TERM_MS)
    await expire(store)
    await other.lease.take(TERM_MS)

    with pytest.raises(LeaseLostError):
        await write(store)

    assert await other.fanout.write_chunk(campaign_id)


async def test_a_lease_that_is_over_and_was_not_taken_refuses_nothing(store):
    """Nobody else can have sent."""
    await store.lease.take(TERM_MS)
    await expire(store)

    assert await store.ledger.claim(1, 10) == []


async def test_a_take_over_waits_for_the_transaction_that_is_under_way(store, other):
    """So that a claim is either before it or refused; never half of each."""
    await store.lease.take(TERM_MS)
    await expire(store)
    async with store.lease.writing() as connection:
        taking = asyncio.create_task(other.lease.take(TERM_MS))
        await asyncio.sleep(0.05)
        assert not taking.done()
        await connection.rollback()

    assert await taking
