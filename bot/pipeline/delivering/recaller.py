"""Takes a finished broadcast back: deletes its messages one by one, at the pace at which they were sent.

Deleting twice does no harm, so whatever was on its way at a stop or a crash is simply done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.core.delivery.retry import BadContent, BadSource, ChatGone, ChatPaused, Migrated, Sent
from bot.core.delivery.throttle import Lane
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.delivery import Delivery
from bot.pipeline.stopping import until_stopped
from bot.storage import Store
from bot.storage.errors import StoreError
from bot.storage.recalls import Recall, Standing, is_recallable

AT_ONCE = 50
LOOK_EVERY_S = 1.0

log = structlog.get_logger(__name__)


class Recaller:
    """Works off the recalls of the state; only the process that sends does so."""

    def __init__(
        self,
        store: Store,
        delivery: Delivery,
        sender: Sender,
        *,
        clock: Callable[[], int],
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._sender = sender
        self._clock = clock
        self._look_every_s = look_every_s

    async def run(self, stop: asyncio.Event) -> None:
        """Delete what is to be deleted until `stop` is set."""
        await until_stopped(self._work(), stop)

    async def _work(self) -> None:
        while True:
            try:
                for recall in await self._store.recalls.unfinished() if self._delivery.is_at_work else ():
                    await self._go_on(recall)
            except StoreError as error:
                log.warning("recall.delayed", reason=type(error).__name__)
            await asyncio.sleep(self._look_every_s)

    async def _go_on(self, recall: Recall) -> None:
        campaign = await self._store.campaigns.find(recall.campaign_id)
        in_time = campaign is not None and is_recallable(campaign, self._clock())
        while in_time and (messages := await self._store.recalls.next_messages(recall, AT_ONCE)):
            gone = sum(await asyncio.gather(*map(self._delete, messages)))
            cursor = messages[-1].chat_id
            await self._store.recalls.advance(recall, cursor, recalled=gone, kept=len(messages) - gone)
            recall = await self._store.recalls.find(recall.campaign_id) or recall
        await self._store.recalls.finish(recall)
        log.info("recall.finished", campaign=recall.campaign_id)

    async def _delete(self, message: Standing) -> bool:
        """Whether it is gone; asked again until Telegram has said yes or no."""
        params = {"chat_id": message.chat_id, "message_id": message.message_id}
        while True:
            await self._sender.limiter.turn(Lane.BROADCAST, message.chat_id)
            match await self._sender.call("deleteMessage", params, lane=Lane.BROADCAST):
                case Sent():
                    return True
                case BadSource() | BadContent() | ChatGone() | ChatPaused() | Migrated():
                    return False
            await asyncio.sleep(self._look_every_s)
