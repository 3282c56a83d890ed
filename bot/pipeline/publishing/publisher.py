"""The publisher: what becomes of each digest, from the settled file to the campaign."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from bot.archive import Archive
from bot.core.models import Digest
from bot.core.schedule import Due, Timetable, TooOld
from bot.pipeline.publishing.absence import Absence
from bot.pipeline.publishing.corrections import Corrections, NotYetError
from bot.pipeline.publishing.decisions import (
    APPROVAL,
    DRAFT,
    OPEN,
    SHELF,
    Answer,
    PublishError,
)
from bot.pipeline.publishing.history import History
from bot.pipeline.publishing.noticeboard import Ear, Noticeboard
from bot.pipeline.publishing.press import Press
from bot.pipeline.publishing.registrar import Registrar
from bot.pipeline.publishing.rejects import Rejects
from bot.pipeline.publishing.shelf import Shelf
from bot.pipeline.publishing.undecided import Undecided
from bot.pipeline.stopping import until_stopped
from bot.pipeline.watching.intake import Entry, Intake, Unreadable
from bot.pipeline.watching.watcher import Change, Gone, Refused, Settled
from bot.storage import Store
from bot.storage.errors import StoreError
from bot.storage.plans import Target
from bot.storage.records import DigestState, Known

LOOK_EVERY_S = 15.0

log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class Publisher:
    """Decides, remembers and starts campaigns. After a crash everything may be told and asked again: what is done is
    not done twice.

    `targets` gives the groups and raises `NotYetError` while they are not resolved; `wake` tells the delivery that
    there is a campaign; `asks_first`: nothing goes out by itself, the admins are asked about every digest whose time
    has come.
    """

    store: Store
    archive: Archive
    intake: Intake
    press: Press
    corrections: Corrections
    timetable: Timetable
    clock: Callable[[], int]
    targets: Callable[[], Awaitable[Sequence[Target]]]
    admins: Ear
    wake: Callable[[], None]
    asks_first: bool = False
    _lock: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)
    _news: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _history: History = field(init=False)
    _absence: Absence = field(init=False)
    _undecided: Undecided = field(init=False)
    _rejects: Rejects = field(init=False)
    _shelf: Shelf = field(init=False)
    _registrar: Registrar = field(init=False)
    _is_prepared: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._absence = Absence(self.store, self.timetable, self.admins, self.press.say)
        board = Noticeboard(self.store.meta, self.admins, self.press.say, self.clock)
        self._undecided = Undecided(self.intake, board, self.press.say)
        self._rejects = Rejects(self.intake, board, self.press.say)
        self._shelf = Shelf(self.archive, self.intake, self.store.digests)
        self._history = History(self.archive, self.intake, self.store, self.timetable, board, self.press.say)
        self._registrar = Registrar(
            store=self.store,
            intake=self.intake,
            shelf=self._shelf,
            history=self._history,
            rejects=self._rejects,
            undecided=self._undecided,
            corrections=self.corrections,
            timetable=self.timetable,
            clock=self.clock,
        )

    async def open(self) -> None:
        """On the first start, note which files were there before the bot. To be called before the watcher runs."""
        await self.corrections.open()
        await self._history.open()

    async def prepare(self) -> None:
        """The long part of a start, while readers are served already: the history of a first one, a missing archive."""
        try:
            async with self._lock:
                await self._guarded(self._fill_archive(), "")
                # What is wrong with the groups of the settings is in the log before a digest is due.
                await self._guarded(self.targets(), "")
        finally:
            self._is_prepared.set()

    async def known(self) -> Mapping[str, str]:
        """The content hash by file name of what is in the archive, once that is prepared: no news to anybody."""
        await self._is_prepared.wait()
        return await self.archive.sources()

    async def run(self, stop: asyncio.Event) -> None:
        """Look after whatever waits, until `stop` is set."""
        await until_stopped(self.prepare(), stop)
        while not stop.is_set():
            self._news.clear()
            try:
                wait_s = await self.tick()
            except StoreError as error:  # it comes back; whoever only reads is served meanwhile
                log.warning("publisher.delayed", reason=str(error))
                wait_s = LOOK_EVERY_S
            await asyncio.to_thread(self.intake.parser.rest)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await until_stopped(self._news.wait(), stop)

    async def on_change(self, change: Change) -> None:
        """Take in what the watcher saw. Raises when it is to be told again."""
        async with self._lock:
            match change:
                case Settled(name):
                    await self._registrar.take_in(name)
                case Refused(name, problem):
                    await self._registrar.reject(Unreadable(name, "", (problem,)))
                case Gone(name):
                    await self._registrar.let_go(name)
            for rival in self._rejects.rivals(change.name):
                await self._registrar.take_in(rival)
            await self._history.settle(change.name)
        self._news.set()

    async def tick(self) -> float:
        """Do what is due now; seconds until there may be more to do."""
        async with self._lock:
            now = self.clock()
            await self._guarded(self._shelf.mend(), "")
            await self._guarded(self._history.finish(), "")
            waiting = await self.store.digests.in_states(OPEN)
            for known in waiting:
                await self._guarded(self._attend(known, now), known.key)
            for key in self.corrections.due(now):
                await self._guarded(self._correct(key, now), key)
            if self._history.is_over:
                await self._guarded(self._absence.look(now), "")
        dues = [self.timetable.due_ms(known.date) for known in waiting if known.state is DigestState.WAITING]
        return min([LOOK_EVERY_S, *((due - now) / 1000 for due in dues if due > now)])

    async def approve(self, key: str) -> Answer:
        """An admin wants it out now, whatever its date or shape."""
        async with self._lock:
            known = await self.store.digests.find(key)
            if known is None or known.state is DigestState.PUBLISHED:
                return Answer.UNKNOWN if known is None else Answer.PUBLISHED_BEFORE
            entry = await self.intake.reread(known)
            if entry is None:
                return Answer.FILE_GONE
            await self.store.digests.set_state(key, DigestState.APPROVED)
            await self._publish(key, entry)
            await self._undecided.settle(key, "decision.published")
            return Answer.DONE

    async def discard(self, key: str) -> Answer:
        """An admin does not want it out: a sound one stays in the archive, a held one is not shown at all."""
        async with self._lock:
            known = await self.store.digests.find(key)
            if known is None or known.state is DigestState.PUBLISHED:
                return Answer.UNKNOWN if known is None else Answer.PUBLISHED_BEFORE
            state = DigestState.SEEN if known.state in SHELF else DigestState.DISCARDED
            await self.store.digests.set_state(key, state)
            await self._undecided.settle(key, "decision.kept")
            return Answer.DONE

    async def overrule(self, ticket: str) -> Answer:
        """An admin wants a file out that was rejected: of whatever can be made of it comes a publication, or a
        correction when it is out in another form already.

        Raises:
            PublishError: nothing can be made of it.
        """
        async with self._lock:
            match await self.look(ticket):
                case Entry() as entry:
                    return await self._let_out(*await self._registrar.accept(entry))
                case Unreadable(problems=problems):
                    raise PublishError(*problems)
            return Answer.FILE_GONE if await self._rejects.is_open(ticket) else Answer.SETTLED

    async def drop(self, ticket: str) -> Answer:
        """An admin wants to hear no more of a rejected file until it changes."""
        async with self._lock:
            return Answer.DONE if await self._rejects.drop(ticket) else Answer.SETTLED

    async def look(self, ticket: str) -> Entry | Unreadable | None:
        """What can be made of a rejected file; None when it is gone or has changed since the admins heard of it."""
        return await self._rejects.find(ticket, self.timetable.today(self.clock()))

    async def newest_open(self) -> str | None:
        """The key of the newest digest that is not out yet: it waits, or somebody is to decide about it."""
        waiting = await self.store.digests.in_states(OPEN)
        return max(waiting, key=lambda known: (known.date, known.updated_at_ms)).key if waiting else None

    async def peek(self, key: str) -> Digest | None:
        """The digest as its file says it, whatever its state; None when the file is gone or says something else."""
        known = await self.store.digests.find(key)
        entry = await self.intake.reread(known) if known else None
        return entry.digest if entry else None

    async def _attend(self, known: Known, now_ms: int) -> None:
        match known.state:
            case DigestState.APPROVED:
                await self._publish_known(known)
            case DigestState.WAITING if known.reason != DRAFT:
                await self._publish_when_due(known, now_ms)
            case DigestState.HELD if known.reason == APPROVAL and not self.asks_first:
                await self._publish_when_due(known, now_ms)
            case DigestState.ASKED | DigestState.HELD if known.told_hash != known.content_hash:
                await self._ask(known)
            case _:
                pass

    async def _publish_when_due(self, known: Known, now_ms: int) -> None:
        match self.timetable.decide(known.date, is_draft=False, now_ms=now_ms):
            case Due() if self.asks_first:
                await self.store.digests.set_state(known.key, DigestState.HELD, APPROVAL)
                await self._ask(replace(known, state=DigestState.HELD, reason=APPROVAL))
            case Due():
                await self._publish_known(known)
            case TooOld():
                await self.store.digests.set_state(known.key, DigestState.SEEN)
                await self._shelf.put_back(known)
            case _:
                pass

    async def _publish_known(self, known: Known) -> None:
        # A file that is gone or being rewritten is not sent: the watcher tells when it is there again.
        if entry := await self.intake.reread(known):
            await self._publish(known.key, entry)

    async def _publish(self, key: str, entry: Entry) -> None:
        targets, editions = await self.targets(), await self.store.chats.editions()
        is_todays = entry.digest.date == self.timetable.today(self.clock())
        plan = await asyncio.to_thread(
            partial(self.press.plan, is_todays=is_todays), entry.digest, key, entry.content_hash, targets, editions
        )
        await self._shelf.put(key, entry)
        campaign_id = await self.store.campaigns.publish(plan)
        self.wake()
        log.info("digest.published", digest=key, campaign=campaign_id, groups=len(targets), editions=len(plan.editions))

    async def _correct(self, key: str, now_ms: int) -> None:
        known = await self.store.digests.find(key)
        entry = await self.intake.reread(known) if known else None
        if entry and await self.corrections.correct(key, entry.digest, entry.content_hash, now_ms):
            self.wake()
            log.info("digest.corrected", digest=key)

    async def _ask(self, known: Known) -> None:
        if self._history.is_over:
            await self._undecided.ask(known)

    async def _let_out(self, known: Known, entry: Entry) -> Answer:
        if known.state is not DigestState.PUBLISHED:
            await self._publish(known.key, entry)
            return Answer.DONE
        await self._shelf.put(known.key, entry)
        self.corrections.note(known.key)
        self._news.set()
        return Answer.CORRECTED

    async def _fill_archive(self) -> None:
        if self._history.is_over or await self.store.digests.all():
            await self._shelf.mend(is_foreign=not self._history.is_over)
        else:
            await self._history.take_in(self.clock())
        await self._history.finish()

    async def _guarded(self, step: Awaitable[object], key: str) -> None:
        try:
            await step
        except NotYetError as reason:
            log.info("digest.waits", digest=key, reason=str(reason))
        except Exception:
            log.exception("digest.attention_failed", digest=key)
