"""The engine that works the ledger off: claim → throttle → send → record."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.storage.records import Campaign


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something the admins should hear once: a code of the catalogue (`alarm.<code>`) and its values."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """A part that may or may not have reached a public group. Answer with `Delivery.answer`; without an answer by
    `decide_at_ms` the campaign's policy decides."""

    campaign_id: int
    chat_id: int
    part: int
    decide_at_ms: int


class Hooks(Protocol):
    """What the engine tells the rest of the bot. Each may be called again for the same thing after a restart."""

    async def on_chat_done(self, campaign: Campaign, chat_id: int, message_ids: tuple[int, ...]) -> None:
        """All parts of a publication or correction are in a group. Raising means: try again later."""

    async def on_question(self, question: Question) -> None:
        """Ask the admins whether a part is to be sent again."""

    async def on_alarm(self, alarm: Alarm) -> None:
        """Tell the admins."""


class DeliveryError(Exception):
    """Sending cannot go on; the message says why and what to do."""


class TokenRejectedError(DeliveryError):
    """Telegram does not know the token any more."""


class AnotherInstanceError(DeliveryError):
    """Another process has been using the token for a minute."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign with its present speed. `left_s` is None while nothing moves; `held_until_ms`: Telegram asked all
    bulk sending to wait until then."""

    campaign: Campaign
    per_second: float
    left_s: float | None
    held_until_ms: int | None = None


class Delivery:
    """The engine. One per token."""

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; then finish what is in flight and return.

        Raises:
            TokenRejectedError: Telegram refuses the token; the queue is kept.
            AnotherInstanceError: somebody else has been using the token for a minute.
        """
        raise NotImplementedError

    def wake(self) -> None:
        """There is a new campaign, or one was changed in the store."""
        raise NotImplementedError

    async def pause(self, campaign_id: int) -> bool:
        """Stop sending at once, keep the rest; False when it was not running."""
        raise NotImplementedError

    async def resume(self, campaign_id: int) -> bool:
        """Go on; False when it was not paused."""
        raise NotImplementedError

    async def stop(self, campaign_id: int) -> bool:
        """End it for good; what is not sent is skipped. False when it had ended."""
        raise NotImplementedError

    async def answer(self, campaign_id: int, chat_id: int, *, is_to_repeat: bool) -> bool:
        """An admin's answer to a `Question`; False when it is settled already."""
        raise NotImplementedError

    async def progress(self, campaign_id: int) -> Progress | None:
        """How far it is, or None when there is no such campaign."""
        raise NotImplementedError

    def estimate_s(self, recipients: int, parts: int = 1) -> float:
        """Seconds to deliver that many messages at the present pace."""
        raise NotImplementedError

    def report_conflict(self) -> None:
        """Polling met another instance (409): sending pauses, and `run` raises when it lasts for a minute."""
        raise NotImplementedError
