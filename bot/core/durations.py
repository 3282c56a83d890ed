"""Durations in words."""

from __future__ import annotations

from bot.core.models import Say


def spell_duration(seconds: float, say: Say) -> str:
    """A duration rounded up: 18 秒, 7 分 18 秒, 9 小时 45 分."""
    whole = -int(-seconds // 1)
    if whole < 60:
        return say("duration.seconds", seconds=whole)
    if whole < 3600:
        return say("duration.minutes", minutes=whole // 60, seconds=whole % 60)
    return say("duration.hours", hours=whole // 3600, minutes=whole % 3600 // 60)
