"""Inline text as a sequence of runs: cutting, trimming and joining without losing looks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.core.models import PLAIN, Inline, Run, Style, plain

SOFT_BREAK = "\r"  # a line end in the source that is no line end to the reader; cannot occur in clean text

_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff9f\U00020000-\U0003ffff"
    "“”‘’…—·]"
)
_AFTER_BREAK = re.compile("(?<=[\r\n])")
_SENTENCE_END = "。！？；：…"
_ADDRESS = r"[^\w\r\n]{0,3}https?://[^\s]+[ \t]*"
_OWN_LINE = re.compile(rf":\s|[^\w\r\n]{{0,3}}[\w &/-]{{1,12}}(?<!\d)[：:](?!//)|{_ADDRESS}(?:[\r\n]|\Z)")
"""What begins a line on purpose: a short name and a colon (`链接：…`), a definition (`: …`), an address alone."""
_ADDRESS_LINE = re.compile(rf"(?:\A|[\r\n])(?:[^\r\n：:]{{1,12}}[：:][ \t]*)?{_ADDRESS}\Z")
_LOOK_BACK = 200
MEDIA = ("🖼", "🎬", "🎧")
"""What stands before the name of a picture, a film, a recording."""
_SIGNS = frozenset({"So", "Sm"})  # categories of signs that begin a line on purpose: ✅ → 📌
_DOTS = "•·∙‣⁃"


def is_wide(char: str) -> bool:
    """Whether a character belongs to Chinese, Japanese or Korean writing, its punctuation included."""
    return _WIDE.match(char) is not None


def tidy(runs: Iterable[Run]) -> Inline:
    """Merge neighbours of one look and drop empty runs."""
    merged: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if merged and (merged[-1].style, merged[-1].url) == (run.style, run.url):
            merged[-1] = Run(merged[-1].text + run.text, run.style, run.url)
        else:
            merged.append(run)
    return tuple(merged)


def cut(inline: Inline, start: int, end: int | None = None) -> Inline:
    """The part between two offsets of the plain text, trimmed of nothing."""
    pieces: list[Run] = []
    offset = 0
    for run in inline:
        low = max(0, start - offset)
        high = len(run.text) if end is None else max(0, end - offset)
        pieces.append(Run(run.text[low:high], run.style, run.url))
        offset += len(run.text)
    return tidy(pieces)


def strip(inline: Inline, chars: str | None = None) -> Inline:
    """Trim both ends, white space by default."""
    text = plain(inline)
    if len(text.strip(chars)) == len(text):
        return inline
    start = len(text) - len(text.lstrip(chars))
    return cut(inline, start, max(start, len(text.rstrip(chars))))


def unlinked(inline: Inline) -> Inline:
    """The same words without any link."""
    return tidy(Run(run.text, run.style) for run in inline)


def unstyled(inline: Inline, style: Style) -> Inline:
    """The same words without one look."""
    return tidy(Run(run.text, run.style & ~style, run.url) for run in inline)


def is_media(inline: Inline) -> bool:
    """Whether a line is a picture, a film or a recording."""
    return plain(inline).startswith(MEDIA)


def words(text: str, style: Style = PLAIN) -> Inline:
    """One run, or nothing for an empty text."""
    return (Run(text, style),) if text else ()


def letters(text: str) -> str:
    """The letters and figures of a text, by which two texts are compared."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def lines(inline: Inline) -> list[Inline]:
    """The lines of the source, each with the hard or soft break that ends it; a link that is broken stays whole."""
    text = plain(inline)
    if SOFT_BREAK not in text and "\n" not in text:
        return [inline] if text else []
    found: list[list[Run]] = [[]]
    for run in inline:
        first, *others = _AFTER_BREAK.split(run.text) if run.url is None else [run.text]
        found[-1].append(Run(first, run.style, run.url))
        found += ([Run(other, run.style, run.url)] for other in others)
    return [tidy(line) for line in found if any(run.text for run in line)]


def join_soft_breaks(inline: Inline) -> Inline:
    """Turn soft breaks into what the reader expects: nothing between Chinese, else a space.

    A line that was meant as one stays: where a Chinese sentence ends, beside an address, before a sign or a name and
    its colon.
    """
    text = plain(inline)
    if SOFT_BREAK not in text:
        return inline
    joined: list[Run] = []
    offset = 0
    for run in inline:
        chars = [_joint(text, offset + i) if char == SOFT_BREAK else char for i, char in enumerate(run.text)]
        joined.append(Run("".join(chars), run.style, run.url))
        offset += len(run.text)
    return tidy(joined)


def _joint(text: str, at: int) -> str:
    before, after = text[max(0, at - 9) : at].rstrip()[-1:], text[at + 1 : at + 9].lstrip()[:1]
    if not (before and after):
        return " "
    if before in _SENTENCE_END or after in _DOTS or unicodedata.category(after) in _SIGNS:
        return "\n"
    if _OWN_LINE.match(text, at + 1) or _ADDRESS_LINE.search(text, max(0, at - _LOOK_BACK), at):
        return "\n"
    return "" if is_wide(before) and is_wide(after) else " "
