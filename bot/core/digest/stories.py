"""Blocks → items, briefs and passages: what a reader would call one story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.digest.briefs import Entry, find_source, lead, short_news
from bot.core.digest.commentary import labelled, told
from bot.core.digest.headlines import Headline
from bot.core.digest.heads import (
    NAME_MAX,
    Head,
    Nodes,
    are_lists,
    are_mostly_news,
    are_names,
    are_numbered,
    counted_heads,
    has_commentary,
    has_only_linked_lists,
    has_told_list,
    inline_of,
    is_label,
    is_news_list,
    pieces,
    run_in_heads,
    story_heads,
)
from bot.core.digest.labels import is_frame, is_roundup
from bot.core.digest.nodes import Piece, Rule
from bot.core.models import Item, Label, Passage, plain


def item(head: Headline, nodes: Nodes, line: int) -> Iterator[Entry]:
    """The story under a headline; short news and remarks that follow it come as entries of their own."""
    own, rest = _until_rule(nodes)
    own, roundup = _until_roundup_label(own)
    blocks, commentary = told(own)
    yield Item(0, head.inline, head.url or find_source(own), (*lead(head), *blocks), commentary, line=line)
    yield from short_news(roundup)
    if rest:
        yield from section(rest, head, is_preface=True)


def implied(title: Headline, nodes: Nodes, line: int) -> Item:
    """The story of a section whose title is its only headline."""
    blocks, commentary = told(pieces(nodes))
    return Item(0, title.inline, title.url, blocks, commentary, is_implied=True, line=line)


def passage(nodes: Nodes) -> Iterator[Passage]:
    """Text that belongs to no story."""
    blocks = tuple(labelled(pieces(nodes)))
    if blocks:
        yield Passage(blocks)


def section(nodes: Nodes, title: Headline, line: int = 0, *, is_preface: bool = False) -> Iterator[Entry]:
    """What stands under a section's title, before its first headline (`is_preface`) or without any."""
    own, roundup = _until_roundup_label(pieces(nodes))
    heads = _preface_heads(own) if is_preface else story_heads(own) or run_in_heads(own) or counted_heads(own)
    if heads:
        yield from _headed(own, heads)
    elif are_names(own):
        yield from passage(own)
    elif are_mostly_news(own) or (not is_preface and (are_lists(own) or are_numbered(own))):
        yield from short_news(own)
    elif own and (not is_preface or any(map(has_commentary, own))):
        yield implied(title, own, line or own[0].line)
    else:
        yield from passage(own)
    yield from short_news(roundup)


def whole(nodes: Nodes, title: Headline) -> Iterator[Entry]:
    """A digest without any heading: its lists are the news."""
    own = pieces(nodes)
    if any(map(is_news_list, own)) and not any(map(has_commentary, own)) and not story_heads(own):
        yield from short_news(own)
    else:
        yield from section(nodes, title)


def _preface_heads(own: Sequence[Piece]) -> list[Head]:
    """The headlines above the first section; a single line without a link is a motto."""
    heads = story_heads(own)
    return heads if len(heads) > 1 or any(head.headline.url for head in heads) else []


def _headed(own: Sequence[Piece], heads: list[Head]) -> Iterator[Entry]:
    yield from passage(own[: heads[0].at])
    ends = [head.at for head in heads[1:]] + [len(own)]
    for head, end in zip(heads, ends, strict=True):
        below = own[head.at + 1 : end]
        if not below and not (head.headline.url or head.headline.rest) and end < len(own) and end + 1 not in ends:
            yield Passage((Label(inline_of(own[head.at])),))  # a headline with nothing but the next one below it
        elif is_frame(head.headline.text) and not head.headline.url:
            yield from passage([Piece(Label(head.headline.inline), own[head.at].line), *below])
        elif _names_news(head, below):
            yield Passage((Label(inline_of(own[head.at])),))
            yield from short_news(below)
        else:
            yield from item(head.headline, below, own[head.at].line)


def _names_news(head: Head, below: Sequence[Piece]) -> bool:
    """Whether a line names the list of news below it, and is no headline itself."""
    if are_lists(below) and has_told_list(below):
        return True
    return bool(below) and len(head.headline.text) <= NAME_MAX and has_only_linked_lists(below)


def _until_rule(nodes: Nodes) -> tuple[list[Piece], list[Piece]]:
    """What a story has up to the rule that ends it: the first one, or the first behind its last commentary."""
    rules = [index for index, node in enumerate(nodes) if isinstance(node, Rule) and index]
    if rules and not story_heads(pieces(nodes[rules[0] :])):
        remarks = [index for index, node in enumerate(nodes) if isinstance(node, Piece) and has_commentary(node)]
        rules = [index for index in rules if not remarks or index > remarks[-1]]
    end = rules[0] if rules else len(nodes)
    return pieces(nodes[:end]), pieces(nodes[end:])


def _until_roundup_label(own: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    for index, piece in enumerate(own):
        inline = inline_of(piece)
        if is_label(inline) and is_roundup(plain(inline)):
            return list(own[:index]), list(own[index:])
    return list(own), []
