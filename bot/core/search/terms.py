"""Search terms: one way of reading text that the index, the queries and the marks in snippets all share.

Text is folded (NFKC, casefold, Latin accents off, Traditional to Simplified) and cut into runs: Chinese, Japanese and
Korean characters, letters, digits. A CJK run becomes overlapping pairs plus its last character, so that every word of
it can be found without a dictionary. Letters and digits are terms apart, so that GPT5, GPT-5 and ＧＰＴ－５ are one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import add
from typing import Literal

import opencc
import regex

from bot.core.graphemes import GRAPHEME
from bot.core.script import simplified

VERSION = f"2 {unicodedata.unidata_version} {opencc.__version__} {regex.__version__}"
"""Changes whenever the same text could give other terms; an index of another version has to be rebuilt."""

# Neither mark can come out of folded text, so no term of a text is ever mistaken for one of these.
BREAK = "¶"
DECIMAL = "·"
TERM_LIMIT = 40

_CLUSTER = regex.compile(GRAPHEME)
_NEEDS_CLUSTERS = regex.compile(r"[\p{M}\p{Cf}\p{Cs}\p{RI}\p{Emoji_Modifier}\u1100-\u11ff\uff9e\uff9f]")
_CJK = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー々〇]"
_WORD = rf"[[\p{{L}}\p{{N}}]--{_CJK}]"
_RUN = regex.compile(
    rf"(?P<cjk>{_CJK}+)"
    r"|(?P<digits>\p{Nd}{1,3}(?:,\p{Nd}{3})+(?!\p{Nd})|\p{Nd}+)"
    rf"|(?P<letters>(?<!{_WORD})[a-z](?:\+\+|\#)(?!\p{{Latin}})|[{_WORD}--\p{{Nd}}]+)",  # C++ and C# are not C
    regex.VERSION1,
)
# To the index ASCII signs are spaces; these are never in folded text.
SIGNS = "＋＃"
_TO_SIGNS = str.maketrans("+#", SIGNS)
# What may stand inside a name: nothing, spaces, or one joint. Anything else ends a phrase.
_JOINT = regex.compile(r" *(?:[-‐–_/+&·] *)?|[.'’]")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text that still knows its origin: folded character `i` comes from `text[starts[i]:ends[i]]`."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of folded text of one kind: `cjk`, `digits` or `letters`. `gap` is what stands before it."""

    kind: str
    text: str
    start: int
    end: int
    gap: str = ""

    @property
    def is_joined(self) -> bool:
        """Whether a phrase may run on into this one: GPT-5, GPT 5, Node.js, but not `GPT，5`."""
        return _JOINT.fullmatch(self.gap) is not None


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of the index and the stretch of folded text it stands for."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Terms that must follow each other. `is_prefix`: the last one may go on (a single CJK character).

    `literal` is set when the phrase is wherever that text stands in folded text: one CJK run, C++.
    """

    terms: tuple[str, ...]
    is_prefix: bool = False
    literal: str = ""


def fold(text: str) -> str:
    """The text as the search sees it: width, case, accents and Chinese script no longer matter."""
    try:
        return text.translate(_FOLDS)
    except _PartOfClusterError:
        return "".join([_fold_cluster(cluster) for cluster in clusters(text)])


def fold_with_origin(text: str) -> Folded:
    """Fold and remember for every folded character which characters of `text` it came from, whole graphemes only."""
    with suppress(_PartOfClusterError):
        if len(folded := text.translate(_FOLDS)) == len(text):
            return Folded(folded, range(len(text)), range(1, len(text) + 1))  # one for one, as nearly always
    pieces, starts, ends, at = [], list[int](), list[int](), 0
    for cluster in clusters(text):
        piece = _fold_cluster(cluster)
        pieces.append(piece)
        starts += [at] * len(piece)
        at += len(cluster)
        ends += [at] * len(piece)
    return Folded("".join(pieces), starts, ends)


def clusters(text: str) -> Sequence[str]:
    """The graphemes of a text. Most texts have none of more than one character and are their own answer."""
    found: Sequence[str] = _CLUSTER.findall(text) if _NEEDS_CLUSTERS.search(text) else text
    return found


def runs(folded: str) -> list[Run]:
    """The runs of a folded text, in order."""
    found, end = [], 0
    for match in _RUN.finditer(folded):
        found.append(Run(match.lastgroup or "", match.group(), match.start(), match.end(), folded[end : match.start()]))
        end = match.end()
    return found


def terms(folded: str) -> list[Term]:
    """The terms of a folded text, in order, with a break wherever a phrase must not go on."""
    return [
        Term(text, run.start + at, min(run.end, run.start + at + 2) if run.kind == "cjk" else run.end)
        for run, texts in _pieces(runs(folded))
        for at, text in enumerate(texts)
    ]


def index_text(text: str) -> str:
    """The terms of a text as the index stores them, separated by spaces."""
    return " ".join(_texts(runs(fold(text))))


def phrase(text: str) -> Phrase | None:
    """What to look for to find `text` as it stands, or None when nothing in it can be searched."""
    found = runs(fold(text))
    if not found:
        return None
    wanted, last = tuple(_texts(found)), found[-1]
    literal = last.text if len(found) == 1 and (last.kind == "cjk" or last.text.endswith(("+", "#"))) else ""
    if last.kind != "cjk":
        return Phrase(wanted, literal=literal)
    if len(last.text) == 1:
        return Phrase(wanted, is_prefix=True, literal=literal)
    return Phrase(wanted[:-1], literal=literal)  # the text may go on after the last character


def _texts(found: Iterable[Run]) -> Iterator[str]:
    return chain.from_iterable(texts for _, texts in _pieces(found))


def _pieces(found: Iterable[Run]) -> Iterator[tuple[Run, list[str]]]:
    """The terms of every run; a break is a run of nothing."""
    previous: Run | None = None
    for run in found:
        is_decimal = previous is not None and run.gap == "." and {run.kind, previous.kind} == {"digits"}
        if previous is not None and not run.is_joined:
            yield Run("break", "", run.start, run.start), [BREAK]
        yield run, _split(run, DECIMAL if is_decimal else "")
        previous = run


def _split(run: Run, mark: str) -> list[str]:
    if run.kind != "cjk":
        return [mark + run.text.replace(",", "").translate(_TO_SIGNS)[:TERM_LIMIT]]
    return [*map(add, run.text, run.text[1:]), run.text[-1]]


@lru_cache(maxsize=4096)
def _fold_cluster(cluster: str) -> str:
    # Accents come off Latin letters only: elsewhere they make another letter (й, が).
    form: Literal["NFKD", "NFKC"] = "NFKD" if cluster[0] < "\u0370" or "\u1e00" <= cluster[0] < "\u1f00" else "NFKC"
    bare = [ch for ch in unicodedata.normalize(form, cluster) if unicodedata.category(ch) not in {"Mn", "Cf", "Cs"}]
    return "".join([simplified(ch) for ch in bare]).casefold()


class _PartOfClusterError(ValueError):
    """A character that has to be folded together with those beside it."""


class _Folds(dict[int, int | str]):
    """Single characters folded, filled as they come along; in the form that `str.translate` is fastest with."""

    def __missing__(self, code: int) -> int | str:
        if _NEEDS_CLUSTERS.match(chr(code)):
            raise _PartOfClusterError(code)
        folded = _fold_cluster(chr(code))
        self[code] = ord(folded) if len(folded) == 1 else folded
        return self[code]


_FOLDS = _Folds()
