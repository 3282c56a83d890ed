"""The live card: one message in an admin's chat that shows a broadcast while it goes on, then its summary.

Which cards are alive is part of the state, so they go on after a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from bot.core.delivery.retry import BadContent, BadSource, ChatGone, Outcome, Sent
from bot.core.format.parts import Part, to_params
from bot.core.models import Say
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.delivery import Delivery
from bot.pipeline.delivering.progress import progress_part, recall_part
from bot.storage import Store
from bot.storage.errors import StoreError
from bot.storage.records import CampaignState, LiveCard

EDIT_EVERY_MS = 3_000
LOOK_EVERY_S = 1
OVER = (CampaignState.STOPPED, CampaignState.DONE)

log = structlog.get_logger()


class LiveCards:
    """Keeps the live cards up to date: each is edited only when it would change, and at most every three seconds."""

    def __init__(self, store: Store, delivery: Delivery, sender: Sender, *, say: Say, clock: Callable[[], int]) -> None:
        self._store = store
        self._delivery = delivery
        self._sender = sender
        self._say = say
        self._clock = clock
        self._shown: dict[LiveCard, Part] = {}
        self._edited_ms: dict[LiveCard, int] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Look at the cards until `stop` is set."""
        while not stop.is_set():
            try:
                await self.refresh()
            except StoreError as error:
                log.warning("livecard.delayed", reason=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await stop.wait()

    async def refresh(self) -> None:
        """Edit every card that is due and would change. A card seen for the first time was drawn a moment ago."""
        for card in await self._store.cards.all():
            if self._clock() - self._edited_ms.setdefault(card, self._clock()) >= EDIT_EVERY_MS:
                await self._bring_up_to_date(card)

    async def _bring_up_to_date(self, card: LiveCard) -> None:
        # Asked first: a broadcast that ends in between is shown as ended before its card is dropped.
        going = {campaign.id for campaign in await self._store.campaigns.unfinished()}
        progress = await self._delivery.progress(card.campaign_id)
        if progress is None:
            await self._drop(card)
            return
        if progress.campaign.state is CampaignState.DRAFT:
            self._edited_ms[card] = self._clock()
            return
        recall = await self._store.recalls.find(card.campaign_id)
        if recall is None:
            part = progress_part(progress, now_ms=self._clock(), say=self._say)
            is_final = progress.campaign.state in OVER and card.campaign_id not in going
        else:
            part, is_final = recall_part(recall, self._say), recall.is_over
        is_current = part == self._shown.get(card) or await self._edit(card, part)
        if is_current and is_final:
            await self._drop(card)

    async def _edit(self, card: LiveCard, part: Part) -> bool:
        """Whether the card now shows `part`."""
        outcome = await self._sender.edit_part(card.chat_id, card.message_id, to_params(part))
        self._edited_ms[card] = self._clock()
        match outcome:
            case Sent():
                self._shown[card] = part
                return True
            case BadSource():
                await self._replace(card, part)
            case ChatGone():
                await self._drop(card)
            case BadContent(description):
                log.error("livecard.refused", campaign_id=card.campaign_id, description=description)
            case _:
                log.info("livecard.delayed", campaign_id=card.campaign_id, reason=type(outcome).__name__)
        return False

    async def _replace(self, card: LiveCard, part: Part) -> None:
        """The admin deleted the card: a new one takes its place."""
        outcome: Outcome = await self._sender.send_part(card.chat_id, to_params(part))
        if not isinstance(outcome, Sent):
            return
        self._forget(card)
        fresh = LiveCard(card.campaign_id, card.chat_id, outcome.message_id)
        await self._store.cards.put(fresh.campaign_id, fresh.chat_id, fresh.message_id)
        self._shown[fresh], self._edited_ms[fresh] = part, self._clock()

    async def _drop(self, card: LiveCard) -> None:
        self._forget(card)
        await self._store.cards.drop(card.campaign_id, card.chat_id)

    def _forget(self, card: LiveCard) -> None:
        self._shown.pop(card, None)
        self._edited_ms.pop(card, None)
