"""A section written out as one text, with every place where a message may end and the next begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from bot.core.format.rich_text import Text, Writer
from bot.core.models import PLAIN, Inline, Style


class Cut(IntEnum):
    """What a cut goes through, as its price: between units nothing is torn."""

    UNIT = 0
    FOLD = 1
    PARAGRAPH = 10
    ENTRY = 20
    SENTENCE = 100
    CLAUSE = 300
    WORD = 1_000
    SPAN = 3_000
    GRAPHEME = 10_000
    CHARACTER = 30_000


@dataclass(frozen=True, slots=True)
class Break:
    """A place to cut: the message before ends at `end`, the next begins at `start` (UTF-16 units; white space between).

    `binds`: what stands before is a headline or a label, so a cut here would leave it behind alone.
    """

    end: int
    start: int
    cut: Cut
    binds: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything of a section but its heading. A unit (an item, a passage) lies between two breaks between units."""

    text: Text
    breaks: tuple[Break, ...] = ()


class Manuscript:
    """Writes a `Draft` from top to bottom. Lines are parted by `gap`, which leaves nothing behind at either end."""

    def __init__(self) -> None:
        self._writer = Writer()
        self._breaks: list[Break] = []
        self._gap: tuple[int, Cut, bool] | None = None

    def gap(self, lines: int, cut: Cut, *, binds: bool = False) -> Self:
        """What is written next begins a new line (1), or one behind an empty line (2)."""
        if self._writer.units:
            self._gap = (lines, cut, binds)
        return self

    def plain(self, text: str) -> Self:
        """Words of our own, as they stand."""
        self._close_gap()
        self._writer.plain(text)
        return self

    def inline(self, inline: Inline, *, also: Style = PLAIN, url: str | None = None) -> Self:
        """An author's words; see `Writer.inline`."""
        self._close_gap()
        self._writer.inline(inline, also=also, url=url)
        return self

    @contextmanager
    def enclosed(self, kind: str, language: str | None = None) -> Iterator[None]:
        """Everything written inside stands in a quote or in preformatted text."""
        self._close_gap()
        with self._writer.enclosed(kind, language):
            yield

    def finish(self) -> Draft:
        """What has been written."""
        return Draft(self._writer.finish(), tuple(self._breaks))

    def _close_gap(self) -> None:
        if self._gap is None:
            return
        lines, cut, binds = self._gap
        self._gap = None
        end = self._writer.units
        self._writer.plain("\n" * lines)
        self._breaks.append(Break(end, self._writer.units, cut, binds))
