"""Carries one delivery through its parts: mark as sending, wait for the turn, call, record; then the next part."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.core.delivery.retry import Attempt, Migrated, NotSent, Outcome, Sent, next_step
from bot.core.delivery.steps import FallBack, SendPlain, SourceLost, Step, TryAgain
from bot.core.delivery.throttle import Lane
from bot.core.format.rich import SEND_RICH
from bot.pipeline.calling.sender import Sender
from bot.pipeline.calling.transport import Template
from bot.pipeline.delivering.outage import Outage
from bot.pipeline.delivering.pauses import Pauses
from bot.pipeline.delivering.recorder import Recorder
from bot.pipeline.delivering.transitions import advance, finish_empty, go_classic, put_back, start
from bot.storage import Store
from bot.storage.errors import StoreError
from bot.storage.logbook import Flight, Logbook
from bot.storage.plans import Call
from bot.storage.records import Campaign, CampaignKind, Delivery, DeliveryState, Entry

LONGEST_TURN_S = 30.0
"""A chat that must wait longer than this is put back into the ledger until then."""
AHEAD_S = 0.15
LEAST_AHEAD = 4
EDITIONS_KEPT = 256

log = structlog.get_logger(__name__)

Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Classic:
    """The edition for chats that refuse a rich one, and the section that each of its parts shows."""

    edition_id: int
    sections: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call serialised for all its chats; `plain` is the same without formatting, None where there is no text.

    `section` is the digest's section it shows. `classic`: it is a rich message, and this is what replaces it.
    """

    method: str
    formatted: Template
    plain: Template | None
    message_id: int
    section: int | None = None
    classic: Classic | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """A part that was called: the row before, what came of it, and what is written about it."""

    campaign: Campaign
    before: Delivery
    step: Step
    entry: Entry


@dataclass(frozen=True, slots=True)
class Office:
    """Who sends the courier: whether a campaign is running now, and what it hears of every call, before it is recorded
    and after."""

    may_send: Callable[[int], bool]
    on_called: Callable[[Carried], None]
    on_recorded: Callable[[Carried], None]


def lane_of(campaign: Campaign, delivery: Delivery) -> Lane:
    """Broadcasts go last; groups, which everybody sees, before readers."""
    if campaign.kind is CampaignKind.BROADCAST:
        return Lane.BROADCAST
    return Lane.GROUP if delivery.is_group else Lane.DIGEST


def is_public(campaign: Campaign, delivery: Delivery) -> bool:
    """Whether everybody would see a message twice, so that a person decides about a lost answer."""
    return delivery.is_group and campaign.kind is not CampaignKind.BROADCAST


class Courier:
    """Many deliveries at once, one at a time a chat.

    Per lane only as many rows are marked as sending as go out within `AHEAD_S`: the marking is committed before the
    turn comes, so that group commits do not turn even spacing into bursts.
    """

    def __init__(
        self,
        store: Store,
        sender: Sender,
        recorder: Recorder,
        office: Office,
        logbook: Logbook,
        *,
        clock: Clock,
        pauses: Pauses,
    ) -> None:
        self._store = store
        self._sender = sender
        self._recorder = recorder
        self._clock = clock
        self._office = office
        self._logbook = logbook
        self.outage = Outage(sender, pauses)
        self.in_flight: set[asyncio.Task[Carried]] = set()
        ahead = max(LEAST_AHEAD, math.ceil(sender.limiter.per_second * AHEAD_S))
        self._gates = {lane: asyncio.Semaphore(ahead) for lane in Lane}
        self._chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._editions: OrderedDict[int, asyncio.Task[tuple[Prepared, ...]]] = OrderedDict()

    async def carry(self, campaign: Campaign, delivery: Delivery) -> None:
        """Work until the delivery is over, has to wait for long, or its campaign rests.

        Raises:
            StoreError: the state cannot be used; the delivery is put back as far as it came.
        """
        # The lock lives as long as somebody holds or wants it.
        lock = self._chats.setdefault(delivery.chat_id, asyncio.Lock())
        async with lock:
            is_plain = False
            while delivery.state is DeliveryState.PENDING and delivery.leased_until_ms:
                try:
                    carried = await self._carry_part(campaign, delivery, is_plain)
                except StoreError:
                    await self._recorder.record(put_back(delivery))
                    raise
                if carried is None:
                    return
                delivery, is_plain = carried.entry.delivery, isinstance(carried.step, SendPlain)

    async def calls(self, campaign: Campaign, edition_id: int) -> tuple[Prepared, ...]:
        """The prepared calls of an edition; those in use are kept, and loaded once however many want them at once."""
        loading = self._editions.get(edition_id)
        if loading is None:
            loading = self._editions[edition_id] = asyncio.create_task(self._load(edition_id, campaign.is_silent))
            if len(self._editions) > EDITIONS_KEPT:
                self._editions.popitem(last=False)
        try:
            return loading.result() if loading.done() else await asyncio.shield(loading)
        except StoreError:
            self._editions.pop(edition_id, None)
            raise

    async def _load(self, edition_id: int, is_silent: bool) -> tuple[Prepared, ...]:
        calls = await self._store.ledger.calls(edition_id)
        classic = await self._classic_of(edition_id) if any(call.method == SEND_RICH for call in calls) else None
        return tuple(self._prepare(call, is_silent, classic) for call in calls)

    async def _classic_of(self, edition_id: int) -> Classic | None:
        classic = await self._store.ledger.classic_of(edition_id)
        if classic is None:
            return None
        return Classic(classic, tuple(call.section for call in await self._store.ledger.calls(classic)))

    async def _carry_part(self, campaign: Campaign, delivery: Delivery, is_plain: bool) -> Carried | None:
        """One call; None when it was not made and the row is back in the ledger."""
        # Not loaded once for all parts: a chat that refuses rich messages goes on with another edition.
        calls = await self.calls(campaign, delivery.edition_id)
        if not calls:
            await self._recorder.record(finish_empty(delivery))
            return None
        lane = lane_of(campaign, delivery)
        await self.outage.wait_over()
        gap_ms = self._sender.limiter.gap_ms(lane, delivery.chat_id)
        if gap_ms > LONGEST_TURN_S * 1000:
            await self._postpone(delivery, gap_ms)
            return None
        if gap_ms:
            await asyncio.sleep(gap_ms / 1000)
        async with self._gates[lane]:
            if not self._office.may_send(campaign.id):
                await self._recorder.record(put_back(delivery))
                return None
            if not await self._turn(lane, delivery):
                await self._postpone(delivery, self._sender.limiter.gap_ms(lane, delivery.chat_id))
                return None
        if not self._office.may_send(campaign.id) or not self.outage.is_over or self._recorder.is_stuck:
            await self._recorder.record(put_back(delivery))
            return None
        call = asyncio.create_task(self._call(campaign, delivery, calls, is_plain))
        self.in_flight.add(call)
        call.add_done_callback(self.in_flight.discard)
        return await asyncio.shield(call)

    async def _turn(self, lane: Lane, delivery: Delivery) -> bool:
        """Mark the row as sending and wait for the turn; whether it came in good time. Cancelled while waiting, the row
        is not left as sending."""
        try:
            await self._recorder.record(start(delivery))
            async with asyncio.timeout(LONGEST_TURN_S):
                await self._sender.limiter.turn(lane, delivery.chat_id)
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            self._recorder.put(put_back(delivery))
            raise
        return True

    async def _postpone(self, delivery: Delivery, wait_ms: int) -> None:
        step = TryAgain(self._clock() + max(wait_ms, 1), "flood wait", is_attempt=False)
        await self._recorder.record(advance(delivery, step, delivery.next_part + 1, self._clock()))

    async def _call(
        self, campaign: Campaign, delivery: Delivery, calls: tuple[Prepared, ...], is_plain: bool
    ) -> Carried:
        """From here on nothing may be interrupted: what Telegram accepted is recorded."""
        with self._logbook.flight(Flight(delivery.campaign_id, delivery.chat_id, delivery.next_part)):
            return await self._fly(campaign, delivery, calls, is_plain)

    async def _fly(
        self, campaign: Campaign, delivery: Delivery, calls: tuple[Prepared, ...], is_plain: bool
    ) -> Carried:
        call = calls[delivery.next_part]
        template = call.plain if is_plain and call.plain else call.formatted
        body = template.body(delivery.chat_id, None if call.message_id else delivery.thread_id)
        outcome = await self._sender.post(call.method, body, delivery.chat_id)
        if outcome == Sent(0):
            outcome = Sent(call.message_id)
        self.outage.note(outcome)
        if isinstance(outcome, Migrated) and not await self._migrate(delivery.chat_id, outcome.chat_id):
            outcome = NotSent("the state cannot be written")
        carried = self._judge(campaign, delivery, outcome, calls, is_plain=is_plain or call.plain is None)
        self._office.on_called(carried)
        await self._recorder.record(carried.entry)
        self._office.on_recorded(carried)
        return carried

    def _judge(
        self, campaign: Campaign, delivery: Delivery, outcome: Outcome, calls: tuple[Prepared, ...], *, is_plain: bool
    ) -> Carried:
        classic = calls[delivery.next_part].classic
        can_ask = is_public(campaign, delivery)
        attempt = Attempt(delivery.attempts, delivery.is_repeat, is_plain, can_ask, classic is not None)
        step = next_step(outcome, attempt, now_ms=self._clock(), policy=campaign.policy)
        if isinstance(step, SourceLost) and campaign.kind is CampaignKind.BROADCAST:
            entry = put_back(delivery)
        else:
            entry = advance(delivery, step, len(calls), self._clock())
        if isinstance(step, FallBack) and classic is not None:
            log.info("delivery.rich_refused", campaign=campaign.id, chat=delivery.chat_id, reason=step.reason)
            sections = [call.section for call in calls]
            entry = replace(entry, delivery=go_classic(entry.delivery, classic.edition_id, sections, classic.sections))
        return Carried(campaign, delivery, step, entry)

    async def _migrate(self, old_id: int, new_id: int) -> bool:
        try:
            await self._store.chats.migrate(old_id, new_id)
        except StoreError as error:
            log.error("chat.not_migrated", chat=old_id, new_chat=new_id, error=str(error))
            return False
        return True

    def _prepare(self, call: Call, is_silent: bool, classic: Classic | None) -> Prepared:
        params: dict[str, Any] = dict(call.params)
        if is_silent:
            params["disable_notification"] = True
        bare = {name: value for name, value in params.items() if name not in ("entities", "reply_markup")}
        message_id = params.get("message_id") if call.method.startswith("edit") else None
        return Prepared(
            call.method,
            self._sender.prepare(params),
            self._sender.prepare(bare) if "text" in params else None,
            message_id if isinstance(message_id, int) else 0,
            call.section,
            classic,
        )
