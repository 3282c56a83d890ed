"""What the bot keeps about a reader: said, handed over and deleted."""

from __future__ import annotations

import json

from bot.core.tags.edition import TagFilter
from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, Bot, newspaper


async def settled_reader(bot: Bot) -> None:
    """A reader with a subscription, tags, a saved item and a digest that came."""
    await bot.start(READER)
    await bot.tap(READER, "订阅")
    await bot.desk.store.chats.set_filter(READER, TagFilter(("模型",), ("社会",)))
    key = await bot.publish(newspaper(TODAY))
    await bot.start(READER, f"d{key}_1")
    await bot.tap(READER, "☆ 收藏")


async def test_what_is_kept_is_said_with_the_ways_to_take_and_delete_it(bot: Bot) -> None:
    said = await bot.write(READER, "/privacy")

    assert said.text.startswith("我只记送日报用得着的：")
    assert bot.buttons(READER) == ["⬇ 我的数据", "🗑 全部删除"]


async def test_a_reader_takes_everything_along_as_a_file(bot: Bot) -> None:
    """By command or by button, the same."""
    await settled_reader(bot)

    sent = await bot.write(READER, "/mydata")
    assert sent.document is not None
    assert sent.document.name == "my-data.json"
    record = json.loads(sent.document.content)

    assert (record["id"], record["name"], record["status"]) == (READER, "小林", "active")
    assert (record["follows"], record["mutes"]) == (["模型"], ["社会"])
    assert record["subscribed"].startswith("2026-02-06T08:00")
    assert [item["item"] for item in record["saved"]] == ["20260206_1"]
    assert [row["state"] for row in record["deliveries"]] == ["sent"]

    await bot.write(READER, "/privacy")
    await bot.tap(READER, "我的数据")
    again = bot.last(READER).document
    assert again is not None
    assert json.loads(again.content) == record


async def test_deleting_asks_first_and_leaves_nothing(bot: Bot) -> None:
    """No chat, no saved item, no delivery; the next digest does not come."""
    await settled_reader(bot)
    await bot.write(READER, "/deleteme")

    await bot.tap(READER, "全部删除")

    assert bot.last(READER).text.startswith("已全部删除")
    assert await bot.desk.store.chats.find(READER) is None
    assert await bot.desk.store.saved.count(READER) == 0
    assert await bot.desk.store.deliveries.of_chat(READER) == ()
    assert await bot.desk.store.chats.count_subscribers() == 0


async def test_not_deleting_changes_nothing(bot: Bot) -> None:
    await settled_reader(bot)
    await bot.write(READER, "/privacy")
    await bot.tap(READER, "全部删除")

    await bot.tap(READER, "不删")

    assert bot.last(READER).text == "没有删，一切照旧。"
    assert (await bot.desk.store.chats.get(READER)).is_subscribed


async def test_a_reader_deleted_in_the_middle_of_a_publication_is_passed_over(bot: Bot) -> None:
    """The delivery that waits for them is skipped, the others go on."""
    await bot.start(READER)
    await bot.tap(READER, "订阅")
    campaign_id = await bot.queue(newspaper(TODAY))
    await bot.write(READER, "/deleteme")
    await bot.tap(READER, "全部删除")

    await bot.deliver(campaign_id)

    campaign = await bot.desk.store.campaigns.find(campaign_id)
    assert campaign is not None
    assert (campaign.sent, campaign.skipped) == (1, 1)
    assert bot.last(READER).text.startswith("已全部删除")
