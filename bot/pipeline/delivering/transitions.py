"""What an outcome does to a row of the ledger. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
from bot.storage.records import (
    NO_MESSAGE,
    REFUSED,
    ChatStatus,
    Counter,
    Delivery,
    DeliveryState,
    Entry,
    Incident,
    IncidentKind,
)

OVER = (DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.FAILED)


def start(delivery: Delivery) -> Entry:
    """The present part is about to be sent."""
    return Entry(replace(delivery, state=DeliveryState.SENDING, not_before_ms=0))


def put_back(delivery: Delivery) -> Entry:
    """Nothing was sent: anyone may claim it again."""
    return Entry(replace(delivery, state=DeliveryState.PENDING, leased_until_ms=0))


def skip(delivery: Delivery, reason: str) -> Entry:
    """The reader does not want it any more."""
    return Entry(_over(delivery, DeliveryState.SKIPPED, reason), Counter.SKIPPED)


def advance(delivery: Delivery, step: Step, parts: int, now_ms: int) -> Entry:  # noqa: PLR0911, PLR0912 - one line a case
    """The row after `step` for its present part, of `parts` in all."""
    match step:
        case Done(message_id):
            return _go_on(delivery, message_id, parts)
        case TryAgain(at_ms, reason, is_attempt):
            waiting = replace(delivery, attempts=delivery.attempts + is_attempt)
            return Entry(_wait(waiting, at_ms, reason))
        case StandAside(at_ms, reason) | AwaitStars(at_ms, reason):
            return Entry(_wait(delivery, at_ms, reason))
        case StopEverything(reason):
            return Entry(_wait(delivery, 0, reason))
        case Repeat(at_ms, reason):
            marked = replace(delivery, is_repeat=True, repeats=delivery.repeats + 1)
            return Entry(_wait(marked, at_ms, reason), incident=_list(delivery, IncidentKind.REPEATED, reason, now_ms))
        case Ask(decide_at_ms, reason):
            return Entry(replace(_wait(delivery, decide_at_ms, reason), state=DeliveryState.UNKNOWN))
        case Leave(reason):
            entry = _go_on(replace(delivery, reason=reason), NO_MESSAGE, parts)
            return replace(entry, incident=_list(delivery, IncidentKind.UNKNOWN, reason, now_ms))
        case SendPlain(reason):
            return Entry(
                replace(delivery, state=DeliveryState.PENDING, reason=reason),
                incident=_list(delivery, IncidentKind.PLAIN, reason, now_ms),
            )
        case FallBack(reason):
            return Entry(replace(delivery, state=DeliveryState.PENDING, reason=reason), is_rich_refused=True)
        case GiveUp(reason) | SourceLost(reason):
            entry = _go_on(replace(delivery, reason=reason), REFUSED, parts)
            return replace(entry, incident=_list(delivery, IncidentKind.FAILED, reason, now_ms))
        case Unreachable(reason):
            gone = _over(delivery, DeliveryState.SKIPPED, reason)
            return Entry(gone, Counter.BLOCKED, chat_status=ChatStatus.BLOCKED)
        case Suspend(reason):
            held = _over(delivery, DeliveryState.SKIPPED, reason)
            incident = _list(delivery, IncidentKind.SKIPPED, reason, now_ms)
            return Entry(held, Counter.SKIPPED, incident, ChatStatus.PAUSED)
        case Move(chat_id):
            return put_back(replace(delivery, chat_id=chat_id))


def go_classic(
    delivery: Delivery, edition_id: int, rich: Sequence[int | None], classic: Sequence[int | None]
) -> Delivery:
    """The row in the classic form, from the section on whose rich message was refused; `rich` and `classic` name the
    section of each part. The sections before it stand there already."""
    there = dict(reversed(list(zip(rich, delivery.message_ids, strict=False))))
    refused = rich[delivery.next_part]
    start = classic.index(refused) if delivery.next_part and refused in classic else 0
    ids = tuple(there.get(section, NO_MESSAGE) for section in classic[:start])
    return replace(delivery, edition_id=edition_id, next_part=start, message_ids=ids, attempts=0, is_repeat=False)


def finish_empty(delivery: Delivery) -> Entry:
    """There is nothing to send to this chat."""
    return Entry(_over(delivery, DeliveryState.SENT, ""), Counter.SENT)


def _go_on(delivery: Delivery, message_id: int, parts: int) -> Entry:
    """This part is behind us; after the last one the delivery is what its worst part was."""
    ids = (*delivery.message_ids, message_id)
    passed = replace(
        delivery,
        state=DeliveryState.PENDING,
        next_part=delivery.next_part + 1,
        message_ids=ids,
        attempts=0,
        is_repeat=False,
        not_before_ms=0,
    )
    if passed.next_part < parts:
        return Entry(passed)
    if REFUSED in ids:
        return Entry(_over(passed, DeliveryState.FAILED, passed.reason), Counter.FAILED)
    if NO_MESSAGE in ids:
        return Entry(_over(passed, DeliveryState.UNKNOWN, passed.reason), Counter.UNKNOWN)
    return Entry(_over(passed, DeliveryState.SENT, ""), Counter.SENT)


def _wait(delivery: Delivery, until_ms: int, reason: str) -> Delivery:
    return replace(delivery, state=DeliveryState.PENDING, not_before_ms=until_ms, leased_until_ms=0, reason=reason)


def _over(delivery: Delivery, state: DeliveryState, reason: str) -> Delivery:
    return replace(delivery, state=state, reason=reason, not_before_ms=0, leased_until_ms=0)


def _list(delivery: Delivery, kind: IncidentKind, reason: str, now_ms: int) -> Incident:
    return Incident(delivery.campaign_id, delivery.chat_id, delivery.next_part, kind, reason, now_ms)
