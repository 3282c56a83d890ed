"""收藏: on every opened item, listed by /saved, kept whatever happens to the archive, taken along as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.telegram import GROUP, READER
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper, open_desk

MANY = [f"第{number}家公司完成融资" for number in range(1, 9)]


async def save(bot: Bot, key: str, *numbers: int) -> None:
    for number in numbers:
        bot.clock.advance(seconds=5)
        await bot.start(READER, f"d{key}_{number}")
        await bot.tap(READER, "☆ 收藏")


async def test_an_opened_item_is_saved_and_dropped_in_place(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    opened = await bot.start(READER, "d20260206_1")

    assert (await bot.tap(READER, "☆ 收藏")).text == "已收藏，/saved 随时看。"
    assert bot.last(READER).id == opened.id
    assert bot.last(READER).text == opened.text
    assert (await bot.tap(READER, "★ 取消收藏")).text == "已取消收藏。"

    assert "☆ 收藏" in bot.buttons(READER)
    assert await bot.desk.store.saved.count(READER) == 0


async def test_without_anything_saved_the_list_says_how_to(bot: Bot) -> None:
    assert (await bot.write(READER, "/saved")).text.startswith("还没有收藏")


async def test_the_list_has_pages_and_its_items_lead_back_to_theirs(bot: Bot) -> None:
    key = await bot.shelve(newspaper(TODAY, items=MANY))
    await save(bot, key, *range(1, 8))

    first = await bot.write(READER, "/saved")
    assert first.text.startswith("★ 收藏 · 7 条\n\n1. 第5家公司完成融资 · 2月6日\n\n2. ")
    assert bot.buttons(READER) == ["1", "2", "3", "4", "5", "1/2", "›", "⬇ 导出 Markdown"]
    await bot.tap(READER, "›")
    assert bot.buttons(READER)[:2] == ["6", "7"]
    second = bot.last(READER).text
    await bot.tap(READER, "7")
    assert "OpenAI发布新的大模型" in bot.last(READER).text
    await bot.tap(READER, "‹ 收藏")

    assert bot.last(READER).text == second
    assert bot.last(READER).id == first.id


async def test_what_is_saved_outlives_a_new_archive(bot: Bot) -> None:
    key = await bot.shelve(newspaper(TODAY))
    await save(bot, key, 1)
    await bot.desk.archive.rebuild(())
    await bot.shelve(newspaper(TODAY))

    await bot.write(READER, "/saved")
    await bot.tap(READER, "1")

    assert "推理更快" in bot.last(READER).text
    assert "★ 取消收藏" in bot.buttons(READER)


async def test_an_item_whose_digest_is_gone_is_shown_by_its_headline(bot: Bot) -> None:
    key = await bot.shelve(newspaper(TODAY))
    await save(bot, key, 1)
    await bot.desk.archive.remove(key)

    listed = await bot.write(READER, "/saved")
    assert "1. OpenAI发布新的大模型（这期已不在）" in listed.text
    await bot.tap(READER, "1")
    assert bot.last(READER).text == "OpenAI发布新的大模型\n\n这一期已经不在了，只留下了标题。"
    await bot.tap(READER, "★ 取消收藏")

    assert bot.last(READER).text.startswith("还没有收藏")


async def test_the_export_is_a_markdown_file(bot: Bot) -> None:
    first = await bot.shelve(newspaper(YESTERDAY))
    second = await bot.shelve(newspaper(TODAY))
    await save(bot, first, 1)
    await save(bot, second, 2)
    await bot.desk.archive.remove(first)
    await bot.write(READER, "/saved")

    await bot.tap(READER, "导出")

    sent = bot.last(READER)
    assert sent.document is not None
    assert sent.document.name == "saved-2026-02-06.md"
    assert sent.text == "你的收藏，共 2 条"
    written = sent.document.content.decode()
    assert "## [英伟达推出新的芯片](https://example.com/b)" in written
    assert "英伟达推出了新的芯片，算力翻倍。" in written
    assert "## OpenAI发布新的大模型\n\n（这一期已经不在了" in written


async def test_nobody_saves_without_end(bot: Bot) -> None:
    bot.desk.store.saved.most = 1
    key = await bot.shelve(newspaper(TODAY))
    await save(bot, key, 1)
    await bot.start(READER, f"d{key}_2")

    answer = await bot.tap(READER, "☆ 收藏")

    assert answer.is_alert
    assert "最多收藏 1 条" in answer.text


async def test_an_item_is_shared_as_its_card(bot: Bot) -> None:
    """The reader picks a chat, the item's key stands in the line, and inline mode offers that very item."""
    await bot.shelve(newspaper(TODAY))
    opened = await bot.start(READER, "d20260206_1")

    shared = bot.button(opened, "分享")["switch_inline_query_chosen_chat"]
    query_id = bot.telegram.query_inline(READER, shared["query"])
    await bot.settle()
    (card,) = bot.telegram.inline_results(query_id) or []
    bot.telegram.choose(READER, GROUP, query_id, card["id"])

    assert shared["allow_group_chats"]
    sent = bot.telegram.messages(GROUP)[-1]
    assert (sent.sender_id, sent.via_bot) == (READER, True)
    assert sent.text.startswith("OpenAI发布新的大模型\n")
    assert (await bot.start(READER, bot.button(sent, "打开")["url"].partition("?start=")[2])).text == opened.text


async def test_where_inline_mode_is_off_a_link_is_shared(tmp_path: Path) -> None:
    async with open_desk(tmp_path, has_inline_mode=False) as bot:
        await bot.shelve(newspaper(TODAY))
        opened = await bot.start(READER, "d20260206_1")

    url = bot.button(opened, "分享")["url"]
    assert url.startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fai_daily_sandbox_bot%3Fstart%3Dd20260206_1&")


@pytest.mark.parametrize("words", ["OpenAI", "很长很长很长很长很长很长的正文"])
async def test_the_way_back_to_the_results_outlives_pages_and_saving(bot: Bot, words: str) -> None:
    long = "\n\n".join(f"- 很长很长很长很长很长很长的正文第{n}段OpenAI" + "字" * 150 for n in range(60))
    await bot.shelve(newspaper(TODAY).replace("推理更快。", f"推理更快。\n\n{long}"))
    found = (await bot.write(READER, words)).text

    await bot.tap(READER, "1")
    await bot.tap(READER, "›")
    await bot.tap(READER, "☆ 收藏")
    await bot.tap(READER, "‹ 结果")

    assert bot.last(READER).text == found
