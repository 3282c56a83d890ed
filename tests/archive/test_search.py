"""Searching: what is found, in which order, in which pages."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.archive import Archive, Page
from bot.archive.database import SCHEMA
from bot.archive.ranking import BROAD, scope_of
from bot.core.models import Style, plain
from bot.core.search.query import parse_query
from bot.core.search.terms import fold
from tests.support.archives import TAXONOMY, TODAY, digest, item, open_archive, source

FRIDAY, SATURDAY = dt.date(2026, 2, 6), dt.date(2026, 2, 7)
NASTY = (
    "",
    '"',
    '""""',
    "'; drop table item; --",
    "NEAR(a b)",
    "a AND",
    "OR",
    "NOT NOT",
    "headline:x",
    "{headline} : x",
    "^a",
    "a*",
    "*",
    "(((",
    "\x00融资\x00",
    "融" * 10_000,
    "a " * 5_000,
    "👨‍👩‍👧‍👦",
    "\ud800融资\udfff",
    "tag:",
    'tag:"',
    "after: before:",
    "＃openai",
    "¶ ·3",
    "﷽" * 500,
)


async def numbers(archive: Archive, query: str, **options: object) -> list[int]:
    page = await archive.search(query, limit=1000, **options)  # type: ignore[arg-type]
    assert page.total == len(page.hits)
    return [hit.number for hit in page.hits]


async def test_names_are_found_in_every_spelling(archive: Archive) -> None:
    """GPT5, GPT-5 and ＧＰＴ－５ are one name; a longer version of it is found, too."""
    texts = ("GPT5发布", "GPT-5发布", "ＧＰＴ－５发布", "GPT-5.3发布", "GPT-4发布", "5月的GPT，5月")
    await archive.index(source(digest(FRIDAY, *(item(at, text) for at, text in enumerate(texts, 1)))))
    for spelling in ("GPT5", "GPT-5", "ＧＰＴ－５", "gpt 5"):
        assert sorted(await numbers(archive, spelling)) == [1, 2, 3, 4]
    assert await numbers(archive, "GPT-5.3") == [4]


async def test_numbers_are_never_parts_of_numbers(archive: Archive) -> None:
    """H20 is not H200, and 3 is not 5.3."""
    await archive.index(source(digest(FRIDAY, item(1, "H20出口"), item(2, "H200出口"), item(3, "版本5.3"))))
    assert await numbers(archive, "H20") == [1]
    assert await numbers(archive, "H200") == [2]
    assert await numbers(archive, "3") == []


async def test_a_language_of_one_letter_is_found_by_its_sign(archive: Archive) -> None:
    """C++ finds C++ and nothing that merely has a C, and is marked where it stands."""
    await archive.index(
        source(digest(FRIDAY, item(1, "用C++重写", "改用C++20标准"), item(2, "C端产品"), item(3, "C#")))
    )
    (hit,) = (await archive.search("c++")).hits
    assert hit.number == 1
    assert [run.text for run in hit.marked if run.style is Style.BOLD] == ["C++"]
    assert await numbers(archive, "C++ 20") == [1]
    assert await numbers(archive, "C") == [2]


async def test_names_bring_their_aliases_and_scripts_each_other(archive: Archive) -> None:
    """NVIDIA finds 英伟达 and the other way round; Traditional finds Simplified."""
    await archive.index(source(digest(FRIDAY, item(1, "英伟达财报"), item(2, "NVIDIA新品"), item(3, "機器人量產"))))
    assert sorted(await numbers(archive, "nvidia")) == [1, 2]
    assert sorted(await numbers(archive, "英伟达")) == [1, 2]
    assert await numbers(archive, "机器人量产") == [3]


async def test_every_part_of_chinese_text_is_found_and_nothing_else(archive: Archive) -> None:
    """Exact against plain substring search, for every combination of one to three characters and many of four."""
    dice = random.Random(1)  # noqa: S311
    letters = "融资市场机器"
    texts = ["".join(dice.choices(letters + "，。 \nａ1", k=dice.randint(1, 30))) for _ in range(300)]
    items = [item(at, text[: len(text) // 2], text[len(text) // 2 :]) for at, text in enumerate(texts, 1)]
    await archive.index(source(digest(FRIDAY, *items)))
    folded = [(at, fold(text[: len(text) // 2]), fold(text[len(text) // 2 :])) for at, text in enumerate(texts, 1)]
    queries = ["".join(chars) for size in (1, 2, 3) for chars in itertools.product(letters, repeat=size)]
    for query in queries + ["".join(dice.choices(letters, k=4)) for _ in range(100)]:
        truth = [at for at, headline, body in folded if query in headline or query in body]
        assert sorted(await numbers(archive, query)) == truth, query


async def test_headlines_come_first_then_the_newest(archive: Archive) -> None:
    """Every word in the headline beats a text full of it; among headlines the newest is first."""
    await archive.index(
        source(digest(FRIDAY, item(1, "谷歌融资"), item(2, "谷歌融资再起"), item(3, "别的", "谷歌融资" * 9)))
    )
    await archive.index(source(digest(SATURDAY, item(1, "谷歌", "融资"), item(2, "融资谷歌"))))
    page = await archive.search("谷歌 融资")
    assert [hit.item_key for hit in page.hits[:3]] == ["20260207_2", "20260206_1", "20260206_2"]
    assert {hit.item_key for hit in page.hits[3:]} == {"20260206_3", "20260207_1"}


async def test_pages_are_a_permutation(archive: Archive) -> None:
    """Page after page gives every hit once, in the order of one long page, whatever the page's size."""
    dice = random.Random(2)  # noqa: S311
    days = [FRIDAY + dt.timedelta(days=at) for at in range(12)]
    for day in days:
        texts = ["".join(dice.choices("融资谷歌，", k=8)) for _ in range(20)]
        await archive.index(source(digest(day, *(item(at, text, text[::-1]) for at, text in enumerate(texts, 1)))))
    for query in ("融", "融资", "谷歌", "融 歌", "after:2026-02-10"):
        whole = await archive.search(query, limit=1000)
        for size in (1, 3, 7):
            pages = [await archive.search(query, limit=size, offset=at) for at in range(0, whole.total + size, size)]
            assert {page.total for page in pages} == {whole.total}
            assert [hit for page in pages for hit in page.hits] == list(whole.hits)
        assert len({hit.item_key for hit in whole.hits}) == whole.total


async def test_very_many_hits_are_paged_by_date(archive: Archive) -> None:
    """Beyond the limit of comparing, the rest comes newest first, still without gaps."""
    for month in range(1, 5):
        items = [item(at, "标题", "融资") for at in range(1, BROAD // 3)]
        await archive.index(source(digest(dt.date(2026, month, 1), *items)))
    page = await archive.search("融资", limit=10, offset=BROAD)
    assert page.total > BROAD
    assert {hit.date for hit in page.hits} == {dt.date(2026, 1, 1)}
    assert [hit.number for hit in page.hits] == sorted(hit.number for hit in page.hits)


async def test_tags_and_days_filter(archive: Archive) -> None:
    """Tags are named in any spelling; both ends of a period belong to it."""
    await archive.index(source(digest(FRIDAY, item(1, "融资一", "", "英伟达", "模型"), item(2, "融资二", "", "模型"))))
    await archive.index(source(digest(SATURDAY, item(1, "融资三", "", "英伟达"))))
    assert sorted(await numbers(archive, "融资 tag:nvidia")) == [1, 1]
    assert await numbers(archive, "tag:英伟达 tag:模型") == [1]
    assert await numbers(archive, "融资", tags=("模型",)) == [1, 2]
    assert await numbers(archive, "", tags=("模型",)) == [1, 2]
    assert await numbers(archive, "融资 after:2026-02-07") == [1]
    assert await numbers(archive, "融资 before:前天 after:2026-02-06") == [1, 1, 2]
    assert await numbers(archive, "before:2026-02-06") == [1, 2]


async def test_a_tag_is_no_word_and_a_word_no_tag(archive: Archive) -> None:
    """An item tagged 模型 is not found by the word, nor one with the word by the tag."""
    await archive.index(source(digest(FRIDAY, item(1, "一", "", "模型"), item(2, "模型"))))
    assert await numbers(archive, "模型") == [2]
    assert await numbers(archive, "tag:模型") == [1]


async def test_a_hit_has_everything_to_show_it(archive: Archive) -> None:
    """Key, day, link, section, tags, and where the words are."""
    found = item(7, "某公司完成融资", "本轮融资由某资本领投。", "融资市场", url="https://example.org/a")
    await archive.index(source(digest(FRIDAY, found, section="要闻")))
    (hit,) = (await archive.search("融资")).hits
    assert (hit.item_key, hit.date, hit.number) == ("20260206_7", FRIDAY, 7)
    assert (hit.headline, hit.url, hit.section) == ("某公司完成融资", "https://example.org/a", "要闻")
    assert hit.tags == ("融资市场",)
    assert [run.text for run in hit.marked if run.style is Style.BOLD] == ["融资"]
    assert plain(hit.snippet) == "本轮融资由某资本领投。"
    assert [run.text for run in hit.snippet if run.style is Style.BOLD] == ["融资"]


@pytest.mark.parametrize("query", NASTY)
async def test_nasty_input_is_answered(archive: Archive, query: str) -> None:
    """Operators, quotes, NUL, length, emoji, half characters: an answer, and suggestions, never an error."""
    await archive.index(source(digest(FRIDAY, item(1, "融资", "a b OR"))))
    assert isinstance(await archive.search(query), Page)
    await archive.suggest(query)
    assert (await archive.search("融资")).total == 1


INDEX = sqlite3.connect(":memory:")
INDEX.executescript(SCHEMA)


@given(st.text(st.characters(), max_size=80) | st.text(st.sampled_from('"*(){}:^+-~ ANDORNT融a1\x00'), max_size=40))
def test_no_query_is_a_syntax_error(text: str) -> None:
    """Whatever is typed, the index understands what is made of it."""
    query = parse_query(text, TODAY, TAXONOMY.aliases)
    scope = scope_of(query, query.tags)
    for match in (scope.everywhere, scope.in_headlines) if scope.words else ():
        INDEX.execute("select rowid from item_fts where item_fts match ?", (match,)).fetchall()


async def test_pages_outside_are_empty(archive: Archive) -> None:
    """Beyond the last page, before the first, and of no size."""
    await archive.index(source(digest(FRIDAY, item(1, "融资"))))
    for limit, offset in ((5, 1), (5, 999), (5, 10**30), (5, -1), (0, 0), (-5, 0)):
        assert await archive.search("融资", limit=limit, offset=offset) == Page(1)
    assert len((await archive.search("融资", limit=10**30)).hits) == 1


async def test_searches_at_the_same_time(tmp_path: Path) -> None:
    """Many readers at once get the same answer."""
    archive = await open_archive(tmp_path / "archive.db")
    await archive.index(source(digest(FRIDAY, item(1, "融资"))))
    pages = await asyncio.gather(*(archive.search("融资") for _ in range(50)))
    assert {page.total for page in pages} == {1}
    await archive.close()


async def test_suggestions_find_something(archive: Archive) -> None:
    """A slip of the finger, a run-together query, one word too many: each suggestion has hits."""
    texts = ("量子计算机突破", "英伟达推出新芯片", "OpenAI发布模型", "Perplexity融资", "机器人登台", "Kimi K2")
    await archive.index(source(digest(FRIDAY, *(item(at, text) for at, text in enumerate(texts, 1)))))
    for typed, expected in (
        ("量子计祘", "量子计算"),
        ("量计子算", "量子计算"),
        ("英伟达芯片", "英伟达 芯片"),
        ("opnai", "OpenAI"),
        ("perplexty 融资", "perplexity 融资"),
        ("融资 火星", "融资"),
        ("融资 after:2030-01-01", "融资"),
        ("春晚上的机器人表演", "机器人"),
        ("kimi k9", "kimi"),
    ):
        found = await archive.suggest(typed)
        assert expected.casefold() in [text.casefold() for text in found], (typed, found)
        for text in found:
            assert (await archive.search(text)).total > 0


async def test_suggestions_are_worth_a_tap(archive: Archive) -> None:
    """None says the same as another, none cuts a known name, capitals stay capitals."""
    texts = ("英伟达芯片遭遇禁令", "OpenAI发布GPT-5", "Anthropic发布模型")
    await archive.index(source(digest(FRIDAY, *(item(at, text) for at, text in enumerate(texts, 1)))))
    assert await archive.suggest("Antropic") == ("Anthropic",)
    assert await archive.suggest("GTP-5") == ("GPT-5",)
    found = await archive.suggest("英伟达芯片出口禁令", limit=9)
    assert found[:2] == ("英伟达 芯片", "英伟达 禁令")
    assert "英伟" not in found


async def test_nothing_like_it_is_no_suggestion(archive: Archive) -> None:
    """Where nothing is near, nothing is offered."""
    await archive.index(source(digest(FRIDAY, item(1, "融资"))))
    assert await archive.suggest("zzzzzz") == ()
    assert await archive.suggest("🤖") == ()
