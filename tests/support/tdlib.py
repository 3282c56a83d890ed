"""TDLib beside the sandbox: how Telegram itself fixes a text, takes a link and finds links in a text.

Only synchronous functions are used: no client, login or network. Where `tdjson` has no wheel the test is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from bot.sandbox.nesting import Entities, TextEntity

_NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "blockquote": "BlockQuote",
    "expandable_blockquote": "ExpandableBlockQuote",
    "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji",
    "mention": "Mention",
    "hashtag": "Hashtag",
    "cashtag": "Cashtag",
    "bot_command": "BotCommand",
    "url": "Url",
    "email": "EmailAddress",
}
_KINDS = {f"textEntityType{name}": kind for kind, name in _NAMES.items()} | {"textEntityTypePreCode": "pre"}


def fixed(text: str, entities: Iterable[TextEntity]) -> tuple[str, Entities] | str:
    """What TDLib makes of a text whose characters are not Markdown (no ` * _ ~ | [), or its refusal."""
    given = {"@type": "formattedText", "text": text, "entities": [_to_td(entity) for entity in entities]}
    answer = _execute({"@type": "parseMarkdown", "text": given})
    if answer["@type"] == "error":
        return str(answer["message"])
    return answer["text"], tuple(_from_td(entity) for entity in answer["entities"])


def stored_link(url: str) -> str:
    """The link as TDLib stores it, or its refusal."""
    answer = fixed("abc", [TextEntity("text_link", 0, 3, url=url)])
    return answer if isinstance(answer, str) else str(answer[1][0].url)


def detected(text: str) -> Entities:
    """The links, tags and commands that TDLib finds in a text by itself."""
    answer = _execute({"@type": "getTextEntities", "text": text})
    return tuple(_from_td(each) for each in answer["entities"] if each["type"]["@type"] in _KINDS)


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    tdjson = pytest.importorskip("tdjson", reason="tdjson has no wheel for this platform")
    quiet = {"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}
    tdjson.td_execute(json.dumps(quiet).encode())
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    return answer


def _to_td(entity: TextEntity) -> dict[str, Any]:
    kind: dict[str, Any] = {"@type": f"textEntityType{_NAMES[entity.type]}"}
    if entity.type == "pre" and entity.language:
        kind = {"@type": "textEntityTypePreCode", "language": entity.language}
    if entity.url is not None:
        kind["url"] = entity.url
    if entity.custom_emoji_id is not None:
        kind["custom_emoji_id"] = entity.custom_emoji_id
    return {"@type": "textEntity", "offset": entity.offset, "length": entity.length, "type": kind}


def _from_td(entity: dict[str, Any]) -> TextEntity:
    kind = entity["type"]
    optional = {name: kind[name] for name in ("url", "language", "custom_emoji_id") if name in kind}
    return TextEntity(_KINDS[kind["@type"]], entity["offset"], entity["length"], **optional)
