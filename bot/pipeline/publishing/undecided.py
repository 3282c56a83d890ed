"""Digests about which somebody is to decide: the question hangs on the noticeboard until it is answered, or until the
file says something else."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.core.format.parts import Part
from bot.core.models import Say
from bot.pipeline.publishing import notices
from bot.pipeline.publishing.decisions import APPROVAL, ASKING
from bot.pipeline.publishing.noticeboard import Noticeboard, digest_matter
from bot.pipeline.watching.intake import REDATED, Entry, Intake
from bot.storage.records import DigestState, Known

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Undecided:
    """Asks the admins, and takes back what need not be answered any more."""

    intake: Intake
    board: Noticeboard
    say: Say

    async def ask(self, known: Known) -> None:
        """Ask once about each content. Raises when the admins could not be told just now."""
        if entry := await self.intake.reread(known):
            await self.board.put_up(digest_matter(known.key), known.content_hash, await self._question(known, entry))
            await self.intake.digests.set_told(known.key, known.content_hash)

    async def settle(self, key: str, verdict: str) -> None:
        """There is an answer, or no question any more."""
        await self.board.take_down(digest_matter(key), verdict)

    async def supersede(self, name: str, key: str = "") -> None:
        """The file says the digest `key` now, or none, and not the one that was asked about."""
        for known in await self._of_file(name):
            if known.key != key:
                await self.intake.digests.set_state(known.key, DigestState.DISCARDED)
                await self.settle(known.key, "notice.mended" if key else "notice.renewed")

    async def let_go(self, name: str) -> None:
        """The file is gone; should it come back, the question does, too."""
        for known in await self._of_file(name):
            await self.settle(known.key, "notice.gone")
            await self.intake.digests.set_told(known.key, "")

    async def _of_file(self, name: str) -> list[Known]:
        return [known for known in await self.intake.digests.in_states(ASKING) if known.name == name]

    async def _question(self, known: Known, entry: Entry) -> Part:
        title = entry.digest.title
        if known.state is DigestState.ASKED:
            return notices.ask_today(known.key, title, say=self.say)
        log.warning("digest.held", digest=known.key, file=entry.name, reason=known.reason)
        if known.reason == APPROVAL:
            return notices.approval(known.key, title, say=self.say)
        doubts = (*entry.doubts, *(await self.intake.redated(entry) if REDATED in known.reason else ()))
        return notices.held(known.key, title, entry.name, doubts, say=self.say)
