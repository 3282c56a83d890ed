"""Updates are not lost: each is written down before Telegram may forget it, and struck out when it is handled.

python-telegram-bot confirms polled updates before their handlers run. Here a batch is in the state's inbox before the
next `getUpdates` confirms it; what a dead process left there is handled at the next start.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, cast
from weakref import WeakValueDictionary

import structlog
from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor, ExtBot

from bot.core.delivery.throttle import Lane
from bot.storage.errors import StoreError
from bot.storage.updates import Updates

AT_ONCE = 64
REMEMBERED = 20_000
PRUNE_EVERY = 5_000

log = structlog.get_logger(__name__)


class Inbox:
    """The updates on their way from Telegram to the handlers, through `queue`."""

    def __init__(self, updates: Updates) -> None:
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self._updates = updates
        self._begun: OrderedDict[int, None] = OrderedDict()
        self._is_unsafe = False
        self._received = 0
        self.handled = 0

    async def replay(self, bot: Bot) -> int:
        """Queue what was received before and never finished; how many there were. To be called before polling."""
        await self._updates.prune()
        left = await self._updates.unfinished()
        for payload in left:
            update = read_update(json.loads(payload), bot)
            if update is not None:
                await self.queue.put(update)
        return len(left)

    async def wait_until_safe(self) -> None:
        """While the inbox cannot be written, nothing may be confirmed before it is handled."""
        if self._is_unsafe:
            await self.queue.join()

    async def receive(self, updates: Sequence[Update]) -> None:
        """Write a batch down; those that were handled before a restart will not begin again."""
        if not updates:
            return
        try:
            await self.keep(updates)
            self._is_unsafe = False
        except StoreError as error:
            log.error("inbox.not_written", updates=len(updates), error=str(error))
            self._is_unsafe = True

    async def keep(self, updates: Sequence[Update]) -> None:
        """The same for those whose sender learns of it when they cannot be written.

        Raises:
            StoreError: they are not written down.
        """
        done = await self._updates.receive({update.update_id: update.to_json() for update in updates})
        for update_id in done:
            self.begin(update_id)
        await self._prune_now_and_then(len(updates))

    def begin(self, update_id: int) -> bool:
        """Whether this update is to be handled; False when it was begun before."""
        if update_id in self._begun:
            return False
        self._begun[update_id] = None
        if len(self._begun) > REMEMBERED:
            self._begun.popitem(last=False)
        return True

    async def finish(self, update_id: int) -> None:
        """It is handled."""
        self.handled += 1
        try:
            await self._updates.finish([update_id])
        except StoreError as error:
            log.warning("inbox.not_struck_out", update_id=update_id, error=str(error))

    async def _prune_now_and_then(self, count: int) -> None:
        self._received += count
        if self._received >= PRUNE_EVERY:
            self._received = 0
            await self._updates.prune()


def read_update(data: object, bot: Bot) -> Update | None:
    """An update from Telegram's JSON. One that the library cannot read is logged and comes back empty, so that it is
    confirmed like any other; None when it has not even a number."""
    number = data.get("update_id") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(number, int) or isinstance(number, bool):
        log.error("update.unreadable", reason="no update_id")
        return None
    try:
        return Update.de_json(data, bot)
    except Exception as error:  # whatever it is, the next update must not wait behind it
        log.error("update.unreadable", update_id=number, reason=repr(error))
        return Update(number)


def is_empty(update: Update) -> bool:
    """Whether there is nothing in it that anybody could handle."""
    return not any(getattr(update, kind) for kind in Update.ALL_TYPES)


class InboxBot(ExtBot[Lane]):
    """A bot whose `getUpdates`, which confirms what came before, comes after the inbox has it."""

    __slots__ = ("_inbox",)

    def __init__(self, inbox: Inbox, token: str, **options: Any) -> None:
        super().__init__(token, **options)
        self._inbox = inbox

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        """As in the library."""
        await self._inbox.wait_until_safe()
        updates = await super().get_updates(*args, **kwargs)
        await self._inbox.receive(updates)
        return updates

    async def _do_post(self, endpoint: str, data: dict[str, Any], **timeouts: Any) -> Any:
        """The library reads a batch as a whole: one update that it cannot read would be asked for again for ever."""
        result = await super()._do_post(endpoint, data, **timeouts)
        if endpoint != "getUpdates" or not isinstance(result, list):
            return result
        return [one for one in map(self._readable, result) if one is not None]

    def _readable(self, data: Any) -> dict[str, Any] | None:
        update = read_update(data, self)
        if update is None:
            return None
        # Nothing in it was readable: its number is enough to confirm it.
        return {"update_id": update.update_id} if is_empty(update) else cast("dict[str, Any]", data)


class InboxProcessor(BaseUpdateProcessor):
    """Handles many updates at once, those of one person one after the other, and each only once."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(max_concurrent_updates=AT_ONCE)
        self._inbox = inbox
        self._people: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Run the handlers, unless they have run before."""
        if not isinstance(update, Update):
            await coroutine
            return
        if not self._inbox.begin(update.update_id):
            cast("Coroutine[Any, Any, None]", coroutine).close()
            return
        # The lock lives as long as somebody holds or wants it.
        turn = self._people.setdefault(_person(update), asyncio.Lock())
        try:
            async with turn:
                await coroutine
        except Exception:  # it would fail again after every restart
            await self._inbox.finish(update.update_id)
            raise
        await self._inbox.finish(update.update_id)


def _person(update: Update) -> int:
    whose = update.effective_user or update.effective_chat
    return whose.id if whose else 0
