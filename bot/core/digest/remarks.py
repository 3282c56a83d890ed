"""What an author should hear about a body that could be read: misspelt labels, headlines linked to a home page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.digest.headlines import begins_with_link
from bot.core.digest.labels import find_commentary
from bot.core.digest.nodes import Heading, Node, Piece
from bot.core.links import is_home_page
from bot.core.models import Inline, ListBlock, Paragraph, Problem, Severity


def find_remarks(nodes: Sequence[Node]) -> Iterator[Problem]:
    """Hints about the body's blocks, with their lines."""
    for node in nodes:
        match node:
            case Heading(_, inline, line):
                yield from _label(inline, line, is_heading=True)
                yield from _home_pages(inline, line)
            case Piece(Paragraph(inline), line):
                yield from _label(inline, line)
            case Piece(ListBlock(entries), _, lines):
                for entry, line in zip(entries, lines, strict=False):
                    first = entry.blocks[0] if entry.blocks else None
                    if isinstance(first, Paragraph) and begins_with_link(first.inline):
                        yield from _home_pages(first.inline, line)


def _label(inline: Inline, line: int, *, is_heading: bool = False) -> Iterator[Problem]:
    label = find_commentary(inline, is_heading=is_heading)
    if label is not None and label.is_misspelt:
        yield Problem("label.typo", Severity.HINT, line, {"written": label.written, "meant": label.label})


def _home_pages(inline: Inline, line: int) -> Iterator[Problem]:
    """What a headline links to a home page loses its link; so does the source behind one."""
    for run in inline:
        if run.url and is_home_page(run.url):
            yield Problem("link.home_page", Severity.HINT, line, {"text": run.text[:40], "url": run.url})
