"""Blocks → items, briefs and passages: what a reader would call one story."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core import headlines
from bot.core.headlines import Headline
from bot.core.labels import ends_with_colon, find_commentary, is_roundup
from bot.core.models import (
    Block,
    Code,
    Commentary,
    Inline,
    Item,
    Label,
    ListBlock,
    ListEntry,
    Paragraph,
    Passage,
    Quote,
    Table,
    plain,
)
from bot.core.nodes import Piece, Rule
from bot.core.runs import strip

Entry = Item | Passage
Nodes = Sequence[Piece | Rule]

_NAME_MAX = 8  # characters: a bold line no longer than this names a group or a detail, not a story
_LABEL_MAX = 24
_PLAIN_LABEL_MAX = 12
_NUMBERED = re.compile(r"\s*(?:\d{1,3}[、.．)）]|[①-⑳])")


def item(head: Headline, nodes: Nodes, line: int) -> Iterator[Entry]:
    """The story under a headline; short news and remarks that follow it come as entries of their own."""
    own, rest = _until_rule(nodes)
    own, roundup = _until_roundup_label(own)
    blocks, commentary = _told(own)
    yield Item(0, head.inline, head.url or _source(own), (*_lead(head), *blocks), commentary, line=line)
    yield from short_news(roundup)
    if rest:
        yield from section(rest, head, is_preface=True)


def implied(title: Headline, nodes: Nodes, line: int) -> Item:
    """The story of a section whose title is its only headline."""
    blocks, commentary = _told(pieces(nodes))
    return Item(0, title.inline, title.url, blocks, commentary, is_implied=True, line=line)


def passage(nodes: Nodes) -> Iterator[Passage]:
    """Text that belongs to no story."""
    blocks = tuple(_labelled(pieces(nodes)))
    if blocks:
        yield Passage(blocks)


def section(nodes: Nodes, title: Headline, line: int = 0, *, is_preface: bool = False) -> Iterator[Entry]:
    """What stands under a section's title, before its first headline (`is_preface`) or without any."""
    own, roundup = _until_roundup_label(pieces(nodes))
    heads = _story_heads(own) or ([] if is_preface else _run_in_heads(own))
    if heads:
        yield from _headed(own, heads)
    elif _has_linked_list(own) or (not is_preface and (_are_lists(own) or _are_numbered(own))):
        yield from short_news(own)
    elif own and (not is_preface or any(map(_commentary, own))):
        yield implied(title, own, line or own[0].line)
    else:
        yield from passage(own)
    yield from short_news(roundup)


def whole(nodes: Nodes, title: Headline) -> Iterator[Entry]:
    """A digest without any heading: its lists are the news."""
    own = pieces(nodes)
    if any(map(_is_news_list, own)) and not any(map(_commentary, own)) and not _story_heads(own):
        yield from short_news(own)
    else:
        yield from section(nodes, title)


def short_news(nodes: Nodes) -> Iterator[Entry]:
    """A roundup: every entry of its lists is a brief, bold lines between them are labels."""
    own = pieces(nodes)
    are_numbered = _are_numbered(own)
    are_lines = sum(isinstance(piece.block, Paragraph) for piece in own) > 1 and not any(map(_is_list, own))
    for piece in own:
        match piece.block:
            case ListBlock(entries):
                for entry, line in zip(entries, piece.entry_lines or (piece.line,) * len(entries), strict=True):
                    yield from _brief_entry(entry, line)
            case Paragraph(inline) if _is_label(inline):
                yield Passage((Label(inline),))
            case Paragraph(inline) if are_numbered and not _NUMBERED.match(plain(inline)):
                yield Passage((piece.block,))
            case Paragraph(inline) if are_lines or headlines.begins_with_link(inline) or headlines.of_run_in(inline):
                yield _brief(inline, piece.line)
            case block:
                yield Passage((block,))


def pieces(nodes: Nodes) -> list[Piece]:
    """The blocks without the rules between them."""
    return [node for node in nodes if isinstance(node, Piece)]


def has_only_linked_lists(nodes: Nodes) -> bool:
    """Whether there is nothing but lists of linked headlines."""
    own = pieces(nodes)
    return _are_lists(own) and all(_is_linked(piece) for piece in own if _is_list(piece))


def begins_with_heads(nodes: Nodes) -> bool:
    """Whether the first block is itself the headline of a story, told by what follows it."""
    own = pieces(nodes)
    heads = _story_heads(own)
    if not heads or heads[0].at:
        return False
    is_link = headlines.of_link_line(_inline(own[0])) is not None
    return (is_link and len(own) > 1) or len(heads) > 1


@dataclass(frozen=True, slots=True)
class _Head:
    at: int
    headline: Headline


def _story_heads(own: Sequence[Piece]) -> list[_Head]:
    """Link lines, and bold lines that read as headlines, with a story under them."""
    links = [_Head(i, head) for i, piece in enumerate(own) if (head := headlines.of_link_line(_inline(piece)))]
    links = [head for head in links if not (head.at + 1 == len(own) and head.at and len(links) == 1)]
    bold = [_Head(i, head) for i, piece in enumerate(own) if (head := headlines.of_bold_line(_inline(piece)))]
    bold = [head for head in bold if head.at not in {link.at for link in links}]
    if not _are_headlines(own, bold):
        bold = []
    return sorted(links + bold, key=lambda head: head.at)


def _are_headlines(own: Sequence[Piece], bold: list[_Head]) -> bool:
    if not bold or (bold[0].at and len(bold) < 2):
        return False
    lengths = sorted(len(head.headline.text) for head in bold)
    is_long = lengths[len(lengths) // 2] > _NAME_MAX or any(head.headline.url for head in bold)
    is_first = bold[0].at == 0
    has_prose = any(not _is_list(own[head.at + 1]) for head in bold if head.at + 1 < len(own))
    return is_long or (is_first and has_prose)


def _are_numbered(own: Sequence[Piece]) -> bool:
    """Whether the author numbers the paragraphs by hand, but perhaps the first and the last."""
    numbered = [_NUMBERED.match(plain(_inline(piece))) is not None for piece in own]
    return sum(numbered) > 1 and sum(numbered) >= len(own) - 2


def _headed(own: Sequence[Piece], heads: list[_Head]) -> Iterator[Entry]:
    yield from passage(own[: heads[0].at])
    ends = [head.at for head in heads[1:]] + [len(own)]
    for head, end in zip(heads, ends, strict=True):
        told = own[head.at + 1 : end]
        if told and len(head.headline.text) <= _NAME_MAX and has_only_linked_lists(told):
            yield Passage((Label(_inline(own[head.at])),))
            yield from short_news(told)
        else:
            yield from item(head.headline, told, own[head.at].line)


def _run_in_heads(own: Sequence[Piece]) -> list[_Head]:
    """The bold heads of a section whose every paragraph, up to its commentary, begins with one."""
    end = next((index for index, piece in enumerate(own) if _commentary(piece)), len(own))
    heads = [_Head(i, head) for i, piece in enumerate(own[:end]) if (head := headlines.of_run_in(_inline(piece)))]
    return heads if len(heads) == end > 1 else []


def _until_rule(nodes: Nodes) -> tuple[list[Piece], list[Piece]]:
    for index, node in enumerate(nodes):
        if isinstance(node, Rule) and index:
            return pieces(nodes[:index]), pieces(nodes[index:])
    return pieces(nodes), []


def _until_roundup_label(own: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    for index, piece in enumerate(own):
        inline = _inline(piece)
        if _is_label(inline) and is_roundup(plain(inline)):
            return list(own[:index]), list(own[index:])
    return list(own), []


def _told(own: Sequence[Piece]) -> tuple[tuple[Block, ...], tuple[Commentary, ...]]:
    """Blocks up to the first commentary label, then one commentary a label: in reading order."""
    starts = [index for index, piece in enumerate(own) if _commentary(piece)]
    commentary: list[Commentary] = []
    for start, end in zip(starts, [*starts[1:], len(own)], strict=False):
        found = find_commentary(_inline(own[start]))
        if found is not None:
            first = (Piece(Paragraph(found.rest), own[start].line),) if found.rest else ()
            blocks = tuple(_labelled([*first, *own[start + 1 : end]]))
            commentary.append(Commentary(found.kind, found.label, blocks))
    return tuple(_labelled(own[: starts[0]] if starts else own)), tuple(commentary)


def _labelled(own: Sequence[Piece]) -> Iterator[Block]:
    """Blocks, with lines that name what follows them as labels."""
    for index, piece in enumerate(own):
        inline = _inline(piece)
        if inline and index + 1 < len(own) and _names_what_follows(inline, own[index + 1]):
            yield Label(inline)
        else:
            yield piece.block


def _names_what_follows(inline: Inline, following: Piece) -> bool:
    text = plain(inline)
    if isinstance(following.block, Label):
        return False
    if ends_with_colon(text) and len(text) <= _PLAIN_LABEL_MAX and _is_list(following):
        return True
    return _is_label(inline)


def _is_label(inline: Inline) -> bool:
    text = plain(inline)
    if not text or len(text) > _LABEL_MAX or "\n" in text or any(run.url for run in inline):
        return False
    is_bold = headlines.is_bold(inline)
    return is_bold or (ends_with_colon(text) and is_roundup(text))


def _brief_entry(entry: ListEntry, line: int) -> Iterator[Entry]:
    first, *more = entry.blocks or (Paragraph(()),)
    if not isinstance(first, Paragraph):
        yield Passage((ListBlock((entry,)),))
    elif more and isinstance(more[0], ListBlock) and _is_label(first.inline):
        yield Passage((Label(first.inline),))
        yield from short_news([Piece(block, line) for block in more])
    elif first.inline:
        yield _brief(first.inline, line, tuple(more))


def _brief(inline: Inline, line: int, more: tuple[Block, ...] = ()) -> Item:
    head = headlines.of_brief(inline)
    if more:
        return Item(0, head.inline, head.url, (*_lead(head), *more), line=line)
    rest = (Paragraph(head.rest),) if head.rest else ()
    return Item(0, head.inline, head.url, rest, is_brief=True, line=line)


def _lead(head: Headline) -> tuple[Paragraph, ...]:
    """What followed a headline on its line, as a paragraph of its own."""
    rest = strip(head.rest, " ：:—–-")
    return (Paragraph(rest),) if rest else ()


def _source(own: Sequence[Piece]) -> str | None:
    return headlines.source_url(_inline(own[0])) if own else None


def _commentary(piece: Piece) -> bool:
    return find_commentary(_inline(piece)) is not None


def _inline(piece: Piece) -> Inline:
    match piece.block:
        case Paragraph(inline) | Label(inline):
            return inline
        case Code() | Table() | ListBlock() | Quote():
            return ()


def _is_list(piece: Piece) -> bool:
    return isinstance(piece.block, ListBlock)


def _are_lists(own: Sequence[Piece]) -> bool:
    """Lists, and short labels between them, and nothing else."""
    return any(map(_is_list, own)) and all(_is_list(piece) or _is_label(_inline(piece)) for piece in own)


def _has_linked_list(own: Sequence[Piece]) -> bool:
    return any(_is_linked(piece) for piece in own)


def _is_news_list(piece: Piece) -> bool:
    if not isinstance(piece.block, ListBlock):
        return False
    heads = [entry.blocks[0] for entry in piece.block.entries if entry.blocks]
    headed = sum(isinstance(head, Paragraph) and headlines.of_run_in(head.inline) is not None for head in heads)
    return _is_linked(piece) or headed * 2 > len(heads) or len(heads) > 3


def _is_linked(piece: Piece) -> bool:
    if not isinstance(piece.block, ListBlock):
        return False
    heads = [entry.blocks[0] for entry in piece.block.entries if entry.blocks]
    linked = sum(isinstance(head, Paragraph) and headlines.begins_with_link(head.inline) for head in heads)
    return linked * 2 >= len(heads) > 0
