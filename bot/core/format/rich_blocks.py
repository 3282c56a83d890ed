"""Blocks of text as blocks of Telegram's rich messages, in the Bot API's JSON, and what they weigh.

Source: https://core.telegram.org/bots/api#inputrichmessage
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.format.blocks import inked, trimmed
from bot.core.format.parts import utf16_len
from bot.core.format.rich_text import clean, spelled_out
from bot.core.models import (
    Block,
    Code,
    Inline,
    Label,
    ListBlock,
    ListEntry,
    Paragraph,
    Quote,
    Run,
    Style,
    Table,
    plain,
)
from bot.core.wording import block_lines

Json = dict[str, Any]
RichText = str | list[Any] | Json

COLUMNS = 20
NESTED = 5
"""Lists and quotes inside each other; each takes up to three of the 16 levels that Telegram allows."""
_STYLES = {
    Style.BOLD: "bold",
    Style.ITALIC: "italic",
    Style.UNDERLINE: "underline",
    Style.STRIKE: "strikethrough",
    Style.CODE: "code",
}
_CHECKBOXES = {"☐": False, "☑": True}
_NUMBER = re.compile(r"(\d{1,9})[.)]")
_TEXT_FIELDS = ("text", "summary", "credit", "caption")


@dataclass(frozen=True, slots=True)
class RichSize:
    """What blocks weigh: UTF-16 units of all texts; blocks, list entries and table rows; levels of nesting."""

    units: int = 0
    blocks: int = 0
    depth: int = 0

    def __add__(self, other: RichSize) -> RichSize:
        return RichSize(self.units + other.units, self.blocks + other.blocks, max(self.depth, other.depth))


def measure(blocks: Sequence[Mapping[str, Any]], depth: int = 1) -> RichSize:
    """The weight of blocks that stand `depth` levels deep."""
    size = RichSize()
    for block in blocks:
        size += RichSize(0, 1, depth)
        for name in _TEXT_FIELDS:
            size += _measure_text(block.get(name), depth + 1)
        size += measure(block.get("blocks", ()), depth + 1)
        for item in block.get("items", ()):
            size += RichSize(0, 1, depth + 1) + measure(item["blocks"], depth + 2)
        for row in block.get("cells", ()):
            size += RichSize(0, 1, depth + 1)
            for cell in row:
                size += _measure_text(cell.get("text"), depth + 2)
    return size


def paragraph(text: RichText) -> Json:
    """A paragraph."""
    return {"type": "paragraph", "text": text}


def heading(text: RichText, size: int) -> Json:
    """A heading; 1 is the largest, 6 the smallest."""
    return {"type": "heading", "text": text, "size": size}


def details(summary: RichText, blocks: Sequence[Json]) -> Json:
    """Blocks that open with a tap on their summary."""
    return {"type": "details", "summary": summary, "blocks": list(blocks)}


def rich_text(inline: Inline) -> RichText:
    """An author's words with their looks and links."""
    parts = [_rich_run(run) for run in spelled_out(inline) if clean(run.text)]
    return parts[0] if len(parts) == 1 else parts or ""


def rich_blocks(blocks: Sequence[Block], nesting: int = 0) -> list[Json]:
    """Blocks of an item or a passage; what is nested too deep is told line by line."""
    if nesting > NESTED:
        return [paragraph(clean(line).strip()) for line in block_lines(blocks) if clean(line).strip()]
    return [made for block in inked(blocks) for made in _rich_block(block, nesting)]


def _rich_run(run: Run) -> RichText:
    text: RichText = clean(run.text)
    for style, name in _STYLES.items():
        if style in run.style:
            text = {"type": name, "text": text}
    return {"type": "url", "text": text, "url": run.url} if run.url else text


def _rich_block(block: Block, nesting: int) -> Iterator[Json]:
    match block:
        case Paragraph(inline):
            yield paragraph(rich_text(trimmed(inline)))
        case Label(inline):
            yield paragraph({"type": "bold", "text": rich_text(trimmed(inline))})
        case ListBlock(entries):
            items = [_rich_entry(entry, nesting) for entry in entries if inked(entry.blocks)]
            yield {"type": "list", "items": items}
        case Quote(blocks):
            yield {"type": "blockquote", "blocks": rich_blocks(blocks, nesting + 1)}
        case Code(text, language):
            named = language.split()[:1]
            code = clean(text.expandtabs(4).replace("\r", "")).strip("\n")
            yield {"type": "pre", "text": code} | ({"language": named[0]} if named else {})
        case Table():
            yield from _rich_table(block, nesting)


def _rich_entry(entry: ListEntry, nesting: int) -> Json:
    number = _NUMBER.fullmatch(entry.marker)
    label: Json = {"value": int(number[1]), "type": "1"} if number else {}
    if entry.marker in _CHECKBOXES:
        label = {"has_checkbox": True} | ({"is_checked": True} if _CHECKBOXES[entry.marker] else {})
    return {"blocks": rich_blocks(entry.blocks, nesting + 1)} | label


def _rich_table(table: Table, nesting: int) -> Iterator[Json]:
    if len(table.header) > COLUMNS:
        yield from (paragraph(clean(line)) for line in block_lines([table]) if clean(line).strip())
        return
    header = [_rich_cell(cell) | {"is_header": True} for cell in table.header]
    rows = [[_rich_cell(cell) for cell in row] for row in table.rows]
    yield {"type": "table", "cells": [header, *rows] if any(map(plain, table.header)) else rows, "is_bordered": True}


def _rich_cell(inline: Inline) -> Json:
    shown = trimmed(inline)
    return ({"text": rich_text(shown)} if shown else {}) | {"align": "left", "valign": "top"}


def _measure_text(text: RichText | None, depth: int) -> RichSize:
    match text:
        case None:
            return RichSize()
        case str():
            return RichSize(utf16_len(text), 0, depth)
        case list():
            size = RichSize(0, 0, depth)
            for part in text:
                size += _measure_text(part, depth)
            return size
        case _:
            return RichSize(0, 0, depth) + _measure_text(text["text"], depth + 1)
