"""The admins' word: on a digest that the publisher asks about, on a message that may or may not have arrived."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from telegram import User

from bot.handlers.callbacks import RefusedError, Tap
from bot.handlers.managing.admin import VERBS
from bot.pipeline.watching.watcher import Settled
from bot.sandbox.faults import Fault
from bot.sandbox.messages import Message
from bot.sandbox.telegram import ADMIN, GROUP
from bot.storage.records import DigestState
from tests.support.desk import TODAY, Bot, newspaper, open_desk
from tests.support.telegram import eventually

KEY = f"{TODAY:%Y%m%d}"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot started for the first time over a folder that already holds today's digest; the admin is asked."""
    async with open_desk(tmp_path) as bot:
        post = bot.posts_dir / f"{TODAY.isoformat()}.md"
        post.write_text(newspaper(TODAY, "软件股震荡"), "utf-8")
        await bot.start(ADMIN)
        await bot.desk.publisher.open()
        await bot.desk.publisher.on_change(Settled(post.name, ""))
        await bot.desk.publisher.tick()
        yield bot


async def state(bot: Bot) -> DigestState:
    known = await bot.desk.store.digests.find(KEY)
    assert known is not None
    return known.state


async def test_on_the_first_start_the_admin_is_asked_about_todays_digest(bot: Bot) -> None:
    """Nothing has gone out; the question has two answers."""
    assert "今天的《软件股震荡》现在发吗？" in bot.last(ADMIN).text
    assert bot.buttons(ADMIN) == ["发布", "只收录"]
    assert bot.telegram.bot_messages(GROUP) == []


async def test_publish_sends_it_and_the_question_is_answered_in_place(bot: Bot) -> None:
    question = bot.last(ADMIN)

    await bot.tap(ADMIN, "发布")

    assert await state(bot) is DigestState.PUBLISHED
    assert bot.last(ADMIN).id == question.id
    assert bot.last(ADMIN).text == f"{question.text}\n→ 好，这就发。"
    assert bot.buttons(ADMIN) == []


async def test_keep_archives_it_and_sends_nothing(bot: Bot) -> None:
    await bot.tap(ADMIN, "只收录")

    assert await state(bot) is DigestState.SEEN
    assert bot.last(ADMIN).text.endswith("→ 好，不发送。")
    assert await bot.desk.store.campaigns.recent() == ()


async def test_the_second_of_two_taps_hears_that_it_is_out(bot: Bot) -> None:
    """Two admins, or one with two phones: it is published once."""
    question = bot.last(ADMIN)
    data = [bot.button(question, words)["callback_data"] for words in ("发布", "只收录")]
    for each in data:
        bot.telegram.tap(ADMIN, ADMIN, question.id, each)
    await bot.settle()

    assert await state(bot) is DigestState.PUBLISHED
    assert bot.last(ADMIN).text.endswith("→ 这一期已经发过了。")
    assert len(await bot.desk.store.campaigns.recent()) == 1


async def test_a_file_that_went_away_cannot_be_published(bot: Bot) -> None:
    (bot.posts_dir / f"{TODAY.isoformat()}.md").unlink()

    await bot.tap(ADMIN, "发布")

    assert bot.last(ADMIN).text.endswith(bot.desk.say("decision.file_gone"))


async def test_the_question_can_be_answered_after_a_restart(bot: Bot, tmp_path: Path) -> None:
    async with open_desk(tmp_path, telegram=bot.telegram, clock=bot.clock) as restarted:
        await restarted.tap(ADMIN, "发布")

        assert await state(restarted) is DigestState.PUBLISHED


@asynccontextmanager
async def asked_about_a_lost_answer(bot: Bot) -> AsyncIterator[Message]:
    """The group's card may or may not have arrived; the admins' question, while the delivery runs."""
    bot.telegram.fail("sendMessage", Fault.timeout(is_processed=True), chat_id=GROUP)
    await bot.tap(ADMIN, "发布")
    stop = asyncio.Event()
    running = asyncio.create_task(bot.desk.delivery.run(stop))
    await eventually(lambda: "可能没到" in bot.last(ADMIN).text)
    yield bot.last(ADMIN)
    stop.set()
    await running


async def test_a_message_to_the_group_whose_answer_was_lost_is_sent_again_if_the_admin_says_so(bot: Bot) -> None:
    async with asked_about_a_lost_answer(bot) as question:
        await bot.tap(ADMIN, "再发一次", question)

        await eventually(lambda: len(bot.telegram.bot_messages(GROUP)) > 1)
        first, second = bot.telegram.bot_messages(GROUP)[:2]
        assert first.text == second.text
        assert bot.telegram.message(ADMIN, question.id).text.endswith("→ 好，再发一次。")


async def test_an_answered_question_cannot_be_answered_again(bot: Bot) -> None:
    """The other admin's tap comes too late, and is told so."""
    async with asked_about_a_lost_answer(bot) as question:
        for words in ("不发了", "再发一次"):
            bot.telegram.tap(ADMIN, ADMIN, question.id, bot.button(question, words)["callback_data"])
        await bot.settle()

        assert bot.telegram.message(ADMIN, question.id).text.endswith("→ 已经处理过了。")


@pytest.mark.parametrize("argument", ["", "1", "1.", "1.2.3", "a.b", "9" * 30 + ".1"])
async def test_a_forged_place_is_refused(bot: Bot, argument: str) -> None:
    with pytest.raises(RefusedError, match=r"error\.old_button"):
        await VERBS["again"](bot.desk, Tap(0, User(ADMIN, "站长", is_bot=False), ADMIN, 1, argument))
