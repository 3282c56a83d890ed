"""/settings: what a reader has chosen, and changed by a tap."""

from __future__ import annotations

from bot.core.format.watch import Watch
from bot.core.tags.edition import TagFilter
from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, Bot, newspaper


async def test_everything_chosen_stands_on_one_screen(bot: Bot) -> None:
    await bot.start(READER)
    await bot.tap(READER, "订阅")
    await bot.desk.store.chats.set_filter(READER, TagFilter(("模型",), ("社会",)))
    await bot.desk.store.chats.set_watch(READER, Watch(("英伟达",)))

    assert (await bot.write(READER, "/settings")).text.splitlines() == [
        "⚙️ 设置",
        "已订阅，每天 08:00",
        "样式：卡片，一条消息，点开看一节",
        "关注：模型",
        "屏蔽：社会",
        "关键词：英伟达（/watch 修改）",
    ]
    assert bot.buttons(READER) == ["● 卡片", "○ 富文本", "🏷 标签", "🔒 你的数据", "退订"]


async def test_who_chooses_rich_messages_gets_them(bot: Bot) -> None:
    """In place, and from the next digest on."""
    await bot.start(READER)
    await bot.tap(READER, "订阅")
    screen = await bot.write(READER, "/settings")

    await bot.tap(READER, "富文本")
    assert bot.last(READER).id == screen.id
    assert bot.buttons(READER)[:2] == ["○ 卡片", "● 富文本"]

    await bot.publish(newspaper(TODAY))
    assert bot.last(READER).rich


async def test_a_chat_that_refused_rich_messages_is_told_and_may_try_again(bot: Bot) -> None:
    await bot.start(READER)
    await bot.desk.store.chats.set_style(READER, "rich")
    await bot.desk.store.chats.set_rich_refused(READER, True)

    assert "上次富文本没发成" in (await bot.write(READER, "/settings")).text
    await bot.tap(READER, "● 富文本")
    assert not (await bot.desk.store.chats.get(READER)).is_rich_refused


async def test_a_stranger_is_offered_the_subscription_and_a_forged_style_is_none(bot: Bot) -> None:
    screen = await bot.write(READER, "/settings")
    assert "没有订阅" in screen.text
    assert bot.buttons(READER)[-1] == "🔔 订阅（每天 08:00）"

    assert (await bot.forge(READER, "v1:style:full", screen)).text == bot.desk.say("error.old_button")
    assert (await bot.desk.store.chats.get(READER)).style == "card"


async def test_the_screen_leads_to_the_readers_data(bot: Bot) -> None:
    await bot.write(READER, "/settings")

    await bot.tap(READER, "你的数据")

    assert bot.last(READER).text.startswith("我只记送日报用得着的：")
