"""What the delivery tells the rest of the bot, and what it shows of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.storage.records import Campaign


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something the admins should hear once: a code of the catalogue (`alarm.<code>`) and its values.

    Codes: `content_refused` (campaign, chat, part, reason), `source_gone` (campaign, reason), `chat_paused` and
    `chat_gone` (chat, reason), `stars_missing` (reason), `store_trouble` (reason), `store_recovered`.
    """

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
    """Called by the engine. Each may be called again for the same thing after a restart."""

    async def on_chat_done(self, campaign: Campaign, chat_id: int, message_ids: tuple[int, ...]) -> None:
        """All parts of a publication or correction are in a group (0: a message we know no id of). Raising means: try
        again later."""

    async def on_question(self, question: Question) -> bool:
        """Ask the admins whether a part is to be sent again; False when none of them can be asked (nobody has opened
        the bot). Raising means: try again later."""

    async def on_alarm(self, alarm: Alarm) -> None:
        """Tell the admins."""


class DeliveryError(Exception):
    """Sending cannot go on; the message says why and what to do."""


class TokenRejectedError(DeliveryError):
    """Telegram does not know the token any more."""


class AnotherInstanceError(DeliveryError):
    """Another process has been using the token for a minute, or has taken the lease over."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign with its present speed in chats a second. `left_s` is None while nothing moves; `held_until_ms`:
    Telegram asked all bulk sending to wait until then."""

    campaign: Campaign
    per_second: float
    left_s: float | None
    held_until_ms: int | None = None
