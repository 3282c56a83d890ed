"""Words of others in messages of ours: short, and a reader's own become no link, name or command."""

from __future__ import annotations

from dataclasses import replace

from bot.core.format.guard import guard
from bot.core.format.rich_text import clean
from bot.core.models import Inline, Run, plain

CHARACTERS = 60
LINE_CHARACTERS = 200
"""So much of an author's title or headline: what no list has room for would keep the message from being sent."""


def quoted(words: str) -> str:
    """The words as they may stand in a message of ours."""
    short = words if len(words) <= CHARACTERS else f"{words[:CHARACTERS]}…"
    return plain(guard((Run(clean(short)),)))


def clipped(inline: Inline) -> Inline:
    """An author's line with its looks, cut off where it is longer than any line should be."""
    left, kept = LINE_CHARACTERS, list[Run]()
    for run in inline:
        kept.append(run if len(run.text) <= left else replace(run, text=f"{run.text[:left]}…"))
        left -= len(run.text)
        if left < 0:
            break
    return tuple(kept)
