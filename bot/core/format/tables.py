"""Tables on a phone: short ones aligned in monospace, others as lines of `column：value`."""

from __future__ import annotations

from collections.abc import Iterator

from wcwidth import wcswidth

from bot.core.format.rich_text import clean
from bot.core.models import Inline, Table, plain

MONOSPACE_COLUMNS = 40
"""Terminal columns that a phone shows without wrapping; a Chinese character takes two."""
_BETWEEN = "  "

Cell = tuple[Inline, Inline]
"""A column's name and a value under it; either may be blank."""


def aligned(table: Table) -> str | None:
    """The table drawn in monospace; None when it is too wide, or has links, which monospace would lose."""
    rows = [table.header, *table.rows]
    if any(run.url for row in rows for cell in row for run in cell):
        return None
    cells = [[" ".join(clean(plain(cell)).split()) for cell in row] for row in rows]
    widths = [max(_width(cell) for cell in column) for column in zip(*cells, strict=True)]
    total = sum(widths) + len(_BETWEEN) * (len(widths) - 1)
    if not 0 < total <= MONOSPACE_COLUMNS:
        return None
    lines = [_BETWEEN.join(map(_padded, row, widths)).rstrip() for row in cells]
    return "\n".join(lines if not lines[0] else [lines[0], "-" * total, *lines[1:]]).strip("\n")


def spelled_out(table: Table) -> Iterator[list[Cell]]:
    """The rows as pairs of column name and value, without blank values.

    A name whose column is blank everywhere would be lost, so then all names come first, in a row of their own.
    """
    named = [
        [(name, value) for name, value in zip(table.header, row, strict=True) if _ink(value)] for row in table.rows
    ]
    used = {index for row in table.rows for index, value in enumerate(row) if _ink(value)}
    if any(_ink(name) and index not in used for index, name in enumerate(table.header)):
        yield [((), name) for name in table.header if _ink(name)]
    yield from (row for row in named if row)


def _ink(inline: Inline) -> bool:
    return bool(clean(plain(inline)).strip())


def _width(text: str) -> int:
    return max(wcswidth(text), len(text)) if wcswidth(text) < 0 else wcswidth(text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
