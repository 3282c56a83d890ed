"""Formatted text as Telegram keeps it: what it refuses, cleans, merges, splits, trims and drops.

Offsets and lengths count UTF-16 code units. The rules are those of TDLib, which runs inside Telegram's own Bot API
server; `tests/sandbox/test_entities.py` compares the two on random text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.sandbox.answers import bad_request
from bot.sandbox.links import LinkError, check_link
from bot.sandbox.nesting import CODES, QUOTES, STYLES, Entities, TextEntity, nest, order, split_styles
from bot.sandbox.parameters import whole

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
SOURCE_LIMIT_BYTES = 32_768
ENTITY_LIMIT = 100
ENTITY_LIMIT_BYTES = 9_500

LINKS = frozenset({"text_link", "text_mention", "custom_emoji"})
DETECTED = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
KNOWN = frozenset(STYLES) | QUOTES | CODES | LINKS | DETECTED

_REMOVED = frozenset("\r\u0333\u033f\u030a") | frozenset(map(chr, range(0x2028, 0x202F)))
_CONTROL = frozenset(map(chr, range(32))) - {"\n", "\r"}
# What is changed on the way, or is two UTF-16 units: without it every offset stays where it is.
_UNEVEN = re.compile("[\x00-\x09\x0b-\x1f\u0333\u033f\u030a\u200e\u200f\u2028-\u202e\U00010000-\U0010ffff]")
_DIRECTION_MARKS = re.compile("[\u200e\u200f]+(?=[\u200e\u200f])")


def utf16_len(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_entities(data: object) -> Entities:
    """The `entities` parameter of a call; automatic kinds such as hashtags are passed over, as Telegram does.

    Raises:
        ApiError: not a list of message entities, an unknown kind, or a link that Telegram refuses.
    """
    if data is None:
        return ()
    if not isinstance(data, list):
        raise bad_request("Can't parse entities JSON object")
    read = (_read_entity(each) for each in data)
    return tuple(entity for entity in read if entity.type not in DETECTED)


def _read_entity(data: object) -> TextEntity:
    if not isinstance(data, dict):
        raise bad_request("Can't parse MessageEntity: expected an Object")
    kind = str(data.get("type"))
    if kind not in KNOWN:
        raise bad_request("Can't parse MessageEntity: Unsupported type specified")
    return TextEntity(
        type=kind,
        offset=_whole(data, "offset"),
        length=_whole(data, "length"),
        url=_link(data) if kind == "text_link" else None,
        language=str(data["language"]) if kind == "pre" and data.get("language") else None,
        user_id=_mentioned(data) if kind == "text_mention" else None,
        custom_emoji_id=str(data.get("custom_emoji_id", "")) if kind == "custom_emoji" else None,
    )


def _whole(data: dict[str, Any], name: str) -> int:
    value = whole(data.get(name))
    if value is None:
        raise bad_request(f'Can\'t parse MessageEntity: Field "{name}" must be of type Number')
    return value


def _link(data: dict[str, Any]) -> str:
    url = data.get("url")
    if not isinstance(url, str):
        raise bad_request("Can't parse MessageEntity: Can't find field \"url\"")
    try:
        return check_link(url)
    except LinkError as error:
        raise bad_request(f"Entity URL '{url}' is invalid: {error}") from error


def _mentioned(data: dict[str, Any]) -> int:
    user = data.get("user")
    if not isinstance(user, dict) or not isinstance(user.get("id"), int):
        raise bad_request("Can't parse MessageEntity: Can't find field \"user\"")
    return int(user["id"])


def accept(text: str, entities: Iterable[TextEntity], *, limit: int = TEXT_LIMIT) -> tuple[str, Entities]:
    """The text and entities that Telegram stores for a message; the text may come back empty.

    Raises:
        ApiError: Telegram refuses them.
    """
    if len(text.encode("utf-8", "surrogatepass")) > SOURCE_LIMIT_BYTES:
        raise bad_request("Text is too long")
    text, kept = trim(*fix(text, entities))
    # Telegram counts characters here, not UTF-16 units: 4096 emoji are one message.
    if len(text) > limit:
        raise bad_request("Message is too long" if limit == TEXT_LIMIT else "Message caption is too long")
    if size_bytes(kept) > ENTITY_LIMIT_BYTES:
        raise bad_request("ENTITIES_TOO_LONG")
    return text, keep_first(kept)


def fix(text: str, entities: Iterable[TextEntity]) -> tuple[str, Entities]:
    """Clean the text and make the entities nest: TDLib's `fix_formatted_text` without trimming.

    Raises:
        ApiError: an entity is outside of the text or cuts a character in two.
    """
    given = tuple(entities)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise bad_request("Strings must be encoded in UTF-8") from error
    _check_ranges(given)
    nested = nest(entity for entity in given if entity.length > 0)
    text, moved = _clean(text, nested)
    return text, nest(entity for entity in moved if entity.length > 0)


def _check_ranges(entities: Entities) -> None:
    for entity in entities:
        for name, value in (("offset", entity.offset), ("length", entity.length)):
            if not 0 <= value <= 1_000_000:
                raise bad_request(f"Receive an entity with incorrect {name} {value}")


def _clean(text: str, entities: Entities) -> tuple[str, list[TextEntity]]:
    """Drop and replace the characters Telegram does not keep, and move the entities with the text."""
    if not _UNEVEN.search(text) and all(entity.end <= len(text) for entity in entities):
        return text, list(entities)
    starts: dict[int, tuple[int, int]] = {}  # UTF-16 offset of a character -> (offset afterwards, byte offset)
    kept: list[str] = []
    before = after = byte = 0
    for ch in text:
        starts[before] = (after, byte)
        before += 1 + (ch > "\uffff")
        byte += len(ch.encode())
        if ch not in _REMOVED:
            kept.append(" " if ch in _CONTROL else ch)
            after += 1 + (ch > "\uffff")
    starts[before] = (after, byte)
    moved = [_move(entity, starts, before) for entity in entities]
    joined = "".join(kept)
    return _DIRECTION_MARKS.sub(lambda found: "\u200c" * len(found.group()), joined), moved


def _move(entity: TextEntity, starts: dict[int, tuple[int, int]], length: int) -> TextEntity:
    if entity.offset > length:
        raise bad_request(f"Entity begins after the end of the text at UTF-16 offset {entity.offset}")
    if entity.offset not in starts:
        byte = starts[entity.offset + 1][1]
        raise bad_request(f"Entity begins in a middle of a UTF-16 symbol at byte offset {byte}")
    beginning = f"Entity beginning at UTF-16 offset {entity.offset}"
    if entity.end > length:
        raise bad_request(f"{beginning} ends after the end of the text at UTF-16 offset {entity.end}")
    if entity.end not in starts:
        byte = starts[entity.end + 1][1]
        raise bad_request(f"{beginning} ends in a middle of a UTF-16 symbol at byte offset {byte}")
    offset = starts[entity.offset][0]
    return replace(entity, offset=offset, length=starts[entity.end][0] - offset)


def trim(text: str, entities: Entities) -> tuple[str, Entities]:
    """Cut spaces and newlines from the ends; an entity at the beginning protects its whitespace."""
    stripped = text.rstrip(" \n")
    if not stripped:
        return "", ()
    end = utf16_len(stripped)
    cut = [replace(each, length=min(each.end, end) - each.offset) for each in entities if each.offset < end]
    cut.sort(key=order)
    first = min(cut[0].offset if cut else end, len(stripped) - len(stripped.lstrip(" \n")))
    return stripped[first:], tuple(replace(each, offset=each.offset - first) for each in cut)


def keep_first(entities: Entities) -> Entities:
    """The hundred entities that Telegram keeps: links, code and quotes come before styles; the others are lost."""
    firm = [each for each in entities if each.type not in STYLES and each.type != "custom_emoji"][:ENTITY_LIMIT]
    emoji = [each for each in entities if each.type == "custom_emoji"]
    styles = split_styles([each for each in entities if each.type in STYLES], [])
    return nest([*firm, *emoji, *styles[: ENTITY_LIMIT - len(firm)]])


def size_bytes(entities: Iterable[TextEntity]) -> int:
    """Their size in Telegram's binary protocol; about 9,500 bytes are accepted."""
    return 8 + sum(12 + _extra_bytes(entity) for entity in entities)


def _extra_bytes(entity: TextEntity) -> int:
    if entity.type in QUOTES:
        return 4
    if entity.type in ("text_mention", "custom_emoji"):
        return 8
    if entity.type in ("text_link", "pre"):
        length = len((entity.url or entity.language or "").encode())
        return (length + (1 if length < 254 else 4) + 3) // 4 * 4
    return 0
