"""What a dead process left: only calls that had begun are in doubt, and somebody is asked about them."""

import asyncio
import uuid
from dataclasses import replace

import pytest

from bot.core.delivery.retry import Policy
from bot.pipeline.delivering.courier import LEAST_AHEAD
from bot.sandbox.faults import Fault
from bot.sandbox.telegram import GROUP
from bot.storage.errors import StoreBusyError
from bot.storage.records import CampaignState, DeliveryState, IncidentKind
from tests.support.engine import FAST, GROUP_CALLS

TEXTS = [part.params["text"] for part in GROUP_CALLS]
HOURLY = replace(FAST, per_second=1 / 3600)
"""One call begins, the next ones are marked and wait."""


async def marked(engine):
    return [row for row in await engine.store.ledger.open() if row.state is DeliveryState.SENDING]


async def die_with_marked_rows(engine):
    """One call is on its way, others are marked as sending and wait for their turn; kill -9; the next process."""
    engine.limits = HOURLY
    await engine.restart()
    engine.line.lets_answers_through.clear()
    run = asyncio.create_task(engine.delivery.run(asyncio.Event()))
    while len(await marked(engine)) < LEAST_AHEAD or not engine.line.answers_held:
        await asyncio.sleep(0.005)
        assert not run.done()
    await engine.die()
    assert len(await marked(engine)) >= LEAST_AHEAD
    engine.limits = FAST
    await engine.restart()


@pytest.mark.parametrize("kills", [1, 2])
async def test_a_broadcast_lists_only_calls_that_had_begun_and_sends_what_was_only_marked(engine, kills):
    """`prefer_once` must not give up readers to whom nothing was sent."""
    readers = await engine.readers(12)
    campaign_id = await engine.broadcast()
    for _ in range(kills):
        await die_with_marked_rows(engine)

    await engine.work()

    campaign = await engine.campaign(campaign_id)
    incidents = await engine.store.deliveries.incidents(campaign_id)
    assert (campaign.sent, campaign.unknown) == (len(readers) - kills, kills)
    assert [one.kind for one in incidents] == [IncidentKind.UNKNOWN] * kills
    assert all(engine.texts(reader) == ["news"] for reader in readers)


async def test_two_kills_in_a_row_repeat_a_digest_only_where_it_may_have_arrived(engine):
    """A row that was marked twice and never called is neither a repetition nor given up."""
    readers = await engine.readers(12)
    campaign_id = await engine.publish()
    for _ in range(2):
        await die_with_marked_rows(engine)

    async with engine.running():
        await engine.idle(tick_s=5)

    campaign = await engine.campaign(campaign_id)
    assert (campaign.sent, campaign.unknown) == (len(readers), 0)
    assert engine.repeats() == campaign.repeated == 2


async def test_after_a_power_cut_everything_that_was_marked_is_in_doubt(engine, tmp_path):
    """The notes may be gone with the power: what was marked ahead is listed, too, and that is little."""
    readers = await engine.readers(12)
    campaign_id = await engine.broadcast()
    engine.boot_id = tmp_path / "another run of the system"
    engine.boot_id.write_text(str(uuid.uuid4()))
    await die_with_marked_rows(engine)
    await engine.close()
    engine.boot_id.write_text(str(uuid.uuid4()))
    await engine.open()

    await engine.work()

    campaign = await engine.campaign(campaign_id)
    assert campaign.unknown + campaign.sent == len(readers)
    assert 1 < campaign.unknown <= LEAST_AHEAD + 1
    assert engine.repeats() == 0


async def test_a_question_that_could_not_be_asked_is_asked_until_it_is(staffed):
    """What loses an answer in the group keeps the question from the admins, too."""
    staffed.heard.trouble = [ConnectionError("no network")] * 3
    staffed.telegram.fail("sendMessage", Fault.reset(is_processed=True), chat_id=GROUP)
    campaign_id = await staffed.publish([GROUP])
    async with staffed.running():
        await staffed.until(lambda: staffed.heard.questions)
        assert await staffed.delivery.answer(campaign_id, GROUP, is_to_repeat=False)
        await staffed.idle()

    assert len(staffed.heard.questions) == 1
    assert staffed.texts(GROUP) == TEXTS


async def test_a_question_that_was_open_is_asked_again_after_a_restart(staffed):
    """The first one may have been lost with the process."""
    staffed.telegram.fail("sendMessage", Fault.reset(is_processed=True), chat_id=GROUP)
    await staffed.publish([GROUP])
    async with staffed.running():
        await staffed.until(lambda: staffed.heard.questions)
    await staffed.restart()
    async with staffed.running():
        await staffed.until(lambda: len(staffed.heard.questions) == 2)

    assert staffed.heard.questions[0] == staffed.heard.questions[1]


@pytest.mark.parametrize(("policy", "copies"), [(Policy.PREFER_DELIVERY, 2), (Policy.PREFER_ONCE, 1)])
async def test_without_anybody_to_ask_the_policy_decides_at_once(engine, policy, copies):
    """No admins, or none who has ever opened the bot: the group does not wait five minutes for nobody."""
    engine.telegram.fail("sendMessage", Fault.timeout(is_processed=True), chat_id=GROUP)
    campaign_id = await engine.publish([GROUP], policy=policy)
    began_ms = engine.clock()

    await engine.work()

    assert engine.texts(GROUP) == [TEXTS[0]] * copies + TEXTS[1:]
    assert engine.clock() - began_ms < 60_000
    assert len(await engine.store.deliveries.incidents(campaign_id)) == 1


async def test_a_state_that_cannot_be_read_in_the_middle_keeps_what_was_reached(engine):
    """The group goes on at the part where it was, and nothing comes twice."""
    campaign_id = await engine.publish([GROUP])
    courier, calls, asked = engine.delivery._courier, engine.delivery._courier.calls, []

    async def unreadable_once(campaign, edition_id):
        asked.append(edition_id)
        if len(asked) == 3:
            raise StoreBusyError("busy on purpose")
        return await calls(campaign, edition_id)

    courier.calls = unreadable_once
    await engine.work()

    assert engine.texts(GROUP) == TEXTS
    assert (await engine.campaign(campaign_id)).state is CampaignState.DONE
