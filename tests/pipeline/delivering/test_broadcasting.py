"""A launched broadcast: who gets it, and the card that shows it to its admin until the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.telegram import ADMIN, GROUP
from bot.storage.plans import Call
from bot.storage.records import CampaignState, ChatKind
from tests.support.office import NEWS, READERS, Office, open_office, telegram_with_readers


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path, telegram_with_readers()) as office:
        await office.subscribe_all()
        yield office


async def test_every_subscriber_gets_it_once_and_the_card_ends_as_a_summary(office: Office) -> None:
    """The summary counts, offers to take it all back, and is not edited any more."""
    await office.launch(NEWS)

    await office.until_final()

    assert office.received() == list(READERS)
    assert all(message.is_silent for chat_id in READERS for message in office.telegram.bot_messages(chat_id))
    assert office.card().text == "完成：已送达 12 · 拉黑 0 · 失败 0 · 未知 0（不自动重发）"
    assert office.buttons() == ["撤回全部 · 48 小时内"]


async def test_nothing_happens_in_the_seconds_in_which_it_may_be_taken_back(office: Office) -> None:
    """Then it begins by itself."""
    await office.launch(NEWS, after_ms=500)
    begins_ms = office.clock() + 500

    await office.until_final()

    assert office.received() == list(READERS)
    assert all(call.at_ms >= begins_ms for call in office.telegram.calls if call.params.get("chat_id") in READERS)


async def test_groups_get_it_when_they_are_taken_in(office: Office) -> None:
    """Into their topic, silently, and the readers not at all when they are left out."""
    await office.store.chats.ensure(GROUP, ChatKind.GROUP)
    await office.store.chats.subscribe(GROUP)
    office.clock.advance(ms=1)

    await office.launch(NEWS, audience=[ChatKind.GROUP])
    await office.until_final()

    assert [message.text for message in office.telegram.bot_messages(GROUP)] == ["今晚维护"]
    assert office.received() == []
    assert office.card().text.startswith("完成：已送达 1 ·")


async def test_the_card_is_edited_at_most_every_three_seconds(office: Office) -> None:
    """However often it is looked at, and whatever has changed."""
    await office.launch(NEWS)

    await office.until_final()

    edits = [call.at_ms for call in office.telegram.calls if call.method == "editMessageText"]
    assert edits
    assert all(later - earlier >= 3_000 for earlier, later in pairwise(edits))


async def test_stop_takes_effect_at_once_and_the_card_says_how_many_were_left_out(office: Office) -> None:
    """Nothing is sent after the stop but what was already on its way."""
    campaign_id = await office.launch(NEWS)
    await office.until_settled(campaign_id, 3)

    await office.delivery.stop(campaign_id)
    await office.pass_s(0.2)
    reached = office.received()
    await office.until_final()

    assert office.received() == reached
    assert 3 <= len(reached) < len(READERS)
    assert office.card().text.splitlines() == [
        f"已停止：已送达 {len(reached)} · 拉黑 0 · 失败 0 · 未知 0（不自动重发）",
        f"没有发的还有 {len(READERS) - len(reached)} 人",
    ]


async def test_a_pause_holds_the_rest_until_it_goes_on(office: Office) -> None:
    """The card offers to go on, and everybody is served once in the end."""
    campaign_id = await office.launch(NEWS)
    await office.until_settled(campaign_id, 3)

    await office.delivery.pause(campaign_id)
    await office.pass_s(7)
    reached = office.received()
    assert office.card().text.endswith("⏸ 已暂停")
    assert len(reached) < len(READERS)

    await office.delivery.resume(campaign_id)
    await office.until_final()
    assert office.received() == list(READERS)


async def test_after_a_restart_the_same_card_goes_on(tmp_path: Path, office: Office) -> None:
    """The new process sends the rest and finishes the card of the old one."""
    campaign_id = await office.launch(NEWS)
    card_id = office.card().id
    await office.until_settled(campaign_id, 3)
    await office.close()

    async with open_office(tmp_path, office.telegram) as restarted:
        await restarted.until_final()

        assert restarted.received() == list(READERS)
        assert restarted.card().id == card_id
        assert restarted.card().text.startswith("完成：已送达 12")


async def test_a_reader_who_blocked_the_bot_is_counted_apart(office: Office) -> None:
    office.telegram.block(READERS[4])

    await office.launch(NEWS)
    await office.until_final()

    assert office.card().text.startswith("完成：已送达 11 · 拉黑 1 ·")


async def test_a_lost_answer_is_listed_and_never_sent_again(office: Office) -> None:
    """A broadcast reaches a reader at most once; what is not known is said."""
    office.telegram.fail("sendMessage", Fault.timeout(is_processed=True), chat_id=READERS[0])

    await office.launch(NEWS)
    await office.until_final()

    assert office.received() == list(READERS)
    assert "未知 1（不自动重发）" in office.card().text


async def test_a_preview_deleted_meanwhile_stops_the_copies_and_is_said(office: Office) -> None:
    """Not one failure per reader: the admin hears what happened and can only stop."""
    office.telegram.call("sendMessage", {"chat_id": ADMIN, "text": "预览"})
    preview = office.card()
    campaign_id = await office.launch(Call({"from_chat_id": ADMIN, "message_id": preview.id}, method="copyMessage"))
    await office.until_settled(campaign_id, 3)

    office.telegram.world.remove(ADMIN, preview.id)
    await office.pass_s(7)

    assert await office.state(campaign_id) is CampaignState.PAUSED
    assert "预览的那条消息被删除了" in office.card().text
    assert office.buttons() == ["⏹ 停止"]


async def test_a_deleted_card_is_replaced_by_a_new_one(office: Office) -> None:
    """Nobody could stop a broadcast whose card is lost."""
    campaign_id = await office.launch(NEWS)
    await office.until_settled(campaign_id, 3)
    lost = office.card().id

    office.telegram.world.remove(ADMIN, lost)
    await office.until_final()

    assert office.card().id != lost
    assert office.card().text.startswith("完成：已送达 12")
