"""Floods, failures, and updates of kinds nobody expects."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs
from telegram.ext import CommandHandler

from bot.handlers import Desk
from bot.handlers.callbacks import Answer, Tap, callback_handler
from bot.sandbox.faults import Fault
from bot.sandbox.telegram import GROUP, READER, SECOND_READER
from bot.storage.records import ChatStatus
from tests.support.desk import TODAY, Bot, newspaper

BURST = 20
GROUP_TALK = (SECOND_READER, GROUP)


async def test_a_flood_is_answered_once_and_then_ignored_for_a_while(bot: Bot) -> None:
    for _ in range(BURST + 10):
        bot.telegram.send_text(READER, READER, "/help")
    await bot.settle()

    texts = [message.text for message in bot.telegram.bot_messages(READER)]
    assert len(texts) == BURST + 1
    assert texts[-1].startswith("慢一点")
    assert "/search" in (await bot.write(SECOND_READER, "/help")).text
    bot.clock.advance(seconds=61)
    assert "/search" in (await bot.write(READER, "/help")).text


async def test_a_flood_of_taps_is_answered_every_time(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    card = await bot.write(READER, "/today")
    data = bot.button(card, "更多动态")["callback_data"]

    taps = [bot.telegram.tap(READER, READER, card.id, data) for _ in range(BURST + 5)]
    await bot.settle()

    assert all(bot.telegram.answer_to(tap) is not None for tap in taps)


async def lose_archive(bot: Bot) -> None:
    """Its file is gone, as before a first start; the publisher has not built another yet."""
    archive = bot.desk.archive
    await archive.close()
    next(bot.posts_dir.parent.rglob("archive.db")).unlink()
    await archive.open()


@pytest.mark.parametrize("text", ["融资", "/today", "/today 模型", "/date 昨天", "/week", "/saved", "/start d20260206"])
async def test_while_the_archive_is_built_readers_are_told_to_come_back(bot: Bot, text: str) -> None:
    """Nothing is said to be missing that is only not there yet, and nobody waits; /start and /help work as ever."""
    await bot.shelve(newspaper(TODAY))
    await bot.start(READER, "d20260206_1")
    await bot.tap(READER, "收藏")
    await lose_archive(bot)

    assert (await bot.write(READER, text)).text == "往期正在整理，几秒钟后再试一次。"
    assert (await bot.tap(READER, "收藏", bot.telegram.bot_messages(READER)[0])).text.startswith("往期正在整理")
    assert (await bot.write(GROUP_TALK[0], "/search 融资", GROUP_TALK[1])).text.startswith("往期正在整理")
    assert "每天一份" in (await bot.start(READER)).text


async def test_a_damaged_archive_is_noticed_and_mended(bot: Bot) -> None:
    """Whoever meets the damage is asked to come back; the next look of the publisher builds a new one."""
    await bot.shelve(newspaper(TODAY, items=[f"第{number}家公司完成融资" for number in range(400)]))
    path = next(bot.posts_dir.parent.rglob("archive.db"))
    await bot.desk.archive.close()
    await bot.desk.archive.open()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))

    assert (await bot.write(READER, "融资")).text == "往期正在整理，几秒钟后再试一次。"
    await bot.desk.publisher.tick()
    assert "🔍 融资" in (await bot.write(READER, "融资")).text


async def test_an_unexpected_failure_is_apologised_for_and_logged_without_the_readers_words(bot: Bot) -> None:
    async def fail(update: Any, context: Any) -> None:
        raise ValueError(f"cannot handle {update.message.text}")

    bot.application.add_handler(CommandHandler("boom", fail), group=-2)

    with capture_logs() as logs:
        answer = await bot.write(READER, "/boom 悄悄话")

    assert "抱歉，出了点问题，请稍后再试。" in {message.text for message in bot.telegram.bot_messages(READER)}
    assert answer is not None
    failed = next(entry for entry in logs if entry["event"] == "handler.failed")
    assert failed["error"] == "ValueError"
    assert "悄悄话" not in repr(logs)


async def test_a_failure_behind_a_button_is_an_alert(bot: Bot) -> None:
    async def fail(desk: Desk, tap: Tap) -> Answer:
        raise ZeroDivisionError

    card_key = await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/today")
    bot.application.handlers[0].insert(0, callback_handler(bot.desk, {"prev": fail}))

    with capture_logs() as logs:
        answer = await bot.press(READER, f"v1:prev:{card_key}")

    assert answer.text == "抱歉，出了点问题，请稍后再试。"
    assert answer.is_alert
    assert [entry["error"] for entry in logs if entry["event"] == "handler.failed"] == ["ZeroDivisionError"]


async def test_a_message_telegram_refuses_is_apologised_for(bot: Bot) -> None:
    bot.telegram.fail("sendMessage", Fault.error(400, "Bad Request: can't parse entities"))

    answer = await bot.write(READER, "悄悄话")

    assert answer.text == "抱歉，出了点问题，请稍后再试。"


async def test_a_reader_who_shut_us_out_in_between_is_remembered_as_such(bot: Bot) -> None:
    await bot.start(READER)
    await bot.tap(READER, "订阅")
    bot.telegram.fail("sendMessage", Fault.error(403, "Forbidden: bot was blocked by the user"))

    await bot.write(READER, "/help")

    assert (await bot.desk.store.chats.get(READER)).status is ChatStatus.BLOCKED


async def test_a_press_that_telegram_holds_up_asks_to_be_repeated(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/today")
    bot.telegram.fail("editMessageText", Fault.reset(is_processed=False))

    assert (await bot.tap(READER, "更多动态")).text == "Telegram 有点忙，请稍后再点一次。"
    await bot.tap(READER, "更多动态")
    assert "一项研究谈到安全" in bot.last(READER).text


async def test_a_lost_answer_to_a_press_harms_nothing(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    card = await bot.write(READER, "/today")
    bot.telegram.fail("answerCallbackQuery", Fault.error(400, "Bad Request: query is too old"))

    bot.telegram.tap(READER, READER, card.id, bot.button(card, "更多动态")["callback_data"])
    await bot.settle()

    assert "一项研究谈到安全" in bot.last(READER).text


def message(chat: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"message_id": 900, "date": 1_770_336_000, "chat": chat} | fields


PERSON = {"id": READER, "is_bot": False, "first_name": "小林"}
PRIVATE = {"id": READER, "type": "private", "first_name": "小林"}
SUPERGROUP = {"id": GROUP, "type": "supergroup", "title": "AI News Plus", "username": "ai_news_plus"}
CHANNEL = {"id": -1009, "type": "channel", "title": "频道"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
TODAY_COMMAND = {"text": "/today", "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("channel_post", message(CHANNEL, sender_chat=CHANNEL, **TODAY_COMMAND)),
        ("edited_channel_post", message(CHANNEL, edit_date=1, **TODAY_COMMAND)),
        ("message", message(SUPERGROUP, **{"from": ANONYMOUS}, sender_chat=SUPERGROUP, **TODAY_COMMAND)),
        ("message", message(PRIVATE, **{"from": PERSON}, via_bot=ANONYMOUS, text="融资")),
        (
            "message",
            message(
                PRIVATE,
                **{"from": PERSON},
                sticker={
                    "file_id": "a",
                    "file_unique_id": "b",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                    "type": "regular",
                },
            ),
        ),
        ("message", message(PRIVATE, **{"from": PERSON}, pinned_message=message(PRIVATE, text="x"))),
        ("message", message(SUPERGROUP, **{"from": PERSON}, new_chat_members=[PERSON])),
        ("edited_message", message(PRIVATE, **{"from": PERSON}, edit_date=1, **TODAY_COMMAND)),
        (
            "poll",
            {
                "id": "1",
                "question": "?",
                "options": [],
                "total_voter_count": 0,
                "is_closed": False,
                "is_anonymous": True,
                "type": "regular",
                "allows_multiple_answers": False,
                "allows_revoting": True,
                "members_only": False,
            },
        ),
        ("inline_query", {"id": "1", "from": PERSON, "query": "融资", "offset": ""}),
        (
            "callback_query",
            {"id": "1", "from": PERSON, "chat_instance": "1", "inline_message_id": "x", "data": "v1:x:"},
        ),
        (
            "callback_query",
            {
                "id": "1",
                "from": PERSON,
                "chat_instance": "1",
                "data": "v1:sub:",
                "message": {"message_id": 1, "date": 0, "chat": SUPERGROUP},
            },
        ),
        ("callback_query", {"id": "1", "from": PERSON, "chat_instance": "1", "game_short_name": "g"}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_updates_of_unexpected_kinds_harm_nothing(bot: Bot, kind: str, payload: dict[str, Any]) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.start(READER)

    with capture_logs() as logs:
        bot.telegram.world.notify_bot(kind, payload)
        await bot.settle()

    assert not [entry for entry in logs if entry["event"] == "handler.failed"]
    assert len(bot.telegram.calls_of("answerCallbackQuery")) == (kind == "callback_query")
    assert not (await bot.desk.store.chats.get(READER)).is_subscribed
    assert (await bot.write(READER, "/today")).text.startswith("模型与芯片")


async def test_a_press_on_a_message_too_old_to_be_shown_still_works(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    card = await bot.write(READER, "/today")
    inaccessible = {"message_id": card.id, "date": 0, "chat": PRIVATE}
    query = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "v1:sec:20260206.2.0", "message": inaccessible}

    bot.telegram.world.notify_bot("callback_query", query)
    await bot.settle()

    assert "一项研究谈到安全" in bot.last(READER).text
