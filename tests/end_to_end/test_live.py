"""`python -m bot run` as an operator meets it: the real process, its exits and restarts, on a Telegram of our own."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.sandbox.server import SandboxServer
from bot.sandbox.telegram import ADMIN, BOT_TOKEN, FakeTelegram
from bot.storage import Store
from tests.support.operator import Operator, now_ms, operating
from tests.support.states import blank_state


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with operating(tmp_path, FakeTelegram(now_ms)) as operator:
        yield operator


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A port at which nobody listens, and nobody else can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken


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
    """Whatever was asked before a kill -9 is answered, by this process or the next; neither our lines nor those of the
    libraries hold the token, even at debug."""
    operator.settings["LOG_LEVEL"] = "DEBUG"
    process = await operator.run()
    for number in range(20):
        operator.telegram.add_user(5000 + number, f"读者{number}")
        operator.telegram.start(5000 + number)
    await operator.until(lambda: operator.telegram.bot_messages(5000))
    await operator.kill(process)
    process = await operator.run()
    await operator.until(lambda: all(operator.telegram.bot_messages(5000 + number) for number in range(20)))
    assert await operator.end(process) == 0
    assert BOT_TOKEN not in operator.log


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
    (operator.folder / "var").mkdir()
    store = await Store.open(blank_state(operator.folder / "var" / "state.db"), clock=now_ms)
    await store.meta.claim_bot(42)
    await store.close()
    async with operating(operator.folder / "other", FakeTelegram(now_ms, bot_token="43:other")) as other:
        process = await other.start(BOT_TOKEN="43:other", DATA_DIR=str(operator.folder / "var"))
        assert await other.exit_code(process) == 78
        assert "Put the old token back" in other.log


async def test_an_unreachable_telegram_is_said_and_tried_again(tmp_path: Path, silent: socket.socket) -> None:
    """The bot waits for Telegram instead of giving up, and starts when it is there."""
    telegram, port = FakeTelegram(now_ms), silent.getsockname()[1]
    operator = Operator(tmp_path, telegram, f"http://127.0.0.1:{port}")
    process = await operator.start()
    await operator.until(lambda: "telegram.unreachable" in operator.log)
    silent.close()
    server = SandboxServer(telegram, port=port)
    await server.start()
    try:
        await operator.until(lambda: "bot.ready" in operator.log)
        assert await operator.end(process) == 0
    finally:
        operator.close()
        await server.stop()


async def test_a_stop_while_telegram_is_unreachable_is_clean(tmp_path: Path, silent: socket.socket) -> None:
    """Nothing is left open, exit 0."""
    operator = Operator(tmp_path, FakeTelegram(now_ms), f"http://127.0.0.1:{silent.getsockname()[1]}")
    process = await operator.start()
    try:
        await operator.until(lambda: "telegram.unreachable" in operator.log)
        assert await operator.end(process) == 0
        assert "Unclosed" not in operator.log
    finally:
        operator.close()
