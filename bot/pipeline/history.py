"""The first start on an old folder: what lies there is history, taken in silently and all at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

import structlog

from bot.archive import Archive, PostSource
from bot.core.keys import digest_key
from bot.core.schedule import Timetable
from bot.pipeline.decisions import SHELF, first_state
from bot.pipeline.intake import Entry, Intake
from bot.storage.digests import Digests
from bot.storage.records import Known

PROGRESS_EVERY = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class History:
    """Files that were there before the bot, on their way into an empty state."""

    archive: Archive
    intake: Intake
    digests: Digests
    timetable: Timetable

    async def take_in(self, names: Iterable[str], now_ms: int) -> set[str]:
        """Build the archive of these files and remember them in one transaction; the names of those taken in.

        What wants a closer look is left out, to be told by the watcher: unreadable files, and a second digest of a day.
        """
        wanted, found = sorted(names), dict[str, Known]()

        async def shelf() -> AsyncIterator[PostSource]:
            for name in wanted:
                entry = await self.intake.read(name)
                if isinstance(entry, Entry) and (known := self._first_of_its_day(entry, now_ms)).key not in found:
                    found[known.key] = known
                    if known.state in SHELF:
                        yield entry.source(known.key)

        await self.archive.rebuild(shelf(), log_progress(len(wanted)))
        await self.digests.remember_all(found.values())
        log.info("history.taken_in", digests=len(found), files=len(wanted))
        return {known.name for known in found.values()}

    def _first_of_its_day(self, entry: Entry, now_ms: int) -> Known:
        digest = entry.digest
        decision = self.timetable.decide(digest.date, is_draft=digest.is_draft, now_ms=now_ms)
        is_todays = digest.date == self.timetable.today(now_ms)
        state, reason = first_state(decision, entry.doubts, is_history=True, is_todays=is_todays)
        key = digest_key(digest.date, digest.slug, {})
        return Known(key, digest.date, digest.slug, entry.name, entry.content_hash, state, reason)


def log_progress(total: int) -> Callable[[int], None]:
    """Tells the log now and then how much of an archive is built."""

    def tell(done: int) -> None:
        if done % PROGRESS_EVERY == 0:
            log.info("archive.building", done=done, total=total)

    return tell
