"""The noticeboard: what the admins are told about a file or a digest hangs there until the matter is settled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple, Protocol

from bot.core.format.parts import Part
from bot.core.models import Say
from bot.storage.meta import Meta

_FILE = "file:"
MOST_COMPLAINTS = 10
"""So many within `FLOOD_MS` are told one by one."""
FLOOD_MS = 600_000


class Place(NamedTuple):
    """A message of ours in an admin's chat."""

    chat_id: int
    message_id: int


class Ear(Protocol):
    """The admins, who can be told something, and shown later what became of it."""

    async def tell(self, part: Part) -> Sequence[Place]:
        """Tell every admin. Raises when it is to be tried again."""

    async def amend(self, places: Sequence[Place], part: Part) -> None:
        """Show this in the place of what they were told, as far as it can be done."""


@dataclass(frozen=True, slots=True)
class _Notice:
    """What hangs there: `about` is the content it was told of."""

    about: str
    text: str = ""
    places: Sequence[Sequence[int]] = ()


class Noticeboard:
    """Tells of each content of a matter once, and strikes out what is settled. Remembers both over a restart."""

    def __init__(self, meta: Meta, ear: Ear, say: Say, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._complaints: list[int] = []
        self._meta = meta
        self._ear = ear
        self._say = say

    async def put_up(self, matter: str, about: str, part: Part) -> None:
        """Tell of a matter unless `about` was told before; what was told of another content is struck out.

        Raises:
            Exception: the admins could not be told just now.
        """
        hanging = await self._find(matter)
        if hanging is not None and hanging.about == about:
            return
        places = await self._ear.tell(part)
        await self._strike_out(hanging, "notice.renewed")
        await self._write(matter, _Notice(about, part.text, places))

    async def complain(self, matter: str, about: str, part: Part) -> None:
        """Tell of a file that cannot be published. Of very many at once the first are told one by one and then that
        there are more: a chat takes one message a second.

        Raises:
            Exception: the admins could not be told just now.
        """
        hanging = await self._find(matter)
        if hanging is not None and hanging.about == about:
            return
        now = self._clock()
        self._complaints = [moment for moment in self._complaints if now - moment < FLOOD_MS]
        if len(self._complaints) < MOST_COMPLAINTS:
            await self.put_up(matter, about, part)
        else:
            if len(self._complaints) == MOST_COMPLAINTS:
                await self._ear.tell(Part(self._say("notice.many")))
            await self._strike_out(hanging, "notice.renewed")
            await self._write(matter, _Notice(about, part.text))
        self._complaints.append(now)

    async def know(self, matter: str, about: str) -> None:
        """Note a matter of which the admins heard otherwise."""
        await self._write(matter, _Notice(about))

    async def take_down(self, matter: str, verdict: str) -> bool:
        """The matter is settled: every admin reads `verdict`, a sentence's name, in place of the buttons. Whether
        anything hung there."""
        hanging = await self._find(matter)
        if hanging is None:
            return False
        await self._meta.drop(_name(matter))
        await self._strike_out(hanging, verdict)
        return True

    async def dismiss(self, matter: str, verdict: str) -> bool:
        """Somebody has heard enough: `verdict` is shown as in `take_down`, and the same content is not told again.
        Whether anything hung there."""
        hanging = await self._find(matter)
        if hanging is None:
            return False
        await self._write(matter, _Notice(hanging.about))
        await self._strike_out(hanging, verdict)
        return True

    async def hangs(self, matter: str) -> bool:
        """Whether anything is said of a matter."""
        return await self._find(matter) is not None

    async def is_about(self, matter: str, about: str) -> bool:
        """Whether what was told last of a matter was told of this content."""
        hanging = await self._find(matter)
        return hanging is not None and hanging.about == about

    async def _strike_out(self, notice: _Notice | None, verdict: str) -> None:
        if notice is not None and notice.places:
            places = [Place(*place) for place in notice.places]
            await self._ear.amend(places, Part(f"{notice.text}\n{self._say(verdict)}"))

    async def _find(self, matter: str) -> _Notice | None:
        written = await self._meta.find(_name(matter))
        return None if written is None else _Notice(**json.loads(written))

    async def _write(self, matter: str, notice: _Notice) -> None:
        await self._meta.put(_name(matter), json.dumps(asdict(notice), ensure_ascii=False))


async def refused_files(meta: Meta) -> list[str]:
    """What is said of each file that cannot be published."""
    notices = [_Notice(**json.loads(written)) for written in await meta.all_of(_name(_FILE))]
    return [notice.text for notice in notices if notice.text]


def digest_matter(key: str) -> str:
    """The matter of a digest about which somebody is to decide."""
    return f"digest:{key}"


def file_ticket(name: str) -> str:
    """What stands for a file's name where that may be too long, or no text."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]


def file_matter(ticket: str) -> str:
    """The matter of a file that cannot be published."""
    return f"{_FILE}{ticket}"


def _name(matter: str) -> str:
    return f"notice:{matter}"
