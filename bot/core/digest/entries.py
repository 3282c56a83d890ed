"""An entry of a Markdown list as its author meant it."""

from __future__ import annotations

import re

from bot.core.models import Block, ListBlock, ListEntry, Paragraph, plain
from bot.core.runs import cut

TASKS = ("☐", "☑")
"""What stands before an entry that is to be ticked off, and before one that is."""

_TASK = re.compile(r"\[([ xX])\]\s+")


def list_entry(marker: str, blocks: tuple[Block, ...]) -> ListEntry:
    """An entry: `[ ]` is a box to tick, and `- 1. 话` an entry with a number rather than a list within a list."""
    match blocks:
        case (ListBlock((inner,)),):
            return inner
        case (Paragraph(inline), *others) if found := _TASK.match(plain(inline)):
            return ListEntry(TASKS[found[1] != " "], (Paragraph(cut(inline, found.end())), *others))
        case _:
            return ListEntry(marker, blocks)
