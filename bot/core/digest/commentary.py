"""A story's text and the commentary on it: which block is told, which names what follows, which is a remark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.core.digest.heads import has_commentary, inline_of, is_label, is_list
from bot.core.digest.labels import ends_with_colon, find_commentary
from bot.core.digest.nodes import Piece
from bot.core.models import Block, Commentary, Inline, Label, ListBlock, ListEntry, Paragraph, plain

_PLAIN_LABEL_MAX = 12
_WORD = re.compile("[A-Za-z]+")
_FULL_LABEL = 4  # characters of a label that can be nothing but commentary: 深度解读, and not Impact


def told(own: Sequence[Piece]) -> tuple[tuple[Block, ...], tuple[Commentary, ...]]:
    """Blocks up to the first commentary label, then one commentary a label: in reading order."""
    starts = [index for index, piece in enumerate(own) if has_commentary(piece)]
    commentary: list[Commentary] = []
    for start, end in zip(starts, [*starts[1:], len(own)], strict=False):
        found = find_commentary(inline_of(own[start]))
        if found is not None:
            first = (Piece(Paragraph(found.rest), own[start].line),) if found.rest else ()
            blocks = tuple(labelled([*first, *own[start + 1 : end]]))
            commentary.append(Commentary(found.kind, found.label, blocks))
    return tuple(labelled(own[: starts[0]] if starts else own)), tuple(commentary)


def labelled(own: Sequence[Piece]) -> Iterator[Block]:
    """Blocks, with lines that name what follows them as labels."""
    for index, piece in enumerate(own):
        inline = inline_of(piece)
        if inline and index + 1 < len(own) and _names_what_follows(inline, own[index + 1]):
            yield Label(inline)
        elif isinstance(piece.block, Label) and index + 1 == len(own):
            yield Paragraph(inline)
        else:
            yield piece.block


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


def _names_what_follows(inline: Inline, following: Piece) -> bool:
    text = plain(inline)
    if isinstance(following.block, Label):
        return False
    if ends_with_colon(text) and len(text) <= _PLAIN_LABEL_MAX and is_list(following):
        return True
    return is_label(inline)


def _list_of(entries: Sequence[tuple[ListEntry, int]]) -> Iterator[Piece]:
    if entries:
        yield Piece(ListBlock(tuple(entry for entry, _ in entries)), entries[0][1], tuple(line for _, line in entries))


def _is_commentary(entry: ListEntry, *, ends_list: bool) -> bool:
    first = entry.blocks[0] if entry.blocks else None
    found = find_commentary(first.inline) if isinstance(first, Paragraph) else None
    return found is not None and (ends_list or (len(found.label) >= _FULL_LABEL and not _WORD.fullmatch(found.label)))
