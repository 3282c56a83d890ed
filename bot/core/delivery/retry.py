"""What may become of a Bot API call, and what to do next. Pure: outcomes in, decisions out.

The Bot API has no idempotency key, so everything turns on one question: can the message have arrived?
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.delivery.steps import (
    Ask,
    AwaitStars,
    Done,
    FallBack,
    GiveUp,
    Leave,
    Move,
    Repeat,
    SendPlain,
    SourceLost,
    StandAside,
    Step,
    StopEverything,
    Suspend,
    TryAgain,
    Unreachable,
)


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
class Unpaid:
    """The bot has not the Stars for what it wanted to pay; about no chat in particular, and nothing was sent."""

    description: str


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
    | Unpaid
    | Unauthorized
    | Conflict
)


class Policy(StrEnum):
    """What happens to a message that may or may not have arrived: sent again once, or only listed."""

    PREFER_DELIVERY = "prefer_delivery"
    PREFER_ONCE = "prefer_once"


REPEAT_DELAY_MS = 3_000
ASK_MS = 5 * 60_000
STAND_ASIDE_MS = 15_000
AWAIT_STARS_MS = 60_000
LONGEST_BACKOFF_MS = 60_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """The call that had the outcome: failures before it for this part, whether it was a repetition already, went out
    without formatting, whether a person may be asked about it (a public group), and whether it was a rich message that
    has a classic form."""

    failures: int = 0
    is_repeat: bool = False
    is_plain: bool = False
    can_ask: bool = False
    is_rich: bool = False


def next_step(outcome: Outcome, attempt: Attempt, *, now_ms: int, policy: Policy) -> Step:  # noqa: PLR0911, PLR0912 - one line a case
    """What to do after this outcome."""
    if attempt.is_rich and (refusal := _refusal_of_rich(outcome)):
        return FallBack(refusal)
    match outcome:
        case Sent(message_id):
            return Done(message_id)
        case NotSent(cause):
            return TryAgain(now_ms + backoff_ms(attempt.failures), cause, is_attempt=True)
        case Unknown(cause):
            return after_unknown(cause, attempt, now_ms=now_ms, policy=policy)
        case RetryAfter(seconds):
            return TryAgain(now_ms + seconds * 1000, f"flood wait {seconds} s", is_attempt=False)
        case BadContent(description):
            return GiveUp(description) if attempt.is_plain else SendPlain(description)
        case BadSource(description):
            return SourceLost(description)
        case ChatGone(reason):
            return Unreachable(reason)
        case ChatPaused(reason):
            return Suspend(reason)
        case Migrated(chat_id):
            return Move(chat_id)
        case Unpaid(description):
            return AwaitStars(now_ms + AWAIT_STARS_MS, description)
        case Unauthorized(description):
            return StopEverything(description)
        case Conflict(description):
            return StandAside(now_ms + STAND_ASIDE_MS, description)


def _refusal_of_rich(outcome: Outcome) -> str:
    """Why rich messages do not work here, "" when it is about something else.

    A server that does not know the method answers 404 as it does for a wrong token; the next call tells which it was.
    """
    match outcome:
        case BadContent(description) | BadSource(description):
            return description or "refused"
        case ChatPaused(reason) if "rich" in reason.lower():
            return reason
        case Unauthorized(description) if "not found" in description.lower():
            return description
    return ""


def after_unknown(cause: str, attempt: Attempt, *, now_ms: int, policy: Policy) -> Repeat | Ask | Leave:
    """A part that may be there: a person decides where one can be asked, else the policy; never a third time."""
    if attempt.is_repeat:
        return Leave(cause)
    if attempt.can_ask:
        return Ask(now_ms + ASK_MS, cause)
    if policy is Policy.PREFER_DELIVERY:
        return Repeat(now_ms + REPEAT_DELAY_MS, cause)
    return Leave(cause)


def backoff_ms(failures: int) -> int:
    """The wait before the next try: 1, 2, 4 … 60 seconds."""
    return min(LONGEST_BACKOFF_MS, 1000 << min(failures, 10))
