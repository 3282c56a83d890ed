"""The delivery engine: everything arrives, in order, once; what is doubtful is listed."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from bot.core.delivery.retry import Policy
from bot.pipeline.delivering.hooks import AnotherInstanceError, TokenRejectedError
from bot.sandbox.faults import Fault
from bot.sandbox.telegram import GROUP
from bot.storage.plans import Call
from bot.storage.records import CampaignState, ChatKind, ChatStatus, DeliveryState, IncidentKind
from tests.support.engine import FAST, FIRST_READER, GROUP_CALLS, call, open_engine

OTHER = -1001234567890
TEXTS = [part.params["text"] for part in GROUP_CALLS]


@pytest.fixture
async def steady(tmp_path):
    """An engine that sends a hundred messages a second, so that something can happen in between."""
    async with open_engine(tmp_path, limits=replace(FAST, per_second=100)) as opened:
        yield opened


async def test_a_publication_reaches_the_group_in_order_and_every_reader(engine):
    """Parts in order; counters, message ids and the publisher's last step agree with what Telegram has."""
    readers = await engine.readers(5)
    campaign_id = await engine.publish([GROUP])

    await engine.work()

    campaign = await engine.campaign(campaign_id)
    assert engine.texts(GROUP) == TEXTS
    assert all(engine.texts(reader) == ["reader's card"] for reader in readers)
    assert (campaign.state, campaign.total, campaign.sent, campaign.left) == (CampaignState.DONE, 6, 6, 0)
    ids = tuple(message.id for message in engine.telegram.bot_messages(GROUP))
    assert await engine.store.deliveries.message_ids(campaign_id, GROUP) == ids
    assert engine.heard.done == [(campaign_id, GROUP, ids)]


async def test_a_group_that_was_closed_is_open_again_once_it_got_everything(engine):
    """What was wrong there is over; a group that is still closed stays so, with the reason."""
    for group in (GROUP, OTHER):
        await engine.store.chats.ensure(group, ChatKind.GROUP)
        await engine.store.chats.subscribe(group)
        await engine.store.chats.set_status(group, ChatStatus.PAUSED, "TOPIC_CLOSED")
    engine.telegram.add_group(OTHER, "别的群")
    engine.telegram.place_bot(OTHER, "restricted")
    await engine.publish([GROUP, OTHER])

    await engine.work()

    assert (await engine.store.chats.get(GROUP)).is_subscribed
    assert (await engine.store.chats.get(OTHER)).status is ChatStatus.PAUSED


async def test_a_campaign_for_nobody_is_done(engine):
    """No readers, no groups: nothing hangs."""
    campaign_id = await engine.broadcast()

    await engine.work()

    assert (await engine.campaign(campaign_id)).state is CampaignState.DONE


async def test_a_reader_who_leaves_in_between_gets_nothing(engine):
    """/stop counts from the moment it was said, even in the middle of a campaign."""
    await engine.readers(2)
    campaign_id = await engine.publish()
    while not await engine.store.fanout.write_chunk(campaign_id):
        pass
    await engine.store.chats.unsubscribe(FIRST_READER)

    await engine.work()

    campaign = await engine.campaign(campaign_id)
    assert engine.texts(FIRST_READER) == []
    assert (campaign.sent, campaign.skipped) == (1, 1)


async def test_a_flood_wait_holds_one_chat_and_is_no_attempt(engine):
    """429 for the group: the readers go on, the same part comes after the wait, no call in between."""
    readers = await engine.readers(3)
    engine.telegram.fail("sendMessage", Fault.flood(90), chat_id=GROUP)
    campaign_id = await engine.publish([GROUP])

    async with engine.running():
        await engine.until(lambda: all(engine.texts(reader) for reader in readers))
        assert engine.texts(GROUP) == []
    row = await engine.store.deliveries.find(campaign_id, GROUP)
    assert row is not None
    assert (row.state, row.attempts, row.next_part) == (DeliveryState.PENDING, 0, 0)
    assert row.not_before_ms == engine.clock() + 90_000


async def test_a_flood_wait_survives_a_restart(engine):
    """Nothing is called inside the wait window, whichever process asks; after it the part arrives."""
    engine.telegram.fail("sendMessage", Fault.flood(90), chat_id=GROUP)
    campaign_id = await engine.publish([GROUP], reader_calls=())
    async with engine.running():
        await engine.until(lambda: engine.telegram.calls_of("sendMessage"))

    await engine.restart()
    assert engine.limiter.wait_ms(GROUP) > 80_000
    engine.clock.advance(seconds=91)
    await engine.restart()
    await engine.work(campaign_id)

    assert engine.texts(GROUP) == TEXTS


@pytest.mark.parametrize("fault", [Fault.refuse()])
async def test_what_was_not_sent_is_sent_later(engine, fault):
    """No connection: the same part again after the backoff, and nothing is listed."""
    engine.telegram.fail("sendMessage", fault, times=2, chat_id=GROUP)
    campaign_id = await engine.publish([GROUP])

    async with engine.running():
        for _ in range(2):
            await engine.until(lambda: engine.telegram.calls)
            await engine.idle(tick_s=5)

    assert engine.texts(GROUP) == TEXTS
    assert await engine.store.deliveries.incidents(campaign_id) == ()


LOST_ANSWERS = [
    Fault.timeout(is_processed=True),
    Fault.reset(is_processed=True),
    Fault.garbage(),
    Fault.bad_gateway(is_processed=True),
]


@pytest.mark.parametrize("fault", LOST_ANSWERS, ids=["timeout", "reset", "garbage", "502"])
async def test_prefer_delivery_repeats_a_doubtful_part_once_and_marks_it(engine, fault):
    """The reader has it twice rather than not at all, and the ledger says so."""
    await engine.readers(1)
    engine.telegram.fail("sendMessage", fault)
    campaign_id = await engine.publish()

    async with engine.running():
        await engine.until(lambda: engine.telegram.calls)
        await engine.idle(tick_s=5)

    campaign = await engine.campaign(campaign_id)
    assert engine.texts(FIRST_READER) == ["reader's card"] * 2
    assert (campaign.sent, campaign.repeated, campaign.unknown) == (1, 1, 0)
    assert [one.kind for one in await engine.store.deliveries.incidents(campaign_id)] == [IncidentKind.REPEATED]


@pytest.mark.parametrize("fault", LOST_ANSWERS, ids=["timeout", "reset", "garbage", "502"])
async def test_prefer_once_lists_a_doubtful_part_and_never_repeats_it(engine, fault):
    """Broadcasts: at most once, whatever happens."""
    await engine.readers(2)
    engine.telegram.fail("sendMessage", fault, chat_id=FIRST_READER)
    campaign_id = await engine.broadcast()

    await engine.work()

    campaign = await engine.campaign(campaign_id)
    incidents = await engine.store.deliveries.incidents(campaign_id)
    assert engine.texts(FIRST_READER) == ["news"]
    assert (campaign.sent, campaign.unknown, campaign.repeated) == (1, 1, 0)
    assert [(one.chat_id, one.kind) for one in incidents] == [(FIRST_READER, IncidentKind.UNKNOWN)]


async def test_the_second_lost_answer_is_not_repeated_again(engine):
    """Once more, never twice more."""
    await engine.readers(1)
    engine.telegram.fail("sendMessage", Fault.timeout(is_processed=True), times=2)
    campaign_id = await engine.publish()

    async with engine.running():
        await engine.until(lambda: engine.telegram.calls)
        await engine.idle(tick_s=5)

    campaign = await engine.campaign(campaign_id)
    assert engine.texts(FIRST_READER) == ["reader's card"] * 2
    assert (campaign.unknown, campaign.repeated, campaign.state) == (1, 1, CampaignState.DONE)


async def test_admins_are_asked_about_a_public_group_and_decide(staffed):
    """Nothing is repeated before their word; the later parts wait, so that the order holds."""
    staffed.telegram.fail("sendMessage", Fault.timeout(is_processed=True), chat_id=GROUP)
    campaign_id = await staffed.publish([GROUP])

    async with staffed.running():
        await staffed.until(lambda: staffed.heard.questions)
        assert staffed.texts(GROUP) == TEXTS[:1]
        assert await staffed.delivery.answer(campaign_id, GROUP, is_to_repeat=False)
        assert not await staffed.delivery.answer(campaign_id, GROUP, is_to_repeat=True)
        await staffed.idle()

    assert staffed.texts(GROUP) == TEXTS
    assert (await staffed.campaign(campaign_id)).unknown == 1
    assert (await staffed.store.deliveries.message_ids(campaign_id, GROUP))[0] == 0


@pytest.mark.parametrize(
    ("policy", "texts"), [(Policy.PREFER_DELIVERY, TEXTS[:1] + TEXTS), (Policy.PREFER_ONCE, TEXTS)]
)
async def test_without_an_answer_in_five_minutes_the_policy_decides(staffed, policy, texts):
    """Also when the process was restarted while the question was open."""
    staffed.telegram.fail("sendMessage", Fault.timeout(is_processed=True), chat_id=GROUP)
    campaign_id = await staffed.publish([GROUP], policy=policy)
    async with staffed.running():
        await staffed.until(lambda: staffed.heard.questions)
        await staffed.tick(299)

    await staffed.restart()
    staffed.clock.advance(seconds=2)
    await staffed.work(campaign_id)

    assert staffed.texts(GROUP) == texts


async def test_a_blocked_reader_is_deactivated_and_not_retried(engine):
    """A 403 ends the deliveries to this chat but keeps its preferences."""
    await engine.readers(2)
    await engine.store.chats.set_style(FIRST_READER, "full")
    engine.telegram.block(FIRST_READER)
    campaign_id = await engine.publish()

    await engine.work()

    chat = await engine.store.chats.get(FIRST_READER)
    campaign = await engine.campaign(campaign_id)
    assert (chat.status, chat.style) == (ChatStatus.BLOCKED, "full")
    assert "blocked" in chat.reason
    assert (campaign.sent, campaign.blocked) == (1, 1)
    assert len(engine.telegram.calls_of("sendMessage")) == 2


async def test_a_group_without_rights_is_paused_and_the_admins_hear_of_it_once(engine):
    """400 about the chat: nobody writes there until somebody mends it."""
    engine.telegram.fail(
        "sendMessage", Fault.error(400, "Bad Request: not enough rights to send text messages to the chat")
    )
    await engine.publish([GROUP])

    await engine.work()

    assert (await engine.store.chats.get(GROUP)).status is ChatStatus.PAUSED
    assert [alarm.code for alarm in engine.heard.alarms] == ["chat_paused"]


async def test_refused_formatting_is_sent_as_plain_text(engine):
    """400 about entities is our bug: the words arrive all the same, and it is listed."""
    await engine.readers(1)
    engine.telegram.fail("sendMessage", Fault.error(400, "Bad Request: can't parse entities: wrong offset"))
    bold = call("news of today", entities=[{"type": "bold", "offset": 0, "length": 4}])
    campaign_id = await engine.publish(reader_calls=(bold,))

    await engine.work()

    assert engine.texts(FIRST_READER) == ["news of today"]
    assert not engine.telegram.bot_messages(FIRST_READER)[0].entities
    assert [one.kind for one in await engine.store.deliveries.incidents(campaign_id)] == [IncidentKind.PLAIN]


async def test_what_is_refused_even_plain_fails_with_an_alarm_and_the_other_parts_go_on(engine):
    """One bad part does not cost the group the rest."""
    engine.telegram.fail("sendMessage", Fault.error(400, "Bad Request: message is too long"), times=2, skip=1)
    campaign_id = await engine.publish([GROUP])

    await engine.work()

    assert engine.texts(GROUP) == [TEXTS[0], TEXTS[2]]
    assert (await engine.campaign(campaign_id)).failed == 1
    assert [alarm.code for alarm in engine.heard.alarms] == ["content_refused"]


async def test_a_group_that_became_a_supergroup_gets_the_rest_under_its_new_id(engine):
    """migrate_to_chat_id is followed in the middle of a publication."""
    engine.telegram.add_group(-77, "small", None)
    campaign_id = await engine.publish([-77])
    engine.telegram.migrate(-77, -1000000000077)

    await engine.work()

    assert engine.texts(-1000000000077) == TEXTS
    assert (await engine.campaign(campaign_id)).sent == 1
    assert await engine.store.chats.find(-77) is None


async def test_a_revoked_token_stops_everything_and_keeps_the_queue(engine):
    """401: one plain sentence for the operator; with a good token the rest is delivered."""
    await engine.readers(50)
    campaign_id = await engine.publish()
    good = engine.telegram.bot_token
    engine.telegram.revoke_token()

    with pytest.raises(TokenRejectedError, match="BotFather"):
        await engine.delivery.run(asyncio.Event())

    engine.telegram.bot_token = good
    await engine.restart()
    await engine.work()
    assert (await engine.campaign(campaign_id)).sent == 50
    assert engine.repeats() == 0


async def test_another_instance_is_given_a_minute(engine):
    """409 pauses; lasting for a minute it ends the run with the reason."""
    async with asyncio.timeout(60):
        run = asyncio.create_task(engine.delivery.run(asyncio.Event()))
        for _ in range(7):
            engine.delivery.report_conflict()
            engine.clock.advance(seconds=10)
        with pytest.raises(AnotherInstanceError, match="Another process"):
            await run


async def test_a_broadcast_can_be_paused_resumed_and_stopped(steady):
    """Paused: nothing more goes out. Stopped: what is left is skipped, and the counters add up."""
    await steady.readers(300)
    campaign_id = await steady.broadcast()

    async with steady.running(), asyncio.timeout(60):
        await steady.until(lambda: len(steady.telegram.calls) >= 20)
        assert await steady.delivery.pause(campaign_id)
        while await steady.store.ledger.open():  # noqa: ASYNC110 - calls under way come to their end
            await asyncio.sleep(0.01)
        sent = len(steady.telegram.calls)
        await asyncio.sleep(0.1)
        assert len(steady.telegram.calls) == sent < 300

        assert await steady.delivery.resume(campaign_id)
        await steady.until(lambda: len(steady.telegram.calls) > sent)
        assert await steady.delivery.stop(campaign_id)
        assert not await steady.delivery.stop(campaign_id)
        while await steady.store.campaigns.unfinished():  # noqa: ASYNC110 - the state tells, not an event
            await asyncio.sleep(0.01)

    campaign = await steady.campaign(campaign_id)
    assert campaign.state is CampaignState.STOPPED
    assert campaign.sent == len(steady.telegram.calls_of("sendMessage"))
    assert campaign.sent + campaign.skipped == campaign.total == 300


async def test_a_broadcast_whose_message_is_gone_pauses_at_once(engine):
    """The admin deleted the message to copy: nobody is counted as failed."""
    await engine.readers(100)
    gone = "Bad Request: message to copy not found"
    engine.telegram.fail("copyMessage", Fault.error(400, gone), times=1000)
    campaign_id = await engine.broadcast(copy_of(1000, 5))

    async with engine.running():
        await engine.until(lambda: engine.heard.alarms)

    campaign = await engine.campaign(campaign_id)
    assert (campaign.state, campaign.failed, campaign.settled) == (CampaignState.PAUSED, 0, 0)
    assert engine.heard.alarms[0].code == "source_gone"


async def test_without_stars_bulk_rests_and_nobody_is_crossed_off(engine):
    """A paid broadcast whose balance is empty: the admins hear of it once, every reader still waits for the message."""
    readers = await engine.readers(3)
    engine.telegram.fail("sendMessage", Fault.error(400, "Bad Request: BALANCE_TOO_LOW"), times=100)
    campaign_id = await engine.broadcast()
    async with engine.running():
        await engine.until(lambda: engine.heard.alarms)

    campaign = await engine.campaign(campaign_id)
    assert [alarm.code for alarm in engine.heard.alarms] == ["stars_missing"]
    assert engine.limiter.bulk_held_until_ms >= engine.clock() + 50_000
    assert (campaign.state, campaign.left) == (CampaignState.RUNNING, len(readers))
    assert await engine.store.deliveries.incidents(campaign_id) == ()


async def test_a_stop_finishes_what_is_in_flight(engine):
    """No row stays half done, so nothing is doubtful after an orderly stop in the middle."""
    await engine.readers(200)
    campaign_id = await engine.publish([GROUP])
    async with engine.running():
        await engine.until(lambda: len(engine.telegram.calls) >= 30)

    assert await engine.store.ledger.open() == []
    await engine.restart()
    await engine.work()

    assert (await engine.campaign(campaign_id)).sent == 201
    assert engine.repeats() == 0


@pytest.mark.parametrize("turns", range(4))
async def test_news_in_the_moment_of_the_stop_do_not_keep_it_running(engine, turns):
    """Whatever wakes the engine up while it is told to end: it ends."""
    stop = asyncio.Event()
    run = asyncio.create_task(engine.delivery.run(stop))
    await asyncio.sleep(0.05)  # so that it waits for news; should it be late, this proves less but never fails
    stop.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    engine.delivery.wake()

    async with asyncio.timeout(60):
        await run


async def test_the_publishers_last_step_is_tried_until_it_works(engine):
    """Linking the card may fail; it is made up for, also after a restart."""
    engine.heard.trouble = [RuntimeError("no"), RuntimeError("no")]
    campaign_id = await engine.publish([GROUP])
    async with engine.running():
        await engine.until(lambda: len(engine.heard.trouble) == 1)
    await engine.restart()

    await engine.work()

    assert [done[:2] for done in engine.heard.done] == [(campaign_id, GROUP)]


@pytest.mark.parametrize("call_number", range(1, 8))
async def test_a_crash_at_any_call_loses_nothing_and_lists_what_it_repeats(tmp_path, call_number):
    """kill -9 while the n-th call is on its way: after the restart everything is there, repeats are few and listed."""
    async with open_engine(tmp_path) as engine:
        readers = await engine.readers(4)
        campaign_id = await engine.publish([GROUP])
        await engine.crash_at(call_number)
        await engine.restart()
        engine.clock.advance(seconds=0)

        async with engine.running():
            await engine.idle(tick_s=5)

        campaign = await engine.campaign(campaign_id)
        incidents = await engine.store.deliveries.incidents(campaign_id)
        assert set(engine.texts(GROUP)) == set(TEXTS)
        assert all(engine.texts(reader) for reader in readers)
        assert (campaign.state, campaign.sent, campaign.left) == (CampaignState.DONE, 5, 0)
        assert engine.repeats() <= len(incidents) == campaign.repeated <= 5


async def test_an_outage_harms_few_and_is_noticed_without_sending(steady):
    """502 for everybody: after a few lost answers nobody's message is used to try the line; then it goes on."""
    await steady.readers(40)
    steady.telegram.fail("*", Fault.bad_gateway(), times=10_000)
    campaign_id = await steady.publish()

    async with steady.running():
        await steady.until(lambda: steady.telegram.calls_of("getMe"))
        harmed = len(steady.telegram.calls_of("sendMessage"))
        steady.telegram.heal()
        await steady.until(lambda: len(steady.telegram.calls_of("getMe")) >= 2)
        await steady.idle(tick_s=5)

    campaign = await steady.campaign(campaign_id)
    assert harmed < 15
    assert (campaign.sent, campaign.repeated) == (40, harmed)
    assert steady.repeats() == 0


async def test_a_full_disk_stops_sending_and_goes_on_by_itself(steady):
    """What cannot be recorded is not sent; the admins hear of it once, and again when it is over."""
    await steady.readers(60)
    campaign_id = await steady.broadcast()

    async with steady.running():
        await steady.until(lambda: len(steady.telegram.calls_of("sendMessage")) >= 5)
        fill_disk(steady, is_full=True)
        await steady.until(lambda: steady.heard.alarms)
        for _ in range(100):
            await asyncio.sleep(0)  # calls under way come to their end
        before = len(steady.telegram.calls_of("sendMessage"))
        for _ in range(30):
            steady.delivery.wake()  # a state that can be read is not yet one that can be written
            await asyncio.sleep(0.01)
        assert len(steady.heard.alarms) == 1
        assert len(steady.telegram.calls_of("sendMessage")) == before
        fill_disk(steady, is_full=False)
        await steady.idle()

    assert [alarm.code for alarm in steady.heard.alarms] == ["store_trouble", "store_recovered"]
    assert (await steady.campaign(campaign_id)).sent == 60
    assert steady.repeats() == 0


def fill_disk(engine, *, is_full):
    """Let the ledger refuse every write in the words of a full disk."""
    with closing(sqlite3.connect(engine.folder / "state.db", timeout=10)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            if is_full
            else "DROP TRIGGER full"
        )


def copy_of(chat_id, message_id):
    """A call that copies this message."""
    return Call({"from_chat_id": chat_id, "message_id": message_id}, "copyMessage")


@pytest.mark.parametrize("turns", range(6))
async def test_a_stop_is_heard_at_whatever_moment_it_comes(engine, turns):
    """Even in the very turn of the loop in which there is news."""
    stop = asyncio.Event()
    run = asyncio.create_task(engine.delivery.run(stop))
    await engine.until(lambda: engine.delivery._feeder._compacted_at_ms)
    await asyncio.sleep(0.05)

    stop.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    engine.delivery.wake()

    async with asyncio.timeout(5):
        await run
