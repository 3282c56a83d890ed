"""Who may send now: lanes, paces and holds. Pure: the time in milliseconds is an argument."""

from __future__ import annotations

from enum import StrEnum


class Lane(StrEnum):
    """Classes of traffic, first come those a person waits for."""

    INTERACTIVE = "interactive"
    GROUP = "group"
    DIGEST = "digest"
    BROADCAST = "broadcast"
