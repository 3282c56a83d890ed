"""The first start on an old folder: what lies there is history, taken in silently, with one message at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from bot.archive import Archive, PostSource
from bot.core.keys import digest_key
from bot.core.models import Say
from bot.core.schedule import Timetable
from bot.pipeline.publishing import notices
from bot.pipeline.publishing.decisions import SHELF, first_state
from bot.pipeline.publishing.noticeboard import Noticeboard, digest_matter
from bot.pipeline.watching.intake import Entry, Intake
from bot.pipeline.watching.posts import list_posts
from bot.storage import Store
from bot.storage.records import DigestState, Known

PROGRESS_EVERY = 50

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class History:
    """The files that were there before the bot. Over when all are taken in and the admins know about it."""

    archive: Archive
    intake: Intake
    store: Store
    timetable: Timetable
    board: Noticeboard
    say: Say
    is_over: bool = True
    _names: set[str] = field(default_factory=set)
    _unreadable: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """See whether this is a first start, and which files there are."""
        if not await self.store.meta.is_first_start():
            return
        self.is_over = False
        taken_in = {known.name for known in await self.store.digests.in_states(SHELF)}
        with suppress(OSError):
            self._names = set(await asyncio.to_thread(list_posts, self.intake.posts_dir)) - taken_in

    def holds(self, name: str) -> bool:
        """Whether the file was there before the bot and is not taken in yet."""
        return name in self._names

    def note_unreadable(self, name: str) -> None:
        """The admins are to hear of it at the end."""
        self._unreadable.append(name)

    async def take_in(self, now_ms: int) -> None:
        """Build the archive of these files and remember them in one transaction.

        What wants a closer look is left for the watcher to tell of: unreadable files, and a second digest of a day.
        """
        wanted, found = sorted(self._names), dict[str, Known]()

        async def shelf() -> AsyncIterator[PostSource]:
            for name in wanted:
                entry = await self.intake.read(name)
                if isinstance(entry, Entry) and (known := self._first_of_its_day(entry, now_ms)).key not in found:
                    found[known.key] = known
                    if known.state in SHELF:
                        yield entry.source(known.key)

        await self.archive.rebuild(shelf(), log_progress(len(wanted)))
        await self.store.digests.remember_all(found.values())
        self._names -= {known.name for known in found.values()}
        log.info("history.taken_in", digests=len(found), files=len(wanted))

    async def settle(self, name: str) -> None:
        """The watcher has told of this file, too. Raises when the admins could not be told just now."""
        self._names.discard(name)
        await self.finish()

    async def finish(self) -> None:
        """Once everything is taken in, tell the admins and ask about today's. Raises when they could not be told."""
        if self.is_over or self._names:
            return
        archived = await self.store.digests.in_states(SHELF)
        asked = [known for known in archived if known.state is DigestState.ASKED]
        entry = await self.intake.reread(asked[0]) if asked else None
        if archived or self._unreadable:
            todays = (asked[0].key, entry.digest.title) if entry else None
            part = notices.first_start(len(archived) - len(asked), self._unreadable, todays, say=self.say)
            matter = digest_matter(asked[0].key) if entry else "first_start"
            await self.board.put_up(matter, entry.content_hash if entry else "", part)
        if entry:
            remedy = f"python -m bot publish {entry.name}, or an admin's 发布"
            log.warning("digest.asked", digest=asked[0].key, remedy=remedy)
            await self.store.digests.set_told(asked[0].key, entry.content_hash)
        await self.store.meta.finish_first_start()
        self.is_over = True

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
