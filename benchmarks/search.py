"""Search on a generated archive: ours, SQLite's trigram tokenizer, LIKE, and tantivy over words cut by jieba.

    python -m benchmarks.search --items 330000 --keep FOLDER

Every engine gets the same items and answers the same queries with the count and the first page of five hits, one at a
time; recall is measured against plain substring search of folded text. `--keep` leaves what was built in a folder, and
the next run with it measures without building; `--only` runs some of the rows. What was built is read once before it is
asked, so that no engine pays for a cold disk. CPU counts the processor's time of all threads: on a busy machine it
varies less.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

from benchmarks.engines import ENGINES, Engine, Story
from bot.core.search.terms import fold

NAMES = [
    "OpenAI",
    "Anthropic",
    "Google",
    "NVIDIA",
    "GPT-5",
    "GPT-5.3",
    "H20",
    "H200",
    "Claude",
    "Gemini",
    "Qwen3",
    "DeepSeek-V4",
    "Llama",
    "MCP",
    "API",
]
COLUMNS = ["engine", "build s", "build CPU", "size MB", "p50 ms", "p99 ms", "CPU p50", "CPU p99"]

Queries = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Built:
    """What was built, and what that cost: seconds, and seconds of processor time of all cores together."""

    items: int
    seconds: float
    cpu_s: float
    version: str = ""


def generate(count: int, seed: int = 1) -> list[Story]:
    """Headlines and texts out of 20,000 made-up words of one to four characters, some of them common, most rare."""
    dice = random.Random(seed)
    letters = [chr(code) for code in dice.sample(range(0x4E00, 0x9FA5), 3000)]
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(letters))))
    lengths = dice.choices((1, 2, 3, 4), (2, 6, 2, 1), k=20_000)
    words = ["".join(dice.choices(letters, cum_weights=weights, k=length)) for length in lengths] + [*NAMES] * 5
    dice.shuffle(words)
    frequency = list(accumulate(1 / (rank + 20) for rank in range(len(words))))

    def text(size: int) -> str:
        return "".join(
            word + dice.choice(("", "", "", "，", "。")) for word in dice.choices(words, cum_weights=frequency, k=size)
        )

    return [(text(9), text(dice.choice((10, 10, 40, 120)))) for _ in range(count)]


def pick_queries(stories: list[Story], each: int) -> Queries:
    """Pieces of two to four characters from anywhere in the texts, now and then a single one, and names."""
    dice = random.Random(2)
    queries: Queries = {str(length): [] for length in (1, 2, 3, 4)}
    for length in (1, 2, 3, 4):
        while len(queries[str(length)]) < (each if length > 1 else each // 10):
            text = dice.choice(stories)[1]
            start = dice.randrange(max(1, len(text) - length))
            piece = text[start : start + length]
            if len(piece) == length and all("\u4e00" <= ch <= "\u9fa5" for ch in piece):
                queries[str(length)].append(fold(piece))
    queries["names"] = [fold(name) for name in dice.choices(NAMES, k=each // 4)]
    return queries


def truth(stories: list[Story], queries: Queries) -> dict[str, int]:
    """How many stories hold each query of Chinese characters."""
    folded = [f"{fold(headline)}\n{fold(text)}" for headline, text in stories]
    wanted = {query for length, group in queries.items() if length != "names" for query in group[:25]}
    return {query: sum(query in text for text in folded) for query in wanted}


def compare(stories: list[Story], queries: Queries, only: Sequence[str], folder: Path) -> None:
    """Build every engine that is not there yet, ask all of them, and print each one's figures as soon as they are."""
    known = truth(stories, queries)
    show([*COLUMNS, *(f"recall {size}" for size in "1234")])
    for name in only:
        engine = ENGINES[name]
        if not engine.is_installed:
            print(f"{name:10} needs pip install {' '.join(engine.needs)}", flush=True)
            continue
        asked = {length: group[: max(5, len(group) // 20)] for length, group in queries.items()}
        place = folder / name
        built = build(engine, place, stories)
        size_mb = sum(len(file.read_bytes()) for file in place.iterdir()) / 1e6
        figures = asyncio.run(measure(engine, place, asked if engine.is_slow else queries, known))
        show([name, f"{built.seconds:.0f}", f"{built.cpu_s:.0f}", f"{size_mb:.0f}", *figures])


def build(engine: Engine, place: Path, stories: list[Story]) -> Built:
    """Build an engine in a folder, unless its version was built there of so many items before."""
    note = place.with_suffix(".json")
    kept = Built(**json.loads(note.read_text())) if note.exists() else None
    if kept and (kept.items, kept.version) == (len(stories), engine.version):
        return kept
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    started, cpu_s = time.perf_counter(), _cpu_s()
    engine.build(place, stories)
    built = Built(len(stories), time.perf_counter() - started, _cpu_s() - cpu_s, engine.version)
    note.write_text(json.dumps(asdict(built)))
    return built


def _cpu_s() -> float:
    """Processor time of this process and of those it started that have ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


async def measure(engine: Engine, place: Path, queries: Queries, known: dict[str, int]) -> list[str]:
    """Times of all queries, those of the processor alone, and recall by length."""
    times, cpu_times, recall = list[float](), list[float](), list[str]()
    async with engine.open(place) as search:
        for length, group in queries.items():
            found = expected = 0
            for query in group:
                started, cpu = time.perf_counter(), time.process_time()
                total, _ = await search(query)
                cpu_times.append((time.process_time() - cpu) * 1000)
                times.append((time.perf_counter() - started) * 1000)
                if query in known:
                    found, expected = found + min(total, known[query]), expected + known[query]
            if length != "names":
                recall.append(f"{found / max(1, expected):.2f}")
    cuts, cpu_cuts = (statistics.quantiles(each, n=100) for each in (times, cpu_times))
    return [f"{cut:.2f}" for cut in (cuts[49], cuts[98], cpu_cuts[49], cpu_cuts[98])] + recall


def show(cells: list[str]) -> None:
    """One line of the table."""
    print(f"{cells[0]:10}", *(f"{cell:>9}" for cell in cells[1:]), flush=True)


def main() -> None:
    """Compare as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--items", type=int, default=33_000, help="how many items the archive holds")
    parser.add_argument("--queries", type=int, default=200, help="how many queries of each length")
    parser.add_argument("--only", nargs="+", choices=ENGINES, default=list(ENGINES), help="the rows to run")
    parser.add_argument("--keep", type=Path, help="a folder for what is built, used again by the next run")
    options = parser.parse_args()
    stories = generate(options.items)
    queries = pick_queries(stories, options.queries)
    print(f"{options.items:,} items, {sum(map(len, queries.values())):,} queries", flush=True)
    with tempfile.TemporaryDirectory() as spare:
        compare(stories, queries, options.only, options.keep or Path(spare))


if __name__ == "__main__":
    main()
