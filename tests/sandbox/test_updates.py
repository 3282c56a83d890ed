"""getUpdates and its queue."""

import asyncio

from bot.sandbox.answers import TWO_POLLERS
from bot.sandbox.polling import get_updates
from bot.sandbox.telegram import READER, FakeTelegram
from tests.support.telegram import HandClock

DAY_MS = 86_400_000


def texts(telegram: FakeTelegram, **params: object) -> list[str]:
    return [update["message"]["text"] for update in telegram.call("getUpdates", params).result]


def test_updates_come_again_until_an_offset_confirms_them(telegram: FakeTelegram) -> None:
    """Only the next offset takes an update off the queue."""
    for text in ("一", "二", "三"):
        telegram.send_text(READER, READER, text)
    first = telegram.call("getUpdates", {"limit": 1}).result[0]["update_id"]

    assert texts(telegram) == ["一", "二", "三"]
    assert texts(telegram, offset=str(first + 1)) == ["二", "三"]
    assert telegram.updates_pending == 2


def test_a_negative_offset_keeps_the_last_ones(telegram: FakeTelegram) -> None:
    """The others are forgotten."""
    for text in ("一", "二", "三"):
        telegram.send_text(READER, READER, text)
    assert texts(telegram, offset=-1) == ["三"]
    assert telegram.updates_pending == 1


def test_an_update_waits_for_a_day(telegram: FakeTelegram, clock: HandClock) -> None:
    """Telegram keeps it no longer."""
    telegram.send_text(READER, READER, "旧")
    clock.advance(ms=DAY_MS)
    assert texts(telegram) == []


def test_only_the_kinds_that_were_asked_for_come(telegram: FakeTelegram) -> None:
    """`allowed_updates` is remembered, also when it came as a string."""
    telegram.call("getUpdates", {"allowed_updates": '["callback_query"]'})
    telegram.send_text(READER, READER, "不要")
    assert telegram.updates_pending == 0


def test_a_webhook_and_polling_exclude_each_other(telegram: FakeTelegram) -> None:
    """409 until the webhook is deleted."""
    assert telegram.call("setWebhook", {"url": "http://a.b"}).status == 400
    assert telegram.call("setWebhook", {"url": "https://a.b/hook"}).result is True
    answer = telegram.call("getUpdates")
    assert answer.status == 409
    assert answer.body["description"].startswith("Conflict: can't use getUpdates method while webhook is active")
    telegram.call("deleteWebhook", {"drop_pending_updates": True})
    assert telegram.call("getUpdates").status == 200


async def test_a_long_poll_ends_with_the_first_update(telegram: FakeTelegram) -> None:
    """Nothing sleeps: the poll wakes when somebody writes."""
    poll = asyncio.create_task(get_updates(telegram, {"timeout": 50}))
    await asyncio.sleep(0)
    telegram.send_text(READER, READER, "早")
    assert [update["message"]["text"] for update in (await poll).result] == ["早"]


async def test_a_second_poller_ends_the_first_with_a_409(telegram: FakeTelegram) -> None:
    """Only one bot instance may poll."""
    first = asyncio.create_task(get_updates(telegram, {"timeout": 50}))
    await asyncio.sleep(0)
    second = asyncio.create_task(get_updates(telegram, {"timeout": 50}))

    assert await first == TWO_POLLERS
    telegram.send_text(READER, READER, "早")
    assert len((await second).result) == 1
