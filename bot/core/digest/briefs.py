"""Short news: every entry of a list, or every line, is a story of its own; and where a story comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.core.digest import headlines
from bot.core.digest.entries import TASKS
from bot.core.digest.headlines import Headline
from bot.core.digest.heads import Nodes, are_numbered, is_label, is_list, is_numbered, pieces
from bot.core.digest.labels import is_frame
from bot.core.digest.nodes import Piece
from bot.core.models import Block, Inline, Item, Label, ListBlock, ListEntry, Paragraph, Passage, Quote, Run, plain
from bot.core.runs import is_media, lines, strip, tidy

Entry = Item | Passage

_DETAIL = re.compile(r"\W{0,3}[\w ]{1,6}[：:]")


def short_news(nodes: Nodes) -> Iterator[Entry]:
    """A roundup: every entry of its lists, or every line, is a brief; bold lines among others are labels."""
    own = pieces(nodes)
    numbered = are_numbered(own)
    are_lines = sum(isinstance(piece.block, Paragraph) for piece in own) > 1 and not any(map(is_list, own))
    has_labels = not all(isinstance(piece.block, Paragraph) and headlines.is_bold(piece.block.inline) for piece in own)
    for piece in own:
        match piece.block:
            case ListBlock(entries):
                for entry, line in zip(entries, piece.entry_lines or (piece.line,) * len(entries), strict=True):
                    yield from _brief_entry(entry, line)
            case Quote(blocks) if all(isinstance(block, ListBlock) for block in blocks):
                yield from short_news([Piece(block, piece.line) for block in blocks])
            case Paragraph(inline) if has_labels and is_label(inline):
                yield Passage((Label(inline),))
            case Paragraph(inline) if is_media(inline) or (numbered and not is_numbered(piece)):
                yield Passage((piece.block,))
            case Paragraph(inline) if (head := headlines.of_run_in(inline)) and is_frame(head.text):
                yield Passage((piece.block,))
            case Paragraph(inline) if are_lines or headlines.begins_with_link(inline) or headlines.of_run_in(inline):
                yield _brief(inline, piece.line)
            case block:
                yield Passage((block,))


def sources(own: Sequence[Piece]) -> list[str]:
    """The addresses of the lines and list entries that name where the text comes from."""
    return [url for inline in _source_lines(own) if (url := headlines.source_url(inline))]


def find_source(own: Sequence[Piece]) -> str | None:
    """The first of them."""
    return next(iter(sources(own)), None)


def lead(head: Headline) -> tuple[Paragraph, ...]:
    """What followed a headline on its line, as a paragraph of its own."""
    rest = strip(head.rest, " \n：:—–-")
    return (Paragraph(rest),) if rest else ()


def _brief_entry(entry: ListEntry, line: int) -> Iterator[Entry]:
    first, *more = entry.blocks or (Paragraph(()),)
    if not isinstance(first, Paragraph):
        yield Passage((ListBlock((entry,)),))
    elif more and isinstance(more[0], ListBlock) and is_label(first.inline) and not _are_details(more[0]):
        yield Passage((Label(first.inline),))
        yield from short_news([Piece(block, line) for block in more])
    elif first.inline:
        box = (Run(f"{entry.marker} "),) if entry.marker in TASKS else ()
        yield _brief(tidy((*box, *first.inline)), line, tuple(more))


def _are_details(block: ListBlock) -> bool:
    """Whether the entries tell of one story, each under a short name: `摘要：…`, `来源：…`."""
    firsts = [entry.blocks[0] for entry in block.entries if entry.blocks]
    named = (isinstance(first, Paragraph) and _DETAIL.match(plain(first.inline)) for first in firsts)
    return sum(map(bool, named)) * 2 > len(firsts)


def _brief(inline: Inline, line: int, more: tuple[Block, ...] = ()) -> Item:
    head = headlines.of_brief(inline, is_told=bool(more))
    if more:
        url = head.url or find_source([Piece(block) for block in more])
        return Item(0, head.inline, url, (*lead(head), *more), line=line)
    if plain(head.rest).startswith("\n"):
        return Item(0, head.inline, head.url, lead(head), line=line)
    rest = (Paragraph(head.rest),) if head.rest else ()
    return Item(0, head.inline, head.url, rest, is_brief=True, line=line)


def _source_lines(own: Sequence[Piece]) -> Iterator[Inline]:
    for piece in own:
        match piece.block:
            case Paragraph(inline):
                yield from map(strip, lines(inline))
            case ListBlock(entries):
                firsts = (entry.blocks[0] for entry in entries if entry.blocks)
                yield from (first.inline for first in firsts if isinstance(first, Paragraph))
            case _:
                pass
