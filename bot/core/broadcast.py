"""The screens of an admin's broadcast: the offer below the preview, the live card, the summary.

All are one message edited in place; its buttons carry nothing but the broadcast's id.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.models import Say
from bot.core.parts import Button, Keyboard, Part

COUNT_TO_TYPE_ABOVE = 1000
"""Over so many recipients an admin has to type their number."""

BAR_CELLS = 10


@dataclass(frozen=True, slots=True)
class Offer:
    """A broadcast as shown before it is confirmed; `duration_s` is the time that delivering takes.

    `is_asked`: the admin has tapped confirm and is now asked to type the number.
    """

    broadcast_id: int
    recipients: int
    stopped: int
    blocked: int
    duration_s: float
    is_silent: bool
    is_album: bool = False
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a broadcast is. `unknown`: Telegram's answer was lost, the message may have arrived."""

    total: int
    sent: int = 0
    blocked: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0

    @property
    def done(self) -> int:
        """Chats that need nothing more."""
        return self.sent + self.blocked + self.failed + self.unknown + self.skipped

    @property
    def left(self) -> int:
        """Chats that still wait."""
        return max(0, self.total - self.done)


@dataclass(frozen=True, slots=True)
class Sample:
    """`done` chats at a moment."""

    at_ms: int
    done: int


def rate_per_s(samples: tuple[Sample, ...]) -> float | None:
    """Chats a second over the samples, which are in order of time; None while nothing has moved."""
    if len(samples) < 2:
        return None
    passed_ms = samples[-1].at_ms - samples[0].at_ms
    moved = samples[-1].done - samples[0].done
    return 1000 * moved / passed_ms if passed_ms > 0 and moved > 0 else None


def spell_duration(seconds: float, say: Say) -> str:
    """A duration in words, rounded up: 18 秒, 7 分 18 秒, 9 小时 45 分."""
    whole = -int(-seconds // 1)
    if whole < 60:
        return say("duration.seconds", seconds=whole)
    if whole < 3600:
        return say("duration.minutes", minutes=whole // 60, seconds=whole % 60)
    return say("duration.hours", hours=whole // 3600, minutes=whole % 3600 // 60)


def offer_card(offer: Offer, say: Say) -> Part:
    """Who gets it, how long it takes, and the buttons that decide."""
    lines = [
        say(
            "broadcast.offer",
            recipients=offer.recipients,
            stopped=offer.stopped,
            blocked=offer.blocked,
            duration=spell_duration(offer.duration_s, say),
            ring=say("broadcast.ring_off" if offer.is_silent else "broadcast.ring_on"),
        )
    ]
    if offer.is_album:
        lines.append(say("broadcast.album"))
    if offer.is_asked:
        lines.append(say("broadcast.ask", recipients=offer.recipients))
    return Part("\n".join(lines), keyboard=_offer_buttons(offer, say), is_silent=True)


def building_card(broadcast_id: int, say: Say) -> Part:
    """The list of recipients is being written; only stopping makes sense."""
    return Part(say("progress.building"), keyboard=((_stop_button(broadcast_id, say),),))


def running_card(broadcast_id: int, tally: Tally, *, rate: float, say: Say) -> Part:
    """Bar, counts, and the time left at `rate` chats a second."""
    pace = say("progress.pace", rate=rate, duration=spell_duration(tally.left / rate, say))
    return _progress(broadcast_id, tally, pace, "pause", say)


def paused_card(broadcast_id: int, tally: Tally, *, say: Say) -> Part:
    """Bar and counts of a broadcast at rest."""
    return _progress(broadcast_id, tally, say("progress.paused"), "resume", say)


def summary_card(tally: Tally, *, is_stopped: bool, is_source_gone: bool = False, say: Say) -> Part:
    """The last word on a broadcast: everything in it is settled, no button is left."""
    lines = [say("progress.source_gone")] if is_source_gone else []
    lines.append(
        say(
            "progress.stopped" if is_stopped else "progress.done",
            sent=tally.sent,
            blocked=tally.blocked,
            failed=tally.failed,
            unknown=tally.unknown,
            left=tally.left,
        )
    )
    return Part("\n".join(lines + _skipped(tally, say)))


def _offer_buttons(offer: Offer, say: Say) -> Keyboard:
    cancel = _button("broadcast.button_cancel", "bdrop", offer.broadcast_id, say)
    if offer.is_asked:
        return ((cancel,),)
    ring = "broadcast.button_ring_off" if offer.is_silent else "broadcast.button_ring_on"
    return (
        (_button(ring, "bring", offer.broadcast_id, say),),
        (_button("broadcast.button_self", "bself", offer.broadcast_id, say),),
        (_button("broadcast.button_confirm", "bsend", offer.broadcast_id, say), cancel),
    )


def _progress(broadcast_id: int, tally: Tally, pace: str, toggle: str, say: Say) -> Part:
    share = tally.done / tally.total if tally.total else 1.0
    lines = [
        say("progress.bar", bar=_bar(share), percent=int(100 * share), done=tally.done, total=tally.total),
        say("progress.counts", sent=tally.sent, blocked=tally.blocked, failed=tally.failed, unknown=tally.unknown),
        *_skipped(tally, say),
        pace,
    ]
    switch = _button(f"progress.button_{toggle}", f"b{toggle}", broadcast_id, say)
    return Part("\n".join(lines), keyboard=((switch, _stop_button(broadcast_id, say)),))


def _skipped(tally: Tally, say: Say) -> list[str]:
    return [say("progress.skipped", skipped=tally.skipped)] if tally.skipped else []


def _bar(share: float) -> str:
    full = min(BAR_CELLS, int(share * BAR_CELLS))
    return "▓" * full + "░" * (BAR_CELLS - full)


def _stop_button(broadcast_id: int, say: Say) -> Button:
    return _button("progress.button_stop", "bstop", broadcast_id, say)


def _button(sentence: str, verb: str, broadcast_id: int, say: Say) -> Button:
    return Button(say(sentence), callback=f"v1:{verb}:{broadcast_id}")
