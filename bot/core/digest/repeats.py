"""Briefs that tell an earlier item again: the same address and alike words. The address alone proves nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.core.links import story_url
from bot.core.models import Item, Paragraph, plain

_ALIKE = 0.5  # share of the shorter headline's pairs
_TOKEN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*|[^\W_]")


def mark_repeats(items: Sequence[Item]) -> list[Item]:
    """The items, each brief that repeats an earlier one pointing to it."""
    earlier: dict[str, list[Item]] = {}
    marked: list[Item] = []
    for item in items:
        same = earlier.setdefault(story_url(item.url), []) if item.url else []
        found = next((other for other in same if is_alike(other, item)), None) if item.is_brief else None
        marked.append(replace(item, repeats=found.repeats or found.number) if found else item)
        same.append(marked[-1])
    return marked


def is_alike(one: Item, other: Item) -> bool:
    """Whether two items of one address tell the same news. M5 and M6, 10% and 20% make two stories of like words."""
    if not _agree(_figures(one.title), _figures(other.title)):
        return False
    first, second = _pairs(_words(one)), _pairs(_words(other))
    shorter = min(len(first), len(second))
    return shorter > 0 and len(first & second) >= _ALIKE * shorter


def _agree(first: set[str], second: set[str]) -> bool:
    return first <= second or second <= first


def _figures(title: str) -> set[str]:
    tokens = _TOKEN.findall(unicodedata.normalize("NFKC", title).casefold())
    return {token for token in tokens if any(map(str.isdigit, token))}


def _words(item: Item) -> str:
    told = (
        plain(item.blocks[0].inline) if item.is_brief and item.blocks and isinstance(item.blocks[0], Paragraph) else ""
    )
    return item.title if len(item.title) > 6 else f"{item.title} {told}"


def _pairs(text: str) -> set[tuple[str, str]]:
    tokens = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    return set(pairwise(tokens))
