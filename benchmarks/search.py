"""Search on a generated archive: ours, SQLite's trigram tokenizer, LIKE, and tantivy with jieba if installed.

    python -m benchmarks.search --items 330000

Every engine gets the same items and answers the same queries with the count and the first page of five hits, one at a
time. Recall is measured against plain substring search of folded text. Ours is the whole of `Archive.search`, with the
items read and snippets cut; the others give row numbers only. 330,000 items take about eight minutes on a free core.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import importlib
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from bot.archive import Archive, PostSource
from bot.core.models import Digest, Item, Paragraph, Run, Section
from bot.core.search.terms import fold
from bot.core.tags.topics import Taxonomy

PAGE = 5
FIRST_DAY = dt.date(2016, 1, 1)
ITEMS_A_DAY = 90
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
TAXONOMY = Path(__file__).parents[1] / "bot/core/tags/taxonomy.json"

Story = tuple[str, str]
Answer = tuple[int, set[str]]
Search = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Engine:
    """A built engine: how long it took, how large it is, and its search (total, keys of the first hits)."""

    name: str
    build_s: float
    size_mb: float
    search: Search


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


def key(at: int) -> str:
    """The item key of the story at this place."""
    day, number = divmod(at, ITEMS_A_DAY)
    return f"{FIRST_DAY + dt.timedelta(days=day):%Y%m%d}_{number + 1}"


def sources(stories: list[Story]) -> Iterator[PostSource]:
    """The stories as digests, oldest first."""
    for start in range(0, len(stories), ITEMS_A_DAY):
        day = FIRST_DAY + dt.timedelta(days=start // ITEMS_A_DAY)
        items = tuple(
            Item(number, (Run(headline),), blocks=(Paragraph((Run(text),)),))
            for number, (headline, text) in enumerate(stories[start : start + ITEMS_A_DAY], 1)
        )
        digest = Digest(day, "", "样刊", (Section(1, "要闻", items),))
        yield PostSource(f"{day:%Y%m%d}", f"{day}.md", b"", digest)


async def build_ours(folder: Path, stories: list[Story]) -> tuple[Engine, Archive]:
    """The archive of the bot."""
    started = time.perf_counter()
    path = folder / "archive.db"
    archive = Archive(path, Taxonomy.parse(TAXONOMY.read_bytes()), lambda: 0, lambda raw, name, date: None)
    await archive.open()
    await archive.rebuild(sources(stories))

    async def search(query: str) -> Answer:
        page = await archive.search(query, limit=PAGE)
        return page.total, {hit.item_key for hit in page.hits}

    return Engine("ours", time.perf_counter() - started, path.stat().st_size / 1e6, search), archive


def build_sqlite(folder: Path, stories: list[Story], name: str, schema: str, condition: str) -> Engine:
    """One table `story (headline, text)` in SQLite; `condition` holds one parameter, the quoted or bare query."""
    started = time.perf_counter()
    path = folder / f"{name.split(maxsplit=1)[0]}.db"
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute(schema)
    rows = ((at, fold(headline), fold(text)) for at, (headline, text) in enumerate(stories))
    connection.executemany("insert into story (rowid, headline, text) values (?, ?, ?)", rows)
    connection.commit()

    async def search(query: str) -> Answer:
        given = (f"%{query}%" if "like" in condition else f'"{query}"',)
        total = connection.execute(f"select count(*) from story where {condition}", given).fetchone()[0]  # noqa: S608
        sql = f"select rowid from story where {condition} order by rowid desc limit {PAGE}"  # noqa: S608
        return total, {key(row[0]) for row in connection.execute(sql, given)}

    return Engine(name, time.perf_counter() - started, path.stat().st_size / 1e6, search)


def build_tantivy(folder: Path, stories: list[Story]) -> Engine | None:
    """Tantivy over words cut by jieba, or None when either is not installed."""
    try:
        tantivy, jieba = importlib.import_module("tantivy"), importlib.import_module("jieba")
    except ImportError:
        return None
    jieba.setLogLevel("WARNING")
    jieba.initialize()
    started = time.perf_counter()
    place = folder / "tantivy"
    place.mkdir()
    builder: Any = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace")
    builder.add_unsigned_field("at", stored=True)
    index: Any = tantivy.Index(builder.build(), path=str(place))
    writer: Any = index.writer()
    for at, (headline, text) in enumerate(stories):
        words = " ".join(jieba.cut_for_search(fold(f"{headline} {text}")))
        writer.add_document(tantivy.Document(text=words, at=at))
    writer.commit()
    index.reload()
    searcher: Any = index.searcher()

    async def search(query: str) -> Answer:
        words = [word for word in jieba.cut(query) if word.strip()]
        clauses = [(tantivy.Occur.Must, tantivy.Query.term_query(index.schema, "text", word)) for word in words]
        found = searcher.search(tantivy.Query.boolean_query(clauses), PAGE)
        return found.count, {key(searcher.doc(address)["at"][0]) for _, address in found.hits}

    size = sum(file.stat().st_size for file in place.iterdir()) / 1e6
    return Engine("tantivy + jieba", time.perf_counter() - started, size, search)


def pick_queries(stories: list[Story], each: int) -> dict[str, list[str]]:
    """Pieces of two to four characters from anywhere in the texts, now and then a single one, and names."""
    dice = random.Random(2)
    queries: dict[str, list[str]] = {str(length): [] for length in (1, 2, 3, 4)}
    for length in (1, 2, 3, 4):
        while len(queries[str(length)]) < (each if length > 1 else each // 10):
            text = dice.choice(stories)[1]
            start = dice.randrange(max(1, len(text) - length))
            piece = text[start : start + length]
            if len(piece) == length and all("\u4e00" <= ch <= "\u9fa5" for ch in piece):
                queries[str(length)].append(fold(piece))
    queries["names"] = [fold(name) for name in dice.choices(NAMES, k=each // 4)]
    return queries


def truth(stories: list[Story], queries: dict[str, list[str]]) -> dict[str, int]:
    """How many stories hold each query of Chinese characters."""
    folded = [f"{fold(headline)}\n{fold(text)}" for headline, text in stories]
    wanted = {query for length, group in queries.items() if length != "names" for query in group[:25]}
    return {query: sum(query in text for text in folded) for query in wanted}


async def measure(engine: Engine, queries: dict[str, list[str]], known: dict[str, int]) -> list[str]:
    """A row of the table."""
    times, recall = list[float](), list[str]()
    for length, group in queries.items():
        found = expected = 0
        for query in group:
            started = time.perf_counter()
            total, _ = await engine.search(query)
            times.append((time.perf_counter() - started) * 1000)
            if query in known:
                found, expected = found + min(total, known[query]), expected + known[query]
        if length != "names":
            recall.append(f"{found / max(1, expected):.2f}")
    cuts = statistics.quantiles(times, n=100)
    figures = [f"{engine.build_s:.0f}", f"{engine.size_mb:.0f}", f"{cuts[49]:.2f}", f"{cuts[98]:.2f}"]
    return [engine.name, *figures, *recall]


async def compare(count: int, each: int) -> None:
    """Build every engine, ask all of them, and print the figures of each as soon as they are there."""
    stories = generate(count)
    queries = pick_queries(stories, each)
    known = truth(stories, queries)
    print(f"{count:,} items, {sum(map(len, queries.values())):,} queries", flush=True)
    show(["engine", "build s", "size MB", "p50 ms", "p99 ms", *(f"recall {size}" for size in "1234")])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, archive = await build_ours(folder, stories)
        show(await measure(ours, queries, known))
        await archive.close()
        trigram = "create virtual table story using fts5 (headline, text, tokenize = 'trigram')"
        plain = "create table story (headline text, text text)"
        either = "(headline || char(10) || text) like ?"
        slow = {length: group[: max(5, each // 20)] for length, group in queries.items()}
        show(await measure(build_sqlite(folder, stories, "trigram", trigram, "story match ?"), queries, known))
        show(await measure(build_sqlite(folder, stories, "LIKE", plain, either), slow, known))
        if rival := build_tantivy(folder, stories):
            show(await measure(rival, queries, known))


def show(cells: list[str]) -> None:
    """One line of the table."""
    print(f"{cells[0]:16}", *(f"{cell:>9}" for cell in cells[1:]), flush=True)


def main() -> None:
    """Compare as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--items", type=int, default=33_000, help="how many items the archive holds")
    parser.add_argument("--queries", type=int, default=200, help="how many queries of each length")
    options = parser.parse_args()
    asyncio.run(compare(options.items, options.queries))


if __name__ == "__main__":
    main()
