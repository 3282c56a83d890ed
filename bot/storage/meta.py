"""Small facts about the state itself, and short-lived notes that must survive a restart."""

from __future__ import annotations


class Meta:
    """Named texts."""

    async def find(self, name: str) -> str | None:
        """The text of that name, or None."""
        raise NotImplementedError

    async def put(self, name: str, value: str) -> None:
        """Write a text, over the old one."""
        raise NotImplementedError

    async def drop(self, name: str) -> None:
        """Forget it."""
        raise NotImplementedError

    async def claim_bot(self, bot_id: int) -> None:
        """Bind the state to this bot, once and for all.

        Raises:
            WrongBotError: it belongs to another.
        """
        raise NotImplementedError

    async def is_first_start(self) -> bool:
        """Whether `finish_first_start` has never been called on this state."""
        raise NotImplementedError

    async def finish_first_start(self) -> None:
        """The archive that was there at the beginning is marked as seen."""
        raise NotImplementedError
