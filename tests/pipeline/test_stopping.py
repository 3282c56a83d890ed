"""Work that ends with the stop leaves nothing behind that goes on alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.pipeline.stopping import until_stopped


class Work:
    """Goes on until it is ended, and takes a moment to put away what it has open."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self.is_open = False

    async def __call__(self) -> None:
        self.is_open = True
        self.has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.is_open = False


async def begun(work: Work, stop: asyncio.Event) -> asyncio.Task[None]:
    task = asyncio.create_task(until_stopped(work(), stop))
    await work.has_begun.wait()
    return task


@pytest.mark.parametrize(
    "end", [lambda _task, stop: stop.set(), lambda task, _stop: task.cancel()], ids=["stopped", "cancelled"]
)
async def test_it_is_over_once_its_work_is_put_away(end: Callable[[asyncio.Task[None], asyncio.Event], object]) -> None:
    """A file that is opened again behind whoever closed it kept a whole process from ending."""
    work, stop = Work(), asyncio.Event()
    task = await begun(work, stop)

    end(task, stop)
    await asyncio.wait({task})

    assert not work.is_open


async def test_what_its_work_raises_is_raised() -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await until_stopped(fail(), asyncio.Event())
