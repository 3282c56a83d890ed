"""Keeps Telegram from making links by itself: of README.md, @names, #tags, /commands, numbers like those of cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from bot.core.models import Inline, Run, Style, plain

WORD_JOINER = "\u2060"
"""Invisible, without width, and no letter: a name that holds it is no longer an address."""

_QUICK = re.compile(r"\.[^\W\d_]{2}|\.\d+\.\d|://|[@#$]|(?<![\w/<>])/[A-Za-z0-9_]|\d(?:[ -]*\d){12}")
_DETECTED = re.compile(
    r"""
    (?<=[^\s.])(?=\.[^\W\d_]{2})                          # README|.md  Comma|.ai  公司|.中国
    | (?<![\d.])\d{1,3}(?:\.\d{1,3}){2}(?=\.\d)           # 127.0.0|.1
    | (?<=[A-Za-z])(?=://)                                # tg|://resolve
    | (?<!\w)[@#](?=[\w·])                                # @|name  #|tag
    | (?<!\w)\$(?=[A-Z1])                                 # $|NVDA
    | (?<![\w/<>])/(?=[A-Za-z0-9_])                       # /|start
    """,
    re.VERBOSE,
)

_FIGURES = re.compile(r"\d(?:[ -]*\d){12,}")
_GROUP = re.compile(r"\d+")
_CARD_MIN, _CARD_MAX = 13, 19
_TABLE = 200  # characters: longer rows of figures are parted without a closer look


def guard(inline: Inline) -> Inline:
    """The same text with a word joiner in every plain word that Telegram would turn into a link of its own.

    Links and code are left alone: Telegram looks for nothing inside them. A name may stretch over several runs.
    """
    text = plain(inline)
    if not _QUICK.search(text):
        return inline
    places = sorted({*(found.end() for found in _DETECTED.finditer(text)), *_card_places(text)})
    return _joined(inline, places) if places else inline


def _card_places(text: str) -> Iterator[int]:
    """Where to part every number, or groups of figures, that Telegram could take for a bank card's."""
    for found in _FIGURES.finditer(text):
        if len(found[0]) > _TABLE:
            yield from range(found.start() + 1, found.end(), _CARD_MIN - 1)
            continue
        groups = [list(range(group.start(), group.end())) for group in _GROUP.finditer(text, *found.span())]
        yield from _parted(text, groups)


def _parted(text: str, groups: list[list[int]]) -> Iterator[int]:
    """`groups` are the places of figures; a card is made of whole ones, so each half is looked at again."""
    for first in range(len(groups)):
        for last in range(first, len(groups)):
            places = [place for group in groups[first : last + 1] for place in group]
            if len(places) > _CARD_MAX:
                break
            if len(places) >= _CARD_MIN and _has_check_digit([int(text[place]) for place in places]):
                middle = places[len(places) // 2]
                yield middle
                yield from _parted(text, _until(groups, middle))
                yield from _parted(text, _from(groups, middle))
                return


def _until(groups: list[list[int]], middle: int) -> list[list[int]]:
    return [kept for group in groups if (kept := [place for place in group if place < middle])]


def _from(groups: list[list[int]], middle: int) -> list[list[int]]:
    return [kept for group in groups if (kept := [place for place in group if place >= middle])]


def _has_check_digit(digits: list[int]) -> bool:
    """Luhn's test: every second digit from the right counts double."""
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _joined(inline: Inline, places: list[int]) -> Inline:
    runs: list[Run] = []
    start = 0
    for run in inline:
        end = start + len(run.text)
        inside = [place - start for place in places if start <= place < end]
        runs.append(
            run if run.url or Style.CODE in run.style or not inside else replace(run, text=_insert(run.text, inside))
        )
        start = end
    return tuple(runs)


def _insert(text: str, places: list[int]) -> str:
    borders = [0, *places, len(text)]
    return WORD_JOINER.join(text[a:b] for a, b in pairwise(borders))
