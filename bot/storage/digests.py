"""What the publisher knows about each digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bot.storage.records import DigestState, Known


class Digests:
    """The digests of the state, by key."""

    async def find(self, key: str) -> Known | None:
        """The digest of this key, or None."""
        raise NotImplementedError

    async def all(self) -> tuple[Known, ...]:
        """Every digest, oldest first."""
        raise NotImplementedError

    async def keys(self) -> Mapping[str, str]:
        """key → slug of every digest, as `digest_key` wants it."""
        raise NotImplementedError

    async def remember(
        self, key: str, date: dt.date, slug: str, name: str, content_hash: str, state: DigestState, reason: str = ""
    ) -> Known:
        """Write down a digest: a new one, or the new name, content and state of a known one."""
        raise NotImplementedError

    async def set_state(self, key: str, state: DigestState, reason: str = "") -> None:
        """Move it on.

        Raises:
            KeyError: no such digest.
        """
        raise NotImplementedError

    async def set_told(self, key: str, told_hash: str) -> None:
        """Remember that the admins know about this content."""
        raise NotImplementedError
