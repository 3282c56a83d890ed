"""A text that cannot be read as Markdown, word for word: its headings are headings, everything else stands as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.digest.nodes import Heading, Node, Piece
from bot.core.models import Paragraph, Run

_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")


def read_plainly(text: str, first_line: int = 1) -> tuple[Node, ...]:
    """The nodes of a body whose first line is `first_line` of its file."""
    return tuple(_nodes(text, first_line))


def _nodes(text: str, first_line: int) -> Iterator[Node]:
    told: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], first_line):
        heading = _HEADING.match(line)
        if heading is None and line.strip():
            told.append(line.strip())
            continue
        if told:
            yield Piece(Paragraph((Run("\n".join(told)),)), number - len(told))
            told = []
        if heading:
            yield Heading(len(heading[1]), (Run(heading[2].rstrip()),), number)
