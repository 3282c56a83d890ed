"""Readers whose filter admits nothing for days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from bot.sandbox.messages import Message
from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, Bot, newspaper

SECOND_READER = 1002
ROBOTS = "一只机器狗上岗"


async def day(bot: Bot, number: int, *items: str) -> int:
    """That day's digest is published; what it makes for readers waits in the ledger."""
    campaign_id = await bot.queue(newspaper(TODAY + dt.timedelta(days=number), items=items))
    bot.clock.advance(seconds=24 * 3600)
    return campaign_id


async def subscribe(bot: Bot, reader: int, follows: str) -> None:
    await bot.start(reader)
    await bot.tap(reader, "订阅")
    await bot.write(reader, f"/follow {follows}")


def notices(bot: Bot) -> list[Message]:
    return [message for message in bot.telegram.bot_messages(READER) if message.text.startswith("这一周的日报里没有")]


async def days_told(bot: Bot, days: Iterable[int], reader: int = READER) -> list[int]:
    """Let days pass with a digest that has no robot; those on which the line was written for the reader."""
    told = []
    for number in days:
        delivery = await bot.desk.store.deliveries.find(await day(bot, number), reader)
        calls = await bot.desk.store.ledger.calls(delivery.edition_id) if delivery else ()
        told += [number for call in calls if "这一周" in call.params["text"]]
    return told


async def test_an_empty_edition_is_not_sent_and_counts_nowhere(bot: Bot) -> None:
    await subscribe(bot, READER, "机器狗")
    await subscribe(bot, SECOND_READER, "OpenAI")
    before = bot.last(READER).id

    await bot.publish(newspaper(TODAY))

    assert bot.last(READER).id == before
    (campaign,) = await bot.desk.store.campaigns.recent()
    assert (campaign.total, campaign.sent, campaign.skipped) == (2, 2, 0)  # the group and the other reader


async def test_after_a_week_without_an_item_one_silent_line_says_so(bot: Bot) -> None:
    await subscribe(bot, READER, "机器狗")

    assert await days_told(bot, range(7)) == []
    await bot.deliver(await day(bot, 7))

    (notice,) = notices(bot)
    assert notice.is_silent
    assert bot.buttons(READER) == ["看最新一期", "🏷 标签"]
    await bot.tap(READER, "看最新一期")
    assert "这期没有你关心的内容。" in bot.last(READER).text


async def test_the_line_comes_once_a_week(bot: Bot) -> None:
    await subscribe(bot, READER, "机器狗")

    assert await days_told(bot, range(16)) == [7, 14]


async def test_an_item_in_between_begins_the_week_anew(bot: Bot) -> None:
    await subscribe(bot, READER, "机器狗")

    await days_told(bot, range(5))
    await day(bot, 5, ROBOTS)

    assert await days_told(bot, range(6, 14)) == [13]


async def test_another_choice_begins_the_week_anew(bot: Bot) -> None:
    await subscribe(bot, READER, "机器狗")
    await days_told(bot, range(6))

    await bot.write(READER, "/follow 机器猫")

    assert await days_told(bot, range(6, 14)) == [13]


async def test_who_gets_everything_is_never_told(bot: Bot) -> None:
    await bot.start(READER)
    await bot.tap(READER, "订阅")
    await subscribe(bot, SECOND_READER, "机器狗")

    assert await days_told(bot, range(9)) == []
