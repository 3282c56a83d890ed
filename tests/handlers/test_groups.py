"""Groups: /today, /search and /help answer with links only."""

from __future__ import annotations

import base64

from bot.sandbox.messages import Message
from bot.sandbox.people import ChatKind
from bot.sandbox.telegram import BOT_USERNAME, GROUP, READER
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper

OTHER, BASIC = -1001234567890, -4711


def only_links(message: Message) -> bool:
    return all("url" in button for row in message.keyboard for button in row)


async def test_today_without_a_card_there_leads_to_private(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, "模型与芯片"))

    answer = await bot.write(READER, "/today", GROUP)

    assert answer.text == "今天的日报：模型与芯片"
    assert bot.button(answer, "打开")["url"] == f"https://t.me/{BOT_USERNAME}?start=d20260206"
    assert only_links(answer)
    assert answer.reply_to == bot.telegram.messages(GROUP)[-2].id


async def test_today_links_to_the_card_that_was_sent_there(bot: Bot) -> None:
    await bot.publish(newspaper(TODAY))
    card = next(message for message in bot.telegram.bot_messages(GROUP) if not message.is_silent)

    answer = await bot.write(READER, "/today", GROUP)

    assert bot.button(answer, "打开")["url"] == f"https://t.me/ai_news_plus/{card.id}"


async def test_in_another_group_today_leads_to_private(bot: Bot) -> None:
    await bot.publish(newspaper(TODAY))
    bot.telegram.add_group(OTHER, "别的群")
    bot.telegram.join(READER, OTHER)

    answer = await bot.write(READER, "/today", OTHER)

    assert bot.button(answer, "打开")["url"].endswith("?start=d20260206")


async def test_a_group_without_a_name_links_by_number(bot: Bot) -> None:
    bot.telegram.world.chats[GROUP].username = None
    await bot.publish(newspaper(TODAY))

    answer = await bot.write(READER, "/today", GROUP)

    assert bot.button(answer, "打开")["url"].startswith("https://t.me/c/1000000001/")


async def test_before_publication_the_group_gets_the_latest(bot: Bot) -> None:
    await bot.shelve(newspaper(YESTERDAY, "昨天的事"))

    assert (await bot.write(READER, "/today", GROUP)).text == "今天的还没出，最近一期：昨天的事"


async def test_without_any_digest_the_group_hears_so(bot: Bot) -> None:
    assert (await bot.write(READER, "/today", GROUP)).text.startswith("还没有日报")


async def test_search_shows_three_hits_and_goes_on_in_private(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, items=[f"第{number}家公司完成融资" for number in range(5)]))

    found = await bot.write(READER, "/search 融资", GROUP)

    assert found.text.startswith("🔍 融资 · 6 条")
    assert "3. " in found.text
    assert "4. " not in found.text
    assert only_links(found)
    payload = bot.button(found, "私聊继续")["url"].partition("?start=")[2]
    assert payload == f"s_{base64.urlsafe_b64encode('融资'.encode()).decode().rstrip('=')}"
    assert (await bot.start(READER, payload)).text.startswith("🔍 融资 · 6 条")


async def test_a_long_search_goes_on_in_private_too(bot: Bot) -> None:
    query = "很长" * 20
    await bot.shelve(newspaper(TODAY, items=[query]))

    found = await bot.write(READER, f"/search {query}", GROUP)

    payload = bot.button(found, "私聊继续")["url"].partition("?start=")[2]
    assert len(payload) <= 64
    assert "· 1 条" in (await bot.start(READER, payload)).text


async def test_a_search_for_nothing_is_answered(bot: Bot) -> None:
    assert (await bot.write(READER, "/search", GROUP)).text.startswith("想搜什么")
    assert (await bot.write(READER, "/search zzzqqq", GROUP)).text == "没有找到“zzzqqq”。"


async def test_a_search_without_a_hit_links_to_the_nearest_in_private(bot: Bot) -> None:
    """As in private, but every button is a link."""
    await bot.shelve(newspaper(TODAY, items=["量子计算机突破"]))

    missed = await bot.write(READER, "/search 量子计祘", GROUP)

    assert missed.text == "没有找到“量子计祘”。试试："
    assert only_links(missed)
    payload = bot.button(missed, "量子计算")["url"].partition("?start=")[2]
    assert (await bot.start(READER, payload)).text.startswith("🔍 量子计算 · 1 条")


async def test_help_leads_to_private(bot: Bot) -> None:
    answer = await bot.write(READER, "/help", GROUP)

    assert "/search" in answer.text
    assert bot.button(answer, "私聊")["url"].startswith(f"https://t.me/{BOT_USERNAME}?start=")


async def test_plain_talk_in_a_group_is_none_of_our_business(bot: Bot) -> None:
    bot.telegram.send_text(READER, GROUP, "融资")
    bot.telegram.send_text(READER, GROUP, "/start")
    bot.telegram.send_text(READER, GROUP, "/tags")
    await bot.settle()

    assert not bot.telegram.bot_messages(GROUP)


async def test_a_basic_group_gets_the_deep_link(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    bot.telegram.add_group(BASIC, "小群", kind=ChatKind.GROUP)
    bot.telegram.join(READER, BASIC)

    answer = await bot.write(READER, "/today", BASIC)

    assert bot.button(answer, "打开")["url"].endswith("?start=d20260206")


async def test_a_topic_is_answered_in_the_topic(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    bot.telegram.open_topic(GROUP, 17)
    bot.telegram.send_text(READER, GROUP, "/today", thread_id=17)
    await bot.settle()

    assert bot.last(GROUP).thread_id == 17
