"""What a Markdown text is made of at its top level, in reading order, each with its line of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.core.models import Block, Code, Inline, Label, ListBlock, Paragraph, Quote, Table


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6; `line` is 1-based."""

    level: int
    inline: Inline
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break: shown to nobody, but it ends a story."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A block outside of headings; `entry_lines` are the lines of a list's entries."""

    block: Block
    line: int = 0
    entry_lines: tuple[int, ...] = ()


Node = Heading | Rule | Piece


def map_inline(block: Block, change: Callable[[Inline], Inline]) -> Block:
    """The same block with every inline text in it changed."""
    match block:
        case Paragraph(inline):
            return Paragraph(change(inline))
        case Label(inline):
            return Label(change(inline))
        case ListBlock(entries):
            return ListBlock(tuple(replace(entry, blocks=_map_all(entry.blocks, change)) for entry in entries))
        case Quote(blocks):
            return Quote(_map_all(blocks, change))
        case Table(header, rows):
            return Table(tuple(map(change, header)), tuple(tuple(map(change, row)) for row in rows))
        case Code():
            return block


def _map_all(blocks: tuple[Block, ...], change: Callable[[Inline], Inline]) -> tuple[Block, ...]:
    return tuple(map_inline(block, change) for block in blocks)
