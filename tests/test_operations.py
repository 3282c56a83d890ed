"""The operator's commands about a bot that lives: stats, doctor, backup, restore, init."""

import asyncio
import datetime as dt
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.app import now_ms
from bot.config import ConfigError, GroupTarget, Settings, load_settings
from bot.core.models import Problem, Severity
from bot.core.tags.edition import TagFilter
from bot.doctor import examine_all
from bot.interview import Interview, write_settings
from bot.locales import catalogue
from bot.pipeline.admins import Admins
from bot.pipeline.publishing import notices
from bot.pipeline.publishing.noticeboard import Noticeboard, file_matter
from bot.sandbox.people import Membership
from bot.sandbox.server import SandboxServer
from bot.sandbox.telegram import ADMIN, BOT_TOKEN, GROUP, FakeTelegram
from bot.storage import Store
from bot.storage.instance import hold
from bot.storage.records import ChatKind, DigestState

STATE = Path("var/state.db")


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts").mkdir()


@pytest.fixture
def telegram() -> FakeTelegram:
    """A Telegram of our own."""
    return FakeTelegram(now_ms)


@pytest.fixture
async def address(telegram: FakeTelegram) -> AsyncIterator[str]:
    """Where it listens."""
    server = SandboxServer(telegram)
    yield await server.start()
    await server.stop()


def run(*arguments: str, code: int = 0) -> str:
    """What a command prints."""
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


async def live(readers: int = 2, bot_id: int = 42) -> None:
    """A state with some readers who follow 模型, the first 安全, too."""
    STATE.parent.mkdir(exist_ok=True)
    store = await Store.open(load_settings().database, clock=now_ms)
    await store.migrate()
    await store.meta.claim_bot(bot_id)
    for reader in range(1, readers + 1):
        await store.chats.ensure(reader, ChatKind.PRIVATE)
        await store.chats.set_filter(reader, TagFilter(("模型", "安全") if reader == 1 else ("模型",)))
        await store.chats.subscribe(reader)
    await store.close()


def subscribers(file: Path) -> int:
    """How many there are in a database file."""
    with sqlite3.connect(file) as connection:
        found: int = connection.execute("SELECT count(*) FROM chats WHERE status = 'active'").fetchone()[0]
    connection.close()
    return found


@pytest.fixture
def busy() -> Iterator[sqlite3.Connection]:
    """A state that somebody is writing to, with what was written still in its journal."""
    asyncio.run(live())
    connection = sqlite3.connect(STATE, isolation_level=None)
    connection.execute("INSERT INTO meta (name, value) VALUES ('before', '1')")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO meta (name, value) VALUES ('not yet', '1')")
    yield connection
    connection.close()


def test_stats_says_who_reads_and_what() -> None:
    """Subscribers, tags by readers, campaigns."""
    asyncio.run(live())
    printed = run("stats")
    assert "私聊订阅者 2 人" in printed
    assert "模型 2、安全 1" in printed
    assert "还没有发过" in printed


def test_stats_of_a_bot_that_never_ran_creates_nothing() -> None:
    """A wrong folder is said, not filled."""
    assert "还没有数据库" in run("stats", code=78)
    assert not STATE.exists()


@pytest.mark.usefixtures("busy")
def test_a_backup_is_whole_while_somebody_writes() -> None:
    """What is committed is in it, also from the journal; what is not, is not. Only its owner may read it."""
    assert "2 位订阅者" in run("backup", "copy.db")
    with sqlite3.connect("copy.db") as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM meta")}
    connection.close()
    assert "before" in names
    assert "not yet" not in names
    assert stat.S_IMODE(Path("copy.db").stat().st_mode) == 0o600


def test_a_backup_never_replaces_a_file() -> None:
    """Whatever is there stays as it is."""
    asyncio.run(live())
    Path("copy.db").write_text("mine")
    assert "不会覆盖" in run("backup", "copy.db", code=78)
    assert Path("copy.db").read_text() == "mine"
    run("backup", "nowhere/copy.db", code=78)


def test_a_server_is_backed_up_by_its_own_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL has pg_dump."""
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://bot@127.0.0.1/bot")
    assert "pg_dump" in run("backup", "copy.db", code=78)
    Path("copy.db").write_text("x")
    assert "pg_dump" in run("restore", "copy.db", code=78)


def test_a_restore_brings_the_readers_back_and_keeps_what_it_replaced() -> None:
    """The state is the backup's; the one before lies beside it, and a second restore does not replace that."""
    asyncio.run(live(readers=3))
    run("backup", "copy.db")
    asyncio.run(live(readers=5))
    assert "3 位订阅者" in run("restore", "copy.db")
    assert subscribers(STATE) == 3
    assert subscribers(Path("var/state.db.bak")) == 5
    run("restore", "copy.db")
    assert subscribers(Path("var/state.db.bak")) == 5
    assert subscribers(Path("var/state.db.bak2")) == 3


def test_a_restore_into_an_empty_folder_and_over_a_damaged_state() -> None:
    """That is what backups are for."""
    asyncio.run(live())
    run("backup", "copy.db")
    STATE.unlink()
    run("restore", "copy.db")
    assert subscribers(STATE) == 2
    STATE.write_bytes(b"scrambled" * 1000)
    run("restore", "copy.db")
    assert subscribers(STATE) == 2


def test_a_restore_is_refused_while_the_bot_runs() -> None:
    """The running process would go on in the replaced file."""
    asyncio.run(live())
    run("backup", "copy.db")
    with hold(Path("var")):
        assert "already runs" in run("restore", "copy.db", code=75)


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_backup_changes_nothing(content: bytes) -> None:
    """Nothing in it, text, or scrambled pages."""
    asyncio.run(live())
    Path("copy.db").write_bytes(content)
    run("restore", "copy.db", code=78)
    assert subscribers(STATE) == 2
    assert not list(Path("var").glob("*.bak*"))
    assert "没有" in run("restore", "missing.db", code=78)


def test_a_cut_backup_and_one_of_the_future_are_refused() -> None:
    """Half a file, and a schema that this version does not know."""
    asyncio.run(live())
    run("backup", "copy.db")
    whole = Path("copy.db").read_bytes()
    Path("cut.db").write_bytes(whole[: len(whole) // 2])
    run("restore", "cut.db", code=78)
    with sqlite3.connect("copy.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'tomorrow'")
    connection.close()
    assert "newer version" in run("restore", "copy.db", code=78)
    assert subscribers(STATE) == 2


def test_a_backup_of_another_bot_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the token, or by the state that is there."""
    asyncio.run(live(bot_id=7))
    run("backup", "copy.db")
    STATE.unlink()
    monkeypatch.setenv("BOT_TOKEN", "42:TEST")
    assert "属于机器人 7" in run("restore", "copy.db", code=78)
    monkeypatch.delenv("BOT_TOKEN")
    asyncio.run(live(bot_id=42))
    assert "属于机器人 7" in run("restore", "copy.db", code=78)


def test_the_doctor_works_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and looks at the rest."""
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9")
    printed = run("doctor")
    assert "– 没有设 BOT_TOKEN" in printed
    assert "✗" not in printed
    Path("posts").rmdir()
    assert "✗ 没有日报文件夹 posts" in run("doctor", code=1)


async def ill(address: str, **settings: object) -> list[str]:
    """What the doctor finds wrong."""
    usual = {"bot_token": BOT_TOKEN, "telegram_api_url": address, "group_chats": (GroupTarget("@ai_news_plus"),)}
    return [found.words for found in await examine_all(load_settings(**usual | settings)) if found.is_sound is False]


async def test_the_doctor_finds_nothing_at_a_sound_bot(address: str, telegram: FakeTelegram) -> None:
    """Token, group, admin, folders, state and clock."""
    telegram.start(ADMIN)
    await live()
    assert await ill(address, admin_ids=(ADMIN,)) == []


async def test_the_doctor_names_each_trouble_with_telegram(address: str, telegram: FakeTelegram) -> None:
    """A wrong token, a group without the bot, one where it may not write, an unknown one, no network."""
    (trouble,) = await ill(address, bot_token="42:WRONG")
    assert "BotFather" in trouble
    telegram.place_bot(GROUP, Membership.RESTRICTED)
    assert "不能发消息" in (await ill(address))[0]
    telegram.place_bot(GROUP, Membership.LEFT)
    assert "不在 @ai_news_plus 里" in (await ill(address))[0]
    assert "找不到 @elsewhere" in (await ill(address, group_chats=(GroupTarget("@elsewhere"),)))[0]
    (trouble,) = await ill("http://127.0.0.1:9")
    assert "连不上" in trouble


async def test_the_doctor_names_what_waits_for_a_word(address: str) -> None:
    """Held digests, with the file and the command."""
    await live()
    store = await Store.open(load_settings().database, clock=now_ms)
    today = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    await store.digests.remember("20260206", today, "", "a.md", "hash", DigestState.HELD, "shape.no_chinese")
    await store.close()
    (trouble,) = await ill(address)
    assert "posts/a.md" in trouble
    assert "publish" in trouble


async def test_the_doctor_names_the_files_that_cannot_be_published(address: str) -> None:
    """As the admins were told of them; without admins nobody else says so."""
    await live()
    store = await Store.open(load_settings().database, clock=now_ms)
    part = notices.refusal("t", "b.md", [Problem("file.empty", Severity.ERROR)], is_text=True, say=catalogue())
    nobody = Admins((), None)  # type: ignore[arg-type] - there is nobody to send to
    await Noticeboard(store.meta, nobody, catalogue(), now_ms).put_up(file_matter("t"), "hash", part)
    await store.close()
    (trouble,) = await ill(address)
    assert "b.md 有问题" in trouble
    assert "文件是空的" in trouble


class Person:
    """Answers from a list and remembers what was said."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked_in_secret: list[bool] = []
        self.heard: list[str] = []

    def ask(self, _question: str, is_secret: bool) -> str:
        self.asked_in_secret.append(is_secret)
        return self.answers.pop(0)

    async def interviewed(self, address: str) -> dict[str, str]:
        return dict(await Interview(self.ask, self.heard.append, catalogue()).hold(address))


async def test_init_tries_each_answer_on_telegram(address: str, telegram: FakeTelegram) -> None:
    """A wrong one is explained and asked again; the token is asked in secret and never said."""
    telegram.start(ADMIN)
    person = Person("42:WRONG", BOT_TOKEN, "news", "@nowhere", "@ai_news_plus", "me", "999", str(ADMIN))
    found = await person.interviewed(address)
    assert found == {"BOT_TOKEN": BOT_TOKEN, "GROUP_CHATS": "@ai_news_plus", "ADMIN_IDS": str(ADMIN)}
    assert person.asked_in_secret == [True] * 2 + [False] * 6
    assert [line[0] for line in person.heard] == list("✗✓✗✗✓✗✗✓")
    assert not any(BOT_TOKEN in line or "WRONG" in line for line in person.heard)
    assert not telegram.calls_of("sendMessage")


async def test_init_gives_up_in_words(address: str) -> None:
    """Three wrong answers, or no network: nothing comes of it."""
    with pytest.raises(ConfigError, match="三次"):
        await Person("", "1", "2").interviewed(address)
    with pytest.raises(ConfigError, match="连不上"):
        await Person(BOT_TOKEN).interviewed("http://127.0.0.1:9")


def test_settings_are_written_for_their_owner_only() -> None:
    """Mode 600 whatever it was; other lines stay."""
    file = Path(".env")
    file.write_text("# mine\nPUBLISH_AT=07:00\nBOT_TOKEN=old\n", "utf-8")
    file.chmod(0o644)
    write_settings(file, {"BOT_TOKEN": "42:TEST", "GROUP_CHATS": "", "ADMIN_IDS": "1"})
    assert file.read_text("utf-8") == "# mine\nPUBLISH_AT=07:00\nBOT_TOKEN=42:TEST\nGROUP_CHATS=\nADMIN_IDS=1\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_settings().admin_ids == (1,)
