"""The title that a body gives itself: its first heading, or a bold first line."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.digest import headlines, heads
from bot.core.digest.labels import names_digest
from bot.core.digest.nodes import Heading, Node, Piece, Rule
from bot.core.models import Inline, plain
from bot.core.runs import letters


def without_title(nodes: list[Node], title: str) -> tuple[str, list[Node]]:
    """The document's own title, taken out: a first line or heading that repeats `title`, names the digest or stands
    above all others."""
    for place, node in enumerate(nodes):
        if isinstance(node, Heading):
            is_title = _is_title(node, nodes[place + 1 :], title)
        else:
            is_title = not place and _is_title_line(node, title)
        if is_title:
            return plain(_inline(node)), nodes[:place] + nodes[place + 1 :]
        if isinstance(node, Heading):
            break
    return "", nodes


def _is_title(first: Heading, below: Sequence[Node], title: str) -> bool:
    """Whether the first heading is the document's title. A linked one with no heading below it is a story."""
    text = plain(first.inline)
    others = [node for node in below if isinstance(node, Heading)]
    is_alone = all(other.level > first.level for other in others)
    if title:
        return _alike(text, title) and (first.level == 1 or is_alone)
    is_story = any(run.url for run in first.inline)
    return names_digest(text) or (is_alone and (bool(others) or (first.level == 1 and not is_story)))


def _is_title_line(first: Node, title: str) -> bool:
    """Whether a body begins with its title as a bold line."""
    inline = _inline(first)
    text = plain(inline)
    return headlines.is_bold(inline) and (_alike(text, title) if title else names_digest(text))


def _inline(node: Node) -> Inline:
    match node:
        case Heading(_, inline):
            return inline
        case Piece():
            return heads.inline_of(node)
        case Rule():
            return ()


def _alike(one: str, other: str) -> bool:
    return letters(one) == letters(other)
