"""The bot is blocked, let in again, removed, or its group moves."""

from __future__ import annotations

from bot.sandbox.people import ChatKind as Kind
from bot.sandbox.people import Membership
from bot.sandbox.telegram import ADMIN, GROUP, READER
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
    """Who added the bot gets the way to the settings in private."""
    await bot.start(ADMIN)
    bot.telegram.add_group(NEW_GROUP, "新群")
    bot.telegram.place_bot(NEW_GROUP, Membership.LEFT)
    bot.telegram.place_bot(NEW_GROUP, Membership.MEMBER)
    await bot.settle()

    chat = await bot.desk.store.chats.get(NEW_GROUP)
    assert chat.kind is ChatKind.GROUP
    assert not chat.is_subscribed
    assert not bot.telegram.bot_messages(NEW_GROUP)
    assert bot.last(ADMIN).text.startswith("我到《新群》了。")
    assert bot.button(bot.last(ADMIN), "设置")["url"].endswith(f"?start=g_{NEW_GROUP}")


async def test_who_never_opened_the_bot_is_shown_the_settings_in_the_group(bot: Bot) -> None:
    """One message, once: a change of the bot's rights later is no news."""
    bot.telegram.add_group(NEW_GROUP, "新群")
    for membership in (Membership.LEFT, Membership.MEMBER, Membership.ADMINISTRATOR):
        bot.telegram.place_bot(NEW_GROUP, membership)
    await bot.settle()

    (message,) = bot.telegram.bot_messages(NEW_GROUP)
    assert bot.button(message, "设置")["url"].endswith(f"?start=g_{NEW_GROUP}")


async def test_a_channel_is_told_nothing(bot: Bot) -> None:
    """Who added the bot gets the link if the bot may write to them; the channel's readers see no word of it."""
    bot.telegram.add_group(NEW_GROUP, "频道", kind=Kind.CHANNEL)
    for _ in range(2):
        bot.telegram.place_bot(NEW_GROUP, Membership.LEFT)
        bot.telegram.place_bot(NEW_GROUP, Membership.ADMINISTRATOR)
        await bot.settle()
        await bot.start(ADMIN)

    links = [message for message in bot.telegram.bot_messages(ADMIN) if message.text.startswith("我到《频道》了。")]
    assert len(links) == 1
    assert not bot.telegram.bot_messages(NEW_GROUP)


async def test_a_group_that_moves_is_found_under_its_new_id(bot: Bot) -> None:
    await bot.desk.store.chats.subscribe(GROUP)

    bot.telegram.migrate(GROUP, NEW_GROUP)
    await bot.settle()

    assert (await bot.desk.store.chats.get(NEW_GROUP)).is_subscribed
    assert await bot.desk.store.chats.find(GROUP) is None
