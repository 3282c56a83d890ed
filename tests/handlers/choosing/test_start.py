"""/start: the welcome, subscribing and leaving, deep links."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path

import pytest

from bot.sandbox.telegram import READER
from bot.storage.records import ChatStatus
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper, open_desk
from tests.support.telegram import HandClock

SEVEN_MS = HandClock().now_ms - 3_600_000


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def test_the_welcome_promises_offers_and_shows_todays_headlines(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, "模型与芯片", points=3))

    welcome = await bot.start(READER)

    assert welcome.text.splitlines() == [
        "每天一份中文 AI 日报，早上 8 点一条消息，随时 /stop。",
        "直接发词就能搜往期，例如：融资",
        "今天：模型与芯片",
        "• 要点1",
        "• 要点2",
    ]
    assert bot.buttons(READER) == ["🔔 订阅（每天 08:00）", "🏷 只订部分", "📖 先看今天的"]


async def test_start_alone_subscribes_nobody(bot: Bot) -> None:
    await bot.start(READER)

    assert (await bot.desk.store.chats.get(READER)).status is ChatStatus.NEW


async def test_the_welcome_stands_without_any_digest(bot: Bot) -> None:
    welcome = await bot.start(READER)

    assert len(welcome.text.splitlines()) == 2
    assert bot.buttons(READER) == ["🔔 订阅（每天 08:00）", "🏷 只订部分"]


async def test_a_tap_subscribes_and_turns_the_welcome_in_place(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    welcome = await bot.start(READER)

    await bot.tap(READER, "订阅")

    assert bot.last(READER).id == welcome.id
    assert bot.last(READER).text == "已订阅，明早 8 点见。"
    assert bot.buttons(READER) == ["看今天的", "退订"]
    assert (await bot.desk.store.chats.get(READER)).is_subscribed


async def test_before_publication_todays_digest_is_promised(bot: Bot) -> None:
    bot.clock.now_ms = SEVEN_MS
    await bot.shelve(newspaper(YESTERDAY))
    await bot.start(READER)

    await bot.tap(READER, "订阅")

    assert bot.last(READER).text == "已订阅，今早 8 点见。"
    assert bot.buttons(READER) == ["看最近一期", "退订"]


async def test_a_subscriber_who_comes_back_is_not_asked_again(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.start(READER)
    await bot.tap(READER, "订阅")

    again = await bot.start(READER)

    assert again.text.startswith("你已经订阅了，明早 8 点见。")
    assert bot.buttons(READER) == ["看今天的", "退订"]


async def test_leaving_by_button_offers_the_way_back(bot: Bot) -> None:
    await bot.start(READER)
    await bot.tap(READER, "订阅")

    await bot.tap(READER, "退订")

    assert bot.last(READER).text.startswith("已退订")
    assert (await bot.desk.store.chats.get(READER)).status is ChatStatus.STOPPED
    await bot.tap(READER, "订阅")
    assert (await bot.desk.store.chats.get(READER)).is_subscribed


async def test_stop_leaves_and_says_so(bot: Bot) -> None:
    await bot.start(READER)
    await bot.tap(READER, "订阅")

    assert (await bot.write(READER, "/stop")).text.startswith("已退订")
    assert (await bot.write(READER, "/stop")).text.startswith("你还没有订阅")
    assert (await bot.desk.store.chats.get(READER)).status is ChatStatus.STOPPED


async def test_subscribing_below_a_card_leaves_the_card(bot: Bot) -> None:
    key = await bot.shelve(newspaper(TODAY))
    card = await bot.start(READER, f"d{key}")

    answer = await bot.tap(READER, "订阅")

    assert answer.text == "已订阅，明早 8 点见。"
    assert bot.last(READER).text == card.text
    assert not [text for text in bot.buttons(READER) if "订阅" in text]


async def test_publication_at_once_is_promised_without_an_hour(tmp_path: Path) -> None:
    async with open_desk(tmp_path, publish_at="now") as bot:
        welcome = await bot.start(READER)
        await bot.tap(READER, "订阅")

        assert "一出就发你一条消息" in welcome.text
        assert bot.last(READER).text == "已订阅，一出就发给你。"


async def test_the_link_of_a_digest_opens_its_card(bot: Bot) -> None:
    key = await bot.shelve(newspaper(YESTERDAY, "昨天的事"))

    assert "昨天的事" in (await bot.start(READER, f"d{key}")).text


async def test_the_link_of_an_item_opens_the_item(bot: Bot) -> None:
    key = await bot.shelve(newspaper(TODAY))

    item = await bot.start(READER, f"d{key}_2")

    assert "英伟达推出了新的芯片，算力翻倍。" in item.text
    assert bot.button(item, "原文")["url"] == "https://example.com/b"


async def test_the_link_of_the_tags_opens_the_choice(bot: Bot) -> None:
    assert "选你关心的" in (await bot.start(READER, "tags")).text


@pytest.mark.parametrize("payload", ["t_OpenAI", "t_openai", f"t_{encoded('OpenAI')}"])
async def test_the_link_of_a_tag_follows_it(bot: Bot, payload: str) -> None:
    shown = await bot.start(READER, payload)

    assert shown.text.startswith("已关注“OpenAI”。")
    reader = await bot.desk.store.chats.get(READER)
    assert reader.filter.followed == ("OpenAI",)
    assert not reader.is_subscribed


async def test_the_link_of_a_search_shows_its_results(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))

    assert "🔍 融资 · 1 条" in (await bot.start(READER, f"s_{encoded('融资')}")).text


@pytest.mark.parametrize(
    "payload", ["subscribe", "x", "d", "d2026", "d20260206", "d20260206_99", "t_", "s_", "s_----", "g_1", "_", "d" * 64]
)
async def test_a_link_that_leads_nowhere_gets_the_welcome(bot: Bot, payload: str) -> None:
    shown = await bot.start(READER, payload)

    assert "中文 AI 日报" in shown.text or "选你关心的" in shown.text


async def test_a_reader_who_had_blocked_the_bot_is_back_with_start(bot: Bot) -> None:
    await bot.start(READER)
    await bot.tap(READER, "订阅")
    bot.telegram.block(READER)
    await bot.settle()
    assert (await bot.desk.store.chats.get(READER)).status is ChatStatus.BLOCKED

    assert (await bot.start(READER)).text.startswith("你已经订阅了")


async def test_the_headlines_of_an_older_digest_name_its_day(bot: Bot) -> None:
    await bot.shelve(newspaper(dt.date(2026, 2, 1), "旧闻"))

    welcome = await bot.start(READER)

    assert "2月1日：旧闻" in welcome.text
    assert "📖 先看最近一期" in bot.buttons(READER)
