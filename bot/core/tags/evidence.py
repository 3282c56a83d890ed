"""Which topics an item is about: what speaks for each is weighed, from the headline down to the section's title."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import add

from bot.core.tags.patterns import Alternative, PatternIndex

LEAD_CHARACTERS = 80
"""How far into the text words tell the topic."""

MOST_TOPICS = 3

TEXT_SHARE, SECTION_SHARE = 0.5, 0.25
"""What a word of the text or of the section's title says, beside the same word in the headline."""

_RUN = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+")


@dataclass(frozen=True, slots=True)
class Weights:
    """What a topic's patterns say where they are found, in nats, and what is known `before` anything is read."""

    headline: float = 3.0
    text: float = 2.0
    hint: float = 1.0
    before: float = 0.0


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and what speaks for it.

    Patterns: in the headline; in the first words of the text; weaker ones in either; in the title of the section, which
    is asked where nothing else tells. `words`: the nats that single words say for it (or against it, below zero).
    """

    name: str
    headline: tuple[Alternative, ...] = ()
    text: tuple[Alternative, ...] = ()
    hint: tuple[Alternative, ...] = ()
    section: tuple[Alternative, ...] = ()
    weights: Weights = field(default_factory=Weights)
    words: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signs:
    """What an item shows: the topics whose patterns are found in each place, and how much each word is heard."""

    headline: set[str]
    text: set[str]
    hint: set[str]
    words: Mapping[str, float]


class Evidence:
    """All topics of a taxonomy, weighed against an item at once. Every text it is given is folded."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._weights = {topic.name: topic.weights for topic in topics}
        self._headline = PatternIndex((topic.name, topic.headline) for topic in topics)
        self._text = PatternIndex((topic.name, topic.text) for topic in topics)
        self._hint = PatternIndex((topic.name, topic.hint) for topic in topics)
        self._section = PatternIndex((topic.name, topic.section) for topic in topics)
        self._words = defaultdict[str, list[tuple[str, float]]](list)
        for topic in topics:
            for word, weight in topic.words.items():
                self._words[word].append((topic.name, weight))

    def topics(self, title: str, text: str, section: str) -> set[str]:
        """The topics that more speaks for than against, at most `MOST_TOPICS`."""
        weights = self._weigh(self.signs(title, text, section))
        likely = sorted((name for name, weight in weights.items() if weight > 0), key=lambda name: -weights[name])
        return set(likely[:MOST_TOPICS]) or self._section.find(section)

    def signs(self, title: str, text: str, section: str) -> Signs:
        """What there is to weigh; a hint tells only where no other pattern does."""
        lead = text[:LEAD_CHARACTERS]
        near, far = self._headline.find(title), self._text.find(lead)
        hinted = (self._hint.find(title) | self._hint.find(lead)) - near - far
        return Signs(near, far, hinted, _heard(title, lead, section))

    def _weigh(self, signs: Signs) -> dict[str, float]:
        found = {name: weights.before for name, weights in self._weights.items()}
        for name in signs.headline:
            found[name] += self._weights[name].headline
        for name in signs.text:
            found[name] += self._weights[name].text
        for name in signs.hint:
            found[name] += self._weights[name].hint
        for word, share in signs.words.items():
            for name, weight in self._words.get(word, ()):
                found[name] += share * weight
        return found


def words(folded: str) -> set[str]:
    """The words of folded text: runs of Latin letters, of digits, and every two neighbouring characters of others."""
    found = set[str]()
    for run in _RUN.findall(folded):
        found.update((run,) if run.isascii() else map(add, run, run[1:]))
    return found


def _heard(title: str, lead: str, section: str) -> dict[str, float]:
    heard = dict.fromkeys(words(lead), TEXT_SHARE) | dict.fromkeys(words(title), 1.0)
    for word in words(section):
        heard[word] = min(1.0, heard.get(word, 0.0) + SECTION_SHARE)
    return heard
