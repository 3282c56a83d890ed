"""The shelf: the digests that readers may find by themselves, kept in the archive as the state has them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from bot.archive import Archive, PostSource
from bot.pipeline.publishing.decisions import SHELF
from bot.pipeline.publishing.history import log_progress
from bot.pipeline.watching.intake import Entry, Intake
from bot.storage.digests import Digests
from bot.storage.records import Known

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Puts digests into the archive, takes them out, and builds it anew from the state and the posts."""

    archive: Archive
    intake: Intake
    digests: Digests

    async def put(self, key: str, entry: Entry) -> None:
        """Let readers find it."""
        try:
            await self.archive.index(entry.source(key))
        except Exception:
            # The archive can be built anew from the files at any time; the publication cannot wait for it.
            log.exception("archive.index_failed", digest=key)

    async def put_back(self, known: Known) -> None:
        """Let readers find it, if its file still says it."""
        if entry := await self.intake.reread(known):
            await self.put(known.key, entry)

    async def remove(self, name: str) -> None:
        """The file is gone, and with it what readers found of it."""
        for known in await self.digests.in_states(SHELF):
            if known.name == name:
                await self.archive.remove(known.key)
                log.info("digest.file_gone", digest=known.key)

    async def mend(self, *, is_foreign: bool = False) -> None:
        """Build the archive anew when it is damaged, missing, or not of this state (`is_foreign`)."""
        if is_foreign or not self.archive.is_usable:
            log.info("archive.rebuilding")
            total = len(await self.digests.in_states(SHELF))
            await self.archive.rebuild(self._sources(), log_progress(total))

    async def _sources(self) -> AsyncIterator[PostSource]:
        for known in await self.digests.in_states(SHELF):
            if entry := await self.intake.reread(known):
                yield entry.source(known.key)
