"""Each migration on a state in use, on both databases: what readers chose and what was sent is there afterwards."""

from contextlib import asynccontextmanager

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, inspect, select

from bot.core.format.watch import Watch
from bot.core.tags.edition import TagFilter
from bot.storage import Store
from bot.storage.database import Database
from bot.storage.migrating import migrations_folder, newest_revision
from bot.storage.plans import GroupEdition
from bot.storage.records import CampaignState, ChatStatus

FIRST = {
    "meta": [{"name": "bot_id", "value": "42"}],
    "chats": [
        {"id": 1, "kind": "private", "status": "active", "name": "林", "mutes_rest": True, "subscribed_at_ms": 5},
        {"id": 2, "kind": "private", "status": "stopped", "filter_key": TagFilter(followed=("模型",)).key},
        {"id": -200, "kind": "group", "status": "active", "style": "card"},
        {"id": -100, "kind": "group", "status": "active", "style": "card", "thread_id": 7},
    ],
    "watch_words": [{"chat_id": 1, "word": word} for word in ("芯片", "OpenAI")] + [{"chat_id": 2, "word": "机器人"}],
    "saved_items": [{"chat_id": 1, "item_key": "20260206_3", "headline": "新模型"}],
    "campaigns": [
        {"id": 8, "kind": "digest", "state": "done", "policy": "prefer_delivery", "total": 1, "sent": 1},
        {"id": 9, "kind": "digest", "state": "running", "policy": "prefer_delivery", "total": 2, "sent": 1},
    ],
    "editions": [
        {"id": 4, "campaign_id": 9, "style": "card", "part_count": 1},
        {"id": 5, "campaign_id": 9, "style": "group", "part_count": 7},
        {"id": 6, "campaign_id": 8, "style": "group", "part_count": 1},
        {"id": 7, "campaign_id": 9, "style": "group rich", "part_count": 2},
    ],
    "parts": [{"edition_id": 4, "number": 0, "method": "sendMessage", "params": '{"text":"今天"}'}],
    "deliveries": [
        {"campaign_id": 8, "chat_id": -100, "edition_id": 6, "state": "sent", "message_ids": "70"},
        {"campaign_id": 9, "chat_id": -200, "edition_id": 7, "state": "sending", "next_part": 0},
        {"campaign_id": 9, "chat_id": 1, "edition_id": 4, "state": "sent", "message_ids": "77"},
        {"campaign_id": 9, "chat_id": -100, "edition_id": 5, "state": "sending", "next_part": 0},
    ],
    "updates": [{"id": 5, "payload": "{}"}],
    "leases": [{"name": "sender", "owner": "somebody", "until_ms": 1}],
    "live_cards": [{"campaign_id": 9, "chat_id": 1000, "message_id": 3}],
}


@asynccontextmanager
async def writing(url):
    database = Database(url, lambda: 0)
    async with database.writing() as connection:
        yield connection
    await database.close()


async def move(url, direction, revision):
    """Bring a state to a revision."""

    def run(connection):
        config = Config()
        config.set_main_option("script_location", str(migrations_folder()))
        config.attributes["connection"] = connection
        direction(config, revision)

    async with writing(url) as connection:
        await connection.run_sync(run)


async def fill(url, content):
    def insert(connection):
        for name, rows in content.items():
            table = Table(name, MetaData(), autoload_with=connection)
            for row in rows:
                connection.execute(table.insert().values(row))

    async with writing(url) as connection:
        await connection.run_sync(insert)


async def read(url, name):
    def rows(connection):
        table = Table(name, MetaData(), autoload_with=connection)
        return [row._asdict() for row in connection.execute(select(table).order_by(*table.primary_key))]

    async with writing(url) as connection:
        return await connection.run_sync(rows)


@pytest.fixture
async def old_url(empty_url):
    """A state of the first version, in use."""
    await move(empty_url, command.upgrade, "0001")
    await fill(empty_url, FIRST)
    return empty_url


async def test_a_state_in_use_is_brought_up_to_date(old_url, clock):
    """Nobody has to choose again, and the delivery goes on where it was."""
    store = await Store.open(old_url, clock=clock)
    await store.migrate()

    reader, other, group = [await store.chats.get(chat_id) for chat_id in (1, 2, -100)]
    assert (reader.name, reader.watch) == ("林", Watch(("OpenAI", "芯片"), mutes_rest=True))
    assert (other.status, other.watch, other.filter.followed) == (ChatStatus.STOPPED, Watch(("机器人",)), ("模型",))
    assert (group.topic, group.is_home, group.style, group.watch) == (7, True, "", Watch())
    assert (await store.campaigns.find(9)).state is CampaignState.RUNNING
    assert await store.deliveries.message_ids(9, 1) == (77,)
    assert {row.chat_id for row in await store.ledger.open()} == {-100, -200}
    sent = ((8, -100), (9, -100), (9, -200))
    editions = [await store.campaigns.group_edition(campaign, chat_id) for campaign, chat_id in sent]
    assert editions == [GroupEdition("card"), GroupEdition("full"), GroupEdition("rich")]
    assert (await store.ledger.calls(4))[0].params == {"text": "今天"}
    assert [one.item_key for one in await store.saved.page(1)] == ["20260206_3"]
    assert await store.updates.unfinished() == ("{}",)
    await store.close()


async def test_the_way_back_and_forth_changes_nothing(old_url):
    """A migration can be taken back by hand (alembic downgrade); what both versions know stays."""
    before = {name: await read(old_url, name) for name in FIRST}
    await move(old_url, command.upgrade, "head")
    await move(old_url, command.downgrade, "0001")

    assert {name: await read(old_url, name) for name in FIRST} == before


async def test_the_way_to_nothing(old_url):
    """Every table that was made is dropped."""
    await move(old_url, command.upgrade, "head")
    await move(old_url, command.downgrade, "base")

    async with writing(old_url) as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert names == ["alembic_version"]


def test_the_newest_schema_is_told_from_the_names_of_the_migrations():
    """A start asks no more when there is nothing to migrate: the files' names must be right."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    scripts = ScriptDirectory.from_config(config)
    assert newest_revision() == scripts.get_current_head()
    for script in scripts.walk_revisions():
        assert script.module.__name__.startswith(f"{script.revision}_")
