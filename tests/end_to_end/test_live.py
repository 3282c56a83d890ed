"""`python -m bot run` as an operator meets it: the real process, its exits and restarts, on a Telegram of our own."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.server import SandboxServer
from bot.sandbox.telegram import ADMIN, BOT_TOKEN, GROUP, READER, FakeTelegram
from tests.support.process import ROOT

PATIENCE_S = 30.0


class Operator:
    """Starts and ends the process; its data and posts lie in `folder`."""

    def __init__(self, folder: Path, telegram: FakeTelegram, address: str) -> None:
        self.folder, self.telegram = folder, telegram
        self.posts = folder / "posts"
        self.posts.mkdir(parents=True)
        self.settings = {
            "BOT_TOKEN": BOT_TOKEN,
            "TELEGRAM_API_URL": address,
            "GROUP_CHATS": "@ai_news_plus",
            "ADMIN_IDS": str(ADMIN),
            "PUBLISH_AT": "now",
            "PUBLISH_SETTLE_S": "0.1",
        }
        self._started: list[asyncio.subprocess.Process] = []

    @property
    def log(self) -> str:
        """Everything all processes have said."""
        return (self.folder / "log").read_text("utf-8")

    async def start(self, **settings: str) -> asyncio.subprocess.Process:
        """Begin a process; these settings replace the usual ones."""
        surroundings = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with (self.folder / "log").open("a", encoding="utf-8") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-u", "-m", "bot", "run",
                cwd=self.folder,
                env=surroundings | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | self.settings | settings,
                stdout=output,
                stderr=output,
            )  # fmt: skip
        self._started.append(process)
        return process

    async def run(self, **settings: str) -> asyncio.subprocess.Process:
        """Begin a process and wait until it is ready."""
        before = self.log.count("bot.ready") if (self.folder / "log").exists() else 0
        process = await self.start(**settings)
        await self.until(lambda: self.log.count("bot.ready") > before)
        return process

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until it holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.log[-3000:]
            await asyncio.sleep(0.02)

    async def exit_code(self, process: asyncio.subprocess.Process) -> int:
        """How it ended, once it has."""
        return await asyncio.wait_for(process.wait(), PATIENCE_S)

    async def end(self, process: asyncio.subprocess.Process) -> int:
        """Tell it to stop."""
        process.send_signal(signal.SIGTERM)
        return await self.exit_code(process)

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        """The plug is pulled."""
        process.kill()
        await process.wait()

    def write_todays(self, title: str = "今天的一期") -> None:
        """A digest of today with five sections."""
        today = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
        head = f"---\ntitle: {title}\ndate: {today}\ncategory: AI 日报\nsummary: 今天的要点在这里\n---\n"
        section = "## 第 {0} 节\n\n### [新闻 {0}](https://example.org/{0})\n\n机器人走了 {0} 公里路。\n\n"
        body = "".join(section.format(number) for number in range(1, 6))
        (self.posts / "today.md").write_text(head + body, "utf-8")

    def group_texts(self) -> list[str]:
        """What stands in the group."""
        return [message.text for message in self.telegram.messages(GROUP)]

    async def tap(self, words: str) -> None:
        """The admin taps this button, once it is there."""
        await self.until(lambda: self.button(words))
        message_id, data = self.button(words) or (0, "")
        self.telegram.tap(ADMIN, ADMIN, message_id, data)

    def button(self, words: str) -> tuple[int, str] | None:
        """The admin's button with this text: its message and data."""
        for message in self.telegram.bot_messages(ADMIN):
            for button in (button for row in message.keyboard for button in row):
                if button["text"] == words:
                    return message.id, button["callback_data"]
        return None

    def has_all(self) -> bool:
        """The last section is in the group."""
        return any(text.startswith("【5/5】") for text in self.group_texts())

    def close(self) -> None:
        """No process outlives its test."""
        for process in self._started:
            if process.returncode is None:
                process.kill()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with _operator(tmp_path, FakeTelegram(_now_ms)) as operator:
        yield operator


@asynccontextmanager
async def _operator(folder: Path, telegram: FakeTelegram, port: int = 0) -> AsyncIterator[Operator]:
    server = SandboxServer(telegram, port=port)
    operator = Operator(folder, telegram, await server.start())
    try:
        yield operator
    finally:
        operator.close()
        await server.stop()


async def test_a_process_killed_in_the_middle_of_a_publication_goes_on_at_the_next_part(operator: Operator) -> None:
    """kill -9 between two messages: the next process sends the rest; what may have arrived it asks about first."""
    operator.telegram.start(ADMIN)
    process = await operator.run()
    operator.write_todays()
    await operator.until(lambda: len(operator.group_texts()) == 3)
    await operator.kill(process)
    process = await operator.run()
    await operator.until(lambda: operator.button("不发了") or operator.has_all())
    if operator.button("不发了"):
        await operator.tap("不发了")
    await operator.until(operator.has_all)
    sections = [match[1] for text in operator.group_texts() if (match := re.match(r"【(\d)/5】", text))]
    assert sections == sorted(set(sections))
    assert {"1", "2", "4", "5"} <= set(sections)
    assert await operator.end(process) == 0


async def test_the_first_start_sends_nothing_and_asks_about_todays(operator: Operator) -> None:
    """The admin's tap on 发布 is what sends it; an old archive stays where it is."""
    operator.telegram.start(ADMIN)
    operator.write_todays()
    process = await operator.run()
    await operator.until(lambda: operator.button("发布"))
    assert operator.group_texts() == []
    await operator.tap("发布")
    await operator.until(lambda: len(operator.group_texts()) == 6)
    assert await operator.end(process) == 0


async def test_commands_of_a_burst_survive_the_plug(operator: Operator) -> None:
    """Whatever was asked before a kill -9 is answered, by this process or the next."""
    process = await operator.run()
    for number in range(20):
        operator.telegram.add_user(5000 + number, f"读者{number}")
        operator.telegram.start(5000 + number)
    await operator.until(lambda: operator.telegram.bot_messages(5000))
    await operator.kill(process)
    process = await operator.run()
    await operator.until(lambda: all(operator.telegram.bot_messages(5000 + number) for number in range(20)))
    assert await operator.end(process) == 0


async def test_a_second_instance_on_the_same_folder_is_refused(operator: Operator) -> None:
    """It says who is there and what to do; the first goes on."""
    process = await operator.run()
    assert await operator.exit_code(await operator.start()) == 75
    assert "already runs" in operator.log
    assert await operator.end(process) == 0


async def test_a_wrong_token_ends_with_78_and_a_plain_sentence(operator: Operator) -> None:
    """No traceback, and the token is not repeated."""
    assert await operator.exit_code(await operator.start(BOT_TOKEN="42:mistyped-by-hand")) == 78
    assert "does not accept BOT_TOKEN" in operator.log
    assert "mistyped-by-hand" not in operator.log
    assert "Traceback" not in operator.log


async def test_a_state_of_another_bot_is_refused(operator: Operator) -> None:
    """A token of another bot on this folder would write to the wrong readers."""
    assert await operator.end(await operator.run()) == 0
    async with _operator(operator.folder / "other", FakeTelegram(_now_ms, bot_token="43:other")) as other:
        process = await other.start(BOT_TOKEN="43:other", DATA_DIR=str(operator.folder / "var"))
        assert await other.exit_code(process) == 78
        assert "Put the old token back" in other.log


async def test_an_unreachable_telegram_is_said_and_tried_again(tmp_path: Path, unused_tcp_port: int) -> None:
    """The bot waits for Telegram instead of giving up, and starts when it is there."""
    telegram = FakeTelegram(_now_ms)
    operator = Operator(tmp_path, telegram, f"http://127.0.0.1:{unused_tcp_port}")
    process = await operator.start()
    await operator.until(lambda: "telegram.unreachable" in operator.log)
    server = SandboxServer(telegram, port=unused_tcp_port)
    await server.start()
    try:
        await operator.until(lambda: "bot.ready" in operator.log)
        assert await operator.end(process) == 0
    finally:
        operator.close()
        await server.stop()


async def test_the_token_is_in_no_log_even_at_debug(operator: Operator) -> None:
    """Neither ours nor the libraries' lines hold it."""
    process = await operator.run(LOG_LEVEL="DEBUG")
    operator.telegram.start(READER)
    await operator.until(lambda: operator.telegram.bot_messages(READER))
    assert await operator.end(process) == 0
    assert BOT_TOKEN not in operator.log
