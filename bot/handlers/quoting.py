"""A reader's own words said back to them: short, and nothing in them becomes a link, a name or a command."""

from __future__ import annotations

from bot.core.guard import guard
from bot.core.models import Run, plain
from bot.core.rich_text import clean

CHARACTERS = 60


def quoted(words: str) -> str:
    """The words as they may stand in a message of ours."""
    short = words if len(words) <= CHARACTERS else f"{words[:CHARACTERS]}…"
    return plain(guard((Run(clean(short)),)))
