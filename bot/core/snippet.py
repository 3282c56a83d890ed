"""A short piece of a text around what was searched, with the hits in bold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bot.core.models import PLAIN, Inline, Run, Style
from bot.core.terms import Folded, Phrase, Term, clusters, fold_with_origin, terms

WIDTH = 90
READ_LIMIT = 20_000
"""Characters of a text that are looked at: a snippet must not cost more than its search."""

ELLIPSIS = "…"
_SENTENCE_ENDS = frozenset("。！？；…\n!?;")
_MAX_LEAD = 12

Span = tuple[int, int]


def mark(text: str, phrases: Iterable[Phrase]) -> Inline:
    """The whole text with every hit in bold."""
    return tuple(_runs(text, find_hits(text, phrases), (0, len(text))))


def cut_snippet(text: str, phrases: Sequence[Phrase], width: int = WIDTH) -> Inline:
    """About `width` characters of `text` with the most different hits, marked; its beginning when nothing hits.

    Nothing is cut inside a character as people see it; line breaks become spaces.
    """
    hits = find_hits(text[:READ_LIMIT], phrases)
    window = _fit(text, _densest(hits, text, width), width)
    runs = list(_runs(text, hits, window))
    before, after = ELLIPSIS if window[0] > 0 else "", ELLIPSIS if window[1] < len(text) else ""
    return tuple(run for run in (Run(before), *runs, Run(after)) if run.text)


def find_hits(text: str, phrases: Iterable[Phrase]) -> list[Span]:
    """Where the phrases occur in `text`, exactly as the index finds them: disjoint, in order, whole characters."""
    folded = fold_with_origin(text)
    found = terms(folded.text)
    spans = sorted(_origin(folded, span) for phrase in phrases for span in _occurrences(found, phrase))
    return list(_merge(spans))


def _occurrences(found: list[Term], phrase: Phrase) -> Iterator[Span]:
    *head, last = phrase.terms
    for at in range(len(found) - len(head)):
        stretch = found[at : at + len(head) + 1]
        if [term.text for term in stretch[:-1]] == head and _is(stretch[-1], last, phrase.is_prefix):
            yield stretch[0].start, stretch[-1].start + len(last) if phrase.is_prefix else stretch[-1].end


def _is(term: Term, wanted: str, is_prefix: bool) -> bool:
    return term.text.startswith(wanted) if is_prefix else term.text == wanted


def _origin(folded: Folded, span: Span) -> Span:
    return folded.starts[span[0]], folded.ends[span[1] - 1]


def _merge(spans: Iterable[Span]) -> Iterator[Span]:
    current: Span | None = None
    for start, end in spans:
        if current and start <= current[1]:
            current = current[0], max(end, current[1])
            continue
        if current:
            yield current
        current = start, end
    if current:
        yield current


def _densest(hits: list[Span], text: str, width: int) -> Span:
    """From the first to the last hit of the window of that width with the most different hits, then the most."""
    best, best_score = (0, 0), (0, 0)
    for first, (start, _) in enumerate(hits):
        inside = [hit for hit in hits[first : first + width] if hit[1] <= start + width]
        score = len({text[a:b].casefold() for a, b in inside}), len(inside)
        if score > best_score:
            best, best_score = (start, inside[-1][1]), score
    return best


def _fit(text: str, core: Span, width: int) -> Span:
    """A window of about `width` characters around `core`, begun at a sentence when one begins near."""
    start = max(0, core[0] - max(0, width - (core[1] - core[0])) // 3)
    near = (*range(start, max(-1, start - _MAX_LEAD), -1), *range(start, core[0] + 1))
    begin = next((at for at in near if _begins_sentence(text, at)), start)
    return _whole_characters(text, (begin, min(len(text), max(begin + width, core[1]))))


def _begins_sentence(text: str, at: int) -> bool:
    return at == 0 or (text[at - 1] in _SENTENCE_ENDS and not text[at : at + 1].isspace())


def _whole_characters(text: str, window: Span) -> Span:
    """The window widened so that no grapheme is cut."""
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
