"""What the delivery may do next about a part, as data: decided by `retry`, carried out by the pipeline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """The part is there; go on with the next."""

    message_id: int


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The same part again at `at_ms`; nothing was sent. `is_attempt`: it counts towards the backoff."""

    at_ms: int
    reason: str
    is_attempt: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same part again at `at_ms` although it may be there already; to be marked."""

    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a person whether to send the part again; without an answer by `decide_at_ms` the policy decides."""

    decide_at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The part may be there or not: list it, never send it again, go on with the next."""

    reason: str


@dataclass(frozen=True, slots=True)
class SendPlain:
    """The same part at once without its formatting."""

    reason: str


@dataclass(frozen=True, slots=True)
class FallBack:
    """Rich messages do not work in this chat: the rest in the classic form."""

    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """This chat cannot have this campaign."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The chat is closed to us; its preferences stay."""

    reason: str


@dataclass(frozen=True, slots=True)
class Suspend:
    """Write nothing to this chat until somebody mends it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """Rewrite the chat's id and send again."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class StopEverything:
    """Nothing more can be sent with this token."""

    reason: str


@dataclass(frozen=True, slots=True)
class StandAside:
    """Another process works with this token: hold everything, the same part again at `at_ms`."""

    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class AwaitStars:
    """Nothing can be paid for: the same part again at `at_ms`, and somebody should fill the balance up."""

    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class SourceLost:
    """What this campaign is made of is gone or cannot be touched."""

    reason: str


Step = (
    Done
    | TryAgain
    | Repeat
    | Ask
    | Leave
    | SendPlain
    | FallBack
    | GiveUp
    | Unreachable
    | Suspend
    | Move
    | StopEverything
    | StandAside
    | AwaitStars
    | SourceLost
)
