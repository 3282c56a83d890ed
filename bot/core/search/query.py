"""What a person typed into the search, understood: words, quoted phrases, `tag:` `after:` `before:`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import regex

from bot.core.dates import parse_period
from bot.core.search.aliases import LONGEST_NAME_WORDS, Aliases
from bot.core.search.terms import Phrase, Run, fold, phrase, runs

MAX_CHARACTERS = 200
MAX_WORDS = 8

_PIECE = regex.compile(
    r"(?<!\S)(?P<name>tag|after|before)[:：][ \u3000]?(?:[\"“”](?P<quoted>[^\"“”]*)[\"“”]|(?P<value>[^\s\"“”]+))"
    r"|[\"“”「『](?P<phrase>[^\"“”」』]*)[\"“”」』]"
    r"|(?P<chunk>[^\s\"“”「」『』]+)",
    regex.IGNORECASE,
)
_VERSION = regex.compile(r"v?(?!(?:19|20)\d\d$)\d{1,4}(?:\.\d+)*[a-z]?")


@dataclass(frozen=True, slots=True)
class Word:
    """One thing every hit must contain, in any of its names. `text` is how it was typed (folded)."""

    text: str
    names: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """Words that must all be there, tags the item must all have, and the days it may be from, both inclusive."""

    words: tuple[Word, ...] = ()
    tags: tuple[str, ...] = ()
    after: dt.date | None = None
    before: dt.date | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing to look for: such a query has no hits."""
        return self == Query()

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Every name of every word: what is marked in a snippet."""
        return tuple(name for word in self.words for name in word.names)


def parse_query(text: str, today: dt.date, aliases: Aliases | None = None) -> Query:
    """Understand what was typed. Anything is a query: what makes no sense as a filter is searched as words.

    Words and their variants beyond eight, and characters beyond 200, are not looked at.
    """
    query, words = Query(), list[str]()
    quoted = list[Word]()
    for piece in _PIECE.finditer(text[:MAX_CHARACTERS]):
        if piece["name"] and (filtered := _filter(query, piece, today)):
            query = filtered
        elif piece["phrase"] is not None:
            quoted += _literal(piece["phrase"])
        else:
            words += _words(piece.group())
    named = _name(_join_versions(words), aliases or Aliases())
    return replace(query, words=tuple(dict.fromkeys([*quoted, *named]))[:MAX_WORDS])


def _filter(query: Query, piece: regex.Match[str], today: dt.date) -> Query | None:
    value = piece["quoted"] or piece["value"] or ""
    match piece["name"].lower():
        case "tag" if fold(value):
            return replace(query, tags=(*query.tags, value))
        case "after" if period := parse_period(value, today):
            return replace(query, after=period[0])
        case "before" if period := parse_period(value, today):
            return replace(query, before=period[1])
    return None


def _literal(text: str) -> Iterator[Word]:
    if found := phrase(text):
        yield Word(fold(text).strip(), (found,))


def _words(chunk: str) -> Iterator[str]:
    """The words of a chunk without spaces: Chinese apart from the names beside it, a name with its joints whole."""
    folded = fold(chunk)
    found = runs(folded)
    if _is_compact(found):
        yield folded[found[0].start : found[-1].end]
        return
    for word in _groups(found):
        yield folded[word[0].start : word[-1].end]


def _groups(found: list[Run]) -> Iterable[list[Run]]:
    groups: list[list[Run]] = []
    for run in found:
        if groups and run.is_joined and "cjk" not in {run.kind, groups[-1][-1].kind}:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _is_compact(found: list[Run]) -> bool:
    """A股, D轮, 5月, 2026年: two runs that mean nothing apart."""
    if len(found) != 2 or found[1].gap or {run.kind for run in found}.isdisjoint({"cjk"}):
        return False
    return all(len(run.text) <= 2 if run.kind == "cjk" else run.kind == "digits" or len(run.text) == 1 for run in found)


def _join_versions(words: list[str]) -> list[str]:
    """`GPT 5.3` is one name: a version belongs to the Latin name before it, a year does not."""
    joined: list[str] = []
    for word in words:
        if joined and _VERSION.fullmatch(word) and runs(joined[-1])[-1].kind == "letters":
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined


def _name(words: list[str], aliases: Aliases) -> Iterable[Word]:
    at = 0
    while at < len(words):
        length, names = _longest_name(words[at:], aliases)
        text = " ".join(words[at : at + length])
        at += length
        if own := phrase(text):
            respelled = aliases.respelled(text)
            yield Word(text, tuple(dict.fromkeys([own, *names, *([respelled] if respelled else [])])))


def _longest_name(words: list[str], aliases: Aliases) -> tuple[int, tuple[Phrase, ...]]:
    for length in range(min(LONGEST_NAME_WORDS, len(words)), 0, -1):
        if names := aliases.find(words[:length]):
            return length, names
    return 1, ()
