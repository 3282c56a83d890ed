"""Waiting for updates, shared by both doors: the state machine itself never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.sandbox.answers import TWO_POLLERS, Answer
from bot.sandbox.parameters import Parameters
from bot.sandbox.telegram import FakeTelegram
from bot.sandbox.world import Event

LONGEST_POLL_S = 50


async def get_updates(telegram: FakeTelegram, params: Mapping[str, Any]) -> Answer:
    """getUpdates as Telegram does it: waits up to `timeout` seconds; a later one ends this one with a 409."""
    timeout_s = min(Parameters(params).whole("timeout"), LONGEST_POLL_S)
    poll = telegram.begin_poll()
    answer = telegram.call("getUpdates", params)
    is_final = answer.status != 200 or answer.drop is not None or answer.raw is not None or answer.result
    if is_final or timeout_s <= 0:
        return answer
    await _wait(telegram, poll, timeout_s)
    return telegram.call("getUpdates", params) if telegram.is_current_poll(poll) else TWO_POLLERS


async def _wait(telegram: FakeTelegram, poll: int, timeout_s: float) -> None:
    """Until there are updates, another poll begins, or the time is over."""
    woken = asyncio.Event()

    def notice(event: Event) -> None:
        if telegram.updates_pending or not telegram.is_current_poll(poll):
            woken.set()

    forget = telegram.watch(notice)
    try:
        async with asyncio.timeout(timeout_s):
            await woken.wait()
    except TimeoutError:
        pass
    finally:
        forget()
