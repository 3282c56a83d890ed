"""Drafts of broadcasts: the number an admin agrees to bounds who gets it, and an agreement counts once."""

import pytest

from bot.storage.plans import BroadcastPlan
from bot.storage.records import CampaignState, ChatKind


@pytest.fixture
async def readers(store):
    for chat_id in (1, 2, 3):
        await store.chats.ensure(chat_id, ChatKind.PRIVATE)
        await store.chats.subscribe(chat_id)


@pytest.fixture
async def draft_id(store, readers, a_call):
    return await store.campaigns.draft(BroadcastPlan((a_call,), author_id=1000))


async def join(store, clock, chat_id, kind=ChatKind.PRIVATE):
    clock.pass_ms(1)
    await store.chats.ensure(chat_id, kind)
    await store.chats.subscribe(chat_id)


async def launched(store, campaign_id):
    await store.campaigns.launch(campaign_id)
    while not await store.fanout.write_chunk(campaign_id):
        pass
    return await store.campaigns.find(campaign_id)


async def test_a_draft_counts_private_subscribers_alone(store, clock, draft_id, a_call):
    """Groups, channels and readers who said no do not count."""
    await join(store, clock, -5, ChatKind.GROUP)
    await join(store, clock, 4)
    await store.chats.unsubscribe(4)

    draft = await store.campaigns.find(await store.campaigns.draft(BroadcastPlan((a_call,), author_id=1000)))

    assert (draft.total, draft.state, draft.author_id, draft.is_silent) == (3, CampaignState.DRAFT, 1000, True)


async def test_who_subscribes_after_the_count_does_not_get_the_broadcast(store, clock, draft_id):
    """The admin agreed to three, so it is three."""
    await join(store, clock, 4)

    assert (await launched(store, draft_id)).total == 3
    assert await store.deliveries.find(draft_id, 4) is None


async def test_who_leaves_after_the_count_does_not_get_it_either(store, draft_id):
    """A reader's no stands at once."""
    await store.chats.unsubscribe(2)

    assert (await launched(store, draft_id)).total == 2


async def test_a_recount_takes_in_whoever_has_joined_since(store, clock, draft_id):
    """The new number is shown, agreed to and delivered to."""
    await join(store, clock, 4)
    clock.pass_ms(1)

    await store.campaigns.recount(draft_id)

    assert (await store.campaigns.find(draft_id)).total == 4
    assert (await launched(store, draft_id)).total == 4


async def test_a_recount_leaves_a_launched_broadcast_alone(store, clock, draft_id):
    """Its total is what the ledger holds."""
    await launched(store, draft_id)
    await join(store, clock, 4)

    await store.campaigns.recount(draft_id)

    assert (await store.campaigns.find(draft_id)).total == 3


async def test_a_draft_may_go_to_groups_and_channels(store, clock, draft_id):
    """The kinds are counted together, and exactly they are written."""
    await join(store, clock, -5, ChatKind.GROUP)
    await join(store, clock, -6, ChatKind.CHANNEL)
    clock.pass_ms(1)

    assert await store.campaigns.aim(draft_id, [ChatKind.CHANNEL, ChatKind.GROUP])

    draft = await store.campaigns.find(draft_id)
    assert (draft.total, draft.audience) == (2, {ChatKind.GROUP, ChatKind.CHANNEL})
    assert (await launched(store, draft_id)).total == 2
    assert await store.deliveries.find(draft_id, 1) is None


async def test_a_launched_broadcast_is_taken_back_until_it_begins(store, clock, draft_id):
    """Counted anew it is a draft again; once begun it is not."""
    await store.campaigns.launch(draft_id, after_ms=5_000)
    await join(store, clock, 4)
    assert await store.campaigns.take_back(draft_id)

    draft = await store.campaigns.find(draft_id)
    assert (draft.state, draft.total, draft.started_at_ms) == (CampaignState.DRAFT, 4, None)

    await store.campaigns.launch(draft_id, after_ms=5_000)
    clock.pass_ms(5_000)
    assert not await store.campaigns.take_back(draft_id)
    assert (await store.campaigns.find(draft_id)).state is CampaignState.BUILDING


async def test_a_draft_is_launched_once(store, draft_id):
    """The second tap changes nothing."""
    assert [await store.campaigns.launch(draft_id) for _ in range(2)] == [True, False]


async def test_a_discarded_draft_cannot_be_launched_nor_a_launched_one_discarded(store, draft_id, a_call):
    """Whichever tap comes first decides."""
    other = await store.campaigns.draft(BroadcastPlan((a_call,), author_id=1000))
    await store.campaigns.discard(draft_id)
    await store.campaigns.launch(other)

    assert await store.campaigns.launch(draft_id) is False
    assert await store.campaigns.discard(other) is False
