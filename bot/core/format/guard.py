"""Keeps Telegram from making links by itself out of names such as README.md, Comma.ai, @names, #tags and /commands."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from bot.core.models import Inline, Run, Style, plain

WORD_JOINER = "\u2060"
"""Invisible, without width, and no letter: a name that holds it is no longer an address."""

_QUICK = re.compile(r"[.@#$/:]")
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


def guard(inline: Inline) -> Inline:
    """The same text with a word joiner in every plain word that Telegram would turn into a link of its own.

    Links and code are left alone: Telegram looks for nothing inside them. A name may stretch over several runs.
    """
    text = plain(inline)
    if not _QUICK.search(text):
        return inline
    places = [found.end() for found in _DETECTED.finditer(text)]
    return _joined(inline, places) if places else inline


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
