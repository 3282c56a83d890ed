"""Parts that may or may not have reached a public group, until a person or the clock decides."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from bot.pipeline.delivering.alarms import Alarms
from bot.pipeline.delivering.hooks import Hooks, Question
from bot.pipeline.delivering.pauses import Pauses
from bot.storage.records import Delivery

Key = tuple[int, int]

log = structlog.get_logger(__name__)


class Questions:
    """The open questions, by campaign and chat. `news` is set when one is due before its time."""

    def __init__(self, hooks: Hooks, alarms: Alarms, pauses: Pauses, news: asyncio.Event) -> None:
        self._hooks = hooks
        self._alarms = alarms
        self._pauses = pauses
        self._news = news
        self._open: dict[Key, Delivery] = {}

    def ask(self, delivery: Delivery) -> None:
        """Ask about a row that is UNKNOWN until its `not_before_ms`."""
        self._open[delivery.campaign_id, delivery.chat_id] = delivery
        self._alarms.run(self._ask(delivery))

    def take(self, campaign_id: int, chat_id: int) -> Delivery | None:
        """Somebody decides: the row, or None when it is settled already."""
        return self._open.pop((campaign_id, chat_id), None)

    def take_due(self, now_ms: int) -> list[Delivery]:
        """Those that nobody has answered in time, or can be asked about."""
        due = [key for key, delivery in self._open.items() if delivery.not_before_ms <= now_ms]
        return [self._open.pop(key) for key in due]

    def drop(self, campaign_id: int) -> None:
        """The campaign has ended."""
        self._open = {key: delivery for key, delivery in self._open.items() if key[0] != campaign_id}

    @property
    def next_due_ms(self) -> int | None:
        """When the next one is decided by the clock."""
        return min((delivery.not_before_ms for delivery in self._open.values()), default=None)

    async def _ask(self, delivery: Delivery) -> None:
        """Until somebody has heard it: what loses an answer in a group often keeps the question away, too."""
        key = (delivery.campaign_id, delivery.chat_id)
        question = Question(*key, delivery.next_part, delivery.not_before_ms)
        while self._open.get(key) is delivery:
            try:
                is_asked = await self._hooks.on_question(question)
            except Exception as error:  # the hook is another room's
                log.warning("question.not_asked", campaign=key[0], chat=key[1], error=repr(error))
                await asyncio.sleep(self._pauses.asking_s)
                continue
            if not is_asked and self._open.get(key) is delivery:
                self._open[key] = replace(delivery, not_before_ms=0)
                self._news.set()
            return
