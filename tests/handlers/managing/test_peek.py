"""An admin sees a digest before anybody else: 预览 below a question, and /preview."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.pipeline.watching.watcher import Settled
from bot.sandbox.telegram import ADMIN, GROUP, READER
from bot.storage.records import DigestState
from tests.support.desk import TODAY, Bot, newspaper, open_desk

KEY = f"{TODAY:%Y%m%d}"
STUB = f"""---
title: 今日要闻
date: {TODAY}
category: AI 日报
summary: "- 要点"
---

System diagnostic report: all fine.
"""


async def take_in(bot: Bot, markdown: str) -> None:
    """The watcher finds a settled file in a folder that the bot has known for long."""
    await bot.start(ADMIN)
    await bot.desk.store.meta.finish_first_start()
    await bot.desk.publisher.open()
    post = bot.posts_dir / f"{TODAY.isoformat()}.md"
    post.write_text(markdown, "utf-8")
    await bot.desk.publisher.on_change(Settled(post.name, ""))
    await bot.desk.publisher.tick()


async def test_a_held_digest_is_shown_to_the_admin_who_asks_and_to_nobody_else(tmp_path: Path) -> None:
    """预览 · 仍要发布 · 丢弃; the preview decides nothing."""
    async with open_desk(tmp_path) as bot:
        await take_in(bot, STUB)
        question = bot.last(ADMIN)
        assert bot.buttons(ADMIN) == ["预览", "仍要发布", "丢弃"]
        await bot.tap(ADMIN, "预览")

        shown = [message.text for message in bot.telegram.bot_messages(ADMIN) if message.id > question.id]
        assert shown[0].startswith("今日要闻\n2026-02-06")
        assert "diagnostic" in shown[1]
        assert shown[-1] == "↑ 《今日要闻》在群里就是这样。"
        assert bot.telegram.bot_messages(GROUP) == []
        known = await bot.desk.store.digests.find(KEY)
        assert known is not None
        assert known.state is DigestState.HELD

        await bot.tap(ADMIN, "仍要发布", question)
        assert len(await bot.desk.store.campaigns.recent()) == 1


async def test_a_digest_with_errors_waits_for_an_admin_who_sees_what_was_guessed(tmp_path: Path) -> None:
    """The problems with their lines, 预览 · 仍要发布 · 丢弃; published as a person would read it."""
    async with open_desk(tmp_path) as bot:
        await take_in(bot, newspaper(TODAY, "软件股震荡").replace("title:", "title："))
        question = bot.last(ADMIN)
        assert "第 2 行：“title：”用了全角冒号" in question.text
        assert bot.buttons(ADMIN) == ["预览", "仍要发布", "丢弃"]
        await bot.tap(ADMIN, "预览")
        assert bot.last(ADMIN).text == "↑ 《软件股震荡》在群里就是这样，后面还有 1 条消息。"
        await bot.tap(ADMIN, "仍要发布", question)
        (campaign,) = await bot.desk.store.campaigns.recent()
        assert campaign.digest_key == KEY
        assert bot.telegram.message(ADMIN, question.id).text == f"{question.text}\n→ 好，这就发。"


async def test_whatever_can_be_read_of_a_broken_file_is_shown_and_published_on_an_admins_word(tmp_path: Path) -> None:
    """A bomb in the body: 预览 says what was done about it, 仍要发布 sends the words as they stand."""
    async with open_desk(tmp_path) as bot:
        await take_in(bot, newspaper(TODAY, "软件股震荡") + "[" * 5_000)
        question = bot.last(ADMIN)
        assert "标记符号" in question.text
        assert await bot.desk.store.campaigns.recent() == ()
        await bot.tap(ADMIN, "预览")
        assert "↑ 《软件股震荡》在群里就是这样" in bot.last(ADMIN).text
        assert "这是勉强排的：日期算 2026-02-06" in bot.last(ADMIN).text
        await bot.tap(ADMIN, "仍要发布", question)
        (campaign,) = await bot.desk.store.campaigns.recent()
        assert campaign.digest_key == KEY
        assert bot.telegram.message(ADMIN, question.id).text == f"{question.text}\n→ 好，这就发。"


async def test_a_file_without_any_text_says_why_it_cannot_be_shown_or_published(tmp_path: Path) -> None:
    """One sentence for each tap; 丢弃 silences it."""
    async with open_desk(tmp_path) as bot:
        await take_in(bot, "\n")
        question = bot.last(ADMIN)
        assert (await bot.tap(ADMIN, "预览")).text == "没有可预览的。文件是空的，请写好再放进来。"
        answer = await bot.tap(ADMIN, "仍要发布")
        assert (answer.text, answer.is_alert) == ("发不了。文件是空的，请写好再放进来。", True)
        await bot.tap(ADMIN, "丢弃")
        assert bot.last(ADMIN).text == f"{question.text}\n→ 好，不发；文件改了再检查。"
        assert bot.buttons(ADMIN) == []


async def test_a_button_about_a_text_that_has_changed_does_nothing(tmp_path: Path) -> None:
    """What the admin read is not what the file says by now."""
    async with open_desk(tmp_path) as bot:
        await take_in(bot, "---\n- 一\n---\n正文。")
        question = bot.last(ADMIN)
        (bot.posts_dir / f"{TODAY.isoformat()}.md").write_text("---\n- 二\n---\n别的正文。", "utf-8")
        assert "刚改过" in (await bot.tap(ADMIN, "预览", question)).text
        await bot.tap(ADMIN, "仍要发布", question)
        assert bot.telegram.message(ADMIN, question.id).text.endswith("→ 文件已经不在，或者又改过，没有发。")
        assert await bot.desk.store.campaigns.recent() == ()


@pytest.mark.parametrize(
    "broken", [STUB, newspaper(TODAY).replace("title:", "title："), newspaper(TODAY) + "[" * 50_000]
)
async def test_mending_the_file_strikes_the_message_out_and_publishes(tmp_path: Path, broken: str) -> None:
    """Over a restart, too: nobody can press a button about a text that is gone."""
    async with open_desk(tmp_path) as bot:
        await take_in(bot, broken)
        question = bot.last(ADMIN)
        telegram, clock = bot.telegram, bot.clock
    async with open_desk(tmp_path, telegram=telegram, clock=clock) as bot:
        await take_in(bot, newspaper(TODAY))
        message = bot.telegram.message(ADMIN, question.id)
        assert message.text == f"{question.text}\n→ 已改好，重新检查过了。"
        assert not message.keyboard
        assert len(await bot.desk.store.campaigns.recent()) == 1


async def test_the_decision_of_one_admin_is_seen_by_the_other(tmp_path: Path) -> None:
    """Each has the question; after a tap of one nobody has it."""
    async with open_desk(tmp_path, admin_ids=(ADMIN, READER)) as bot:
        await bot.start(READER)
        await take_in(bot, STUB)
        theirs = bot.last(READER)
        await bot.tap(ADMIN, "丢弃")
        assert bot.telegram.message(READER, theirs.id).text == f"{theirs.text}\n→ 好，不发送。"
        assert bot.buttons(READER) == []


async def test_preview_shows_the_newest_digest_that_waits(tmp_path: Path) -> None:
    """Card and first section, and how many messages follow."""
    async with open_desk(tmp_path) as bot:
        bot.clock.advance(seconds=-6 * 3600)
        await take_in(bot, newspaper(TODAY, "软件股震荡"))
        last = await bot.write(ADMIN, "/preview")

        texts = [message.text for message in bot.telegram.bot_messages(ADMIN)]
        assert texts[-3].startswith("软件股震荡\n")
        assert texts[-2].startswith("【1/2】")
        assert last.text == "↑ 《软件股震荡》在群里就是这样，后面还有 1 条消息。"


async def test_preview_in_style_rich_is_rich_where_it_can_be_shown(tmp_path: Path) -> None:
    """And classic where the admin's chat refuses it."""
    async with open_desk(tmp_path, group_style="rich") as bot:
        bot.clock.advance(seconds=-6 * 3600)
        await take_in(bot, newspaper(TODAY))
        await bot.write(ADMIN, "/preview")
        assert bot.telegram.bot_messages(ADMIN)[-2].rich
        bot.telegram.refuse_rich()
        await bot.write(ADMIN, "/preview")
        assert bot.telegram.bot_messages(ADMIN)[-2].text.startswith("【1/2】")


@pytest.mark.parametrize("person", [ADMIN, READER])
async def test_without_a_digest_or_without_the_right_there_is_nothing(tmp_path: Path, person: int) -> None:
    """A reader's /preview is as unknown as any other word."""
    async with open_desk(tmp_path) as bot:
        await bot.start(person)
        answer = await bot.write(person, "/preview")
        assert (answer.text == "没有等着发的日报。") is (person == ADMIN)


async def test_publish_asks_and_lets_the_newest_go_whatever_its_hour(tmp_path: Path) -> None:
    """For a digest that waits for eight o'clock: 预览 decides nothing, 发布 does."""
    async with open_desk(tmp_path, publish_at=dt.time(20)) as bot:
        await take_in(bot, newspaper(TODAY, "软件股震荡"))

        assert (await bot.write(ADMIN, "/publish")).text == "2026-02-06 的《软件股震荡》还没发，现在发吗？"
        assert bot.buttons(ADMIN) == ["预览", "发布"]
        assert await bot.desk.store.campaigns.recent() == ()
        await bot.tap(ADMIN, "发布")

        (campaign,) = await bot.desk.store.campaigns.recent()
        assert campaign.digest_key == KEY
        assert (await bot.write(ADMIN, "/publish")).text == "没有等着发的日报。"
