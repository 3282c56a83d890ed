"""A finished broadcast taken back: its messages are deleted, at the pace at which they came, and counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.telegram import ADMIN
from bot.storage.plans import BroadcastPlan
from bot.storage.records import CampaignState
from tests.support.office import NEWS, READERS, Office, open_office, telegram_with_readers


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A broadcast has reached a dozen readers."""
    async with open_office(tmp_path, telegram_with_readers()) as office:
        await office.subscribe_all()
        campaign_id = await office.store.campaigns.draft(BroadcastPlan((NEWS,), author_id=ADMIN))
        await office.store.campaigns.launch(campaign_id)
        office.delivery.wake()
        await office.until(lambda: _is_done(office, campaign_id))
        yield office


async def recalled(office: Office) -> tuple[int, int]:
    """An admin has said yes: the messages that went, and those that stayed."""
    (campaign,) = await office.store.campaigns.recent()
    await office.store.recalls.begin(campaign.id)
    await office.until(lambda: _is_over(office))
    recall = await office.store.recalls.find(campaign.id)
    assert recall is not None
    return recall.recalled, recall.kept


async def test_every_message_is_deleted_no_faster_than_it_came(office: Office) -> None:
    """One deletion a message, spaced like the messages were."""
    assert await recalled(office) == (len(READERS), 0)

    assert office.received() == []
    moments = [call.at_ms for call in office.telegram.calls if call.method == "deleteMessage"]
    assert len(moments) == len(READERS)
    assert all(later - earlier >= 35 for earlier, later in pairwise(moments))


async def test_the_card_shows_it_to_the_end(office: Office) -> None:
    """Then it has no button left and is not edited any more."""
    card = office.telegram.call("sendMessage", {"chat_id": ADMIN, "text": "完成：…"}).body["result"]
    (campaign,) = await office.store.campaigns.recent()
    await office.store.cards.put(campaign.id, ADMIN, card["message_id"])

    await recalled(office)
    await office.until_final()

    assert (office.card().text, office.buttons()) == ("撤回完成：已撤回 12 · 撤不回 0", [])


async def test_it_is_begun_once(office: Office) -> None:
    """A second yes changes nothing."""
    (campaign,) = await office.store.campaigns.recent()

    assert [await office.store.recalls.begin(campaign.id) for _ in range(2)] == [True, False]


async def test_what_telegram_refuses_to_delete_is_counted_and_does_not_stop_the_rest(office: Office) -> None:
    """That reader keeps the message."""
    refusal = Fault.error(400, "Bad Request: message can't be deleted for everyone")
    office.telegram.fail("deleteMessage", refusal, chat_id=READERS[3])

    assert await recalled(office) == (11, 1)
    assert office.received() == [READERS[3]]


async def test_a_lost_answer_is_asked_again(office: Office) -> None:
    """Deleting twice does no harm: what is gone already counts as taken back."""
    for reader, fault in zip(READERS, (Fault.timeout(is_processed=True), Fault.refuse(), Fault.flood(1)), strict=False):
        office.telegram.fail("deleteMessage", fault, chat_id=reader)

    assert await recalled(office) == (12, 0)
    assert office.received() == []


async def test_after_a_restart_it_goes_on(tmp_path: Path, office: Office) -> None:
    """Every message is gone in the end, and each counted once."""
    (campaign,) = await office.store.campaigns.recent()
    await office.store.recalls.begin(campaign.id)
    await office.until(lambda: _has_begun(office))
    await office.close()
    assert office.received()

    async with open_office(tmp_path, office.telegram) as restarted:
        assert await recalled(restarted) == (12, 0)
        assert restarted.received() == []


async def test_after_two_days_nothing_is_tried_any_more(office: Office) -> None:
    """Telegram would refuse every single one."""
    office.clock.advance(seconds=48 * 3_600)

    assert await recalled(office) == (0, 12)
    assert office.telegram.calls_of("deleteMessage") == []


async def _is_done(office: Office, campaign_id: int) -> bool:
    return await office.state(campaign_id) is CampaignState.DONE


async def _is_over(office: Office) -> bool:
    return not await office.store.recalls.unfinished()


async def _has_begun(office: Office) -> bool:
    return len(office.telegram.calls_of("deleteMessage")) >= 3
