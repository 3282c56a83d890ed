"""The registrar: books what every file is, a digest in one of its states or a file that the admins are told of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.core.models import Problem
from bot.core.schedule import Timetable
from bot.pipeline.publishing.corrections import Corrections
from bot.pipeline.publishing.decisions import ASKING, SHELF, first_state, is_reopened
from bot.pipeline.publishing.history import History
from bot.pipeline.publishing.rejects import Rejects
from bot.pipeline.publishing.shelf import Shelf
from bot.pipeline.publishing.undecided import Undecided
from bot.pipeline.watching.intake import Entry, Intake, Unreadable
from bot.storage import Store
from bot.storage.records import DigestState, Known

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """Reads files and books them; to be used by one at a time. Being told of a file again changes nothing."""

    store: Store
    intake: Intake
    shelf: Shelf
    history: History
    rejects: Rejects
    undecided: Undecided
    corrections: Corrections
    timetable: Timetable
    clock: Callable[[], int]

    async def take_in(self, name: str) -> None:
        """A settled file: what it is now, whatever it was before."""
        match await self.intake.read(name):
            case Entry() as entry:
                await self._judge(entry)
            case Unreadable() as unreadable:
                await self.reject(unreadable)
            case None:
                await self.rejects.forgive(name)

    async def reject(self, file: Unreadable) -> None:
        """A file that is not to be sent as it is."""
        log.warning("digest.refused", file=ascii(file.name), problems=",".join(one.code for one in file.problems))
        await self.undecided.supersede(file.name)
        if self.history.holds(file.name):
            self.history.note_unreadable(file.name)
            await self.rejects.know(file)
        else:
            await self.rejects.tell(file)

    async def let_go(self, name: str) -> None:
        """A file that is gone; what came of it in Telegram stays."""
        await self.rejects.forgive(name, "notice.gone")
        await self.undecided.let_go(name)
        await self.shelf.remove(name)

    async def accept(self, entry: Entry) -> tuple[Known, Entry]:
        """A rejected file that an admin wants out as it is: booked as published when it is out in another form, else
        as approved; apart from another digest of its day and name."""
        key = await self.intake.identify(entry)
        if isinstance(key, Problem):
            entry = entry.set_apart()
            key = await self.intake.new_key(entry.digest)
        known = await self.store.digests.find(key)
        is_out = known is not None and known.state is DigestState.PUBLISHED
        known = await self._remember(key, entry, DigestState.PUBLISHED if is_out else DigestState.APPROVED)
        await self.rejects.forgive(entry.name, "decision.corrected" if is_out else "decision.published")
        return known, entry

    async def _judge(self, entry: Entry) -> None:
        key = await self.intake.identify(entry)
        if isinstance(key, Problem):
            return await self.reject(Unreadable(entry.name, entry.content_hash, (key,)))
        known = await self.store.digests.find(key)
        is_new_text = known is None or known.content_hash != entry.content_hash
        if known and known.state is DigestState.PUBLISHED and is_new_text and entry.doubts:
            return await self.reject(Unreadable(entry.name, entry.content_hash, entry.doubts))
        await self.rejects.forgive(entry.name)
        await self.undecided.supersede(entry.name, key)
        if known is None or is_new_text or known.name != entry.name:
            known = await self._remember(key, entry, *await self._decide(entry, known, is_new_text=is_new_text))
        if known.state not in ASKING:
            await self.undecided.settle(key, "notice.mended")
        if known.state in SHELF:
            await self.shelf.put(key, entry)
        if known.state is DigestState.PUBLISHED:
            self.corrections.note(key)
        return None

    async def _decide(self, entry: Entry, known: Known | None, *, is_new_text: bool) -> tuple[DigestState, str]:
        if known and not (is_new_text and is_reopened(known)):
            return known.state, known.reason
        is_history = self.history.holds(entry.name)
        doubts = entry.doubts if known or is_history else (*entry.doubts, *await self.intake.redated(entry))
        decision = self.timetable.decide(entry.digest.date, is_draft=entry.digest.is_draft, now_ms=self.clock())
        is_todays = entry.digest.date == self.timetable.today(self.clock())
        return first_state(decision, doubts, is_history=is_history, is_todays=is_todays)

    async def _remember(self, key: str, entry: Entry, state: DigestState, reason: str = "") -> Known:
        digest = entry.digest
        log.info("digest.remembered", digest=key, file=entry.name, state=state, reason=reason)
        return await self.store.digests.remember(
            key, digest.date, digest.slug, entry.name, entry.content_hash, state, reason
        )
