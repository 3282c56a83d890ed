"""Short words for narrow places: buttons and lines of contents."""

from __future__ import annotations

import re

import regex
from wcwidth import wcswidth

from bot.core.format.rich_text import clean
from bot.core.format.sections import section_title
from bot.core.graphemes import GRAPHEME
from bot.core.models import Digest, Section

_OWN_NUMBER = re.compile(
    r"\s*(?:第?[一二三四五六七八九十百]+[、.．：:\s]|[（(][一二三四五六七八九十\d]+[)）]|\d{1,2}[、.．\s:：])\s*(?=\S)"
)
_JOINT = re.compile(r"[：:，,、；;|｜—–（(与和及]|\s[-/&]\s")
_HEAD_MIN_COLUMNS = 6
_TOKENS = regex.compile(rf"[\p{{Latin}}\p{{N}}][\p{{Latin}}\p{{N}}.\-]*|{GRAPHEME}")


def is_numbered(title: str) -> bool:
    """Whether the author numbered the title: `七、更多动态`, `01 模型与产品`."""
    return _OWN_NUMBER.match(title) is not None


def caption(digest: Digest, section: Section, columns: int) -> str:
    """A section's title for a button: without its own number, and of a long one its first words."""
    title = section_title(digest, section)
    title = _OWN_NUMBER.sub("", title, count=1) if is_numbered(title) else title
    if columns_of(title) <= columns:
        return title
    heads = [title[: joint.start()].rstrip() for joint in _JOINT.finditer(title)]
    fitting = [head for head in heads if _HEAD_MIN_COLUMNS <= columns_of(head) <= columns]
    return fitting[-1] if fitting else clipped(title, columns)


def clipped(text: str, columns: int) -> str:
    """The text within so many terminal columns (a Chinese character takes two), cut between words with an ellipsis."""
    text = " ".join(clean(text).split())
    if columns_of(text) <= columns:
        return text
    kept = ""
    for token in _TOKENS.findall(text):
        if columns_of(kept + token) > columns - 1:
            break
        kept += token
    if not kept.strip():
        kept = "".join(regex.findall(GRAPHEME, text)[: max(1, columns // 2 - 1)])
    return kept.rstrip() + "…"


def columns_of(text: str) -> int:
    """Width in terminal columns."""
    width = wcswidth(text)
    return width if width >= 0 else len(text)
