"""The engines that `benchmarks.search` compares: each is built in a folder of its own, and opened there.

Ours is the whole of `Archive.search`, with the items read and snippets cut; the others give row numbers only.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib.util
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bot.archive import Archive, PostSource
from bot.archive.database import fingerprint
from bot.core.models import Digest, Item, Paragraph, Run, Section
from bot.core.search.terms import fold
from bot.resources import load_taxonomy

PAGE = 5
FIRST_DAY = dt.date(2016, 1, 1)
ITEMS_A_DAY = 90
TAXONOMY = load_taxonomy(None)
CHUNK = 1_000
"""Stories that a process cuts into words at a time."""

Story = tuple[str, str]
Answer = tuple[int, set[str]]
Search = Callable[[str], Awaitable[Answer]]
Build = Callable[[Path, list[Story]], None]
Open = Callable[[Path], AbstractAsyncContextManager[Search]]


@dataclass(frozen=True, slots=True)
class Engine:
    """How an engine is built of stories, and how it is opened: a search gives the total and the first hits' keys.

    `is_slow`: it takes so long for a query that it is asked a twentieth of them. `needs`: packages it cannot do
    without. What was built by another `version` is of no use.
    """

    build: Build
    open: Open
    version: str = ""
    is_slow: bool = False
    needs: tuple[str, ...] = ()

    @property
    def is_installed(self) -> bool:
        """Whether everything it needs is there."""
        return all(importlib.util.find_spec(name) for name in self.needs)


def key(at: int) -> str:
    """The item key of the story at this place."""
    day, number = divmod(at, ITEMS_A_DAY)
    return f"{FIRST_DAY + dt.timedelta(days=day):%Y%m%d}_{number + 1}"


def _build_ours(folder: Path, stories: list[Story]) -> None:
    asyncio.run(_index(folder, stories))


async def _index(folder: Path, stories: list[Story]) -> None:
    archive = _archive(folder)
    await archive.open()
    await archive.rebuild(_sources(stories))
    await archive.close()


@asynccontextmanager
async def _open_ours(folder: Path) -> AsyncIterator[Search]:
    archive = _archive(folder)
    await archive.open()

    async def search(query: str) -> Answer:
        page = await archive.search(query, limit=PAGE)
        return page.total, {hit.item_key for hit in page.hits}

    yield search
    await archive.close()


def _archive(folder: Path) -> Archive:
    return Archive(folder / "archive.db", TAXONOMY, lambda: 0, lambda raw, name, date: None)


def _sources(stories: list[Story]) -> Iterator[PostSource]:
    """The stories as digests, oldest first."""
    for start in range(0, len(stories), ITEMS_A_DAY):
        day = FIRST_DAY + dt.timedelta(days=start // ITEMS_A_DAY)
        items = tuple(
            Item(number, (Run(headline),), blocks=(Paragraph((Run(text),)),))
            for number, (headline, text) in enumerate(stories[start : start + ITEMS_A_DAY], 1)
        )
        digest = Digest(day, "", "样刊", (Section(1, "要闻", items),))
        yield PostSource(f"{day:%Y%m%d}", f"{day}.md", b"", digest)


def _build_sqlite(folder: Path, stories: list[Story], schema: str) -> None:
    with closing(sqlite3.connect(folder / "stories.db")) as connection:
        connection.execute(schema)
        rows = ((at, fold(headline), fold(text)) for at, (headline, text) in enumerate(stories))
        connection.executemany("insert into story (rowid, headline, text) values (?, ?, ?)", rows)
        connection.commit()


@asynccontextmanager
async def _open_sqlite(folder: Path, condition: str, value: str) -> AsyncIterator[Search]:
    """`condition` holds one parameter, `value` says how the query stands in it."""
    count = f"select count(*) from story where {condition}"  # noqa: S608 - all ours
    newest = f"select rowid from story where {condition} order by rowid desc limit {PAGE}"  # noqa: S608 - all ours
    with closing(sqlite3.connect(folder / "stories.db")) as connection:

        async def search(query: str) -> Answer:
            given = (value.format(query),)
            total = connection.execute(count, given).fetchone()[0]
            return total, {key(row[0]) for row in connection.execute(newest, given)}

        yield search


def _build_tantivy(folder: Path, stories: list[Story]) -> None:
    tantivy: Any = importlib.import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace")
    builder.add_unsigned_field("at", stored=True)
    writer = tantivy.Index(builder.build(), path=str(folder)).writer()
    for at, words in enumerate(_cut(stories)):
        writer.add_document(tantivy.Document(text=words, at=at))
    writer.commit()
    writer.wait_merging_threads()


def _cut(stories: list[Story]) -> Iterable[str]:
    """The stories as words with spaces between, cut on all cores: jieba takes most of the time."""
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_jieba) as pool:
        yield from pool.map(_cut_one, stories, chunksize=CHUNK)


def _cut_one(story: Story) -> str:
    return " ".join(_jieba().cut_for_search(fold(" ".join(story))))


def _jieba() -> Any:
    jieba: Any = importlib.import_module("jieba")
    jieba.setLogLevel("WARNING")
    jieba.initialize()
    return jieba


@asynccontextmanager
async def _open_tantivy(folder: Path) -> AsyncIterator[Search]:
    tantivy: Any = importlib.import_module("tantivy")
    jieba = _jieba()
    index = tantivy.Index.open(str(folder))
    searcher = index.searcher()

    async def search(query: str) -> Answer:
        words = [word for word in jieba.cut(query) if word.strip()]
        clauses = [(tantivy.Occur.Must, tantivy.Query.term_query(index.schema, "text", word)) for word in words]
        found = searcher.search(tantivy.Query.boolean_query(clauses), PAGE)
        return found.count, {key(searcher.doc(address)["at"][0]) for _, address in found.hits}

    yield search


_TRIGRAM = "create virtual table story using fts5 (headline, text, tokenize = 'trigram')"
_PLAIN = "create table story (headline text, text text)"

ENGINES: Mapping[str, Engine] = {
    "ours": Engine(_build_ours, _open_ours, fingerprint(TAXONOMY.fingerprint)),
    "trigram": Engine(
        partial(_build_sqlite, schema=_TRIGRAM), partial(_open_sqlite, condition="story match ?", value='"{}"')
    ),
    "LIKE": Engine(
        partial(_build_sqlite, schema=_PLAIN),
        partial(_open_sqlite, condition="(headline || char(10) || text) like ?", value="%{}%"),
        is_slow=True,
    ),
    "tantivy": Engine(_build_tantivy, _open_tantivy, needs=("tantivy", "jieba")),
}
"""By the name they have in the table and on the command line."""
