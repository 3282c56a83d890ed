"""The live card: one message in an admin's chat that shows a broadcast while it goes on, then its summary.

Which cards are alive is part of the state, so they go on after a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from bot.core.delivery.retry import BadContent, BadSource, ChatGone, Outcome, Sent
from bot.core.durations import spell_duration
from bot.core.format.parts import Button, Part, to_params
from bot.core.models import Say
from bot.pipeline.delivery import Delivery, Progress
from bot.pipeline.sender import Sender
from bot.storage import Store
from bot.storage.errors import StoreError
from bot.storage.records import Campaign, CampaignState, LiveCard

EDIT_EVERY_MS = 3_000
LOOK_EVERY_S = 1
BAR_CELLS = 10
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
        part = progress_part(progress, now_ms=self._clock(), say=self._say)
        is_current = part == self._shown.get(card) or await self._edit(card, part)
        if is_current and progress.campaign.state in OVER and card.campaign_id not in going:
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


def progress_part(progress: Progress, *, now_ms: int, say: Say) -> Part:
    """The card of a broadcast in its present state; over, it has no button."""
    campaign = progress.campaign
    match campaign.state:
        case CampaignState.BUILDING if campaign.begins_after(now_ms):
            return Part(say("progress.soon"), keyboard=((_button("undo", campaign, say),),))
        case CampaignState.BUILDING:
            return Part(say("progress.building"), keyboard=((_button("stop", campaign, say),),))
        case CampaignState.STOPPED | CampaignState.DONE:
            return Part("\n".join(_summary(campaign, say)))
    lines = [_bar(campaign, say), *_counts(campaign, say), _pace(progress, now_ms, say)]
    return Part("\n".join(lines), keyboard=(_buttons(campaign, say),))


def _bar(campaign: Campaign, say: Say) -> str:
    share = campaign.settled / campaign.total if campaign.total else 1.0
    full = min(BAR_CELLS, int(share * BAR_CELLS))
    bar = "▓" * full + "░" * (BAR_CELLS - full)
    return say("progress.bar", bar=bar, percent=int(100 * share), done=campaign.settled, total=campaign.total)


def _counts(campaign: Campaign, say: Say) -> list[str]:
    lines = [_settled("progress.counts", campaign, say)]
    if campaign.skipped:
        lines.append(say("progress.skipped", skipped=campaign.skipped))
    return lines


def _summary(campaign: Campaign, say: Say) -> list[str]:
    if campaign.state is CampaignState.DONE:
        lines = [_settled("progress.done", campaign, say)]
        return [*lines, say("progress.skipped", skipped=campaign.skipped)] if campaign.skipped else lines
    # Stopping skips whoever was not served yet: until the ledger has caught up, both add up to the same people.
    unsent = campaign.left + campaign.skipped
    return [_settled("progress.stopped", campaign, say), say("progress.not_sent", left=unsent)]


def _settled(sentence: str, campaign: Campaign, say: Say) -> str:
    return say(sentence, sent=campaign.sent, blocked=campaign.blocked, failed=campaign.failed, unknown=campaign.unknown)


def _pace(progress: Progress, now_ms: int, say: Say) -> str:
    if progress.campaign.state is CampaignState.PAUSED:
        return say("progress.source_gone" if progress.campaign.reason else "progress.paused")
    if progress.held_until_ms is not None and progress.held_until_ms > now_ms:
        return say("progress.held", duration=spell_duration((progress.held_until_ms - now_ms) / 1000, say))
    if progress.left_s is None:
        return say("progress.starting")
    return say("progress.pace", rate=progress.per_second, duration=spell_duration(progress.left_s, say))


def _buttons(campaign: Campaign, say: Say) -> tuple[Button, ...]:
    """An admin's pause can be ended; the one with a reason, that the previewed message is gone, cannot."""
    stop = _button("stop", campaign, say)
    if campaign.state is not CampaignState.PAUSED:
        return _button("pause", campaign, say), stop
    return (stop,) if campaign.reason else (_button("resume", campaign, say), stop)


def _button(name: str, campaign: Campaign, say: Say) -> Button:
    return Button(say(f"progress.button_{name}"), callback=f"v1:b{name}:{campaign.id}")
