"""Who may add the bot to further groups (GROUP_INVITES)."""

from pathlib import Path
from typing import Literal

import pytest

from bot.sandbox.people import ChatKind as Kind
from bot.sandbox.people import Membership
from bot.sandbox.telegram import ADMIN, GROUP, READER
from bot.storage.records import ChatKind
from tests.support.desk import Bot, open_desk

ELSEWHERE = -1001234567890


async def invite(bot: Bot, by: int, chat_id: int = ELSEWHERE, kind: Kind = Kind.SUPERGROUP) -> bool:
    """Somebody adds the bot to a group or channel; whether it stays there."""
    if chat_id not in bot.telegram.world.chats:
        bot.telegram.add_group(chat_id, "别处", kind=kind)
    bot.telegram.world.chats[chat_id].members[bot.telegram.world.bot.id] = Membership.LEFT
    role = Membership.ADMINISTRATOR if kind is Kind.CHANNEL else Membership.MEMBER
    bot.telegram.place_bot(chat_id, role, by)
    await bot.settle()
    return bot.telegram.world.chats[chat_id].membership(bot.telegram.world.bot.id) is not Membership.LEFT


@pytest.mark.parametrize(
    ("invites", "by", "stays"),
    [
        ("admins", ADMIN, True),
        ("admins", READER, False),
        ("anyone", READER, True),
        ("off", READER, False),
        ("off", ADMIN, False),
    ],
)
async def test_the_setting_decides_whose_invitation_is_taken(
    tmp_path: Path, invites: Literal["admins", "anyone", "off"], by: int, stays: bool
) -> None:
    """An unwelcome invitation is declined with one sentence; after a welcome one a sentence leads to the settings."""
    async with open_desk(tmp_path, group_invites=invites) as bot:
        assert await invite(bot, by) is stays
        (sentence,) = [message.text for message in bot.telegram.bot_messages(ELSEWHERE)]
        assert sentence.startswith("我到《别处》了" if stays else "谢谢邀请")


async def test_the_groups_of_the_settings_are_never_left(tmp_path: Path) -> None:
    """Whoever adds the bot to them again, it stays, even when nobody may invite it."""
    async with open_desk(tmp_path, group_invites="off") as bot:
        assert await invite(bot, READER, GROUP)
        assert not bot.telegram.calls_of("leaveChat")


async def test_a_home_group_that_has_moved_may_take_the_bot_back(tmp_path: Path) -> None:
    """The state knows it by its new number, also after somebody there removed the bot."""
    async with open_desk(tmp_path, group_invites="off") as bot:
        bot.telegram.add_group(ELSEWHERE, "别处")
        await bot.desk.store.chats.ensure(ELSEWHERE, ChatKind.GROUP, "别处")
        await bot.desk.store.chats.set_homes({ELSEWHERE: None}, is_complete=True)
        bot.telegram.place_bot(ELSEWHERE, Membership.LEFT)
        await bot.settle()
        assert await invite(bot, READER, ELSEWHERE)
        assert (await bot.desk.store.chats.get(ELSEWHERE)).is_subscribed


async def test_a_group_that_gets_digests_is_never_left(tmp_path: Path) -> None:
    """A home group that has moved has a number which the settings do not name."""
    async with open_desk(tmp_path, group_invites="off") as bot:
        await bot.desk.store.chats.subscribe(GROUP)
        bot.telegram.world.chats[GROUP].username = None
        bot.telegram.migrate(GROUP, ELSEWHERE)
        await bot.settle()
        assert await invite(bot, READER, ELSEWHERE)


async def test_a_channel_is_left_without_a_word(tmp_path: Path) -> None:
    """Its readers have nothing to do with it."""
    async with open_desk(tmp_path) as bot:
        assert not await invite(bot, READER, kind=Kind.CHANNEL)
        assert not bot.telegram.bot_messages(ELSEWHERE)


async def test_a_change_of_rights_is_no_invitation(bot: Bot) -> None:
    """A reader who promotes the bot in a group where it is does not drive it out."""
    assert await invite(bot, ADMIN)
    bot.telegram.place_bot(ELSEWHERE, Membership.ADMINISTRATOR, READER)
    await bot.settle()
    assert not bot.telegram.calls_of("leaveChat")


async def test_a_group_that_silences_the_bot_is_left_all_the_same(tmp_path: Path) -> None:
    """The sentence is a courtesy; leaving does not wait for it."""
    async with open_desk(tmp_path) as bot:
        bot.telegram.add_group(ELSEWHERE, "别处")
        bot.telegram.place_bot(ELSEWHERE, Membership.LEFT)
        bot.telegram.place_bot(ELSEWHERE, Membership.RESTRICTED, READER)
        await bot.settle()
        assert len(bot.telegram.calls_of("leaveChat")) == 1
