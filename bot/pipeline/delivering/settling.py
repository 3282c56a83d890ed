"""The publisher's last step for a group, done once everything is there: again and again until it works."""

from __future__ import annotations

import asyncio

import structlog

from bot.pipeline.delivering.hooks import Hooks
from bot.pipeline.delivering.pauses import Pauses
from bot.storage import Store
from bot.storage.chats import UNREACHABLE
from bot.storage.errors import StoreError
from bot.storage.records import Delivery, DeliveryState

log = structlog.get_logger(__name__)


class Settling:
    """Calls `on_chat_done` and remembers in the ledger that it worked; what was missed is done after a restart."""

    def __init__(self, store: Store, hooks: Hooks, pauses: Pauses) -> None:
        self._pauses = pauses
        self._store = store
        self._hooks = hooks
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, delivery: Delivery) -> None:
        """All parts of this delivery are over."""
        task = asyncio.create_task(self._settle(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def recover(self) -> None:
        """Take up what a dead process left."""
        for delivery in await self._store.ledger.unsettled():
            self.begin(delivery)

    async def close(self) -> None:
        """Give up for now."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _settle(self, delivery: Delivery) -> None:
        pause_s = self._pauses.first_settling_s
        while not await self._try(delivery):
            await asyncio.sleep(pause_s)
            pause_s = min(self._pauses.longest_settling_s, pause_s * 2)

    async def _reopen(self, delivery: Delivery) -> None:
        """What kept a group closed is over once it has got everything."""
        chat = await self._store.chats.find(delivery.chat_id)
        if chat is not None and chat.status in UNREACHABLE and delivery.state is DeliveryState.SENT:
            await self._store.chats.revive(chat.id)

    async def _try(self, delivery: Delivery) -> bool:
        try:
            await self._reopen(delivery)
            campaign = await self._store.campaigns.find(delivery.campaign_id)
            if campaign is not None:
                await self._hooks.on_chat_done(campaign, delivery.chat_id, delivery.messages)
            await self._store.ledger.settle(delivery.campaign_id, delivery.chat_id)
        except StoreError as error:
            log.warning("delivery.not_settled", chat=delivery.chat_id, error=str(error))
            return False
        except Exception as error:  # the hook is another room's: whatever is wrong there, sending goes on
            log.warning("delivery.not_settled", chat=delivery.chat_id, error=repr(error))
            return False
        return True
