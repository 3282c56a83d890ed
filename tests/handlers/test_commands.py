"""The command menus."""

from __future__ import annotations

from bot.handlers import publish_commands
from bot.sandbox.answers import success
from bot.sandbox.faults import Fault
from bot.sandbox.telegram import ADMIN, GROUP, READER
from tests.support.desk import Bot


def menu(bot: Bot, user_id: int, chat_id: int) -> list[str]:
    return [command["command"] for command in bot.telegram.commands(user_id, chat_id)]


async def test_each_kind_of_chat_has_its_menu(bot: Bot) -> None:
    await bot.start(ADMIN)

    await publish_commands(bot.application.bot, bot.desk)

    assert menu(bot, READER, READER)[:6] == ["today", "date", "week", "search", "saved", "tags"]
    assert {"follow", "mute", "start", "stop", "help"} < {*menu(bot, READER, READER)}
    assert menu(bot, READER, GROUP) == ["today", "search", "help"]
    assert menu(bot, ADMIN, GROUP) == ["today", "search", "help", "settings"]
    assert menu(bot, ADMIN, ADMIN)[-5:] == ["broadcast", "campaigns", "preview", "publish", "stats"]


async def test_menus_that_are_right_are_not_written_again(bot: Bot) -> None:
    await bot.start(ADMIN)
    await publish_commands(bot.application.bot, bot.desk)
    written = len(bot.telegram.calls_of("setMyCommands"))

    await publish_commands(bot.application.bot, bot.desk)

    assert len(bot.telegram.calls_of("setMyCommands")) == written == 4


async def test_an_admin_who_never_wrote_stops_nothing(bot: Bot) -> None:
    await publish_commands(bot.application.bot, bot.desk)

    assert menu(bot, READER, READER)[0] == "today"


async def test_menus_that_cannot_be_read_stop_nothing(bot: Bot) -> None:
    """A server without menus answers with something else than a list."""
    bot.telegram.fail("getMyCommands", Fault(success(True)), times=9)

    await publish_commands(bot.application.bot, bot.desk)

    assert not bot.telegram.calls_of("setMyCommands")
