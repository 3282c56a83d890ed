"""Files that are not published as they are: the admins hear why, may look at them, let them go all the same, or drop
them. A ticket in their buttons stands for the file's name, which may be too long for one."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, field

import structlog

from bot.core.models import Say
from bot.pipeline.publishing import notices
from bot.pipeline.publishing.noticeboard import Noticeboard, file_matter, file_ticket
from bot.pipeline.watching.intake import DUPLICATE, Entry, Intake, Unreadable
from bot.pipeline.watching.posts import list_posts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rejects:
    """What hangs on the noticeboard about files, and what becomes of it."""

    intake: Intake
    board: Noticeboard
    say: Say
    _rivals: dict[str, str] = field(default_factory=dict)

    def rivals(self, name: str) -> list[str]:
        """The files that were rejected for being the same digest as `name`."""
        return sorted(rival for rival, other in self._rivals.items() if other == name)

    async def tell(self, file: Unreadable) -> None:
        """Tell the admins of each content of a file once. Raises when they could not be told just now."""
        self._note(file)
        ticket = file_ticket(file.name)
        notice = notices.refusal(ticket, file.name, file.problems, is_text=bool(file.content_hash), say=self.say)
        await self.board.complain(file_matter(ticket), _about(file), notice)

    async def know(self, file: Unreadable) -> None:
        """Note a file of which the admins hear otherwise."""
        self._note(file)
        await self.board.know(file_matter(file_ticket(file.name)), _about(file))

    async def forgive(self, name: str, verdict: str = "notice.mended") -> None:
        """There is nothing to be said about the file any more."""
        self._rivals.pop(name, None)
        if await self.board.take_down(file_matter(file_ticket(name)), verdict):
            log.info("digest.mended", file=ascii(name))

    async def drop(self, ticket: str) -> bool:
        """Nobody is to hear of the file until it changes; whether there was anything to drop."""
        return await self.board.dismiss(file_matter(ticket), "decision.dropped")

    async def is_open(self, ticket: str) -> bool:
        """Whether there is anything to be decided about the file."""
        return await self.board.hangs(file_matter(ticket))

    async def find(self, ticket: str, today: dt.date) -> Entry | Unreadable | None:
        """Whatever can be made of a file, of the date it was known under before or of `today` when it tells none; None
        when it is gone or not any more what the admins were told of."""
        name = await asyncio.to_thread(self._name_of, ticket)
        if name is None:
            return None
        # By a name that is no text nothing was ever known, nor can anybody ask for it.
        known = await self.intake.digests.of_file(name) if name.isprintable() else ()
        found = await self.intake.read(name, makeshift=known[-1].date if known else today)
        is_as_told = found is not None and await self.board.is_about(file_matter(ticket), _about(found))
        return found if is_as_told else None

    def _note(self, file: Unreadable) -> None:
        self._rivals.pop(file.name, None)
        for problem in file.problems:
            if problem.code == DUPLICATE:
                self._rivals[file.name] = str(problem.values["other"])

    def _name_of(self, ticket: str) -> str | None:
        return next((name for name in list_posts(self.intake.posts_dir) if file_ticket(name) == ticket), None)


def _about(file: Entry | Unreadable) -> str:
    """What tells one content of a file from another; a file that was not even read is as it was while it is refused
    for the same reason."""
    reasons = file.problems if isinstance(file, Unreadable) else ()
    return file.content_hash or ",".join(problem.code for problem in reasons)
