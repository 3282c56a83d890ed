"""Which edition a reader gets: style, filter, what the digest makes of the watch, and how long there was nothing."""

import pytest

from bot.core.format.watch import Watch
from bot.core.tags.edition import TagFilter
from bot.storage.plans import FOR_QUIET, BroadcastPlan, Call, EditionKey, PublicationPlan, ReaderKey
from bot.storage.records import ChatKind

DAY_MS = 24 * 3_600_000
ROBOTS = TagFilter(followed=("机器人",))
DOGS, CATS = Watch(("“机器狗”",)), Watch(("“机器猫”",), mutes_rest=True)
HIT, SILENT = '\n[["“机器狗”",3,1]]', "\nsilent"


@pytest.fixture
async def readers(store):
    """1 has nothing, 2 a filter, 3 a watch, 4 both, 5 another watch."""
    for chat_id in range(1, 6):
        await store.chats.ensure(chat_id, ChatKind.PRIVATE)
        await store.chats.subscribe(chat_id)
    for chat_id in (2, 4):
        await store.chats.set_filter(chat_id, ROBOTS)
    for chat_id, watch in ((3, DOGS), (4, DOGS), (5, CATS)):
        await store.chats.set_watch(chat_id, watch)


def calls(text):
    return (Call({"text": text}),)


def plan(*, with_line=True):
    editions = {
        EditionKey("card"): calls("all"),
        EditionKey("card", ROBOTS.key): (),
        EditionKey("card", HIT): calls("all, hit"),
        EditionKey("card", ROBOTS.key + HIT): calls("robots, hit"),
        EditionKey("card", SILENT): calls("all, silent"),
    } | ({FOR_QUIET: calls("quiet")} if with_line else {})
    return PublicationPlan("20260206", "hash", editions=editions, outcomes={DOGS.key: HIT, CATS.key: SILENT})


async def received(store, campaign_id):
    """What each reader would get."""
    while not await store.fanout.write_chunk(campaign_id, 2):
        pass
    found = {}
    for chat_id in range(1, 6):
        if delivery := await store.deliveries.find(campaign_id, chat_id):
            (call,) = await store.ledger.calls(delivery.edition_id)
            found[chat_id] = call.params["text"]
    return found


async def test_the_keys_of_all_readers_are_told_apart_once(store, readers):
    """The press prints for each of these."""
    await store.chats.ensure(6, ChatKind.PRIVATE)
    await store.chats.subscribe(6)

    assert set(await store.chats.editions()) == {
        ReaderKey("card"),
        ReaderKey("card", ROBOTS.key),
        ReaderKey("card", "", DOGS.key),
        ReaderKey("card", ROBOTS.key, DOGS.key),
        ReaderKey("card", "", CATS.key),
    }
    assert (await store.chats.get(5)).watch == CATS


async def test_a_reader_gets_the_edition_of_filter_and_outcome(store, readers):
    """One that is empty is not written, and not counted."""
    campaign_id = await store.campaigns.publish(plan())

    assert await received(store, campaign_id) == {1: "all", 3: "all, hit", 4: "robots, hit", 5: "all, silent"}
    assert (await store.campaigns.find(campaign_id)).total == 4


async def test_who_chose_anew_while_it_was_printed_gets_everything(store, readers):
    """An edition that nobody printed is replaced by that for anyone."""
    campaign_id = await store.campaigns.publish(plan())
    await store.chats.set_filter(3, TagFilter(("安全",)))

    assert (await received(store, campaign_id))[3] == "all"


async def test_a_quiet_reader_is_told_after_a_week_and_once(store, readers, clock):
    """The line takes the place of the empty edition; the next one comes a week later."""
    told = []
    for day in range(15):
        found = await received(store, await store.campaigns.publish(plan()))
        told += [day] if found.get(2) == "quiet" else []
        assert found[4] == "robots, hit"
        clock.pass_ms(DAY_MS)
    assert told == [7, 14]


async def test_without_a_line_a_quiet_reader_gets_nothing(store, readers, clock):
    """A plan need not have one."""
    for _ in range(9):
        assert 2 not in await received(store, await store.campaigns.publish(plan(with_line=False)))
        clock.pass_ms(DAY_MS)


async def test_a_broadcast_goes_to_all_and_changes_nothing_about_quiet_readers(store, readers, clock):
    """It is no digest."""
    await received(store, await store.campaigns.publish(plan()))
    clock.pass_ms(7 * DAY_MS)

    draft = await store.campaigns.draft(BroadcastPlan(calls("broadcast"), author_id=1))
    await store.campaigns.launch(draft)

    assert set((await received(store, draft)).values()) == {"broadcast"}
    assert (await received(store, await store.campaigns.publish(plan())))[2] == "quiet"
