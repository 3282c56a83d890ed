"""How well topics agree with a careful reader, and where the weights of the taxonomy's words come from.

    python -m benchmarks.topics             # agreement by round, and with words learned from other items
    python -m benchmarks.topics --learn     # learns the words anew and writes them into the taxonomy

Words are learned topic by topic from the labelled items of `tests/core/tags/labels`, so the folder of real digests has
to be there: logistic regression whose L1 penalty leaves only words that tell (Friedman, Hastie, Tibshirani 2010,
"Regularization Paths for Generalized Linear Models via Coordinate Descent"). What may be about a topic teaches nothing.
Takes a quarter of a minute; the result depends on the labels alone.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.tags.topics import Taxonomy, heard_words
from tests.support.labels import Judged, agreement, of_our_own, of_real_digests
from tests.support.samples import digest, section

TAXONOMY = Path(__file__).parents[1] / "bot/core/tags/taxonomy.json"
REAL, OWN = ("tuned", "unseen"), ("written", "taught")
FOLDS = 4
PENALTY = 1 / 1.5
ROUNDS = 30
"""Sweeps over all words; by then no weight moves by a hundredth."""
LINE_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of one topic before anything is read, and what words say of it, in nats."""

    before: float
    words: Mapping[str, float]


def main() -> None:
    """Print the agreement, or learn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learn", action="store_true")
    rounds = {name: of_real_digests(name)[0] for name in REAL} | {name: of_our_own(name) for name in OWN}
    everything = [judged for items in rounds.values() for judged in items]
    if parser.parse_args().learn:
        TAXONOMY.write_text(printed(taught(everything)), "utf-8")
        return
    for name, items in rounds.items():
        _print(f"{name}, {len(items)} items", ((judged.item.topics, judged.topics) for judged in items))
    _print("words learned from other items", cross_validated(everything))


def cross_validated(everything: Sequence[Judged]) -> Iterable[tuple[Iterable[str], frozenset[str]]]:
    """What the taxonomy says of a quarter of the items, with words learned from the others."""
    for number in range(FOLDS):
        others = [judged for at, judged in enumerate(everything) if at % FOLDS != number]
        other = Taxonomy.parse(printed(taught(others)).encode())
        for judged in everything[number::FOLDS]:
            shown = digest(section(1, judged.section, judged.item))
            yield other.label(shown).items[0].topics, judged.topics


def taught(items: Sequence[Judged]) -> dict[str, Any]:
    """The taxonomy's file with words learned from these items, the heaviest first."""
    root: dict[str, Any] = json.loads(TAXONOMY.read_text("utf-8"))
    heard = [(heard_words(judged.item, judged.section), judged.topics) for judged in items]
    for topic, entry in root["topics"].items():
        told = learn(heard, topic)
        ranked = sorted(told.words.items(), key=lambda word: (-word[1], word[0]))
        entry |= {"before": told.before, "words": dict(ranked)}
    return root


def learn(items: Sequence[tuple[Mapping[str, float], Set[str]]], topic: str) -> Learned:
    """The words that tell items about a topic from the others, by cyclic coordinate descent."""
    lessons = [(heard, topic in topics) for heard, topics in items if f"?{topic}" not in topics]
    places = _places([heard for heard, _ in lessons])
    weights, margins = dict.fromkeys(places, 0.0), [0.0] * len(lessons)
    for _ in range(ROUNDS):
        for word, where in places.items():
            slope, curve = 0.0, 1e-9
            for at, share in where:
                likely = (1 + math.tanh(margins[at] / 2)) / 2
                slope += share * (likely - lessons[at][1])
                curve += share * share * likely * (1 - likely)
            step = _shrink(weights[word] - slope / curve, (PENALTY if word else 0.0) / curve) - weights[word]
            if step:
                weights[word] += step
                for at, share in where:
                    margins[at] += step * share
    before = weights.pop("")
    return Learned(
        round(before, 1), {word: round(weight, 1) for word, weight in weights.items() if abs(weight) >= 0.05}
    )


def _places(heard: Sequence[Mapping[str, float]]) -> dict[str, list[tuple[int, float]]]:
    """In which items each word is heard, and how much; the empty one in all. A word of a single item tells nothing."""
    items = Counter(word for words in heard for word in words)
    places = {"": [(at, 1.0) for at in range(len(heard))]}
    for at, words in enumerate(heard):
        for word, share in words.items():
            if items[word] > 1:
                places.setdefault(word, []).append((at, share))
    return places


def _shrink(weight: float, by: float) -> float:
    return math.copysign(max(0.0, abs(weight) - by), weight)


def printed(root: Mapping[str, Any]) -> str:
    """The file as people edit it: a pattern, an entity, a group of aliases a line; words fill lines."""
    topics = ",\n".join(
        f"    {_json(name)}: {{\n{_places_printed(entry)}\n    }}" for name, entry in root["topics"].items()
    )
    entities = ",\n".join(f"    {_json(key)}: {_json(entry)}" for key, entry in root["entities"].items())
    aliases = ",\n".join(f"    {_json(group)}" for group in root["aliases"])
    return (
        f'{{\n  "topics": {{\n{topics}\n  }},\n  "entities": {{\n{entities}\n  }},\n'
        f'  "aliases": [\n{aliases}\n  ]\n}}\n'
    )


def _places_printed(entry: Mapping[str, Any]) -> str:
    return ",\n".join(f"      {_json(place)}: {_value(value)}" for place, value in entry.items())


def _value(value: Any) -> str:
    match value:
        case list():
            return "[\n" + ",\n".join(f"        {_json(source)}" for source in value) + "\n      ]"
        case dict():
            return (
                "{\n" + "\n".join(_filled(f"{_json(word)}: {weight}" for word, weight in value.items())) + "\n      }"
            )
        case _:
            return _json(value)


def _filled(entries: Iterable[str]) -> Iterable[str]:
    line = " " * 7
    for entry in (entries := [*entries])[:-1]:
        if len(line) + len(entry) + 2 > LINE_WIDTH:
            yield line
            line = " " * 7
        line += f" {entry},"
    yield f"{line} {entries[-1]}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _print(name: str, found: Iterable[tuple[Iterable[str], frozenset[str]]]) -> None:
    precision, recall = agreement(found)
    print(f"{name:45} precision {precision:.3f}  recall {recall:.3f}", flush=True)


if __name__ == "__main__":
    main()
