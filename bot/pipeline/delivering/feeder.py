"""Brings work to the courier: writes deliveries, claims what is due, sweeps what was stopped."""

from __future__ import annotations

import asyncio
from collections import Counter as Tally
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from bot.pipeline.delivering.recorder import Recorder
from bot.pipeline.delivering.transitions import skip
from bot.storage import Store
from bot.storage.records import Campaign, CampaignState
from bot.storage.records import Delivery as Row

AT_ONCE = 256
"""Deliveries a claim: few enough that neither the writer nor the loop is held up for longer than a few sends."""
COMPACT_AFTER_MS = 7 * 24 * 3_600_000
COMPACT_EVERY_MS = 3_600_000

log = structlog.get_logger(__name__)

Key = tuple[int, int]


class Feeder:
    """Keeps at most `window` deliveries of each campaign in memory, each carried by a task of its own."""

    def __init__(
        self,
        store: Store,
        recorder: Recorder,
        carry: Callable[[Campaign, Row], Coroutine[Any, Any, None]],
        *,
        window: int,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._carry = carry
        self._window = window
        self._step = min(AT_ONCE, window // 2)
        self._clock = clock
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._load: Tally[int] = Tally()
        self._drained: set[int] = set()
        self._running: set[int] = set()
        self._resting: set[int] = set()
        self._compacted_at_ms = 0
        self.news = asyncio.Event()
        self.next_start_ms: int | None = None
        """When the next launched campaign begins; None when none waits for that."""

    def may_send(self, campaign_id: int) -> bool:
        """Whether the campaign is running."""
        return campaign_id in self._running and campaign_id not in self._resting

    def rest(self, campaign_id: int) -> None:
        """Send nothing more of this campaign from now on."""
        self._resting.add(campaign_id)

    def go_on(self, campaign_id: int) -> None:
        """What the state says about this campaign counts again."""
        self._resting.discard(campaign_id)
        self.news.set()

    async def round(self) -> bool:
        """Do one piece of work for every campaign; True when there is more to do at once."""
        self._drained.clear()
        campaigns = await self._store.campaigns.unfinished()
        starts = [one.started_at_ms for one in campaigns if one.begins_after(self._clock())]
        self.next_start_ms = min(filter(None, starts), default=None)
        self._running = {one.id for one in campaigns if one.state is CampaignState.RUNNING}
        is_busy = False
        for campaign in campaigns:
            is_busy |= await self._attend(campaign)
        return is_busy or await self._compact()

    async def close(self) -> None:
        """Cancel what has not been called yet."""
        self._running.clear()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _attend(self, campaign: Campaign) -> bool:
        match campaign.state:
            case CampaignState.BUILDING if campaign.begins_after(self._clock()):
                pass
            case CampaignState.BUILDING:
                if await self._store.fanout.write_chunk(campaign.id):
                    log.info("campaign.built", campaign=campaign.id)
                return True
            case CampaignState.RUNNING if campaign.left <= 0:
                await self._store.ledger.end_finished()
            case CampaignState.RUNNING if self.may_send(campaign.id):
                return await self._claim(campaign)
            case CampaignState.STOPPED if not self._load[campaign.id]:
                return not await self._store.ledger.sweep(campaign.id)
            case _:
                pass
        return False

    async def _claim(self, campaign: Campaign) -> bool:
        """Fill the window up a little; True when there is room and work for more."""
        room = self._window - self._load[campaign.id]
        if room < self._step:
            return False
        claimed = await self._store.ledger.claim(campaign.id, self._step)
        if len(claimed) < self._step:
            self._drained.add(campaign.id)
        for row, is_wanted in claimed:
            key = (row.campaign_id, row.chat_id)
            if key not in self._tasks:
                done = self._carry(campaign, row) if is_wanted else self._recorder.record(skip(row, "unsubscribed"))
                self._spawn(key, done)
        return campaign.id not in self._drained and room >= 2 * self._step

    def _spawn(self, key: Key, errand: Coroutine[Any, Any, None]) -> None:
        self._tasks[key] = task = asyncio.create_task(errand)
        self._load[key[0]] += 1
        task.add_done_callback(lambda _: self._done(key))

    def _done(self, key: Key) -> None:
        del self._tasks[key]
        campaign_id = key[0]
        self._load[campaign_id] -= 1
        left = self._load[campaign_id]
        if left == 0 or (left <= self._window - self._step and campaign_id not in self._drained):
            self.news.set()

    async def _compact(self) -> bool:
        """Now and then drop what campaigns of last week keep about readers, a chunk at a time."""
        now = self._clock()
        if now - self._compacted_at_ms < COMPACT_EVERY_MS:
            return False
        if await self._store.ledger.compact(now - COMPACT_AFTER_MS):
            self._compacted_at_ms = now
            return False
        return True
