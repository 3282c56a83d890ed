"""The state as a whole: whose it is, which version, and what happens to a bad one."""

import asyncio
import datetime as dt
import sqlite3
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from bot.storage import Store, is_missing
from bot.storage.database import Database
from bot.storage.errors import NewerSchemaError, StoreDamagedError, StoreFullError, WrongBotError
from bot.storage.holds import EVERYBODY
from bot.storage.records import DigestState
from bot.storage.schema import metadata
from tests.support.states import blank_state


async def test_the_migrations_build_exactly_the_tables_of_the_schema(store, url):
    """Neither may be changed without the other."""
    database = Database(url, lambda: 0)
    async with database.reading() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    await database.close()
    assert differences == []


async def test_migrating_again_changes_nothing(store):
    """Every start migrates."""
    await store.meta.put("name", "value")

    await store.migrate()

    assert await store.meta.find("name") == "value"


async def test_a_newer_schema_is_refused(store, url):
    """An older bot would write rows that the newer one misreads."""
    database = Database(url, lambda: 0)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()

    with pytest.raises(NewerSchemaError, match="newer version of the bot"):
        await store.migrate()


async def test_a_state_belongs_to_one_bot(store):
    """A second bot would message the first one's readers."""
    await store.meta.claim_bot(42)
    await store.meta.claim_bot(42)

    with pytest.raises(WrongBotError, match="belongs to the bot with the id 42"):
        await store.meta.claim_bot(43)


async def test_the_first_start_is_remembered(store):
    """History is marked as seen once."""
    assert await store.meta.is_first_start()
    await store.meta.finish_first_start()
    assert not await store.meta.is_first_start()


async def test_notes_are_kept_until_they_are_dropped(store):
    """Small texts by name."""
    await store.meta.put("note", "一")
    await store.meta.put("note", "二")
    assert await store.meta.find("note") == "二"
    await store.meta.drop("note")
    assert await store.meta.find("note") is None


async def test_a_digest_moves_through_its_states(store):
    """Known by key; told hashes and reasons kept; slugs tell two of one date apart."""
    day = dt.date(2026, 2, 6)
    await store.digests.remember("20260206", day, "a", "a.md", "h1", DigestState.WAITING)
    await store.digests.remember("20260206-x", day, "b", "b.md", "h2", DigestState.HELD, "too short")
    await store.digests.set_told("20260206-x", "h2")

    known = await store.digests.remember("20260206", day, "a", "c.md", "h3", DigestState.APPROVED)
    await store.digests.set_state("20260206", DigestState.PUBLISHED)

    assert (known.name, known.content_hash, known.state) == ("c.md", "h3", DigestState.APPROVED)
    assert [one.state for one in await store.digests.all()] == [DigestState.PUBLISHED, DigestState.HELD]
    assert (await store.digests.find("20260206-x")).told_hash == "h2"
    assert await store.digests.keys() == {"20260206": "a", "20260206-x": "b"}
    with pytest.raises(KeyError):
        await store.digests.set_state("20990101", DigestState.SEEN)


async def test_flood_waits_are_kept_until_they_are_over(store, clock):
    """A restart does not shorten them."""
    await store.holds.put(-5, clock() + 1_000)
    await store.holds.put(-5, clock() + 90_000)
    await store.holds.put(EVERYBODY, clock() + 500)
    clock.pass_ms(600)

    assert await store.holds.load() == {-5: clock() + 89_400}


async def test_an_update_is_received_once_and_kept_until_it_is_finished(store, clock):
    """One that comes again after it was handled is recognised; an unfinished one is there after a restart."""
    assert await store.updates.receive({1: "one", 2: "two"}) == frozenset()
    await store.updates.finish([1])

    assert await store.updates.receive({1: "one", 2: "two", 3: "three"}) == {1}
    assert await store.updates.unfinished() == ("two", "three")
    clock.pass_ms(49 * 3_600_000)
    await store.updates.prune()
    assert await store.updates.receive({1: "one"}) == frozenset()


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, clock):
    """A mistake in DATABASE_URL must not cost a file."""
    path = tmp_path / "state.db"
    path.write_bytes(b"these are my notes" * 100)

    with pytest.raises(StoreDamagedError, match="Restore a backup"):
        await Store.open(f"sqlite+aiosqlite:///{path}", clock=clock)
    assert path.read_bytes() == b"these are my notes" * 100


async def test_a_damaged_database_is_refused(tmp_path, clock):
    """Found when it is opened, not when a reader needs it."""
    path = tmp_path / "state.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE chats (id INTEGER PRIMARY KEY, name TEXT)")
        connection.executemany("INSERT INTO chats (name) VALUES (?)", [("name" * 50,)] * 2_000)
    connection.close()
    damaged = bytearray(path.read_bytes())
    damaged[8_192:40_000] = b"\xff" * (40_000 - 8_192)
    path.write_bytes(damaged)

    with pytest.raises(StoreDamagedError):
        await Store.open(f"sqlite+aiosqlite:///{path}", clock=clock)


async def test_a_full_disk_stops_writing_but_not_reading(sqlite_url, clock):
    """The error has a name of its own; afterwards everything works again."""
    store = await Store.open(sqlite_url, clock=clock)
    await store.meta.put("before", "1")
    async with store._database.writing() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    with pytest.raises(StoreFullError, match="Make room"):
        await store.meta.put("large", "x" * 100_000)
    assert await store.meta.find("before") == "1"

    async with store._database.writing() as connection:
        await connection.execute(text("PRAGMA max_page_count = 100000"))
    await store.meta.put("large", "x" * 100_000)
    await store.close()


def test_a_missing_file_is_known_before_it_is_created(tmp_path):
    """The app asks, when the data folder says that there was one."""
    path = tmp_path / "state.db"
    url = f"sqlite+aiosqlite:///{path}"

    assert is_missing(url)
    path.touch()
    assert not is_missing(url)
    assert not is_missing("postgresql+asyncpg://bot@localhost/bot")


async def test_who_is_cancelled_in_the_middle_of_writing_keeps_no_lock(tmp_path):
    """A closed connection whose statement is still known to somebody would keep it, here to the task's traceback."""
    url = blank_state(tmp_path / "state.db")
    cancelled, other = [Database(url, lambda: 0) for _ in range(2)]
    is_writing, may_end = threading.Event(), threading.Event()

    def wait():
        is_writing.set()
        may_end.wait()

    async def write():
        async with cancelled.writing() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            await raw.create_function("wait", 0, wait)
            await connection.execute(text("INSERT INTO meta (name, value) VALUES ('a', 'b') RETURNING wait()"))

    task = asyncio.create_task(write())
    await asyncio.to_thread(is_writing.wait)
    task.cancel()
    await asyncio.sleep(0)
    may_end.set()
    (end,) = await asyncio.gather(task, return_exceptions=True)

    async with other.writing() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM meta WHERE name = 'a'"))).scalar_one() == 0
    assert isinstance(end, asyncio.CancelledError)
    await cancelled.close()
    await other.close()
