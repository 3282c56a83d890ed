"""The storage contract runs on both databases: a SQLite file, and the server named by TEST_POSTGRES_URL."""

import os
import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage import Store
from bot.storage.records import Call

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
def sqlite_url(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
async def postgres_url():
    """A schema of its own on the test server, dropped afterwards."""
    server = os.environ.get("TEST_POSTGRES_URL")
    if not server:
        pytest.skip("TEST_POSTGRES_URL names no server")
    name = f"bot_{uuid.uuid4().hex[:12]}"
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.rsplit("/", 1)[0] + f"/{name}"
    async with admin.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def store(url, clock):
    opened = await Store.open(url, clock=clock)
    await opened.migrate()
    yield opened
    await opened.close()


@pytest.fixture
def a_call():
    return Call({"text": "今天的日报"})
