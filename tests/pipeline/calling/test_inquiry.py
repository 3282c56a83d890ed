"""Questions to Telegram whose answers hold less, or something else, than the library expects."""

from __future__ import annotations

from typing import Any

import pytest

from bot.pipeline.calling.embassy import Embassy, Place, Trouble
from bot.pipeline.calling.inquiry import UnreadableAnswerError, find_chat
from bot.sandbox.answers import success
from bot.sandbox.faults import Fault
from bot.sandbox.telegram import GROUP, GROUP_NAME, FakeTelegram
from tests.support.telegram import HandClock, build_bot


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram(HandClock())


def answer(telegram: FakeTelegram, method: str, result: Any) -> None:
    telegram.fail(method, Fault(success(result)))


async def test_a_chat_of_a_few_fields_is_a_chat(telegram: FakeTelegram) -> None:
    """A server that leaves out what the library insists on still names the group."""
    answer(telegram, "getChat", {"id": GROUP, "type": "supergroup"})
    async with build_bot(telegram) as bot:
        assert await find_chat(bot, f"@{GROUP_NAME}") == {"id": GROUP, "type": "supergroup"}


@pytest.mark.parametrize("result", [True, None, [], {"type": "supergroup"}, {"id": "1"}])
async def test_what_is_no_chat_is_said(telegram: FakeTelegram, result: Any) -> None:
    answer(telegram, "getChat", result)
    async with build_bot(telegram) as bot:
        with pytest.raises(UnreadableAnswerError):
            await find_chat(bot, GROUP)


@pytest.mark.parametrize(
    ("kind", "member", "found"),
    [
        ("supergroup", {"status": "member"}, Place(GROUP, "G")),
        ("supergroup", {"status": "administrator"}, Place(GROUP, "G")),
        ("supergroup", {"status": "restricted", "is_member": True, "can_send_messages": False}, Trouble("no_right")),
        ("supergroup", {"status": "left"}, Trouble("not_member")),
        ("channel", {"status": "administrator", "can_post_messages": True}, Place(GROUP, "G")),
        ("channel", {"status": "administrator", "can_post_messages": False}, Trouble("no_right")),
        ("channel", {"status": "member"}, Trouble("no_right")),
    ],
)
async def test_the_bots_rights_are_told_by_its_membership(
    telegram: FakeTelegram, kind: str, member: dict[str, Any], found: Place | Trouble
) -> None:
    answer(telegram, "getChat", {"id": GROUP, "type": kind, "title": "G"})
    answer(telegram, "getChatMember", member)
    async with build_bot(telegram) as bot:
        assert await Embassy(bot).place(GROUP) == found
