"""Work that ends with the stop of the bot, and leaves nothing behind that would go on alone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def until_stopped(work: Coroutine[Any, Any, object], stop: asyncio.Event) -> None:
    """Do `work` until it ends or `stop` is set. It is over when this is, also when this is cancelled: what it has open
    may be closed then.

    Raises:
        Exception: the work did.
    """
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.wait({working, stopping})
    if not working.cancelled():
        working.result()
