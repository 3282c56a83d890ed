"""Blocks of rich messages as HTML; escaped and linked as `markup` does it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from bot.core.format.rich_blocks import Json, RichText
from bot.preview.markup import link

_TAGS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code"}


def rich_markup(blocks: Iterable[Json]) -> str:
    """The HTML of a rich message."""
    return f'<div class="rich">{"".join(map(_block, blocks))}</div>'


def _block(block: Json) -> str:  # noqa: PLR0911 - one line a case
    match block["type"]:
        case "heading":
            level = min(int(block["size"]), 3) + 2
            return f"<h{level}>{_text(block['text'])}</h{level}>"
        case "pre":
            language = f' data-language="{escape(block["language"], quote=True)}"' if "language" in block else ""
            return f"<pre{language}><code>{_text(block['text'])}</code></pre>"
        case "details":
            return f"<details><summary>{_text(block['summary'])}</summary>{rich_markup(block['blocks'])}</details>"
        case "blockquote":
            return f'<div class="quote"><div class="quoted">{rich_markup(block["blocks"])}</div></div>'
        case "list":
            return _list(block["items"])
        case "table":
            return _table(block["cells"])
        case _:
            return f"<p>{_text(block['text'])}</p>"


def _list(items: Iterable[Json]) -> str:
    items = list(items)
    tag = "ol" if any("value" in item for item in items) else "ul"
    return f"<{tag}>{''.join(map(_entry, items))}</{tag}>"


def _entry(item: Json) -> str:
    number = f' value="{int(item["value"])}"' if "value" in item else ""
    return f"<li{number}>{''.join(map(_block, item['blocks']))}</li>"


def _table(rows: Iterable[Iterable[Json]]) -> str:
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<div class="table"><table><tbody>{body}</tbody></table></div>'


def _cell(cell: Json) -> str:
    tag = "th" if cell.get("is_header") else "td"
    return f"<{tag}>{_text(cell.get('text', ''))}</{tag}>"


def _text(text: RichText) -> str:
    match text:
        case str():
            return escape(text)
        case list():
            return "".join(map(_text, text))
        case {"type": "url"}:
            return link(_text(text["text"]), text["url"])
        case _:
            tag = _TAGS.get(text["type"], "span")
            return f"<{tag}>{_text(text['text'])}</{tag}>"
