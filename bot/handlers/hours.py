"""When the next digest comes, said as people say it: 明早 8 点, 今晚 9 点半."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from bot.core.models import Say

PublishAt = dt.time | Literal["now"]


def spoken_time(at: dt.time, say: Say) -> str:
    """A time of day in words: 早上 8 点, 下午 3 点半, 晚上 9:15."""
    return say("hours.at", part=say(f"hours.part.{_part_of_day(at)}"), clock=_clock_words(at, say))


def clock_time(at: dt.time) -> str:
    """A time of day in figures, as in 08:00."""
    return at.strftime("%H:%M")


def next_digest(now: dt.datetime, publish_at: PublishAt, *, is_out_today: bool, say: Say) -> str:
    """When a subscriber gets the next digest, as a half sentence: 明早 8 点见."""
    if publish_at == "now":
        return say("hours.as_soon_as_out")
    if is_out_today:
        return _see_you("tomorrow", publish_at, say)
    return _see_you("today", publish_at, say) if now.time() < publish_at else say("hours.any_moment")


def _see_you(day: str, at: dt.time, say: Say) -> str:
    return say("hours.see_you", day_part=say(f"hours.{day}.{_part_of_day(at)}"), clock=_clock_words(at, say))


def _part_of_day(at: dt.time) -> str:
    for name, until in (("night", 5), ("morning", 11), ("noon", 13), ("afternoon", 18)):
        if at.hour < until:
            return name
    return "evening"


def _clock_words(at: dt.time, say: Say) -> str:
    hour = at.hour - 12 if at.hour > 12 else at.hour
    match at.minute:
        case 0:
            return say("hours.sharp", hour=hour)
        case 30:
            return say("hours.half", hour=hour)
    return f"{hour}:{at.minute:02}"
