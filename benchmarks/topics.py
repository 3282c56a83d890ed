"""How well topics agree with a careful reader, and where the weights of the taxonomy's words come from.

    python -m benchmarks.topics             # agreement by round, and with weights learned from other items
    python -m benchmarks.topics --learn     # learns the words anew and writes them into the taxonomy

Words are learned topic by topic from the labelled items of `tests/core/tags/labels`, so the folder of real digests has
to be there: logistic regression whose L1 penalty leaves only words that tell (Friedman, Hastie, Tibshirani 2010,
"Regularization Paths for Generalized Linear Models via Coordinate Descent"). What may be about a topic teaches nothing.
Takes about two minutes; the result depends on the labels alone.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.tags.evidence import Signs
from tests.support.labels import Judged, agreement, of_our_own, of_real_digests
from tests.support.samples import taxonomy

TAXONOMY = Path(__file__).parents[1] / "bot/core/tags/taxonomy.json"
REAL, OWN = ("tuned", "unseen"), ("written", "taught")
FOLDS = 4
PENALTY = 1 / 1.5
ROUNDS = 30
"""Sweeps over all words; by then no weight moves by a hundredth."""
FEWEST_ITEMS = 2
LINE_WIDTH = 120
_MARK = "@"
"""Before the name of a place, so that it is no word."""
_NOTHING = {"title_or_section": 0.0, "text": 0.0, "hint": 0.0}


@dataclass(frozen=True, slots=True)
class Sample:
    """An item as the learner sees it: what it shows, and what it is about."""

    signs: Signs
    topics: frozenset[str]

    def of(self, topic: str) -> dict[str, float]:
        """What may speak for the topic: words, and the places where its patterns are found."""
        places = {"title_or_section": self.signs.headline, "text": self.signs.text, "hint": self.signs.hint}
        return {**self.signs.words, **{_MARK + place: 1.0 for place, found in places.items() if topic in found}}


@dataclass(frozen=True, slots=True)
class Learned:
    """What one topic's signs say, by sign, and what is known before any is seen."""

    before: float
    says: Mapping[str, float]

    def is_about(self, shown: Mapping[str, float]) -> bool:
        """Whether more speaks for the topic than against it."""
        return self.before + sum(share * self.says.get(sign, 0.0) for sign, share in shown.items()) > 0


def main() -> None:
    """Print the agreement, or learn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learn", action="store_true")
    rounds = {name: of_real_digests(name)[0] for name in REAL} | {name: of_our_own(name) for name in OWN}
    samples = [_sample(judged) for items in rounds.values() for judged in items]
    if parser.parse_args().learn:
        write(TAXONOMY, {topic: learn(samples, topic) for topic in taxonomy().topics})
        return
    for name, items in rounds.items():
        _print(f"{name}, {len(items)} items", ((judged.item.topics, judged.topics) for judged in items))
    _print("weights learned from other items", cross_validated(samples))


def cross_validated(samples: Sequence[Sample]) -> Iterable[tuple[set[str], frozenset[str]]]:
    """What is learned from three quarters of the items says of the others."""
    for fold_number in range(FOLDS):
        others = [sample for at, sample in enumerate(samples) if at % FOLDS != fold_number]
        learned = {topic: learn(others, topic) for topic in taxonomy().topics}
        for sample in samples[fold_number::FOLDS]:
            yield {topic for topic, told in learned.items() if told.is_about(sample.of(topic))}, sample.topics


def learn(samples: Sequence[Sample], topic: str) -> Learned:
    """What tells items about a topic from the others, by cyclic coordinate descent."""
    taught = [sample for sample in samples if f"?{topic}" not in sample.topics]
    is_about = [topic in sample.topics for sample in taught]
    places = _places([sample.of(topic) for sample in taught])
    weights, margins = dict.fromkeys(places, 0.0), [0.0] * len(taught)
    for _ in range(ROUNDS):
        for sign, where in places.items():
            slope, curve = 0.0, 1e-9
            for at, share in where:
                likely = (1 + math.tanh(margins[at] / 2)) / 2
                slope += share * (likely - is_about[at])
                curve += share * share * likely * (1 - likely)
            step = _shrink(weights[sign] - slope / curve, (PENALTY if sign else 0.0) / curve) - weights[sign]
            if step:
                weights[sign] += step
                for at, share in where:
                    margins[at] += step * share
    before = weights.pop("")
    return Learned(
        round(before, 1), {sign: round(weight, 1) for sign, weight in weights.items() if abs(weight) >= 0.05}
    )


def _places(shown: Sequence[Mapping[str, float]]) -> dict[str, list[tuple[int, float]]]:
    """Which items show each sign, and how much; all show the empty one. Signs of a single item tell nothing."""
    items = Counter(sign for signs in shown for sign in signs)
    places = {"": [(at, 1.0) for at in range(len(shown))]}
    for at, signs in enumerate(shown):
        for sign, share in signs.items():
            if items[sign] >= FEWEST_ITEMS:
                places.setdefault(sign, []).append((at, share))
    return places


def _shrink(weight: float, by: float) -> float:
    return math.copysign(max(0.0, abs(weight) - by), weight)


def _sample(judged: Judged) -> Sample:
    return Sample(taxonomy().signs(judged.item, judged.section), judged.topics)


def write(path: Path, learned: Mapping[str, Learned]) -> None:
    """Put the weights into the file, the heaviest words first."""
    root = json.loads(path.read_text("utf-8"))
    for topic, told in learned.items():
        ranked = dict(sorted(told.says.items(), key=lambda entry: (-entry[1], entry[0])))
        places = {sign.removeprefix(_MARK): says for sign, says in ranked.items() if sign.startswith(_MARK)}
        words = {sign: says for sign, says in ranked.items() if not sign.startswith(_MARK)}
        root["topics"][topic] |= {"weights": {**_NOTHING, **places, "before": told.before}, "words": words}
    path.write_text(_printed(root), "utf-8")


def _printed(root: Mapping[str, Any]) -> str:
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
        case {"before": _}:
            return _json(value)
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
