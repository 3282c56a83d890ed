"""此前：11-18、11-20 below an item: the days on which its story was told before, each a link to that telling.

Readers see it where they have an item in full in private. A group's messages have none: they are corrected when their
file changes, and must depend on nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.format.items import Earlier
from bot.core.keys import item_key, parse_item_key
from bot.core.models import Inline, Item, Run
from bot.core.tags.threads import Telling
from bot.handlers.desk import Desk

EARLIER_SHOWN = 5


async def earlier_of_stories(desk: Desk, key: str, items: Iterable[Item]) -> Earlier:
    """The lines of those items that have a thread. Briefs are skimmed: theirs is seen when they are opened."""
    return await earlier_lines(desk, key, [item.number for item in items if not item.is_brief])


async def earlier_lines(desk: Desk, key: str, numbers: Iterable[int]) -> Earlier:
    """The lines of these items of a digest, by number; items without a thread have none."""
    found = {number: await desk.archive.thread(item_key(key, number)) for number in numbers}
    return {number: _line(desk, earlier) for number, earlier in found.items() if earlier}


def _line(desk: Desk, earlier: Sequence[Telling]) -> Inline:
    """The latest days, the oldest of them first."""
    line: list[Run] = []
    for told in reversed(earlier[:EARLIER_SHOWN]):
        if found := parse_item_key(told.item_key):
            line += [
                Run("、" if line else desk.say("item.earlier")),
                Run(f"{told.date:%m-%d}", url=desk.links.item(*found)),
            ]
    return tuple(line)
