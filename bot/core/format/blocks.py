"""Blocks of running text → lines of a message."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.format.manuscript import Cut, Manuscript
from bot.core.format.rich_text import clean
from bot.core.format.tables import Cell, aligned, spelled_out
from bot.core.models import Block, Code, Inline, Label, ListBlock, ListEntry, Paragraph, Quote, Run, Style, Table, plain
from bot.core.runs import is_media

INDENT = "\u3000"
"""One Chinese character wide, so nested lines stand under the text of the line above."""
_NESTED_MARKERS = "•◦▪"
_LANGUAGE = re.compile(r"[\w+#.-]+")


def write_blocks(page: Manuscript, blocks: Sequence[Block], *, depth: int = 0, is_quoted: bool = False) -> None:
    """Write blocks below each other, beginning on the line that is open.

    `depth`: in how many lists the blocks stand. `is_quoted`: they stand in a quote, where Telegram allows no second.
    """
    previous: Block | None = None
    for block in inked(blocks):
        if previous is not None:
            page.gap(_lines_between(previous, block), Cut.PARAGRAPH, binds=is_lead_in(previous))
            if depth and isinstance(block, Paragraph | Label):
                page.plain(INDENT * depth)
        _write_block(page, block, depth, is_quoted)
        previous = block


def inked(blocks: Sequence[Block]) -> list[Block]:
    """The blocks in which there is anything to see."""
    return [block for block in blocks if has_ink(block)]


def has_ink(block: Block) -> bool:
    """Whether a block shows anything."""
    match block:
        case Paragraph(inline) | Label(inline):
            return _is_inked(inline)
        case ListBlock(entries):
            return any(has_ink(inner) for entry in entries for inner in entry.blocks)
        case Quote(inner_blocks):
            return any(map(has_ink, inner_blocks))
        case Code(text):
            return bool(clean(text).strip())
        case Table(header, rows):
            return any(_is_inked(cell) for row in (header, *rows) for cell in row)


def _is_inked(inline: Inline) -> bool:
    return bool(clean(plain(inline)).strip())


def trimmed(inline: Inline) -> Inline:
    """The inline text without white space at its ends; empty when nothing else is there."""
    text = plain(inline)
    if text and text == clean(text).strip():
        return inline
    runs = [run for run in inline if run.text]
    while runs and not (head := clean(runs[0].text).lstrip()):
        runs.pop(0)
    if not runs:
        return ()
    runs[0] = Run(head, runs[0].style, runs[0].url)
    while not (tail := clean(runs[-1].text).rstrip()):
        runs.pop()
    runs[-1] = Run(tail, runs[-1].style, runs[-1].url)
    return tuple(runs)


def is_lead_in(block: Block) -> bool:
    """Whether a block only announces what follows it: a label, or text that ends with a colon."""
    match block:
        case Label():
            return True
        case Paragraph(inline):
            return plain(inline).rstrip().endswith(("：", ":"))
        case _:
            return False


def _lines_between(above: Block, below: Block) -> int:
    if isinstance(above, Label) or is_lead_in(above) or (isinstance(below, Paragraph) and is_media(below.inline)):
        return 1
    if isinstance(below, Label) or (isinstance(below, Paragraph) and not isinstance(above, Quote)):
        return 2
    return 1


def _write_block(page: Manuscript, block: Block, depth: int, is_quoted: bool) -> None:
    match block:
        case Paragraph(inline):
            page.inline(_indented(trimmed(inline), depth))
        case Label(inline):
            page.inline(_indented(trimmed(inline), depth), also=Style.BOLD)
        case ListBlock(entries):
            _write_list(page, entries, depth, is_quoted)
        case Quote(blocks) if is_quoted:
            write_blocks(page, blocks, depth=depth, is_quoted=True)
        case Quote(blocks):
            with page.enclosed("blockquote"):
                write_blocks(page, blocks, is_quoted=True)
        case Code(text, language):
            _write_code(page, text, language)
        case Table():
            _write_table(page, block)


def _indented(inline: Inline, depth: int) -> Inline:
    """The author's own line breaks inside a list entry keep to its indentation."""
    if not depth or "\n" not in plain(inline):
        return inline
    return tuple(Run(run.text.replace("\n", f"\n{INDENT * depth}"), run.style, run.url) for run in inline)


def _write_list(page: Manuscript, entries: Sequence[ListEntry], depth: int, is_quoted: bool) -> None:
    shown = [entry for entry in entries if inked(entry.blocks)]
    for place, entry in enumerate(shown):
        if place:
            page.gap(1, Cut.ENTRY)
        page.plain(INDENT * depth + _marker(entry.marker, depth))
        blocks = inked(entry.blocks)
        if not isinstance(blocks[0], Paragraph | Label):
            page.gap(1, Cut.ENTRY, binds=True)
        else:
            page.plain(" ")
        write_blocks(page, blocks, depth=depth + 1, is_quoted=is_quoted)


def _marker(marker: str, depth: int) -> str:
    return _NESTED_MARKERS[min(depth, len(_NESTED_MARKERS) - 1)] if marker == _NESTED_MARKERS[0] else marker


def _write_code(page: Manuscript, text: str, language: str) -> None:
    named = _LANGUAGE.match(language)
    with page.enclosed("pre", named.group() if named else None):
        page.plain("\n".join(clean(line.expandtabs(4)).rstrip() for line in text.splitlines()).strip("\n"))


def _write_table(page: Manuscript, table: Table) -> None:
    drawn = aligned(table)
    if drawn is not None:
        with page.enclosed("pre"):
            page.plain(drawn)
        return
    for place, row in enumerate(spelled_out(table)):
        if place:
            page.gap(1, Cut.ENTRY)
        number, cells = _row_number(row)
        for column, (name, value) in enumerate(cells):
            if column:
                page.gap(1, Cut.SENTENCE)
            page.plain(INDENT if column else f"{number} ")
            if trimmed(name):
                page.inline(trimmed(name)).plain("：")
            page.inline(_indented(trimmed(value), 1))


def _row_number(row: list[Cell]) -> tuple[str, list[Cell]]:
    """`3.` and the other cells where the first column counts the rows under a name without words such as `#`."""
    (name, value), *others = row
    figures = plain(value).strip()
    if others and figures.isdigit() and not any(map(str.isalnum, plain(name))):
        return f"{figures}.", others
    return _NESTED_MARKERS[0], row
