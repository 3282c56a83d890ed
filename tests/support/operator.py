"""An operator of the real process: `python -m bot run` on an HTTP sandbox that lives in the test."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.sandbox.server import SandboxServer
from bot.sandbox.telegram import ADMIN, BOT_TOKEN, GROUP, FakeTelegram
from tests.support.process import ROOT

PATIENCE_S = 60.0


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
        async with asyncio.timeout(PATIENCE_S):
            return await process.wait()

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

    def has_heard(self, person: int, words: str) -> bool:
        """Whether the bot has told a person something with these words."""
        return any(words in message.text for message in self.telegram.bot_messages(person))

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


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def operating(
    folder: Path, telegram: FakeTelegram | None = None, port: int = 0, **settings: str
) -> AsyncIterator[Operator]:
    """An operator with a Telegram of their own; these settings replace the usual ones."""
    telegram = telegram or FakeTelegram(now_ms)
    server = SandboxServer(telegram, port=port)
    operator = Operator(folder, telegram, await server.start())
    operator.settings |= settings
    try:
        yield operator
    finally:
        operator.close()
        await server.stop()
