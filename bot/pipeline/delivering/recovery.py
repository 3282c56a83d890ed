"""What a dead process left in the ledger: calls without a known end, rows that were only marked, claims."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.core.delivery.retry import Attempt, after_unknown
from bot.pipeline.delivering.courier import Carried, Courier, is_public
from bot.pipeline.delivering.transitions import advance, put_back
from bot.storage import Store
from bot.storage.logbook import Flight, Logbook
from bot.storage.records import Delivery, DeliveryState

log = structlog.get_logger(__name__)


class Recovery:
    """Takes up what is open, before anything new is sent. Done again after a trouble, it goes on where it was."""

    def __init__(self, store: Store, courier: Courier, logbook: Logbook, clock: Callable[[], int]) -> None:
        self._store = store
        self._courier = courier
        self._logbook = logbook
        self._clock = clock

    async def run(self) -> tuple[list[Carried], list[Delivery]]:
        """The calls whose end nobody knows, as they are judged and written down; and the rows that wait for a decision.
        What was marked as sending and had not begun is free again like everything that was claimed.

        Raises:
            StoreError: the state cannot be used.
        """
        begun = self._logbook.flights_of(self._store.lease.predecessor)
        doubtful: list[Carried] = []
        waiting: list[Delivery] = []
        idle: list[Delivery] = []
        for row in await self._store.ledger.open():
            if row.state is DeliveryState.UNKNOWN:
                waiting.append(row)
            elif begun is not None and Flight(row.campaign_id, row.chat_id, row.next_part) not in begun:
                idle.append(row)
            elif (carried := await self._judge(row)) is not None:
                doubtful.append(carried)
        entries = [*(carried.entry for carried in doubtful), *map(put_back, idle)]
        if entries:
            await self._store.ledger.write(entries)
            log.warning("delivery.recovered", doubtful=len(doubtful), not_begun=len(idle))
        await self._store.ledger.release_leases()
        self._logbook.open_for(self._store.lease.owner)
        return doubtful, waiting

    async def _judge(self, row: Delivery) -> Carried | None:
        campaign = await self._store.campaigns.find(row.campaign_id)
        if campaign is None:
            return None
        parts = len(await self._courier.calls(campaign, row.edition_id))
        attempt = Attempt(is_repeat=row.is_repeat, can_ask=is_public(campaign, row))
        step = after_unknown("stopped during the call", attempt, now_ms=self._clock(), policy=campaign.policy)
        return Carried(campaign, row, step, advance(row, step, parts, self._clock()))
