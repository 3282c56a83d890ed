"""The real process: told to stop, stopped and continued, killed again and again, its state taken away."""

from __future__ import annotations

import asyncio
import re
import resource
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.telegram import ADMIN, GROUP, READER
from tests.support.operator import Operator, operating

SECTION = re.compile(r"【(\d)/5】")


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with operating(tmp_path, GROUP_CHATS="@ai_news_plus", ADMIN_IDS="") as one:
        yield one


def sections(operator: Operator) -> Counter[str]:
    return Counter(match[1] for text in operator.group_texts() if (match := SECTION.match(text)))


async def test_a_sleep_and_a_stop_in_the_middle_repeat_nothing(operator: Operator) -> None:
    """SIGSTOP and SIGCONT, as of a suspended laptop; SIGTERM: what is in flight is finished, so nothing is doubtful,
    and the process ends with 0."""
    process = await operator.run()
    operator.write_todays()
    await operator.until(operator.group_texts)
    process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(0.5)
    process.send_signal(signal.SIGCONT)
    await operator.until(lambda: len(operator.group_texts()) >= 3)
    assert await operator.end(process) == 0
    process = await operator.run()
    await operator.until(operator.has_all)
    assert await operator.end(process) == 0

    assert sections(operator) == Counter("12345")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
async def test_a_full_disk_stops_sending_not_answering_and_goes_on_by_itself(operator: Operator) -> None:
    """No file may grow any more in the middle of a publication: the admin hears of it, a reader is answered, and once
    there is room again the rest comes, each section once."""
    operator.telegram.start(ADMIN)
    process = await operator.run(ADMIN_IDS=str(ADMIN), RATE_PER_SECOND="1")
    operator.write_todays()
    await operator.until(lambda: len(operator.group_texts()) >= 2)

    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    await operator.until(lambda: operator.has_heard(ADMIN, "数据库出了问题"))
    there = len(operator.group_texts())
    operator.telegram.send_text(READER, READER, "/help")
    await operator.until(lambda: operator.telegram.bot_messages(READER))
    assert len(operator.group_texts()) == there < 6

    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await operator.until(operator.has_all)
    await operator.until(lambda: operator.has_heard(ADMIN, "恢复正常"))
    assert await operator.end(process) == 0

    assert sections(operator) == Counter("12345")


async def test_a_call_that_hangs_does_not_hold_a_stop_up_for_longer_than_20_seconds(
    operator: Operator, depth: int
) -> None:
    """SIGTERM while Telegram keeps silent: exit 0 in time; the next process takes up what may have arrived."""
    if depth == 1:
        pytest.skip("takes twenty seconds; FAULTS=2 runs it")
    operator.telegram.fail("sendMessage", Fault.timeout(is_processed=True), chat_id=GROUP)
    process = await operator.run()
    operator.write_todays()
    await operator.until(operator.group_texts)
    async with asyncio.timeout(20):
        assert await operator.end(process) == 0
    process = await operator.run()
    await operator.until(operator.has_all)
    assert await operator.end(process) == 0

    assert sections(operator) == Counter("12345")


async def test_killed_at_several_calls_loses_nothing(operator: Operator, depth: int) -> None:
    """kill -9 of the real process while the n-th message is on its way; at most that one comes twice."""
    kills = 1 if depth == 1 else 5
    process = await operator.run()
    operator.write_todays()
    for n in range(1, kills + 1):
        await operator.until(lambda: len(operator.group_texts()) >= n or operator.has_all())  # noqa: B023
        await operator.kill(process)
        process = await operator.run()
    await operator.until(operator.has_all)
    assert await operator.end(process) == 0

    repeated = sum(count - 1 for count in sections(operator).values())
    print(f"\nkill -9: {kills} kills, lost 0, repeated {repeated}")  # noqa: T201 - for whoever runs this with -s
    assert set(sections(operator)) == set("12345")
    assert repeated <= kills


async def test_on_a_server_a_second_process_stands_by_and_takes_over(
    operator: Operator, postgres_url: str, depth: int
) -> None:
    """It sends, publishes and polls nothing while the first one lives; within 30 seconds of a kill -9 it goes on."""
    if depth == 1:
        pytest.skip("takes half a minute; FAULTS=2 runs it")
    shared = {"DATABASE_URL": postgres_url, "RATE_PER_SECOND": "1"}
    first = await operator.run(DATA_DIR="first", **shared)
    second = await operator.start(DATA_DIR="second", **shared)
    await operator.until(lambda: "lease.waiting" in operator.log)
    operator.write_todays()
    await operator.until(lambda: len(operator.group_texts()) >= 2)
    await operator.kill(first)

    async with asyncio.timeout(30):
        await operator.until(lambda: operator.log.count("bot.ready") == 2)
    await operator.until(operator.has_all)
    assert await operator.end(second) == 0

    repeated = sum(count - 1 for count in sections(operator).values())
    assert set(sections(operator)) == set("12345")
    assert repeated <= 1


async def test_a_state_that_is_gone_or_damaged_is_never_replaced(operator: Operator) -> None:
    """The process ends with the remedy; the file, or the place where it was, stays as it is."""
    assert await operator.end(await operator.run()) == 0
    state = operator.folder / "var" / "state.db"

    state.unlink()
    assert await operator.exit_code(await operator.start()) == 78
    assert "is gone" in operator.log
    assert not state.exists()

    state.write_bytes(b"no database at all, but long enough to look like one" * 100)
    assert await operator.exit_code(await operator.start()) == 78
    assert "is damaged" in operator.log
    assert state.read_bytes().startswith(b"no database")
