"""The ledger: deliveries appear together, are claimed once, and its counters are kept."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.core.delivery.retry import Policy
from bot.core.tags.edition import TagFilter
from bot.storage import Store
from bot.storage.plans import BroadcastPlan, Call, CorrectionPlan, EditionKey, GroupEdition, PublicationPlan, Target
from bot.storage.records import (
    CampaignKind,
    CampaignState,
    ChatKind,
    ChatStatus,
    Counter,
    Delivery,
    DeliveryState,
    Entry,
    Incident,
    IncidentKind,
)
from bot.storage.schema import deliveries


class KilledError(Exception):
    """The process is gone."""


ROBOTS = TagFilter(followed=("机器人",))
NOTHING = TagFilter(muted=("芯片算力",))


@pytest.fixture
async def readers(store):
    """Ten subscribers: 1-10, of whom 2 and 3 have filters, and one (11) who has left."""
    for chat_id in range(1, 12):
        await store.chats.ensure(chat_id, ChatKind.PRIVATE)
        await store.chats.subscribe(chat_id)
    await store.chats.set_filter(2, ROBOTS)
    await store.chats.set_filter(3, NOTHING)
    await store.chats.unsubscribe(11)
    return range(1, 11)


FOR_GROUPS = {GroupEdition().key: (Call({"text": "card"}), Call({"text": "one"}, section=1))}
FOR_READERS = {
    EditionKey("card"): (Call({"text": "all"}),),
    EditionKey("card", ROBOTS.key): (Call({"text": "robots"}),),
    EditionKey("card", NOTHING.key): (),
}


def plan(editions=FOR_READERS, **changes):
    fields = {
        "digest_key": "20260206",
        "content_hash": "hash",
        "targets": (Target(-100, 7),),
        "editions": FOR_GROUPS | editions,
    }
    return PublicationPlan(**(fields | changes))


async def build(store, campaign_id, size=3):
    chunks = 0
    while not await store.fanout.write_chunk(campaign_id, size):
        chunks += 1
    return chunks


async def claim(store, campaign_id, limit=100):
    return [claimed.delivery for claimed in await store.ledger.claim(campaign_id, limit)]


async def test_deliveries_are_written_in_chunks_and_become_visible_together(store, readers, clock):
    """Until the last chunk the campaign is BUILDING, which the engine passes over; an empty edition gets nothing."""
    campaign_id = await store.campaigns.publish(plan())
    states = []
    while not await store.fanout.write_chunk(campaign_id, 3):
        states.append((await store.campaigns.find(campaign_id)).state)

    campaign = await store.campaigns.find(campaign_id)
    assert states == [CampaignState.BUILDING] * 4
    assert (campaign.state, campaign.total, campaign.started_at_ms) == (CampaignState.RUNNING, 10, clock())
    assert sorted(row.chat_id for row in await claim(store, campaign_id)) == [-100, 1, 2, 4, 5, 6, 7, 8, 9, 10]


async def test_each_reader_gets_the_edition_of_their_filter(store, readers):
    """And one whose filter changed since it was rendered gets the whole digest."""
    campaign_id = await store.campaigns.publish(plan())
    await store.chats.set_filter(4, TagFilter(followed=("开源",)))
    await build(store, campaign_id)

    rows = {row.chat_id: row for row in await claim(store, campaign_id)}
    texts = {chat: (await store.ledger.calls(row.edition_id))[0].params["text"] for chat, row in rows.items()}

    assert (texts[1], texts[2], texts[4], texts[-100]) == ("all", "robots", "all", "card")
    assert rows[-100].thread_id == 7
    assert (await store.ledger.calls(rows[-100].edition_id))[1] == Call({"text": "one"}, section=1)


async def test_building_goes_on_where_it_stopped(store, readers, url, clock):
    """A process that dies between two chunks leaves nothing out and nothing twice."""
    campaign_id = await store.campaigns.publish(plan())
    await store.fanout.write_chunk(campaign_id, 4)
    another = await Store.open(url, clock=clock)

    await build(another, campaign_id)

    assert (await another.campaigns.find(campaign_id)).total == 10
    await another.close()


@pytest.mark.parametrize("chunk", range(5))
async def test_a_kill_in_any_chunk_takes_back_that_chunk_and_nothing_else(store, readers, chunk):
    """Written rows, cursor and count belong to one transaction; the next process writes the rest, nobody twice."""
    campaign_id = await store.campaigns.publish(plan())
    for _ in range(chunk):
        await store.fanout.write_chunk(campaign_id, 3)
    before = await store.campaigns.find(campaign_id)
    writing = store.lease.writing

    @asynccontextmanager
    async def killed_before_the_commit():
        async with writing() as connection:
            yield connection
            raise KilledError

    store.lease.writing = killed_before_the_commit
    with pytest.raises(KilledError):
        await store.fanout.write_chunk(campaign_id, 3)
    store.lease.writing = writing
    assert await store.campaigns.find(campaign_id) == before
    assert before.state is CampaignState.BUILDING

    await build(store, campaign_id)

    campaign = await store.campaigns.find(campaign_id)
    chats = [row.chat_id for row in await claim(store, campaign_id)]
    assert (campaign.state, campaign.total) == (CampaignState.RUNNING, 10)
    assert sorted(chats) == [-100, 1, 2, 4, 5, 6, 7, 8, 9, 10]


async def test_a_claim_on_a_server_skips_rows_that_another_process_has_locked(postgres_url, clock):
    """It does not wait for them."""
    store, other = [await Store.open(postgres_url, clock=clock) for _ in range(2)]
    targets = tuple(Target(chat_id) for chat_id in (-1, -2, -3, -4))
    campaign_id = await store.campaigns.publish(plan(targets=targets, editions={}))
    await build(store, campaign_id)
    locked = select(deliveries.c.chat_id).where(deliveries.c.chat_id < -2).with_for_update()
    async with other._database.writing() as connection:
        await connection.execute(locked)
        async with asyncio.timeout(5):
            assert [row.chat_id for row in await claim(store, campaign_id)] == [-2, -1]
    assert [row.chat_id for row in await claim(store, campaign_id)] == [-4, -3]
    await store.close()
    await other.close()


async def test_what_is_claimed_is_claimed_once_until_its_lease_ends(store, readers, clock):
    """Groups come first; a second claim gets others; a dead holder's rows come back."""
    campaign_id = await store.campaigns.publish(plan())
    await build(store, campaign_id)

    first = await claim(store, campaign_id, 4)
    second = await claim(store, campaign_id, 100)

    assert first[0].chat_id == -100
    assert len(first) == 4
    assert len(second) == 6
    assert not {row.chat_id for row in first} & {row.chat_id for row in second}
    assert await claim(store, campaign_id) == []
    clock.pass_ms(600_001)
    assert len(await claim(store, campaign_id)) == 10


async def test_two_processes_never_claim_the_same_row(store, readers, url, clock):
    """Not even at the same moment."""
    campaign_id = await store.campaigns.publish(plan())
    await build(store, campaign_id)
    another = await Store.open(url, clock=clock)

    halves = await asyncio.gather(*(claim(one, campaign_id, 3) for one in (store, another, store, another)))

    claimed = [row.chat_id for half in halves for row in half]
    assert len(claimed) == len(set(claimed))
    await another.close()


async def test_what_had_to_wait_goes_first_when_its_time_has_come(store, readers, clock):
    """The same part goes again before new ones."""
    campaign_id = await store.campaigns.publish(plan())
    await build(store, campaign_id)
    rows = {row.chat_id: row for row in await claim(store, campaign_id, 100)}
    later = [replace(rows[chat], leased_until_ms=0, not_before_ms=clock() + 5_000) for chat in (9, 10)]
    others = [replace(row, leased_until_ms=0) for chat, row in rows.items() if chat not in (9, 10)]
    await store.ledger.write([Entry(row) for row in (*later, *others)])

    assert await store.ledger.next_due_ms() == clock() + 5_000
    assert 9 not in {row.chat_id for row in await claim(store, campaign_id, 1)}
    clock.pass_ms(5_000)
    assert [row.chat_id for row in await claim(store, campaign_id, 2)] == [9, 10]


async def test_a_reader_who_left_since_is_claimed_as_not_wanted(store, readers):
    """The engine skips them."""
    campaign_id = await store.campaigns.publish(plan())
    await build(store, campaign_id)
    await store.chats.unsubscribe(5)
    await store.chats.forget(6)

    unwanted = [row.chat_id for row, is_wanted in await store.ledger.claim(campaign_id, 100) if not is_wanted]

    assert unwanted == [5, 6]


def over(row, state, **changes):
    return replace(row, state=state, leased_until_ms=0, not_before_ms=0, **changes)


async def test_counters_are_kept_and_the_last_one_ends_the_campaign(store, readers, clock):
    """Settled rows add to their counter in the same commit; incidents are listed; the chat's status changes."""
    campaign_id = await store.campaigns.publish(plan(targets=()))
    await build(store, campaign_id)
    rows = await claim(store, campaign_id)
    doubt = Incident(campaign_id, rows[1].chat_id, 0, IncidentKind.UNKNOWN, "read_timeout", clock())
    again = Incident(campaign_id, rows[2].chat_id, 0, IncidentKind.REPEATED, "reset", clock())
    gone = over(rows[0], DeliveryState.SKIPPED, reason="bot was blocked by the user")

    await store.ledger.write(
        [
            Entry(gone, Counter.BLOCKED, chat_status=ChatStatus.BLOCKED),
            Entry(over(rows[1], DeliveryState.UNKNOWN), Counter.UNKNOWN, doubt),
            Entry(over(rows[2], DeliveryState.SENT, message_ids=(5, 0, -1)), Counter.SENT, again),
        ]
    )
    halfway = await store.campaigns.find(campaign_id)
    await store.ledger.write([Entry(over(row, DeliveryState.SENT), Counter.SENT) for row in rows[3:]])

    campaign = await store.campaigns.find(campaign_id)
    assert (halfway.sent, halfway.blocked, halfway.unknown, halfway.repeated, halfway.left) == (1, 1, 1, 1, 6)
    assert halfway.state is CampaignState.RUNNING
    assert (campaign.state, campaign.left, campaign.finished_at_ms) == (CampaignState.DONE, 0, clock())
    assert await store.deliveries.incidents(campaign_id) == (doubt, again)
    assert (await store.chats.get(rows[0].chat_id)).status is ChatStatus.BLOCKED
    assert await store.deliveries.message_ids(campaign_id, rows[2].chat_id) == (5, 0, 0)


async def test_what_was_being_sent_or_asked_about_is_found_after_a_crash(store, readers, clock):
    """SENDING rows, and UNKNOWN ones that wait for a decision; not those that are settled."""
    campaign_id = await store.campaigns.publish(plan())
    await build(store, campaign_id)
    rows = await claim(store, campaign_id)
    sending = replace(rows[0], state=DeliveryState.SENDING)
    asked = replace(rows[1], state=DeliveryState.UNKNOWN, not_before_ms=clock() + 300_000)
    await store.ledger.write(
        [Entry(sending), Entry(asked), Entry(over(rows[2], DeliveryState.UNKNOWN), Counter.UNKNOWN)]
    )

    await store.ledger.release_leases()

    assert sorted(row.chat_id for row in await store.ledger.open()) == sorted([sending.chat_id, asked.chat_id])
    assert len(await claim(store, campaign_id)) == 7


async def test_a_stopped_campaign_is_swept_in_chunks(store, readers):
    """What was not sent is skipped; then it is finished for good."""
    campaign_id = await store.campaigns.publish(plan())
    await build(store, campaign_id)
    assert await store.campaigns.stop(campaign_id)
    assert not await store.campaigns.stop(campaign_id)
    assert [one.id for one in await store.campaigns.unfinished()] == [campaign_id]

    while not await store.ledger.sweep(campaign_id, 4):
        pass

    campaign = await store.campaigns.find(campaign_id)
    assert (campaign.skipped, campaign.left) == (10, 0)
    assert await store.campaigns.unfinished() == ()


async def test_the_last_step_for_a_group_is_remembered(store, readers):
    """Until the publisher has done it, it is found again."""
    campaign_id = await store.campaigns.publish(plan(editions={}))
    await build(store, campaign_id)
    (row,) = await claim(store, campaign_id)
    await store.ledger.write([Entry(over(row, DeliveryState.SENT, message_ids=(1, 2)), Counter.SENT)])
    assert [one.chat_id for one in await store.ledger.unsettled()] == [-100]

    await store.ledger.settle(campaign_id, -100)

    assert await store.ledger.unsettled() == []


async def test_old_campaigns_are_compacted_but_groups_keep_their_messages(store, readers, clock):
    """A correction may come late; a reader's row is not needed any more."""
    campaign_id = await store.campaigns.publish(plan())
    await build(store, campaign_id)
    rows = await claim(store, campaign_id)
    done = [Entry(over(row, DeliveryState.SENT, message_ids=(1, 2)), Counter.SENT) for row in rows]
    await store.ledger.write(done)

    while not await store.ledger.compact(clock() + 1, 4):
        pass

    assert await store.deliveries.message_ids(campaign_id, -100) == (1, 2)
    assert await store.deliveries.find(campaign_id, 1) is None
    assert len(await store.campaigns.calls(campaign_id, GroupEdition().key)) == 2
    assert (await store.campaigns.find(campaign_id)).sent == 10


async def test_a_draft_is_launched_once(store, readers):
    """Two taps on 确认 send one broadcast; a discarded one is gone."""
    calls = (Call({"from_chat_id": 1000, "message_id": 5}, "copyMessage"),)
    campaign_id = await store.campaigns.draft(BroadcastPlan(calls, author_id=1000))
    other = await store.campaigns.draft(BroadcastPlan(calls, author_id=1000))
    assert await store.campaigns.unfinished() == ()

    launched = [await store.campaigns.launch(campaign_id) for _ in range(2)]
    dropped = [await store.campaigns.discard(other) for _ in range(2)]

    campaign = await store.campaigns.find(campaign_id)
    assert (launched, dropped) == ([True, False], [True, False])
    assert (campaign.kind, campaign.policy) == (CampaignKind.BROADCAST, Policy.PREFER_ONCE)
    assert await store.campaigns.calls(campaign_id) == calls
    assert await store.campaigns.find(other) is None


async def test_a_correction_has_calls_of_its_own_for_each_group(store):
    """Message ids differ from group to group."""
    first = (Call({"text": "new", "message_id": 4}, "editMessageText"),)
    second = (Call({"text": "new", "message_id": 9}, "editMessageText"),)
    published = await store.campaigns.publish(plan(editions={}))
    correction = CorrectionPlan("20260206", "hash 2", published, {Target(-1): first, Target(-2, 5): second})

    campaign_id = await store.campaigns.correct(correction)
    await build(store, campaign_id)

    rows = await claim(store, campaign_id)
    calls = {row.chat_id: await store.ledger.calls(row.edition_id) for row in rows}
    assert calls == {-1: first, -2: second}
    assert [one.id for one in await store.campaigns.corrections(published)] == [campaign_id]
    assert (await store.campaigns.of_digest("20260206")).id == published


async def test_live_cards_are_kept_until_they_are_dropped(store):
    """They go on after a restart."""
    campaign_id = await store.campaigns.draft(BroadcastPlan((Call({"text": "news"}),), author_id=1000))
    await store.cards.put(campaign_id, 1000, 5)
    await store.cards.put(campaign_id, 1000, 6)

    (card,) = await store.cards.all()
    assert (card.campaign_id, card.chat_id, card.message_id) == (campaign_id, 1000, 6)
    await store.cards.drop(campaign_id, 1000)
    assert await store.cards.all() == ()


def test_a_delivery_knows_a_group_by_its_id():
    """Groups and channels are negative."""
    assert Delivery(1, -5, 1).is_group
    assert not Delivery(1, 5, 1).is_group
