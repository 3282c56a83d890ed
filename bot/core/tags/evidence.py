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

# In nats, as the words. Chosen on items that no pattern had been made for.
_HEADLINE, _TEXT, _HINT = 5.0, 2.0, 1.0
_ENOUGH = 0.75
_NEARLY = -1.0
"""What is enough where nothing speaks louder."""

TEXT_SHARE, SECTION_SHARE = 0.5, 0.25
"""What a word of the text or of the section's title says, beside the same word in the headline."""

_RUN = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and what speaks for it.

    Patterns: in the headline; in the first words of the text; weaker ones in either; in the title of the section, which
    is asked where nothing else tells. `words`: the nats that single words say for it (or against it, below zero).
    `before`: those that are known before anything is read, below zero for what few items are about.
    """

    name: str
    headline: tuple[Alternative, ...] = ()
    text: tuple[Alternative, ...] = ()
    hint: tuple[Alternative, ...] = ()
    section: tuple[Alternative, ...] = ()
    words: Mapping[str, float] = field(default_factory=dict)
    before: float = 0.0


class Evidence:
    """All topics of a taxonomy, weighed against an item at once. Every text it is given is folded."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._before = {topic.name: topic.before for topic in topics}
        self._headline = PatternIndex((topic.name, topic.headline) for topic in topics)
        self._text = PatternIndex((topic.name, topic.text) for topic in topics)
        self._hint = PatternIndex((topic.name, topic.hint) for topic in topics)
        self._section = PatternIndex((topic.name, topic.section) for topic in topics)
        self._words = defaultdict[str, list[tuple[str, float]]](list)
        for topic in topics:
            for word, weight in topic.words.items():
                self._words[word].append((topic.name, weight))

    def topics(self, title: str, text: str, section: str) -> set[str]:
        """The topics that enough speaks for, at most `MOST_TOPICS`; the likeliest where there is none."""
        weights = self._weigh(title, text, section)
        likely = sorted((name for name, weight in weights.items() if weight > _ENOUGH), key=lambda name: -weights[name])
        return set(likely[:MOST_TOPICS]) or self._section.find(section) or self._likeliest(weights)

    def _weigh(self, title: str, text: str, section: str) -> dict[str, float]:
        weights, lead = dict(self._before), text[:LEAD_CHARACTERS]
        near, far = self._headline.find(title), self._text.find(lead)
        hinted = set[str]() if near or far else self._hint.find(title) | self._hint.find(lead)
        for names, weight in ((near, _HEADLINE), (far, _TEXT), (hinted, _HINT)):
            for name in names:
                weights[name] += weight
        for word, share in heard(title, text, section).items():
            for name, weight in self._words.get(word, ()):
                weights[name] += share * weight
        return weights

    def _likeliest(self, weights: Mapping[str, float]) -> set[str]:
        """Only where something is known before: of the others, silence says nothing."""
        ranked = sorted((weight, name) for name, weight in weights.items() if self._before[name] < 0)
        return {name for weight, name in ranked[-1:] if weight > _NEARLY}


def heard(title: str, text: str, section: str) -> dict[str, float]:
    """How much each word of an item is heard, by where it stands; all three texts are folded."""
    found = dict.fromkeys(words(text[:LEAD_CHARACTERS]), TEXT_SHARE) | dict.fromkeys(words(title), 1.0)
    for word in words(section):
        found[word] = min(1.0, found.get(word, 0.0) + SECTION_SHARE)
    return found


def words(folded: str) -> set[str]:
    """The words of folded text: runs of Latin letters, of digits, and every two neighbouring characters of others."""
    found = set[str]()
    for run in _RUN.findall(folded):
        found.update((run,) if run.isascii() else map(add, run, run[1:]))
    return found
