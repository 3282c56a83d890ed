"""The bare words of a digest's parts, line by line: what is searched and labelled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.models import Block, Code, Item, Label, ListBlock, Paragraph, Quote, Table, plain


def block_lines(blocks: Iterable[Block]) -> Iterator[str]:
    """The words of blocks in reading order; a table's row is a line, its cells apart."""
    for block in blocks:
        match block:
            case Paragraph(inline) | Label(inline):
                yield plain(inline)
            case ListBlock(entries):
                for entry in entries:
                    yield from block_lines(entry.blocks)
            case Quote(inner):
                yield from block_lines(inner)
            case Code(text):
                yield text
            case Table(header, rows):
                yield from (" | ".join(plain(cell) for cell in row) for row in (header, *rows))


def item_lines(item: Item) -> Iterator[str]:
    """The words of an item below its headline: lead, lists, then insight and impact."""
    yield from block_lines(item.blocks)
    for commentary in item.commentary:
        yield from block_lines(commentary.blocks)
