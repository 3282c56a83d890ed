"""Story threads: earlier items that tell the same story, known by what two items share and others do not."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache

import regex

from bot.core.digest.repeats import is_alike
from bot.core.links import is_home_page, story_url
from bot.core.models import Item
from bot.core.models import Run as Words
from bot.core.search.terms import BREAK, DECIMAL, Run, fold, runs, terms
from bot.core.wording import item_lines

DAYS = 14
OPENING_CHARACTERS = 200

# Measured on hand-labelled pairs of real digests. In nats: how unlikely it is that two items share this by chance.
_ENOUGH, _ENOUGH_AT_FIRST, _MORE_A_DAY = 10.0, 7.0, 0.5
"""A story goes on tomorrow rather than next week, so less is enough in the first days."""
_ACROSS, _ACROSS_MOST = 0.25, 25.0
_BELOW, _BELOW_MOST, _BELOW_EACH = 0.04, 40.0, 4.0
_WITH_NAME, _WITHOUT_NAME = 0.7, 0.42
"""What words are worth where no known name says that it is the same company's story; a Latin word of `_NAME_LETTERS` or
more that is as rare as `_RARE` is taken for the name of somebody unknown."""
_NAME_LETTERS, _RARE = 4, 1 / 500
_TRUST = 10
"""As many items of an entity weigh as much as all the others in saying how common a word is."""
_RAREST = 1 / 4000
"""No word is taken for rarer, however large the archive; a small one cannot tell."""
_ONE_WORD = 1.6
"""Neighbouring pairs of characters as common as this factor are parts of one word: 奥尔|尔特|特曼."""
_SAME_ROUND = 4.0
"""What it says that both tell of the B round of one company."""
_LONGER = 0.35
"""How much more a word says with each further pair."""

_VERSION = "#"
_ROUND = regex.compile(r"(?:[a-h]\+*|天使|种子|第?[一二三四]|首) ?轮")


@dataclass(frozen=True, slots=True)
class Telling:
    """An item as a story is known by: its words, its address, who it is about."""

    item_key: str
    date: dt.date
    headline: str
    opening: str = ""
    url: str | None = None
    entities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Usage:
    """How common words are: in how many of `items` items each term stands."""

    items: int = 0
    by_term: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, tellings: Iterable[Telling]) -> Usage:
        """The usage in these items themselves."""
        counted, items = Counter[str](), 0
        for telling in tellings:
            counted.update(_signs(telling).everywhere)
            items += 1
        return cls(items, counted)


def telling_of(item: Item, item_key: str, date: dt.date) -> Telling:
    """What a labelled item is known by."""
    opening = "\n".join(item_lines(item))[:OPENING_CHARACTERS]
    return Telling(item_key, date, item.title, opening, item.url, frozenset(item.entities))


def words_of(telling: Telling) -> frozenset[str]:
    """The terms whose usage has to be known to judge this item."""
    return _signs(telling).everywhere


def telling_words(story: Telling, usage: Usage, most: int) -> list[str]:
    """The rarest words of a headline, by which other tellings are looked for where no entity names them."""
    words = (sign for sign in _signs(story).headline if not sign.startswith(_VERSION))
    return sorted(words, key=lambda word: (usage.by_term.get(word, 0), word))[:most]


def earlier_tellings(story: Telling, others: Sequence[Telling], usage: Usage) -> tuple[Telling, ...]:
    """Which of the `others` told the same story in the `DAYS` days before, one a day, newest first.

    Older ones among them only help to tell what is common in texts about the same entities.
    """
    known = _Known(story, others, usage)
    found: dict[dt.date, tuple[float, Telling]] = {}
    for other in others:
        if not dt.timedelta(0) < story.date - other.date <= dt.timedelta(days=DAYS):
            continue
        enough = _enough(story.date - other.date)
        likeness = _likeness(story, other, known, enough)
        if likeness >= enough and likeness > found.get(other.date, (0.0, other))[0]:
            found[other.date] = likeness, other
    return tuple(found[date][1] for date in sorted(found, reverse=True))


def _enough(apart: dt.timedelta) -> float:
    return min(_ENOUGH, _ENOUGH_AT_FIRST + _MORE_A_DAY * apart.days)


def _likeness(story: Telling, other: Telling, known: _Known, enough: float) -> float:
    if _is_same_page(story, other):
        return math.inf
    shared = story.entities & other.entities
    worth = 1.0 if shared else known.worth(_signs(story).headline & _signs(other).headline)
    return worth * _unlikeliness(_signs(story), _signs(other), known, shared, enough / worth)


def _is_same_page(story: Telling, other: Telling) -> bool:
    """The same address and alike words; an address alone proves nothing."""
    page = _signs(story).page
    return page is not None and page == _signs(other).page and is_alike(_bare(story), _bare(other))


def _bare(telling: Telling) -> Item:
    return Item(1, (Words(telling.headline),))


def _unlikeliness(story: _Signs, other: _Signs, known: _Known, entities: Set[str], enough: float) -> float:
    if _are_other_versions(story.versions, other.versions) or _differ(story.rounds, other.rounds):
        return 0.0  # GPT-5.6 is news, GPT-5.5 was; an A round is no C round
    headline = _weigh(story, other.headline, known, entities)
    sure = sum(headline.values()) + _SAME_ROUND * bool(entities and story.rounds & other.rounds)
    if not sure or sure + _ACROSS * _ACROSS_MOST + _BELOW * _BELOW_MOST < enough:
        return sure  # as nearly always: what stands further below cannot make it `enough`
    across = _weigh(story, other.everywhere, known, entities) | _weigh(other, story.everywhere, known, entities)
    below = (story.everywhere & other.everywhere) - across.keys()
    return (
        sure
        + _ACROSS * min(_ACROSS_MOST, sum(value for sign, value in across.items() if sign not in headline))
        + _BELOW * min(_BELOW_MOST, sum(min(_BELOW_EACH, known.weight(sign, entities)) for sign in below))
    )


def _differ(one: Set[str], other: Set[str]) -> bool:
    return bool(one and other) and one.isdisjoint(other)


def _are_other_versions(one: Set[str], other: Set[str]) -> bool:
    """Whether both name versions of one product, but none in common: Opus 4.8 and Claude Opus 4.7, not Q2 and 2 nm."""
    return _differ(one, other) and not _words_of(one).isdisjoint(_words_of(other))


def _words_of(versions: Set[str]) -> set[str]:
    return {word for version in versions for word in version.removeprefix(_VERSION).split() if word.isalpha()}


def _weigh(signs: _Signs, within: Set[str], known: _Known, entities: Set[str]) -> dict[str, float]:
    """The weights of a headline's signs that stand in the other text."""
    weights: dict[str, float] = {}
    if signs.headline.isdisjoint(within):
        return weights
    for stretch in _stretches(signs.order, within):
        pairs = [known.weight(term, entities) for term in stretch]
        for word in _words(stretch, known.usage):
            heaviest = max(min(pairs[at], _heaviest_beside(pairs, at)) for at in word)
            share = heaviest * (1 + _LONGER * (len(word) - 1)) / len(word)
            for term in (stretch[at] for at in word):
                weights[term] = min(share, weights.get(term, share))
    return weights


def _words(stretch: Sequence[str], usage: Usage) -> Iterator[Sequence[int]]:
    """The places of a stretch by word. Pairs of characters that are about as common as their neighbours are one."""
    counts = [max(usage.by_term.get(term, 1), 1) for term in stretch]
    start = 0
    for at in range(1, len(stretch) + 1):
        if at == len(stretch) or not 1 / _ONE_WORD <= counts[at] / counts[at - 1] <= _ONE_WORD:
            yield range(start, at)
            start = at


def _stretches(order: Sequence[str], within: Set[str]) -> Iterator[list[str]]:
    """What both texts have: pairs of characters that follow each other together, other terms alone."""
    pairs: list[str] = []
    for term in order:
        is_shared = len(term) > 1 and term in within
        if is_shared and _is_pair(term):
            pairs.append(term)
            continue
        if pairs:
            yield pairs
            pairs = []
        if is_shared:
            yield [term]
    if pairs:
        yield pairs


def _heaviest_beside(weights: Sequence[float], at: int) -> float:
    """A pair that only joins two words (宇树|发布) weighs no more than the heavier of its neighbours."""
    return max([*weights[max(0, at - 1) : at], *weights[at + 1 : at + 2]], default=math.inf)


def _is_pair(term: str) -> bool:
    return len(term) == 2 and not term.isascii() and not term.startswith(DECIMAL)


class _Known:
    """What is known of words when one story is judged: all items' usage, and the words of the items about each entity,
    counted when they are first asked for."""

    def __init__(self, story: Telling, others: Sequence[Telling], usage: Usage) -> None:
        self.usage = usage
        self._about = {
            entity: [_signs(other).everywhere for other in others if entity in other.entities]
            for entity in story.entities
        }
        self._names = {entity: fold(entity) for entity in story.entities}
        self._told: dict[tuple[str, str], int] = {}

    def weight(self, sign: str, entities: Set[str]) -> float:
        """How unlikely the word is in another item about these entities."""
        if any(sign in self._names[entity] for entity in entities):
            return 0.0
        overall = self._overall(sign)
        share = max([overall, *(self._share(sign, entity, overall) for entity in entities)])
        return -math.log(min(1.0, share))

    def worth(self, shared: Set[str]) -> float:
        """What the words of two headlines are worth, of which these are shared, when no known name is."""
        names = (sign for sign in shared if len(sign) >= _NAME_LETTERS and sign.isascii() and sign.isalpha())
        is_named = any(self._overall(name) <= _RARE for name in names)
        return _WITH_NAME if is_named else _WITHOUT_NAME

    def _overall(self, sign: str) -> float:
        """In which share of all items the word stands; the two compared are not counted themselves."""
        return max((self.usage.by_term.get(sign, 0) - 2) / max(self.usage.items, 1), _RAREST)

    def _share(self, sign: str, entity: str, overall: float) -> float:
        told = max(self._count(sign, entity) - 1, 0)
        return (told + _TRUST * overall) / (max(len(self._about[entity]) - 1, 0) + _TRUST)

    def _count(self, sign: str, entity: str) -> int:
        if (sign, entity) not in self._told:
            self._told[sign, entity] = sum(sign in words for words in self._about[entity])
        return self._told[sign, entity]


@dataclass(frozen=True, slots=True)
class _Signs:
    """The terms of a headline in their order; as a set, with the names of versions; and those of the opening too.
    `page`: the address, unless it is a home page."""

    order: tuple[str, ...]
    versions: frozenset[str]
    rounds: frozenset[str]
    headline: frozenset[str]
    everywhere: frozenset[str]
    page: str | None


@lru_cache(maxsize=4096)
def _signs(telling: Telling) -> _Signs:
    title, text = fold(telling.headline), fold(f"{telling.headline}\n{telling.opening}")
    versions = tuple(_versions(title))
    order = tuple(term.text for term in terms(title))
    headline = frozenset(_telling(order)) | frozenset(versions)
    everywhere = frozenset(_telling(term.text for term in terms(text))) | frozenset(_versions(text))
    page = story_url(telling.url) if telling.url and not is_home_page(telling.url) else None
    rounds = frozenset(_ROUND.findall(title))
    return _Signs((*order, BREAK, *versions), frozenset(versions), rounds, headline, everywhere, page)


def _telling(found: Iterable[str]) -> Iterator[str]:
    return (term for term in found if len(term) > 1)


def _versions(folded: str) -> Iterator[str]:
    """Names with a number, up to the number: GLM-5.3, Kimi K3, MiMo-V2(-Pro)."""
    name: list[Run] = []
    for run in runs(folded):
        if run.kind == "cjk" or not run.is_joined:
            yield from _version(name)
            name = []
        if run.kind != "cjk":
            name.append(run)
    yield from _version(name)


def _version(name: Sequence[Run]) -> Iterator[str]:
    digits = [at for at, run in enumerate(name) if run.kind == "digits"]
    if digits and any(run.kind == "letters" for run in name):
        yield _VERSION + " ".join("." * (run.gap == ".") + run.text for run in name[: digits[-1] + 1])
