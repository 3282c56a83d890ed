"""What the watcher tells, and when."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.pipeline.watching.posts import read_post
from bot.pipeline.watching.watcher import Change, Gone, Refused, Settled, Watcher
from tests.support.telegram import HandClock, eventually

SETTLE_S = 2.0


class Ear:
    """Hears what is told, and can be made to fail."""

    def __init__(self) -> None:
        self.heard: list[Change] = []
        self.is_deaf = False

    async def __call__(self, change: Change) -> None:
        if self.is_deaf:
            raise OSError("the disk is full")
        self.heard.append(change)

    def names(self) -> list[str]:
        """The names heard of so far, which are then forgotten."""
        names = [change.name for change in self.heard]
        self.heard.clear()
        return names


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder of posts."""
    (tmp_path / "posts").mkdir()
    return tmp_path / "posts"


@pytest.fixture
def clock() -> HandClock:
    """A clock moved by hand."""
    return HandClock()


@pytest.fixture
def ear() -> Ear:
    """Whom the watcher tells."""
    return Ear()


@pytest.fixture
def build(folder: Path, clock: HandClock, ear: Ear) -> Callable[..., Watcher]:
    """Makes a watcher, as after a start of the bot."""

    def make(**hashes: str) -> Watcher:
        async def known() -> dict[str, str]:
            return hashes

        return Watcher(folder, settle_s=SETTLE_S, on_change=ear, clock=clock, known=known)

    return make


async def settle(watcher: Watcher, clock: HandClock) -> None:
    """See everything, and see it again when it has settled."""
    await watcher.scan()
    clock.advance(seconds=SETTLE_S)
    await watcher.scan()


async def test_a_file_is_told_once_when_it_has_settled(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """Nothing is told before the settle time is over, and nothing twice."""
    watcher = build()
    (folder / "a.md").write_text("one")
    assert await watcher.scan() == SETTLE_S
    clock.advance(seconds=SETTLE_S - 0.001)
    await watcher.scan()
    assert ear.heard == []
    clock.advance(ms=1)
    assert await watcher.scan() == 60
    await settle(watcher, clock)
    assert [type(change) for change in ear.heard] == [Settled]


async def test_a_file_that_is_being_written_waits(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """Every write begins the settle time anew."""
    watcher = build()
    for length in range(1, 5):
        (folder / "a.md").write_text("x" * length)
        await settle(watcher, clock) if length == 4 else await watcher.scan()
        clock.advance(seconds=1.5)
    assert len(ear.heard) == 1


async def test_touching_all_files_tells_nothing(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """A checkout that rewrites every file with the same text is no news."""
    watcher = build()
    for number in range(20):
        (folder / f"{number}.md").write_text(str(number))
    await settle(watcher, clock)
    ear.heard.clear()
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes())
        os.utime(path, ns=(1, clock.now_ms))
    await settle(watcher, clock)
    assert ear.heard == []


async def test_a_restart_tells_only_what_differs(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """Known contents are passed over, also those that were rewritten meanwhile; lost files are told."""
    for name in ("same.md", "new.md", "changed.md"):
        (folder / name).write_text(name)
    hashes = {name: read_post(folder, name).content_hash for name in ("same.md",)}  # type: ignore[union-attr]
    await settle(build(**hashes, **{"changed.md": "0" * 64, "lost.md": "1" * 64}), clock)
    assert Gone("lost.md") in ear.heard
    assert sorted(ear.names()) == ["changed.md", "lost.md", "new.md"]


async def test_a_change_that_could_not_be_taken_in_is_told_again(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """A full disk loses no digest and no deletion."""
    watcher = build()
    (folder / "a.md").write_text("one")
    ear.is_deaf = True
    await settle(watcher, clock)
    ear.is_deaf = False
    await watcher.scan()
    assert ear.names() == ["a.md"]
    (folder / "a.md").unlink()
    ear.is_deaf = True
    await watcher.scan()
    ear.is_deaf = False
    await watcher.scan()
    assert ear.heard == [Gone("a.md")]


async def test_a_failed_change_is_tried_with_the_next_full_scan_and_not_in_a_busy_loop(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """The wait after a failure is a whole minute."""
    watcher = build()
    (folder / "a.md").write_text("one")
    ear.is_deaf = True
    await watcher.scan()
    clock.advance(seconds=SETTLE_S)
    assert await watcher.scan() == 60


async def test_a_folder_that_cannot_be_listed_deletes_nothing(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """An unmounted disk is no reason to forget the archive."""
    watcher = build()
    (folder / "a.md").write_text("one")
    await settle(watcher, clock)
    ear.heard.clear()
    aside = folder.rename(folder.with_name("aside"))
    assert await watcher.scan() == 60
    aside.rename(folder)
    await settle(watcher, clock)
    assert ear.heard == []


async def test_what_must_not_be_read_is_told_once_with_the_reason(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """A pipe is refused, and read when a file takes its place."""
    watcher = build()
    os.mkfifo(folder / "a.md")
    await settle(watcher, clock)
    await settle(watcher, clock)
    (refused,) = ear.heard
    assert isinstance(refused, Refused)
    assert refused.problem.code == "file.not_regular"
    (folder / "a.md").unlink()
    (folder / "a.md").write_text("one")
    await settle(watcher, clock)
    assert isinstance(ear.heard[-1], Settled)


async def test_a_clock_that_jumps_back_delays_nothing_for_long(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """After a jump of a day the settle time begins anew, not a day later."""
    watcher = build()
    (folder / "a.md").write_text("one")
    await watcher.scan()
    clock.advance(seconds=-86_400)
    await settle(watcher, clock)
    assert ear.names() == ["a.md"]


async def test_five_hundred_files_at_once_are_all_told(
    folder: Path, clock: HandClock, ear: Ear, build: Callable[..., Watcher]
) -> None:
    """A first checkout of years of digests is one scan."""
    watcher = build()
    for number in range(500):
        (folder / f"{number:03}.md").write_text(str(number))
    await settle(watcher, clock)
    assert ear.names() == [f"{number:03}.md" for number in range(500)]


async def test_a_file_dropped_into_the_folder_is_noticed_without_waiting_for_the_minute(folder: Path, ear: Ear) -> None:
    """Events of the operating system wake the watcher; a temporary file renamed into place is one of them."""
    ticks = iter(range(0, 10**9, 1000))
    watcher = Watcher(folder, settle_s=1, on_change=ear, clock=lambda: next(ticks))
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(watcher.run(stop))
        (folder / ".a.md.tmp").write_text("one")

        async def drop() -> None:
            while not ear.heard and not running.done():
                (folder / ".a.md.tmp").rename(folder / "a.md")
                await asyncio.sleep(0.3)
                if not ear.heard:
                    (folder / "a.md").rename(folder / ".a.md.tmp")

        async with asyncio.timeout(60):
            await drop()
        stop.set()
    assert ear.heard[0].name == "a.md"


async def test_without_events_the_scans_go_on(folder: Path, ear: Ear, clock: HandClock) -> None:
    """A folder that is not there yet cannot be watched; soon after the start it is looked at all the same."""
    shutil.rmtree(folder)
    stop = asyncio.Event()
    watcher = Watcher(folder, settle_s=0, on_change=ear, clock=clock)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(watcher.run(stop))
        await asyncio.sleep(0)
        folder.mkdir()
        (folder / "a.md").write_text("one")
        await eventually(lambda: ear.heard)
        stop.set()
    assert ear.names() == ["a.md"]
