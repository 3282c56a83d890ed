"""A clock moved by hand and the Telegram that lives by it."""

import pytest

from bot.sandbox.telegram import READER, FakeTelegram
from tests.support.telegram import HandClock


@pytest.fixture
def clock() -> HandClock:
    """Stands still until it is moved."""
    return HandClock()


@pytest.fixture
def telegram(clock: HandClock) -> FakeTelegram:
    """The sandbox's people and group; the first reader has started the bot, whose updates are read."""
    telegram = FakeTelegram(clock)
    telegram.start(READER)
    telegram.call("getUpdates", {"offset": -1})
    telegram.world.mailbox.clear()
    return telegram
