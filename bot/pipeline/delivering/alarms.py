"""Calls to the hooks that nobody waits for: alarms, each told once, and questions."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.core.delivery.steps import AwaitStars, GiveUp, SourceLost, Step, Suspend, Unreachable
from bot.pipeline.delivering.hooks import Alarm, Hooks
from bot.storage.errors import StoreError
from bot.storage.records import Delivery

log = structlog.get_logger(__name__)


class Alarms:
    """Runs errands in the background; whatever is wrong in another room, sending goes on."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._told: set[tuple[str, int, int]] = set()
        self._trouble: StoreError | None = None
        self._errands: set[asyncio.Task[None]] = set()

    def once(self, code: str, subject: int, detail: int = 0, **values: Any) -> None:
        """Tell the admins, unless they have heard the same about this subject since the start."""
        if (code, subject, detail) not in self._told:
            self._told.add((code, subject, detail))
            self.run(self._hooks.on_alarm(Alarm(code, values)))

    def about(self, row: Delivery, step: Step) -> None:
        """Tell what came of a call, where somebody can do something about it."""
        match step:
            case GiveUp(reason) | SourceLost(reason):
                where = {"campaign": row.campaign_id, "chat": row.chat_id, "part": row.next_part}
                self.once("content_refused", row.campaign_id, row.next_part, **where, reason=reason)
            case Suspend(reason) if row.is_group:
                self.once("chat_paused", row.chat_id, chat=row.chat_id, reason=reason)
            case Unreachable(reason) if row.is_group:
                self.once("chat_gone", row.chat_id, chat=row.chat_id, reason=reason)
            case AwaitStars(reason=reason):
                self.once("stars_missing", row.campaign_id, reason=reason)
            case _:
                pass

    def trouble(self, error: StoreError | None) -> None:
        """The state cannot be used, or can again: the admins hear of each change."""
        if error is not None and self._trouble is None:
            log.error("store.trouble", error=str(error))
            self.run(self._hooks.on_alarm(Alarm("store_trouble", {"reason": str(error)})))
        if error is None and self._trouble is not None:
            self.run(self._hooks.on_alarm(Alarm("store_recovered")))
        self._trouble = error

    def run(self, errand: Coroutine[Any, Any, None]) -> None:
        """Do it in the background."""
        task = asyncio.create_task(_guard(errand))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def close(self) -> None:
        """Give up what is not done."""
        for errand in self._errands:
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)


async def _guard(errand: Coroutine[Any, Any, None]) -> None:
    try:
        await errand
    except Exception:  # a hook is another room's
        log.exception("delivery.hook_failed")
