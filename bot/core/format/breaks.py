"""Where a text too long for one message may be cut: after a sentence, a clause, a word, at worst a character."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from bot.core.format.manuscript import Break, Cut
from bot.core.format.parts import Entity, utf16_len
from bot.core.format.rich_text import QUOTES, Text
from bot.core.graphemes import GRAPHEME

LEVELS = (Cut.SENTENCE, Cut.CLAUSE, Cut.WORD, Cut.SPAN, Cut.GRAPHEME, Cut.CHARACTER)
"""From the kindest cut to the last resort."""

_CLOSERS = r"[”’』」）》】)\]\"']*"
_SENTENCES = regex.compile(rf"(?:[。！？；]|…+|[!?](?=\s|[^\x00-\x7f])|(?<!\d)[.;](?=[”’)\]\"']*\s)){_CLOSERS}|\n+")
_CLAUSES = regex.compile(r"[，、：）》]|[,:;)](?=\s)|\s[-–—](?=\s)|——")
# A word is letters and digits with what joins them (3.14, GPT-5.2, README.md, 50%, 450 亿美元), or one grapheme;
# punctuation stays with what it closes or opens.
_WORDS = regex.compile(
    rf"""
    (?:[“‘『「（《【(\[$¥€£#@]{{0,8}}+
    (?: (?: [[\p{{L}}\p{{N}}\p{{M}}_\u200c\u200d]--[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}]]++
            (?: [.,:/@&+%'’\u2060\-·_=?\#~]++ (?=[\p{{L}}\p{{N}}]) )?+ )++
      | {GRAPHEME} )
    (?: (?<=\p{{Nd}}) \x20? \p{{Han}}{{1,3}} )?+
    [%°]? [”’』」）》】)\]，。、；：！？…,.;:!?]*+ )
    """,
    regex.VERBOSE | regex.VERSION1,
)
_GRAPHEMES = regex.compile(rf"{GRAPHEME}{{1,16}}")
_EXTENSION = regex.compile(r"[\p{M}\u200d\U0001f3fb-\U0001f3ff]")
_CHARACTERS = regex.compile(r".", regex.DOTALL)
_BLANK = regex.compile(r"\s*")
_PATTERNS = {
    Cut.SENTENCE: _SENTENCES,
    Cut.CLAUSE: _CLAUSES,
    Cut.WORD: _WORDS,
    Cut.SPAN: _WORDS,
    Cut.GRAPHEME: _GRAPHEMES,
    Cut.CHARACTER: _CHARACTERS,
}


@dataclass(frozen=True, slots=True)
class _Zone:
    """A stretch that is linked, bold or code; preformatted text may be cut where a line ends."""

    start: int
    end: int
    is_pre: bool


def finer_breaks(text: Text, start: int, end: int, level: Cut, spacing: int) -> list[Break]:
    """The places of one level inside a stretch, at least `spacing` UTF-16 units apart.

    Down to words nothing is cut that is linked, bold or code, and preformatted text only between lines.
    """
    stretch = text.slice(start, end)
    zones = _zones(stretch.entities) if level < Cut.SPAN else []
    if any(zone.start == 0 and zone.end == end - start and not zone.is_pre for zone in zones):
        return []
    found: list[Break] = []
    last = start
    for place in _places(stretch.text, level):
        if start + place.start - last >= spacing and not _is_solid(place, zones):
            last = start + place.start
            found.append(Break(start + place.end, last, level))
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a stretch; `is_line`: a line ends there."""

    end: int
    start: int
    is_line: bool


def _places(text: str, level: Cut) -> Iterator[_Place]:
    units = done = 0
    for match in _PATTERNS[level].finditer(text):
        stretch = text[done : match.end()]
        units += utf16_len(stretch)
        done = match.end()
        if not stretch.strip() or (level < Cut.CHARACTER and _EXTENSION.match(text, done)):
            continue
        ahead = _BLANK.match(text, done).end()
        if ahead < len(text):
            blank = len(stretch) - len(stretch.rstrip())
            yield _Place(units - blank, units + ahead - done, "\n" in text[done - blank : ahead])


def _zones(entities: Sequence[Entity]) -> list[_Zone]:
    return [_Zone(e.offset, e.offset + e.length, e.type == "pre") for e in entities if e.type not in QUOTES]


def _is_solid(place: _Place, zones: Sequence[_Zone]) -> bool:
    inside = [zone for zone in zones if zone.start < place.start and place.end < zone.end]
    return any(not (zone.is_pre and place.is_line) for zone in inside)
