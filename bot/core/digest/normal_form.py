"""A body's nodes as they are meant: commentary from quotes and lists, numbers that stand alone, parts of stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.core.digest import heads
from bot.core.digest.commentary import with_commentary_apart
from bot.core.digest.labels import find_commentary, is_roundup, names_digest
from bot.core.digest.nodes import Heading, Node, Piece
from bot.core.models import Inline, Label, ListBlock, Paragraph, Quote, Style, plain
from bot.core.ordinals import is_ordinal
from bot.core.runs import letters, tidy

_PART_MAX = 12


def normal_form(nodes: Sequence[Node]) -> list[Node]:
    """The nodes with every block where it belongs; their words and their order are kept."""
    return list(_normalised(_with_numbers(nodes)))


def _with_numbers(nodes: Sequence[Node]) -> list[Node]:
    """The nodes, a number that stands alone joined to the paragraph below it."""
    joined: list[Node] = []
    for node in nodes:
        above = joined[-1] if joined else None
        if isinstance(above, Piece) and isinstance(node, Piece) and _is_number(above) and heads.inline_of(node):
            joined[-1] = Piece(Paragraph(tidy((*heads.inline_of(above), *heads.inline_of(node)))), above.line)
        else:
            joined.append(node)
    return joined


def _is_number(piece: Piece) -> bool:
    return isinstance(piece.block, Paragraph) and is_ordinal(plain(piece.block.inline))


def _normalised(nodes: Sequence[Node]) -> Iterator[Node]:
    """Commentary stands for itself, in a quote, a list or as a heading; a title of another wording is a line."""
    levels = [node.level for node in nodes if isinstance(node, Heading)]
    highest = min(levels, default=0)
    is_titled = isinstance(nodes[0], Heading) if nodes else False
    is_titled = is_titled and levels[:1] == [highest] and levels.count(highest) == 1 < len(levels) and highest == 1
    parts = _names_of_parts(nodes, highest)
    for node in nodes:
        match node:
            case Piece(Quote(blocks), line) if isinstance(blocks[0], Paragraph) and find_commentary(blocks[0].inline):
                yield from (Piece(block, line) for block in blocks)
            case Piece(ListBlock()):
                yield from with_commentary_apart(node)
            case Heading(level, inline, line) if level == highest and (is_titled or names_digest(plain(inline))):
                yield Piece(Paragraph(inline), line)
            case Heading(level, inline, line) if (level > min(highest, 2)) and find_commentary(inline, is_heading=True):
                yield Piece(Paragraph(_bold(inline)), line)
            case Heading(level, inline, line) if level > highest and letters(plain(inline)) in parts:
                yield Piece(Label(inline), line)
            case _:
                yield node


def _names_of_parts(nodes: Sequence[Node], highest: int) -> set[str]:
    """The short headings that return above mere text (`### 摘要` under every `##`): parts of stories, no stories.

    Where lists alone stand below them they are sections within sections.
    """
    counts: Counter[str] = Counter()
    is_prose = False
    for node, below in pairwise(nodes):
        if isinstance(node, Heading) and node.level > highest:
            text = plain(node.inline)
            is_name = len(text) <= _PART_MAX and not (any(run.url for run in node.inline) or is_roundup(text))
            if isinstance(below, Piece):
                is_name = is_name and not (heads.is_linked(below) or heads.is_headline(below))
                is_prose |= is_name and not heads.is_list(below)
            else:
                is_name = is_name and isinstance(below, Heading) and below.level > node.level
            counts[letters(text)] += is_name
    return {name for name, count in counts.items() if count > 1 and is_prose}


def _bold(inline: Inline) -> Inline:
    return tidy(replace(run, style=run.style | Style.BOLD) for run in inline)
