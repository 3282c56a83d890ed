"""The storage contract runs on both databases: a SQLite file, and the server named by TEST_POSTGRES_URL."""

import pytest

from bot.storage import Store
from bot.storage.plans import Call

NOW_MS = 1_770_000_000_000


class HandClock:
    """A clock moved by hand; milliseconds."""

    def __init__(self, now_ms=NOW_MS):
        self.now_ms = now_ms

    def __call__(self):
        return self.now_ms

    def pass_ms(self, ms):
        self.now_ms += ms


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
async def store(url, clock):
    opened = await Store.open(url, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
def a_call():
    return Call({"text": "今天的日报"})
