"""A short piece of a text around what was searched, with the hits in bold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bot.core.models import PLAIN, Inline, Run, Style
from bot.core.search.terms import BREAK, SIGNS, Phrase, Term, clusters, fold_with_origin, terms

WIDTH = 90
READ_LIMIT = 20_000
"""Characters of a text that are looked at: a snippet must not cost more than its search."""

ELLIPSIS = "…"
_SENTENCE_ENDS = frozenset("。！？；…\n!?;")
_STOPS = "：:，,、。.；;！!？? \n"  # no snippet begins with what ended something else
_MAX_LEAD, _MAX_WORD = 12, 20

Span = tuple[int, int]
Found = tuple[int, int, tuple[str, ...]]


def mark(text: str, phrases: Iterable[Phrase]) -> Inline:
    """The whole text with every hit in bold."""
    return tuple(_runs(text, find_hits(text, phrases), (0, len(text))))


def cut_snippet(text: str, phrases: Sequence[Phrase], width: int = WIDTH) -> Inline:
    """About `width` characters of `text` with the most different hits, marked; its beginning when nothing hits.

    Nothing is cut inside a character as people see it; line breaks become spaces.
    """
    found = _find(text[:READ_LIMIT], phrases)
    window = _fit(text, _densest(found, width), width)
    runs = list(_runs(text, _merge(found), window))
    before, after = ELLIPSIS if text[: window[0]].strip(_STOPS) else "", ELLIPSIS if window[1] < len(text) else ""
    return tuple(run for run in (Run(before), *runs, Run(after)) if run.text)


def find_hits(text: str, phrases: Iterable[Phrase]) -> list[Span]:
    """Where the phrases occur in `text`, exactly as the index finds them: apart, in order, whole characters."""
    return _merge(_find(text, phrases))


def _find(text: str, phrases: Iterable[Phrase]) -> list[Found]:
    folded = fold_with_origin(text)
    return sorted(
        (folded.starts[start], folded.ends[end - 1], phrase.terms)
        for phrase in phrases
        for start, end in (_literals if phrase.literal else _sequences)(folded.text, phrase)
    )


def _literals(folded: str, phrase: Phrase) -> Iterator[Span]:
    at = folded.find(phrase.literal)
    while at >= 0:
        yield at, at + len(phrase.literal)
        at = folded.find(phrase.literal, at + 1)


def _sequences(folded: str, phrase: Phrase) -> Iterator[Span]:
    """Terms following each other. A line's end breaks a phrase, so lines are read one by one, if it is in them."""
    if BREAK in phrase.terms:
        yield from _occurrences(terms(folded), phrase)
        return
    start, first = 0, phrase.terms[0].rstrip(SIGNS)
    for line in folded.split("\n"):
        if first in line or first.isdecimal():  # 4,000 is the term 4000
            yield from ((start + a, start + b) for a, b in _occurrences(terms(line), phrase))
        start += len(line) + 1


def _occurrences(found: list[Term], phrase: Phrase) -> Iterator[Span]:
    """Of a term that may go on only what was looked for."""
    *head, last = phrase.terms
    for at in range(len(head), len(found)):
        end = found[at]
        if not (end.text.startswith(last) if phrase.is_prefix else end.text == last):
            continue
        stretch = found[at - len(head) : at]
        if [term.text for term in stretch] == head:
            start = stretch[0].start if stretch else end.start
            yield start, end.start + len(last) if phrase.is_prefix else end.end


def _merge(found: Iterable[Found]) -> list[Span]:
    spans: list[Span] = []
    for start, end, _ in found:
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return spans


def _densest(found: list[Found], width: int) -> Span:
    """From the first to the last hit of the window of that width with the most different hits, then the most."""
    best, best_score = (0, 0), (0, 0)
    for first, (start, _, _) in enumerate(found):
        inside = [(end, words) for _, end, words in found[first : first + width] if end <= start + width]
        score = len({words for _, words in inside}), len(inside)
        if score > best_score:
            best, best_score = (start, max(end for end, _ in inside)), score
    return best


def _fit(text: str, core: Span, width: int) -> Span:
    """A window of about `width` characters around `core`, begun at a sentence when one begins near."""
    start = max(0, core[0] - max(0, width - (core[1] - core[0])) // 3)
    near = (*range(start, max(-1, start - _MAX_LEAD), -1), *range(start, core[0] + 1))
    begin = next((at for at in near if _begins_sentence(text, at)), start)
    end = min(len(text), max(begin + width, core[1]))
    begin = _past_stops(text, _edge_of_word(text, begin, -1), core[0] if core[1] else end)
    return _whole_characters(text, (begin, _edge_of_word(text, end, 1)))


def _past_stops(text: str, begin: int, end: int) -> int:
    return next((at for at in range(begin, end) if text[at] not in _STOPS), begin)


def _edge_of_word(text: str, at: int, step: int) -> int:
    """The nearest place in this direction that cuts no Latin word or number; `at` itself inside an endless one."""
    for place in range(at, at + step * _MAX_WORD, step):
        if not (0 < place < len(text) and _is_latin(text[place - 1]) and _is_latin(text[place])):
            return place
    return at


def _is_latin(ch: str) -> bool:
    return ch.isascii() and ch.isalnum()


def _begins_sentence(text: str, at: int) -> bool:
    return at == 0 or (text[at - 1] in _SENTENCE_ENDS and not text[at : at + 1].isspace())


def _whole_characters(text: str, window: Span) -> Span:
    """The window widened so that no grapheme is cut."""
    beside_edges = "".join([text[max(0, edge - 1) : edge + 1] for edge in window])
    if clusters(beside_edges) is beside_edges:
        return window
    at, start, end = 0, window[0], window[1]
    for cluster in clusters(text):
        after = at + len(cluster)
        if at < window[0] < after:
            start = at
        if at < window[1] < after:
            end = after
        if at >= window[1]:
            break
        at = after
    return start, end


def _runs(text: str, hits: list[Span], window: Span) -> Iterator[Run]:
    start, end = window
    marked = [(max(a, start), min(b, end)) for a, b in hits if a < end and b > start]
    edges = [start, *(edge for span in marked for edge in span), end]
    for at, (a, b) in enumerate(pairwise(edges)):
        if a < b:
            yield Run(text[a:b].replace("\n", " "), Style.BOLD if at % 2 else PLAIN)
