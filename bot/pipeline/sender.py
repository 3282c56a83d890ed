"""The only place that calls Telegram for parts: one at a time, with an outcome instead of an exception."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.retry import Outcome
from bot.core.throttle import Lane


class Sender:
    """Sends, edits and copies. Waits its turn in the throttle; never raises for what Telegram or the network did."""

    async def send_part(
        self, chat_id: int | str, params: Mapping[str, Any], *, lane: Lane = Lane.INTERACTIVE, thread: int | None = None
    ) -> Outcome:
        """`sendMessage` with the params of a part (`core.parts.to_params`)."""
        raise NotImplementedError

    async def edit_part(
        self, chat_id: int | str, message_id: int, params: Mapping[str, Any], *, lane: Lane = Lane.INTERACTIVE
    ) -> Outcome:
        """`editMessageText` with the params of a part. A message that says so already counts as `Sent`."""
        raise NotImplementedError

    async def copy(
        self,
        chat_id: int | str,
        from_chat_id: int,
        message_id: int,
        *,
        is_silent: bool = False,
        lane: Lane = Lane.INTERACTIVE,
    ) -> Outcome:
        """`copyMessage`."""
        raise NotImplementedError

    async def call(self, method: str, params: Mapping[str, Any], *, lane: Lane = Lane.INTERACTIVE) -> Outcome:
        """Any other method that sends, copies, edits or deletes."""
        raise NotImplementedError
