"""Rich messages: which blocks are known and how large a message may be.

Source: https://core.telegram.org/bots/api#inputrichmessage
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.answers import bad_request
from bot.sandbox.parameters import whole

CHARACTER_LIMIT = 32_768
BLOCK_LIMIT = 500
DEPTH_LIMIT = 16
COLUMN_LIMIT = 20

_REQUIRED: dict[str, tuple[str, ...]] = {
    "paragraph": ("text",), "heading": ("text", "size"), "pre": ("text",), "footer": ("text",), "divider": (),
    "list": ("items",), "blockquote": ("blocks",), "expandable_blockquote": ("text",), "pullquote": ("text",),
    "table": ("cells",), "details": ("summary", "blocks"), "photo": ("photo",), "anchor": ("name",),
    "mathematical_expression": ("expression",), "collage": ("blocks",), "slideshow": ("blocks",),
    "buttons": ("buttons",),
}  # fmt: skip
_TEXT_KIND_NAMES = (
    "bold italic underline strikethrough spoiler subscript superscript marked code url email_address phone_number "
    "mention hashtag cashtag bot_command anchor anchor_link reference reference_link custom_emoji text_mention "
    "mathematical_expression date_time"
)
_TEXT_KINDS = frozenset(_TEXT_KIND_NAMES.split())


@dataclass(slots=True)
class _Size:
    characters: int = 0
    blocks: int = 0


def check_rich(message: dict[str, Any]) -> dict[str, Any]:
    """The rich message, when Telegram takes it.

    Raises:
        ApiError: no blocks, an unknown kind of block, a missing field, or too large.
    """
    blocks = message.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        raise bad_request("Rich message must be non-empty")
    size = _Size()
    _check_blocks(blocks, 1, size)
    if size.characters > CHARACTER_LIMIT:
        raise bad_request("RICH_MESSAGE_TEXT_TOO_LONG")
    if size.blocks > BLOCK_LIMIT:
        raise bad_request("RICH_MESSAGE_BLOCKS_TOO_MUCH")
    return {"blocks": blocks}


def _check_blocks(blocks: object, depth: int, size: _Size) -> None:
    if not isinstance(blocks, list):
        raise bad_request("Can't parse rich message: blocks must be an Array")
    if depth > DEPTH_LIMIT:
        raise bad_request("RICH_MESSAGE_DEPTH_TOO_MUCH")
    for block in blocks:
        _check_block(block, depth, size)


def _check_block(block: object, depth: int, size: _Size) -> None:
    if not isinstance(block, dict) or str(block.get("type")) not in _REQUIRED:
        raise bad_request("Can't parse InputRichBlock: Unsupported type specified")
    if missing := [name for name in _REQUIRED[block["type"]] if name not in block]:
        raise bad_request(f"Can't parse InputRichBlock: Can't find field \"{missing[0]}\"")
    if block["type"] == "heading" and block["size"] not in range(1, 7):
        raise bad_request("Invalid section heading size specified")
    size.blocks += 1
    for name in ("text", "summary", "credit", "expression", "caption"):
        _check_text(block.get(name), depth + 1, size)
    if "blocks" in block:
        _check_blocks(block["blocks"], depth + 1, size)
    for blocks in _children(block):
        size.blocks += 1
        _check_blocks(blocks, depth + 2, size)
    for row in _list(block, "cells"):
        _check_row(row, depth, size)


def _children(block: dict[str, Any]) -> Iterator[object]:
    items = _list(block, "items")
    if block["type"] == "list" and not items:
        raise bad_request("List must be non-empty")
    for item in items:
        yield item.get("blocks", []) if isinstance(item, dict) else None


def _list(block: dict[str, Any], name: str) -> list[Any]:
    value = block.get(name, [])
    if not isinstance(value, list):
        raise bad_request(f'Can\'t parse InputRichBlock: Field "{name}" must be of type Array')
    return value


def _check_row(row: object, depth: int, size: _Size) -> None:
    if not isinstance(row, list) or not all(isinstance(cell, dict) for cell in row):
        raise bad_request("Can't parse RichBlockTableCell: expected an Object")
    if sum(whole(cell.get("colspan")) or 1 for cell in row) > COLUMN_LIMIT:
        raise bad_request("RICH_MESSAGE_COLUMNS_TOO_MUCH")
    size.blocks += 1
    for cell in row:
        _check_text(cell.get("text"), depth + 2, size)


def _check_text(text: object, depth: int, size: _Size) -> None:
    if text is None:
        return
    if depth > DEPTH_LIMIT:
        raise bad_request("RICH_MESSAGE_DEPTH_TOO_MUCH")
    if isinstance(text, str):
        size.characters += len(text)
    elif isinstance(text, list):
        for piece in text:
            _check_text(piece, depth, size)
    elif isinstance(text, dict) and (str(text.get("type")) in _TEXT_KINDS or "text" in text):
        for name in ("text", "expression", "alternative_text"):
            _check_text(text.get(name), depth + 1, size)
    else:
        raise bad_request("Can't parse RichText: Unsupported type specified")
