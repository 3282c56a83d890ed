"""Names that mean the same: a search for 英伟达 also finds NVIDIA. Companies, people, products; never concepts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import regex

from bot.core.search.terms import Phrase, fold, phrase, runs

LONGEST_NAME_WORDS = 3

_VERSIONED = regex.compile(r"([a-z]+?)([ -]?)([a-z]\d.*)")


@dataclass(frozen=True, slots=True)
class Aliases:
    """Groups of names; spelling of width, case, spaces and hyphens does not matter when one is looked up.

    `names` are known words (as `spelling` gives them) that people write apart or together with a version: open ai,
    DeepSeekV4.
    """

    groups: tuple[tuple[str, ...], ...] = ()
    names: frozenset[str] = frozenset()
    _phrases: dict[str, tuple[Phrase, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_phrases", dict(_lookup(self.groups)))

    def find(self, words: Sequence[str]) -> tuple[Phrase, ...]:
        """Every name in the group of the name that `words` spell together; empty when they spell none."""
        spelled = "".join(spelling(word) for word in words)
        whole = phrase(spelled) if len(words) > 1 and spelled in self.names else None
        return self._phrases.get(spelled) or ((whole,) if whole else ())

    def respelled(self, word: str) -> Phrase | None:
        """A name with its version written the other way: `deepseekv4` apart, `deepseek-v4` together."""
        found = _VERSIONED.fullmatch(word)
        if found is None or found[1] not in self.names:
            return None
        return phrase(found[1] + ("" if found[2] else " ") + found[3])


def spelling(name: str) -> str:
    """A name without what does not matter in it: width, case, spaces, hyphens; empty when nothing is left."""
    return "".join([run.text for run in runs(fold(name))])


def _lookup(groups: Iterable[tuple[str, ...]]) -> Iterable[tuple[str, tuple[Phrase, ...]]]:
    for group in groups:
        phrases = tuple(dict.fromkeys(found for name in group if (found := phrase(name))))
        for name in group:
            yield spelling(name), phrases
