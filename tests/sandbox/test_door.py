"""The in-process door that other rooms' tests use."""

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.ext import CallbackQueryHandler, CommandHandler, ContextTypes

from bot.sandbox.faults import Fault
from bot.sandbox.telegram import READER, SECOND_READER, FakeTelegram
from tests.support.telegram import build_application, build_bot, deliver, eventually, running


async def _greet(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("🔔 订阅", callback_data="v1:sub:")]])
    bold = [MessageEntity(MessageEntity.BOLD, 0, 2)]
    await update.effective_message.reply_text("你好", entities=bold, reply_markup=keyboard)


async def _subscribe(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("已订阅")
    await update.callback_query.edit_message_text("明早见")


async def test_a_conversation_runs_without_network_or_waiting(telegram: FakeTelegram) -> None:
    """START, a tap, an edit in place, through the library's own handlers."""
    application = build_application(telegram)
    application.add_handlers([CommandHandler("start", _greet), CallbackQueryHandler(_subscribe)])
    async with running(application):
        telegram.start(SECOND_READER)
        await deliver(application, telegram)
        query = telegram.tap(SECOND_READER, SECOND_READER, 2, "v1:sub:")
        assert await deliver(application, telegram) == 1

    answer = telegram.answer_to(query)
    assert answer is not None
    assert answer.text == "已订阅"
    assert [message.text for message in telegram.bot_messages(SECOND_READER)] == ["明早见"]


async def test_the_librarys_own_polling_runs_on_it(telegram: FakeTelegram) -> None:
    """The updater polls, wakes and stops at once."""
    application = build_application(telegram)
    application.add_handler(CommandHandler("start", _greet))
    async with running(application):
        assert application.updater is not None
        await application.updater.start_polling()
        telegram.start(SECOND_READER)
        await eventually(lambda: telegram.bot_messages(SECOND_READER))
        await application.updater.stop()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.flood(3), RetryAfter),
        (Fault.refuse(), NetworkError),
        (Fault.reset(is_processed=True), NetworkError),
        (Fault.timeout(is_processed=True), TimedOut),
        (Fault.bad_gateway(), NetworkError),
        (Fault.error(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (Fault.error(400, "Bad Request: TOPIC_CLOSED"), BadRequest),
        (Fault.error(400, "Bad Request: upgraded", migrate_to_chat_id=-1001), ChatMigrated),
    ],
)
async def test_faults_arrive_as_the_librarys_errors(
    telegram: FakeTelegram, fault: Fault, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind of trouble raises what it would raise on the wire."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    telegram.fail("sendMessage", fault)
    async with build_bot(telegram) as bot:
        with pytest.raises(error):
            await bot.send_message(READER, "x")


async def test_a_revoked_token_is_no_longer_good(telegram: FakeTelegram) -> None:
    """401 at every call."""
    async with build_bot(telegram) as bot:
        telegram.revoke_token()
        with pytest.raises(InvalidToken):
            await bot.send_message(READER, "x")
