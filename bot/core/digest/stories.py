"""Blocks → items, briefs and passages: what a reader would call one story."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.core.digest import headlines
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
    is_list,
    is_news_list,
    is_numbered,
    pieces,
    run_in_heads,
    story_heads,
)
from bot.core.digest.labels import ends_with_colon, find_commentary, is_frame, is_roundup
from bot.core.digest.nodes import Piece, Rule
from bot.core.models import (
    Block,
    Commentary,
    Inline,
    Item,
    Label,
    ListBlock,
    ListEntry,
    Paragraph,
    Passage,
    Quote,
    plain,
)
from bot.core.runs import is_media, lines, strip

Entry = Item | Passage

_PLAIN_LABEL_MAX = 12
_DETAIL = re.compile(r"\W{0,3}[\w ]{1,6}[：:]")
_WORD = re.compile("[A-Za-z]+")
_FULL_LABEL = 4  # characters of a label that can be nothing but commentary: 深度解读, and not Impact


def item(head: Headline, nodes: Nodes, line: int) -> Iterator[Entry]:
    """The story under a headline; short news and remarks that follow it come as entries of their own."""
    own, rest = _until_rule(nodes)
    own, roundup = _until_roundup_label(own)
    blocks, commentary = _told(own)
    yield Item(0, head.inline, head.url or find_source(own), (*_lead(head), *blocks), commentary, line=line)
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
    heads = story_heads(own)
    if is_preface and len(heads) == 1 and heads[0].headline.url is None:
        heads = []  # a motto above the first section
    heads = heads or ([] if is_preface else run_in_heads(own) or counted_heads(own))
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


def sources(own: Sequence[Piece]) -> list[str]:
    """The addresses of the lines and list entries that name where the text comes from."""
    return [url for inline in _source_lines(own) if (url := headlines.source_url(inline))]


def find_source(own: Sequence[Piece]) -> str | None:
    """The first of them."""
    return next(iter(sources(own)), None)


def with_commentary_apart(piece: Piece) -> Iterator[Piece]:
    """A list whose entries are commentary (`- **深度解读：** …`): each such entry as a line, what follows it as a list.

    A short label (影响, 点评) may be one detail among others: it counts only where commentary alone ends the list.
    """
    entries = piece.block.entries if isinstance(piece.block, ListBlock) else ()
    entry_lines = piece.entry_lines or (piece.line,) * len(entries)
    rest: list[tuple[ListEntry, int]] = []
    tail = len(entries)
    while tail and _is_commentary(entries[tail - 1], ends_list=True):
        tail -= 1
    for place, (entry, line) in enumerate(zip(entries, entry_lines, strict=True)):
        if not _is_commentary(entry, ends_list=place >= tail):
            rest.append((entry, line))
            continue
        yield from _list_of(rest)
        yield from (Piece(block, line) for block in entry.blocks)
        rest = []
    yield from _list_of(rest)


def short_news(nodes: Nodes) -> Iterator[Entry]:
    """A roundup: every entry of its lists is a brief, bold lines between them are labels."""
    own = pieces(nodes)
    numbered = are_numbered(own)
    are_lines = sum(isinstance(piece.block, Paragraph) for piece in own) > 1 and not any(map(is_list, own))
    for piece in own:
        match piece.block:
            case ListBlock(entries):
                for entry, line in zip(entries, piece.entry_lines or (piece.line,) * len(entries), strict=True):
                    yield from _brief_entry(entry, line)
            case Quote(blocks) if all(isinstance(block, ListBlock) for block in blocks):
                yield from short_news([Piece(block, piece.line) for block in blocks])
            case Paragraph(inline) if is_label(inline):
                yield Passage((Label(inline),))
            case Paragraph(inline) if is_media(inline) or (numbered and not is_numbered(piece)):
                yield Passage((piece.block,))
            case Paragraph(inline) if (head := headlines.of_run_in(inline)) and is_frame(head.text):
                yield Passage((piece.block,))
            case Paragraph(inline) if are_lines or headlines.begins_with_link(inline) or headlines.of_run_in(inline):
                yield _brief(inline, piece.line)
            case block:
                yield Passage((block,))


def _headed(own: Sequence[Piece], heads: list[Head]) -> Iterator[Entry]:
    yield from passage(own[: heads[0].at])
    ends = [head.at for head in heads[1:]] + [len(own)]
    for head, end in zip(heads, ends, strict=True):
        told = own[head.at + 1 : end]
        if not told and not (head.headline.url or head.headline.rest) and end < len(own) and end + 1 not in ends:
            yield Passage((Label(inline_of(own[head.at])),))  # a headline with nothing but the next one below it
        elif is_frame(head.headline.text) and not head.headline.url:
            yield from passage([Piece(Label(head.headline.inline), own[head.at].line), *told])
        elif _names_news(head, told):
            yield Passage((Label(inline_of(own[head.at])),))
            yield from short_news(told)
        else:
            yield from item(head.headline, told, own[head.at].line)


def _names_news(head: Head, told: Sequence[Piece]) -> bool:
    """Whether a line names the list of news below it, and is no headline itself."""
    if are_lists(told) and has_told_list(told):
        return True
    return bool(told) and len(head.headline.text) <= NAME_MAX and has_only_linked_lists(told)


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


def _told(own: Sequence[Piece]) -> tuple[tuple[Block, ...], tuple[Commentary, ...]]:
    """Blocks up to the first commentary label, then one commentary a label: in reading order."""
    starts = [index for index, piece in enumerate(own) if has_commentary(piece)]
    commentary: list[Commentary] = []
    for start, end in zip(starts, [*starts[1:], len(own)], strict=False):
        found = find_commentary(inline_of(own[start]))
        if found is not None:
            first = (Piece(Paragraph(found.rest), own[start].line),) if found.rest else ()
            blocks = tuple(_labelled([*first, *own[start + 1 : end]]))
            commentary.append(Commentary(found.kind, found.label, blocks))
    return tuple(_labelled(own[: starts[0]] if starts else own)), tuple(commentary)


def _labelled(own: Sequence[Piece]) -> Iterator[Block]:
    """Blocks, with lines that name what follows them as labels."""
    for index, piece in enumerate(own):
        inline = inline_of(piece)
        if inline and index + 1 < len(own) and _names_what_follows(inline, own[index + 1]):
            yield Label(inline)
        elif isinstance(piece.block, Label) and index + 1 == len(own):
            yield Paragraph(inline)
        else:
            yield piece.block


def _names_what_follows(inline: Inline, following: Piece) -> bool:
    text = plain(inline)
    if isinstance(following.block, Label):
        return False
    if ends_with_colon(text) and len(text) <= _PLAIN_LABEL_MAX and is_list(following):
        return True
    return is_label(inline)


def _brief_entry(entry: ListEntry, line: int) -> Iterator[Entry]:
    first, *more = entry.blocks or (Paragraph(()),)
    if not isinstance(first, Paragraph):
        yield Passage((ListBlock((entry,)),))
    elif more and isinstance(more[0], ListBlock) and is_label(first.inline) and not _are_details(more[0]):
        yield Passage((Label(first.inline),))
        yield from short_news([Piece(block, line) for block in more])
    elif first.inline:
        yield _brief(first.inline, line, tuple(more))


def _are_details(block: ListBlock) -> bool:
    """Whether the entries tell of one story, each under a short name: `摘要：…`, `来源：…`."""
    firsts = [entry.blocks[0] for entry in block.entries if entry.blocks]
    named = (isinstance(first, Paragraph) and _DETAIL.match(plain(first.inline)) for first in firsts)
    return sum(map(bool, named)) * 2 > len(firsts)


def _brief(inline: Inline, line: int, more: tuple[Block, ...] = ()) -> Item:
    head = headlines.of_brief(inline, is_told=bool(more))
    if more:
        url = head.url or find_source([Piece(block) for block in more])
        return Item(0, head.inline, url, (*_lead(head), *more), line=line)
    if plain(head.rest).startswith("\n"):
        return Item(0, head.inline, head.url, _lead(head), line=line)
    rest = (Paragraph(head.rest),) if head.rest else ()
    return Item(0, head.inline, head.url, rest, is_brief=True, line=line)


def _lead(head: Headline) -> tuple[Paragraph, ...]:
    """What followed a headline on its line, as a paragraph of its own."""
    rest = strip(head.rest, " \n：:—–-")
    return (Paragraph(rest),) if rest else ()


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


def _list_of(entries: Sequence[tuple[ListEntry, int]]) -> Iterator[Piece]:
    if entries:
        yield Piece(ListBlock(tuple(entry for entry, _ in entries)), entries[0][1], tuple(line for _, line in entries))


def _is_commentary(entry: ListEntry, *, ends_list: bool) -> bool:
    first = entry.blocks[0] if entry.blocks else None
    found = find_commentary(first.inline) if isinstance(first, Paragraph) else None
    return found is not None and (ends_list or (len(found.label) >= _FULL_LABEL and not _WORD.fullmatch(found.label)))
