"""What became of one Bot API call, and what to do next. Pure: wire events in, decisions out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram accepted it. `message_id` is 0 where the method returns none; for an album it is the first."""

    message_id: int


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly never reached Telegram: refused, no name, no connection."""

    cause: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived: the answer was lost, cut or unreadable."""

    cause: str


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """Telegram asks to wait; the call was not carried out and is not an attempt."""

    seconds: int


@dataclass(frozen=True, slots=True)
class BadContent:
    """Telegram refuses the text, the entities or the buttons: our bug."""

    description: str


@dataclass(frozen=True, slots=True)
class BadSource:
    """The message to copy, edit or delete is gone or cannot be touched."""

    description: str


@dataclass(frozen=True, slots=True)
class ChatGone:
    """The chat is closed to us until it comes back by itself: blocked, kicked, deactivated."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChatPaused:
    """Somebody must mend the chat first: rights, a closed topic, an unknown name."""

    reason: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group became a supergroup with another id; the call was not carried out."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """The token is wrong or was revoked."""

    description: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another process works with the same token."""

    description: str


Outcome = (
    Sent
    | NotSent
    | Unknown
    | RetryAfter
    | BadContent
    | BadSource
    | ChatGone
    | ChatPaused
    | Migrated
    | Unauthorized
    | Conflict
)
