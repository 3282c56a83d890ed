"""The bot is blocked, let in again, removed, or its group moves."""

from __future__ import annotations

from bot.sandbox.people import Membership
from bot.sandbox.telegram import GROUP, READER
from bot.storage.records import ChatKind, ChatStatus
from tests.support.desk import Bot

NEW_GROUP = -1001234567890


async def test_a_block_ends_deliveries_and_an_unblock_brings_them_back(bot: Bot) -> None:
    await bot.start(READER)
    await bot.tap(READER, "订阅")

    bot.telegram.block(READER)
    await bot.settle()
    assert (await bot.desk.store.chats.get(READER)).status is ChatStatus.BLOCKED

    bot.telegram.unblock(READER)
    await bot.settle()
    assert (await bot.desk.store.chats.get(READER)).is_subscribed


async def test_unblocking_subscribes_nobody_who_was_not(bot: Bot) -> None:
    await bot.start(READER)
    bot.telegram.block(READER)
    bot.telegram.unblock(READER)
    await bot.settle()

    assert not (await bot.desk.store.chats.get(READER)).is_subscribed


async def test_a_group_that_removes_the_bot_is_paused_until_it_is_back(bot: Bot) -> None:
    await bot.desk.store.chats.subscribe(GROUP)

    bot.telegram.place_bot(GROUP, Membership.LEFT)
    await bot.settle()
    assert (await bot.desk.store.chats.get(GROUP)).status is ChatStatus.PAUSED

    bot.telegram.place_bot(GROUP, Membership.ADMINISTRATOR)
    await bot.settle()
    assert (await bot.desk.store.chats.get(GROUP)).status is ChatStatus.ACTIVE


async def test_a_new_group_is_met_and_gets_nothing_by_itself(bot: Bot) -> None:
    bot.telegram.add_group(NEW_GROUP, "新群")
    bot.telegram.place_bot(NEW_GROUP, Membership.LEFT)
    bot.telegram.place_bot(NEW_GROUP, Membership.MEMBER)
    await bot.settle()

    chat = await bot.desk.store.chats.get(NEW_GROUP)
    assert chat.kind is ChatKind.GROUP
    assert not chat.is_subscribed
    assert not bot.telegram.bot_messages(NEW_GROUP)


async def test_a_group_that_moves_is_found_under_its_new_id(bot: Bot) -> None:
    await bot.desk.store.chats.subscribe(GROUP)

    bot.telegram.migrate(GROUP, NEW_GROUP)
    await bot.settle()

    assert (await bot.desk.store.chats.get(NEW_GROUP)).is_subscribed
    assert await bot.desk.store.chats.find(GROUP) is None
