"""What follows a command in a message, with the sender's formatting kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.format.parts import utf16_len

EntityJson = Mapping[str, Any]

# What Telegram finds in any text by itself; sending it back would be ignored, so it is left out.
_DETECTED = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card"})
# Letters by their category, blank to the eye: Hangul fillers and the empty Braille cell.
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def after_command(
    text: str, entities: Sequence[EntityJson], command_utf16: int
) -> tuple[str, tuple[dict[str, Any], ...]]:
    """The text behind a command of `command_utf16` UTF-16 units, without the white space around it.

    Entities are cut to that text and moved with it; their other fields pass through untouched, since a person's
    message may hold kinds that we never make ourselves (custom emoji, text mentions).
    """
    rest = _drop_utf16(text, command_utf16)
    body = rest.strip()
    start = command_utf16 + utf16_len(rest[: len(rest) - len(rest.lstrip())])
    length = utf16_len(body)
    moved = (_cut(entity, start, length) for entity in entities if entity["type"] not in _DETECTED)
    return body, tuple(entity for entity in moved if entity["length"] > 0)


def has_ink(text: str) -> bool:
    """Whether anything of the text can be seen: white space, controls, joiners and fillers alone cannot."""
    return any(unicodedata.category(ch)[0] not in "CZM" and ch not in _BLANK_LETTERS for ch in text)


def _drop_utf16(text: str, units: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[2 * units :].decode("utf-16-le", "surrogatepass")


def _cut(entity: EntityJson, start: int, length: int) -> dict[str, Any]:
    first = max(0, entity["offset"] - start)
    last = min(length, entity["offset"] + entity["length"] - start)
    return {**entity, "offset": first, "length": last - first}
