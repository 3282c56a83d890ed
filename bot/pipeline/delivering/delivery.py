"""The engine that works the ledger off: claim → throttle → send → record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog

from bot.core.delivery.retry import Policy
from bot.core.delivery.steps import (
    Ask,
    Leave,
    Repeat,
    SourceLost,
    StandAside,
    StopEverything,
)
from bot.pipeline.calling.ratelimit import Clock, monotonic_ms
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.alarms import Alarms
from bot.pipeline.delivering.conflict import ConflictWatch
from bot.pipeline.delivering.courier import Carried, Courier, Office
from bot.pipeline.delivering.feeder import Feeder
from bot.pipeline.delivering.hooks import (
    Alarm,
    AnotherInstanceError,
    DeliveryError,
    Hooks,
    Progress,
    TokenRejectedError,
)
from bot.pipeline.delivering.lease import SenderLease
from bot.pipeline.delivering.pauses import USUAL, Pauses
from bot.pipeline.delivering.questions import Questions
from bot.pipeline.delivering.recorder import Recorder
from bot.pipeline.delivering.recovery import Recovery
from bot.pipeline.delivering.settling import Settling
from bot.pipeline.delivering.speed import Speed
from bot.pipeline.delivering.transitions import OVER, advance
from bot.storage import Store
from bot.storage.errors import LeaseLostError, StoreError
from bot.storage.logbook import Logbook
from bot.storage.records import Campaign, CampaignKind, CampaignState
from bot.storage.records import Delivery as Row

WINDOW_S = 3
LEAST_WINDOW = 64
LONGEST_REST_S = 30.0
BLOCKED_REST_S = 1.0
GRACE_S = 17.0
FLUSH_S = 2.0

REVOKED = (
    "Telegram does not accept the bot's token any more ({reason}). Get a new one from @BotFather and put it into "
    "BOT_TOKEN; nothing was lost, the queue goes on at the next start."
)
ANOTHER_INSTANCE = (
    "Another process has been using this bot's token for a minute. Stop it, or give this bot another token; nothing "
    "was lost, the queue goes on at the next start."
)

log = structlog.get_logger(__name__)


class Delivery:
    """The engine. One per token. Without a `logbook` that outlives the process, every call that was marked is in doubt
    after a crash."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        hooks: Hooks,
        *,
        clock: Clock,
        monotonic: Clock = monotonic_ms,
        pauses: Pauses = USUAL,
        logbook: Logbook | None = None,
    ) -> None:
        logbook = logbook or Logbook()
        self._pauses = pauses
        self._store = store
        self._sender = sender
        self._hooks = hooks
        self._clock = clock
        self._alarms = Alarms(hooks)
        self._recorder = Recorder(store.ledger, self._alarms.trouble, pauses)
        office = Office(self._may_send, self._on_called, self._on_recorded)
        self._courier = Courier(store, sender, self._recorder, office, logbook, clock=clock, pauses=pauses)
        window = max(LEAST_WINDOW, int(sender.limiter.per_second * WINDOW_S))
        self._feeder = Feeder(store, self._recorder, self._carry, window=window, clock=clock)
        self._settling = Settling(store, hooks, pauses)
        self._questions = Questions(hooks, self._alarms, pauses, self._feeder.news)
        self._recovery = Recovery(store, self._courier, logbook, clock)
        self._conflict = ConflictWatch()
        self._lease = SenderLease(store.lease, clock, is_shared=store.is_shared, dead=logbook.owner, pauses=pauses)
        self._speed = Speed(monotonic)
        self._fault: DeliveryError | None = None
        self._ending = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; then finish what is in flight and return.

        Raises:
            TokenRejectedError: Telegram refuses the token; the queue is kept.
            AnotherInstanceError: somebody else has been using the token for a minute, or sends from this database now.
        """
        recording = asyncio.create_task(self._recorder.run())
        working = asyncio.create_task(self._work())
        stopping = [asyncio.create_task(event.wait()) for event in (stop, self._ending)]
        try:
            await asyncio.wait({recording, working, *stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in stopping:
                task.cancel()
            await self._finish(working, recording)
        if (fault := self._fault_of(recording, working)) is not None:
            raise fault

    @property
    def is_at_work(self) -> bool:
        """Whether it is this process that sends now."""
        is_free = not self._ending.is_set() and not self._conflict.is_present(self._clock())
        return is_free and self._lease.is_held

    async def stand_by(self, stop: asyncio.Event) -> bool:
        """Wait until no other process sends from this database; False when `stop` came first. Before that this one must
        neither publish nor ask Telegram for updates: two of them would disturb each other."""
        return await self._lease.stand_by(stop)

    def wake(self) -> None:
        """There is a new campaign, or one was changed in the store."""
        self._feeder.news.set()

    async def pause(self, campaign_id: int, reason: str = "") -> bool:
        """Stop sending at once, keep the rest; False when it was not running."""
        self._feeder.rest(campaign_id)
        is_paused = await self._store.campaigns.pause(campaign_id, reason)
        if not is_paused:
            self._feeder.go_on(campaign_id)
        return is_paused

    async def resume(self, campaign_id: int) -> bool:
        """Go on; False when it was not paused."""
        is_resumed = await self._store.campaigns.resume(campaign_id)
        self._feeder.go_on(campaign_id)
        return is_resumed

    async def stop(self, campaign_id: int) -> bool:
        """End it for good; what is not sent is skipped. False when it had ended."""
        self._feeder.rest(campaign_id)
        is_stopped = await self._store.campaigns.stop(campaign_id)
        if is_stopped:
            self._questions.drop(campaign_id)
            self._speed.forget(campaign_id)
        self.wake()
        return is_stopped

    async def answer(self, campaign_id: int, chat_id: int, *, is_to_repeat: bool) -> bool:
        """An admin's answer to a `Question`; False when it is settled already."""
        row = self._questions.take(campaign_id, chat_id)
        if row is None:
            return False
        await self._decide(row, is_to_repeat=is_to_repeat)
        return True

    async def progress(self, campaign_id: int) -> Progress | None:
        """How far it is, or None when there is no such campaign."""
        campaign = await self._store.campaigns.find(campaign_id)
        if campaign is None:
            return None
        speed = self._speed.per_second(campaign_id)
        is_moving = campaign.state is CampaignState.RUNNING and speed > 0
        left_s = campaign.left / speed if is_moving else None
        return Progress(campaign, speed, left_s, self._sender.limiter.bulk_held_until_ms)

    def estimate_s(self, recipients: int, parts: int = 1) -> float:
        """Seconds to deliver that many messages at the present pace."""
        return recipients * parts / self._sender.limiter.per_second

    def report_conflict(self) -> None:
        """Polling met another instance (409): sending pauses, and `run` raises when it lasts for a minute."""
        if self._conflict.note(self._clock()):
            self._halt(AnotherInstanceError(ANOTHER_INSTANCE))

    # -- work

    async def _work(self) -> None:
        await self._lease.wait()
        if self._store.is_shared:
            self._alarms.run(self._keep())
        await self._persist(self._recover)
        while True:
            self._feeder.news.clear()
            try:
                rest_s = await self._round()
                if not self._recorder.is_stuck:
                    self._alarms.trouble(None)
            except StoreError as error:
                self._alarms.trouble(error)
                rest_s = self._pauses.trouble_s
            if rest_s <= 0:
                await asyncio.sleep(0)
                continue
            # Not `wait_for`: before Python 3.12 it swallows a cancellation that comes together with the news.
            with suppress(TimeoutError):
                async with asyncio.timeout(rest_s):
                    await self._feeder.news.wait()

    async def _keep(self) -> None:
        try:
            await self._lease.keep()
        except LeaseLostError as lost:
            self._halt(AnotherInstanceError(str(lost)))

    async def _round(self) -> float:
        """One round of work; the seconds until the next is worth it."""
        if not self.is_at_work:
            return BLOCKED_REST_S
        is_busy = await self._feeder.round()
        for row in self._questions.take_due(self._clock()):
            campaign = await self._store.campaigns.find(row.campaign_id)
            await self._decide(row, is_to_repeat=campaign is None or campaign.policy is Policy.PREFER_DELIVERY)
        dues = (await self._store.ledger.next_due_ms(), self._questions.next_due_ms, self._feeder.next_start_ms)
        waits_s = [(due - self._clock()) / 1000 for due in dues if due is not None]
        return 0.0 if is_busy else min([LONGEST_REST_S, *waits_s])

    async def _carry(self, campaign: Campaign, row: Row) -> None:
        try:
            await self._courier.carry(campaign, row)
        except StoreError as error:
            self._alarms.trouble(error)
        except Exception:  # a bug must not take the other deliveries along; the row comes again when its lease ends
            log.exception("delivery.crashed", campaign=row.campaign_id, chat=row.chat_id)

    async def _recover(self) -> None:
        """Put in order what a dead process left, and make up for its last steps."""
        doubtful, waiting = await self._recovery.run()
        for carried in doubtful:
            self._on_recorded(carried)
        for row in waiting:
            self._questions.ask(row)
        await self._settling.recover()

    async def _decide(self, row: Row, *, is_to_repeat: bool) -> None:
        campaign = await self._store.campaigns.find(row.campaign_id)
        if campaign is None:
            return
        parts = len(await self._courier.calls(campaign, row.edition_id))
        step = Repeat(self._clock(), row.reason) if is_to_repeat else Leave(row.reason)
        entry = advance(row, step, parts, self._clock())
        await self._recorder.record(entry)
        self._on_recorded(Carried(campaign, row, step, entry))
        self.wake()

    # -- what follows from a call

    def _on_called(self, carried: Carried) -> None:
        campaign = carried.campaign
        match carried.step:
            case StopEverything(reason):
                self._halt(TokenRejectedError(REVOKED.format(reason=reason)))
            case StandAside():
                self.report_conflict()
            case SourceLost(reason) if campaign.kind is CampaignKind.BROADCAST:
                self._feeder.rest(campaign.id)
                self._alarms.run(self._give_up_source(campaign, reason))
            case step:
                self._alarms.about(carried.before, step)

    def _on_recorded(self, carried: Carried) -> None:
        """It is committed: ask, or take the publisher's last step."""
        row = carried.entry.delivery
        if carried.entry.counter is not None:
            self._speed.note(row.campaign_id)
        if isinstance(carried.step, Ask):
            self._questions.ask(row)
        elif row.state in OVER and row.is_group and carried.campaign.kind is not CampaignKind.BROADCAST:
            self._settling.begin(row)

    async def _give_up_source(self, campaign: Campaign, reason: str) -> None:
        if await self._store.campaigns.pause(campaign.id, reason):
            await self._hooks.on_alarm(Alarm("source_gone", {"campaign": campaign.id, "reason": reason}))

    # -- life

    def _may_send(self, campaign_id: int) -> bool:
        return self.is_at_work and self._feeder.may_send(campaign_id)

    def _halt(self, fault: DeliveryError) -> None:
        self._fault = self._fault or fault
        self._ending.set()

    def _fault_of(self, *tasks: asyncio.Task[None]) -> BaseException | None:
        """Why the work ended without having been told to."""
        failed = [task.exception() for task in tasks if task.done() and not task.cancelled()]
        match next(filter(None, failed), None):
            case LeaseLostError() as lost:
                return AnotherInstanceError(str(lost))
            case error:
                return self._fault or error

    async def _finish(self, working: asyncio.Task[None], recording: asyncio.Task[None]) -> None:
        """Start nothing, let Telegram's answers come in, write them down."""
        self._ending.set()
        working.cancel()
        self._courier.outage.close()
        await asyncio.gather(working, return_exceptions=True)
        await self._feeder.close()
        if self._courier.in_flight:
            await asyncio.wait(self._courier.in_flight, timeout=GRACE_S)
        self._recorder.close()
        await asyncio.wait({recording}, timeout=FLUSH_S)
        recording.cancel()
        await self._settling.close()
        await self._alarms.close()
        await asyncio.gather(recording, return_exceptions=True)
        await self._lease.release()

    async def _persist(self, action: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something with the state, again until it works."""
        while True:
            try:
                return await action()
            except StoreError as error:
                self._alarms.trouble(error)
                await asyncio.sleep(self._pauses.trouble_s)
