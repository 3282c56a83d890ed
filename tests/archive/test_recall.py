"""Over every digest at hand: the search finds what is there, all of it, and nothing else."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import regex

from bot.archive import Archive, PostSource
from bot.archive.records import item_records
from bot.core.digest import parse_digest
from bot.core.keys import item_key
from bot.core.models import Digest
from bot.core.search.snippet import find_hits
from bot.core.search.terms import fold, phrase
from tests.support.archives import NOON_MS, TAXONOMY
from tests.support.samples import digests

Texts = dict[str, tuple[str, str]]


def parse(raw: bytes, name: str, date: dt.date) -> Digest | None:
    found = parse_digest(raw, name)
    return found.digest if found else None


def sources() -> list[PostSource]:
    return [PostSource(path.stem, path.name, path.read_bytes(), found) for path, found in digests()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an archive of everything, built once."""
    path = tmp_path_factory.mktemp("archive") / "archive.db"

    async def build() -> None:
        archive = Archive(path, TAXONOMY, lambda: NOON_MS, parse)
        await archive.open()
        await archive.rebuild(sources())
        await archive.close()

    asyncio.run(build())
    return path


@pytest.fixture
async def archive(built: Path) -> AsyncIterator[Archive]:
    opened = Archive(built, TAXONOMY, lambda: NOON_MS, parse)
    await opened.open()
    yield opened
    await opened.close()


def texts() -> Texts:
    """Headline and text of every item, folded."""
    records = ((source.key, record) for source in sources() for record in item_records(source.digest))
    return {item_key(key, record.number): (fold(record.headline), fold(record.body)) for key, record in records}


async def found_by(archive: Archive, query: str) -> set[str]:
    page = await archive.search(query, limit=100_000)
    assert page.total == len(page.hits)
    return {hit.item_key for hit in page.hits}


def holding(known: Texts, pattern: str) -> set[str]:
    wanted = regex.compile(pattern)
    return {key for key, fields in known.items() if any(wanted.search(text) for text in fields)}


async def test_chinese_of_every_length_is_found_exactly(archive: Archive) -> None:
    """One to six characters cut anywhere from the texts: the hits are those of a plain substring search."""
    known, dice = texts(), random.Random(3)  # noqa: S311
    runs = [run for fields in known.values() for text in fields for run in regex.findall(r"\p{Han}{6,}", text)]
    for length in (1, 2, 2, 3, 3, 4, 4, 5, 6):
        for run in dice.sample(runs, 12):
            start = dice.randrange(len(run) - length + 1)
            query = run[start : start + length]
            if TAXONOMY.aliases.find([query]):
                continue
            assert await found_by(archive, query) == holding(known, regex.escape(query)), query


@pytest.mark.parametrize(
    ("spellings", "pattern"),
    [
        (("GPT5", "GPT-5", "gpt 5", "ＧＰＴ－５"), r"(?<![a-z])gpt[- ]?5(?!\d)"),
        (("GPT-5.3", "GPT5.3"), r"(?<![a-z])gpt[- ]?5\.3(?!\d)"),
        (("H20", "h 20"), r"(?<![a-z])h[- ]?20(?!\d)"),
        (("H200", "Ｈ２００"), r"(?<![a-z])h[- ]?200(?!\d)"),
        (("OpenAI", "openai", "ＯＰＥＮＡＩ"), r"(?<![a-z])openai(?![a-z])"),
        (("Claude Code",), r"(?<![a-z])claude(?![a-z])(?s:.*)(?<![a-z])code(?![a-z])"),
    ],
)
async def test_names_are_found_in_their_spellings(archive: Archive, spellings: tuple[str, ...], pattern: str) -> None:
    """Every spelling finds the same items, and all that a careful pattern finds."""
    known = texts()
    answers = [await found_by(archive, spelling) for spelling in spellings]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0] >= holding(known, pattern)
    if " " not in spellings[0]:
        assert answers[0] == holding(known, pattern)


async def test_every_item_is_found_by_its_headline(archive: Archive) -> None:
    """The words of a headline find their item, and the hits are marked in what is shown."""
    known, dice = texts(), random.Random(4)  # noqa: S311
    for key in dice.sample(sorted(known), 60):
        headline = known[key][0][:80]
        wanted = phrase(headline)
        assert wanted is not None
        page = await archive.search(f'"{headline}"', limit=1000)
        hit = next(hit for hit in page.hits if hit.item_key == key)
        assert find_hits(hit.headline, [wanted])


async def test_the_stored_digest_is_the_published_one(archive: Archive) -> None:
    """Read back from the archive, every digest is what was put in."""
    for source in sources():
        assert await archive.digest(source.key) == source.digest
