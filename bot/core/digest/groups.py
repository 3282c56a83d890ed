"""Lines that stand above several stories without being headings: `**模型**`, `【产品】`, a `<summary>`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.core.digest import headlines, heads
from bot.core.digest.labels import find_commentary
from bot.core.digest.nodes import Heading, Node, Piece
from bot.core.models import Label, ListBlock, Paragraph, plain
from bot.core.runs import strip

_NAME_MAX = 40
_SENTENCE = re.compile("[。；;]")
_BRACKETED = re.compile(r"\s*[【〖][^】〗]+[】〗]\s*")
_BRACKETS = " 【】〖〗"


def grouped(nodes: Sequence[Node]) -> list[Node]:
    """The nodes with such lines as headings, one level above what they stand over.

    One line proves nothing (it may end the story before), so there must be several, and one with no story before it.
    """
    has_headings = any(isinstance(node, Heading) for node in nodes)
    places = list(_places(nodes, has_headings))
    begin = any(_begins(nodes, place) for place in places)
    return _raised(nodes, set(places)) if begin and len(places) > 1 else list(nodes)


def _begins(nodes: Sequence[Node], place: int) -> bool:
    """Whether a line stands right below a heading, or before the first one."""
    return isinstance(nodes[place - 1], Heading) or not any(isinstance(node, Heading) for node in nodes[:place])


def _raised(nodes: Sequence[Node], places: set[int]) -> list[Node]:
    """The lines at `places` as headings, the headings below them moved down to make room."""
    levels = [below.level for place in places if isinstance(below := nodes[place + 1], Heading)]
    level = min(levels, default=1)
    raised: list[Node] = []
    for place, node in enumerate(nodes):
        if place in places and isinstance(node, Piece):
            raised.append(Heading(level, strip(heads.inline_of(node), _BRACKETS), node.line))
        elif isinstance(node, Heading) and node.level >= level:
            raised.append(replace(node, level=node.level + 1))
        else:
            raised.append(node)
    return raised


def _places(nodes: Sequence[Node], has_headings: bool) -> Iterator[int]:
    for place, (node, below) in enumerate(pairwise(nodes)):
        if not isinstance(node, Piece) or not _is_line(node):
            continue
        if isinstance(below, Heading):
            is_name = _is_marked(node)
        else:
            is_name = not has_headings and isinstance(below, Piece) and _names_news(node, nodes[place + 1 :])
        if is_name:
            yield place


def _is_line(piece: Piece) -> bool:
    inline = heads.inline_of(piece)
    text = plain(inline)
    is_short = 0 < len(text) <= _NAME_MAX and not _SENTENCE.search(text)
    return is_short and not any(run.url for run in inline) and find_commentary(inline) is None


def _is_marked(piece: Piece) -> bool:
    """Whether a line is bold or in brackets as a whole."""
    inline = heads.inline_of(piece)
    is_bold = isinstance(piece.block, Label) or headlines.is_bold(inline)
    return is_bold or _BRACKETED.fullmatch(plain(inline)) is not None


def _names_news(piece: Piece, below: Sequence[Node]) -> bool:
    """Whether a line names the news below it; one without any mark does so above a list of links only."""
    return _holds_news(below) if _is_marked(piece) else isinstance(below[0], Piece) and heads.is_linked(below[0])


def _holds_news(nodes: Sequence[Node]) -> bool:
    """Whether the first block is a list of news, or a story's headline with its text below."""
    first, *others = [node for node in nodes[:2] if isinstance(node, Piece)]
    match first.block:
        case ListBlock():
            return heads.is_linked(first) or heads.has_long_heads(first)
        case Paragraph(inline):
            is_head = headlines.of_link_line(inline) or headlines.of_bold_line(inline)
            is_told = bool(others) and not (_is_line(others[0]) and _is_marked(others[0]))
            return bool(is_head and is_told) or heads.is_numbered(first)
        case _:
            return False
