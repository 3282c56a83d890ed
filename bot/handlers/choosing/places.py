"""Places: the groups and channels for which their administrators may choose, and who of the readers is one now."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.handlers.callbacks import RefusedError
from bot.handlers.desk import Desk
from bot.pipeline.calling.embassy import UnreachableError
from bot.storage.records import Chat

_PLACE = re.compile(r"(-[1-9][0-9]{0,15})(?:_([1-9][0-9]{0,9}))?")


@dataclass(frozen=True, slots=True)
class Place:
    """A group or channel as links and buttons name it: `-100123`, or `-100123_17` from topic 17 of a forum.

    Private chats have no such names: their ids are positive.
    """

    chat_id: int
    thread_id: int | None = None

    def __str__(self) -> str:
        return f"{self.chat_id}_{self.thread_id}" if self.thread_id else str(self.chat_id)

    @classmethod
    def parse(cls, name: str) -> Place | None:
        """The place of that name; None when it is no such name."""
        found = _PLACE.fullmatch(name)
        return cls(int(found[1]), int(found[2]) if found[2] else None) if found else None


async def administered(desk: Desk, user_id: int, place: Place) -> Chat:
    """The chat of a place, for a person who administers it at this moment.

    Raises:
        RefusedError: they do not, or there is no such chat: nobody else learns which. Or Telegram cannot be asked now.
    """
    chat = await desk.store.chats.find(place.chat_id)
    if chat is None or not await is_administrator(desk, user_id, place.chat_id):
        raise RefusedError("place.not_yours")
    return chat


async def is_administrator(desk: Desk, user_id: int, chat_id: int) -> bool:
    """Whether this person administers the group or channel at this moment.

    Raises:
        RefusedError: Telegram cannot be asked now.
    """
    try:
        return await desk.embassy.administers(user_id, chat_id)
    except UnreachableError as error:
        raise RefusedError("error.unreached") from error
