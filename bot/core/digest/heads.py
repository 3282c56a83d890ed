"""What the blocks of a chapter are to each other: heads of stories, labels, lists of news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.digest import headlines
from bot.core.digest.headlines import Headline
from bot.core.digest.labels import begins_with_field, ends_with_colon, find_commentary, is_roundup
from bot.core.digest.nodes import Piece, Rule
from bot.core.models import Code, Inline, Label, ListBlock, ListEntry, Paragraph, Quote, Style, Table, plain
from bot.core.ordinals import begins_with_mark
from bot.core.runs import unstyled

Nodes = Sequence[Piece | Rule]

NAME_MAX = 8  # characters: a bold line no longer than this names a group or a detail, not a story
_LABEL_MAX = 24
_COUNTED_MAX = 60
_TOLD_MIN = 40
_MANY = 3


@dataclass(frozen=True, slots=True)
class Head:
    """A block that is the headline of what follows it; `at` is its place among the blocks."""

    at: int
    headline: Headline


def story_heads(own: Sequence[Piece]) -> list[Head]:
    """Link lines, and bold lines that read as headlines, with a story under them."""
    links = [Head(i, head) for i, piece in enumerate(own) if (head := headlines.of_link_line(inline_of(piece)))]
    links = [head for head in links if not (head.at + 1 == len(own) and head.at and len(links) == 1)]
    links = [head for head in links if not (head.at and _goes_on(own[head.at - 1]))]
    bold = [Head(i, head) for i, piece in enumerate(own) if (head := headlines.of_bold_line(inline_of(piece)))]
    taken = {head.at for head in links}
    if _are_headlines(own, bold):
        links += [head for head in bold if head.at not in taken]
    return sorted(links, key=lambda head: head.at) or _announcing_heads(own)


def _goes_on(piece: Piece) -> bool:
    """Whether a paragraph ends within a sentence, so that a link below it belongs to that."""
    return plain(inline_of(piece)).rstrip().endswith(("(", "（", ",", "，", "、"))


def _announcing_heads(own: Sequence[Piece]) -> list[Head]:
    """Bold lines that end with a colon: the headlines where many are such, above prose, below a greeting at most."""
    bold = [
        Head(i, head)
        for i, piece in enumerate(own[:-1])
        if isinstance(own[i + 1].block, Paragraph) and (head := headlines.of_announcing_line(inline_of(piece)))
    ]
    return bold if len(bold) >= _MANY and bold[0].at <= 1 and _are_headlines(own, bold) else []


def run_in_heads(own: Sequence[Piece]) -> list[Head]:
    """The bold heads of a section whose every paragraph, up to its commentary, begins with one."""
    end = next((index for index, piece in enumerate(own) if has_commentary(piece)), len(own))
    heads = [Head(i, head) for i, piece in enumerate(own[:end]) if (head := headlines.of_run_in(inline_of(piece)))]
    return heads if len(heads) == end > 1 else []


def counted_heads(own: Sequence[Piece]) -> list[Head]:
    """The short lines that their author numbers or gives a time, where they begin a section and have text below."""
    heads = [
        Head(i, headlines.of_heading(unstyled(inline_of(piece), Style.BOLD)))
        for i, piece in enumerate(own[:-1])
        if is_numbered(piece) and len(plain(inline_of(piece))) <= _COUNTED_MAX
    ]
    return heads if len(heads) > 1 and not heads[0].at and len(heads) < len(own) - 1 else []


def is_headline(piece: Piece) -> bool:
    """Whether a block can be a headline by its looks: a link or bold as a whole."""
    inline = inline_of(piece)
    return headlines.of_link_line(inline) is not None or headlines.of_bold_line(inline) is not None


def begins_with_heads(nodes: Nodes) -> bool:
    """Whether the first block is itself the headline of a story, told by what follows it."""
    own = pieces(nodes)
    heads = story_heads(own)
    if not heads or heads[0].at:
        return False
    is_link = headlines.of_link_line(inline_of(own[0])) is not None
    return (is_link and len(own) > 1) or len(heads) > 1


def are_numbered(own: Sequence[Piece]) -> bool:
    """Whether the author numbers the paragraphs by hand, but perhaps the first and the last."""
    numbered = [is_numbered(piece) for piece in own]
    return sum(numbered) > 1 and sum(numbered) >= len(own) - 2


def is_numbered(piece: Piece) -> bool:
    """Whether a paragraph begins with a number or a time written by hand."""
    return begins_with_mark(plain(inline_of(piece)))


def has_only_linked_lists(nodes: Nodes) -> bool:
    """Whether there is nothing but lists of linked headlines."""
    own = pieces(nodes)
    return are_lists(own) and all(is_linked(piece) for piece in own if is_list(piece))


def has_only_news_lists(nodes: Nodes) -> bool:
    """Whether there is nothing but lists of headlines, linked or bold."""
    own = pieces(nodes)
    return are_lists(own) and all(is_linked(piece) or has_long_heads(piece) for piece in own if is_list(piece))


def has_told_list(nodes: Nodes) -> bool:
    """Whether there is a numbered list of several entries in prose: news, told one after another."""
    return any(map(_is_told_list, pieces(nodes)))


def _is_told_list(piece: Piece) -> bool:
    entries = piece.block.entries if isinstance(piece.block, ListBlock) else ()
    firsts = [entry.blocks[0] for entry in entries if entry.blocks and entry.marker[:1].isdigit()]
    told = sum(isinstance(first, Paragraph) and len(plain(first.inline)) > _TOLD_MIN for first in firsts)
    return told >= _MANY and told * 2 > len(entries)


def are_lists(own: Sequence[Piece]) -> bool:
    """Lists, and short labels between them, and nothing else."""
    return any(map(is_list, own)) and all(is_list(piece) or is_label(inline_of(piece)) for piece in own)


def are_names(own: Sequence[Piece]) -> bool:
    """Whether the lists hold several names and nothing else: topics, keywords, companies."""
    entries = [entry for piece in own if isinstance(piece.block, ListBlock) for entry in piece.block.entries]
    return are_lists(own) and len(entries) >= _MANY and all(map(_is_name, entries))


def _is_name(entry: ListEntry) -> bool:
    match entry.blocks:
        case (Paragraph(inline),):
            text = plain(inline)
            return len(text) <= NAME_MAX and not (any(run.url for run in inline) or "：" in text or ":" in text)
        case _:
            return False


def are_mostly_news(own: Sequence[Piece]) -> bool:
    """Whether linked headlines in lists outnumber the other blocks, and nobody comments on these."""
    linked = [piece for piece in own if is_linked(piece)]
    others = len(own) - len(linked)
    entries = sum(len(piece.block.entries) for piece in linked if isinstance(piece.block, ListBlock))
    return entries > others and not any(map(has_commentary, own))


def is_news_list(piece: Piece) -> bool:
    """Whether a list, in a digest without headings, is the news itself."""
    if not isinstance(piece.block, ListBlock):
        return False
    heads = [entry.blocks[0] for entry in piece.block.entries if entry.blocks]
    headed = sum(isinstance(head, Paragraph) and headlines.of_run_in(head.inline) is not None for head in heads)
    return is_linked(piece) or headed * 2 > len(heads) or len(heads) > 3


def is_linked(piece: Piece) -> bool:
    """Whether most entries of a list begin with a link to a story, and do not tell of one (`来源：…`, `重点：…`)."""
    if not isinstance(piece.block, ListBlock) or are_fields(piece.block):
        return False
    heads = [entry.blocks[0] for entry in piece.block.entries if entry.blocks]
    linked = sum(isinstance(head, Paragraph) and headlines.begins_with_link(head.inline) for head in heads)
    return linked * 2 >= len(heads) > 0


def are_fields(block: ListBlock) -> bool:
    """Whether most entries begin with the name of something that a story has: its source, author, summary."""
    firsts = [entry.blocks[0] for entry in block.entries if entry.blocks]
    named = sum(isinstance(first, Paragraph) and begins_with_field(plain(first.inline)) for first in firsts)
    return named * 2 > len(firsts)


def has_long_heads(piece: Piece) -> bool:
    """Whether most entries of a list begin with bold words that are longer than the name of a detail."""
    if not isinstance(piece.block, ListBlock):
        return False
    firsts = [entry.blocks[0] for entry in piece.block.entries if entry.blocks]
    bold = (headlines.bold_start(first.inline) for first in firsts if isinstance(first, Paragraph))
    return sum(len(text) > NAME_MAX for text in bold) * 2 > len(firsts)


def is_label(inline: Inline) -> bool:
    """Whether a line only names what follows it: short and bold, or a roundup's name before a colon."""
    text = plain(inline)
    if not text or "\n" in text or any(run.url for run in inline):
        return False
    if headlines.is_bold(inline):
        return len(text) <= _LABEL_MAX or is_roundup(text)
    return len(text) <= _LABEL_MAX and ends_with_colon(text) and is_roundup(text)


def has_commentary(piece: Piece) -> bool:
    """Whether a block begins with a commentary label."""
    return find_commentary(inline_of(piece)) is not None


def is_list(piece: Piece) -> bool:
    """Whether a block is a list."""
    return isinstance(piece.block, ListBlock)


def inline_of(piece: Piece) -> Inline:
    """The text of a paragraph or label; nothing for other blocks."""
    match piece.block:
        case Paragraph(inline) | Label(inline):
            return inline
        case Code() | Table() | ListBlock() | Quote():
            return ()


def pieces(nodes: Nodes) -> list[Piece]:
    """The blocks without the rules between them."""
    return [node for node in nodes if isinstance(node, Piece)]


def _are_headlines(own: Sequence[Piece], bold: list[Head]) -> bool:
    """Not the details of a story: they come first or are several, and are longer than a name or told in prose."""
    if not bold or (bold[0].at and len(bold) < 2) or any(map(has_commentary, own[: bold[0].at])):
        return False
    lengths = sorted(len(head.headline.text) for head in bold)
    is_long = lengths[len(lengths) // 2] > NAME_MAX or any(head.headline.url for head in bold)
    is_first = bold[0].at == 0
    has_prose = any(not is_list(own[head.at + 1]) for head in bold if head.at + 1 < len(own))
    return is_long or (is_first and has_prose)
