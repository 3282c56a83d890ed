"""TDLib as judge: what Telegram would do with a message, found out offline.

TDLib's synchronous functions parse text and entities exactly as Telegram's server does: no client, login or network.
The wheel of `tdjson` exists for Linux x86_64 and macOS; elsewhere `judge` skips the test and says why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.core.format.parts import CALLBACK_DATA_BYTES, Entity, utf16_len
from bot.core.format.rich_text import QUOTES, entity_bytes

TEXT_LIMIT = 4096
ENTITY_LIMIT = 100
ENTITY_BYTES_LIMIT = 9500
SOURCE_BYTES_LIMIT = 32_768
BUTTON_LIMIT = 100

_KINDS = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "blockquote": "BlockQuote",
    "expandable_blockquote": "ExpandableBlockQuote",
}
_NAMES = {f"textEntityType{kind}": name for name, kind in _KINDS.items()} | {"textEntityTypePreCode": "pre"}
_CONTINUOUS = {"code", "pre", "text_link"}

Json = dict[str, Any]


@dataclass(slots=True)
class Verdict:
    """`refused`: Telegram answers 400. `altered`: it accepts, but readers get something else.

    `automatic` holds (kind, words) of the links that Telegram makes by itself.
    """

    refused: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    automatic: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Accepted as it stands."""
        return not self.refused and not self.altered


class RefusedError(Exception):
    """TDLib's own words for why a text is refused."""


def judge(params: Mapping[str, Any]) -> Verdict:
    """What becomes of a `sendMessage` with these parameters."""
    verdict = Verdict()
    text = params.get("text", "")
    entities = [Entity(**entity) for entity in params.get("entities", ())]
    _judge_text(text, entities, verdict)
    _judge_keyboard(params.get("reply_markup", {}).get("inline_keyboard", []), verdict)
    return verdict


def automatic_links(text: str, entities: Sequence[Entity] = ()) -> list[tuple[str, str]]:
    """Links that Telegram finds by itself outside our links, code and preformatted text."""
    found = _execute({"@type": "getTextEntities", "text": text})["entities"]
    taken = [(e.offset, e.offset + e.length) for e in entities if e.type in _CONTINUOUS]
    links = []
    for entity in found:
        kind, start, end = entity["type"]["@type"], entity["offset"], entity["offset"] + entity["length"]
        if "MediaTimestamp" not in kind and all(end <= first or last <= start for first, last in taken):
            links.append((kind.removeprefix("textEntityType").lower(), _utf16_slice(text, start, end)))
    return links


def stored_url(url: str) -> str | None:
    """The address that TDLib makes of a link, None when it refuses it."""
    try:
        _, entities = _fixed("x", [Entity("text_link", 0, 1, url=url)])
    except RefusedError:
        return None
    return entities[0].url if entities else None


def _judge_text(text: str, entities: list[Entity], verdict: Verdict) -> None:
    if not text.strip():
        verdict.refused.append("text is empty")
        return
    if utf16_len(text) > TEXT_LIMIT:
        verdict.refused.append(f"text has {utf16_len(text)} UTF-16 units")
    if len(text.encode("utf-8", "surrogatepass")) > SOURCE_BYTES_LIMIT:
        verdict.refused.append("source is over 32 KiB")
    if (size := 8 + sum(map(entity_bytes, entities))) > ENTITY_BYTES_LIMIT:
        verdict.refused.append(f"{size} bytes of entities")
    try:
        fixed_text, fixed = _fixed(text, entities)
    except (RefusedError, UnicodeEncodeError) as error:
        verdict.refused.append(str(error))
        return
    verdict.automatic = automatic_links(text, entities)
    if len(entities) + len(verdict.automatic) > ENTITY_LIMIT:
        verdict.altered.append(f"{len(entities)} entities and {len(verdict.automatic)} automatic ones")
    if fixed_text != text:
        verdict.altered.append("characters were dropped or replaced")
    elif text != text.strip():
        verdict.altered.append("white space is trimmed at the ends")
    elif fixed != entities:
        verdict.altered += [f"entity dropped: {entity}" for entity in entities if entity not in fixed]
        verdict.altered += [f"entity added: {entity}" for entity in fixed if entity not in entities]
        verdict.altered += [] if verdict.altered else ["entities are put in another order"]
    verdict.altered += [f"blank entity: {e}" for e in entities if not _words(text, e).strip()]
    verdict.altered += _misplaced_quotes(text, entities)


def _misplaced_quotes(text: str, entities: Sequence[Entity]) -> list[str]:
    """Clients draw a quote as whole lines: one that begins or ends inside a line breaks the line."""
    found = []
    for quote in (entity for entity in entities if entity.type in QUOTES):
        before = _utf16_slice(text, quote.offset - 1, quote.offset) if quote.offset else "\n"
        end = quote.offset + quote.length
        after = _utf16_slice(text, end, end + 1) or "\n"
        if before != "\n" or after != "\n":
            found.append(f"quote inside a line: {quote}")
    return found


def _judge_keyboard(rows: Sequence[Sequence[Mapping[str, Any]]], verdict: Verdict) -> None:
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTON_LIMIT or any(not 1 <= len(row) <= 8 for row in rows):
        verdict.refused.append(f"keyboard of {len(buttons)} buttons in {len(rows)} rows")
    for button in buttons:
        if not button["text"].strip():
            verdict.refused.append("button without text")
        if not 1 <= len(button.get("callback_data", "x").encode()) <= CALLBACK_DATA_BYTES:
            verdict.refused.append(f"BUTTON_DATA_INVALID: {button['callback_data']}")
        if "url" in button and stored_url(button["url"]) is None:
            verdict.refused.append(f"button URL is invalid: {button['url']}")


# `parseMarkdown` runs fix_formatted_text before and after looking for Markdown's six marks. With these replaced by
# private-use characters of the same length it is fix_formatted_text alone.
_MARKS = str.maketrans({mark: chr(0xE0F1 + place) for place, mark in enumerate("`*_~|[")})
_UNMARKS = str.maketrans({chr(0xE0F1 + place): mark for place, mark in enumerate("`*_~|[")})


def _fixed(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    source = {"@type": "formattedText", "text": text.translate(_MARKS), "entities": [_to_td(e) for e in entities]}
    answer = _execute({"@type": "parseMarkdown", "text": source})
    return answer["text"].translate(_UNMARKS), [_from_td(entity) for entity in answer["entities"]]


def _to_td(entity: Entity) -> Json:
    kind: Json = {"@type": f"textEntityType{_KINDS[entity.type]}"}
    if entity.type == "pre" and entity.language:
        kind = {"@type": "textEntityTypePreCode", "language": entity.language}
    if entity.type == "text_link":
        kind["url"] = entity.url
    return {"@type": "textEntity", "offset": entity.offset, "length": entity.length, "type": kind}


def _from_td(entity: Json) -> Entity:
    kind = entity["type"]
    return Entity(
        _NAMES.get(kind["@type"], kind["@type"]),
        entity["offset"],
        entity["length"],
        kind.get("url") or None,
        kind.get("language") or None,
    )


def _execute(request: Json) -> Json:
    tdjson = pytest.importorskip("tdjson", reason="TDLib has no wheel for this machine")
    tdjson.td_execute(b'{"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}')
    answer = cast(Json, json.loads(tdjson.td_execute(json.dumps(request).encode())))
    if answer["@type"] == "error":
        raise RefusedError(answer["message"])
    return answer


def _words(text: str, entity: Entity) -> str:
    return _utf16_slice(text, entity.offset, entity.offset + entity.length)


def _utf16_slice(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le", "replace")
