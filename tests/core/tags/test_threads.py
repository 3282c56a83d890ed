"""Story threads: which earlier items tell the same story."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.models import Digest
from bot.core.search.terms import index_text
from bot.core.tags.threads import DAYS, Telling, Usage, earlier_tellings, telling_of
from bot.core.wording import item_lines
from tests.support.samples import POSTS, REAL_DIGESTS, digest_of

TODAY = dt.date(2026, 2, 6)
HISTORY_DAYS = 90
LABELS = Path(__file__).parent / "labels"


def telling(number: int, headline: str, days_ago: int, *entities: str, url: str | None = None) -> Telling:
    date = TODAY - dt.timedelta(days=days_ago)
    return Telling(f"{date:%Y%m%d}_{number}", date, headline, "", url, frozenset(entities))


# What else was written of late, so that it can be seen which words are common.
AROUND = [
    telling(number, headline, 20, "智谱", "OpenAI")
    for number, headline in enumerate(
        ["智谱发布新模型", "智谱推出智能体平台", "OpenAI发布新模型", "OpenAI推出智能体", "OpenAI与智谱谈开源模型"] * 4,
        10,
    )
]


def threads(story: Telling, *others: Telling) -> list[str]:
    everything = [*others, *AROUND]
    found = earlier_tellings(story, everything, Usage.of([story, *everything]))
    return [other.headline for other in found]


def test_a_product_of_the_same_version_is_the_same_story() -> None:
    story = telling(1, "智谱GLM-5.3 API上线，下周开源权重", 0, "智谱")

    assert threads(story, telling(1, "智谱发布GLM-5.3：编程能力突出", 5, "智谱")) == ["智谱发布GLM-5.3：编程能力突出"]
    assert threads(story, telling(1, "智谱发布GLM-5.2：编程能力突出", 5, "智谱")) == []


def test_numbers_of_different_things_are_no_other_versions() -> None:
    """A second quarter and a process of 2 nm tell nothing about each other."""
    told = telling(1, "台积电追加八百亿投资德累斯顿，另建三座2nm工厂", 1, "台积电")

    assert threads(telling(1, "台积电再投八百亿赴德累斯顿建厂，Q3利润创新高", 0, "台积电"), told) == [told.headline]


def test_less_is_enough_on_the_next_day() -> None:
    """What would be chance a week later is the same story tomorrow."""
    story = telling(1, "智谱限制第三方工具使用订阅", 0, "智谱")

    days = (1, 2, 7)
    assert [ago for ago in days if threads(story, telling(1, "智谱订阅用户可领礼包", ago, "智谱"))] == [1, 2]


def test_a_rare_latin_word_is_taken_for_a_name() -> None:
    """Nobody has to know PgFox for two items about it to be one story."""
    told = telling(1, "PgFox 拿到资金，要解决扩展难题", 1)

    assert threads(telling(1, "PgFox 获资助，助力水平扩展", 0), told) == [told.headline]


def test_the_company_alone_makes_no_story() -> None:
    story = telling(1, "智谱推出开源模型", 0, "智谱")

    assert threads(story, telling(1, "智谱发布智能体平台", 3, "智谱")) == []


def test_only_the_last_fourteen_days_count_and_never_the_same_day() -> None:
    story = telling(1, "智谱GLM-5.3权重开源", 0, "智谱")

    days = (0, 1, DAYS, DAYS + 1)
    assert [ago for ago in days if threads(story, telling(1, "智谱GLM-5.3权重发布", ago, "智谱"))] == [1, DAYS]


def test_one_page_and_alike_words_are_the_same_story_without_any_entity() -> None:
    url = "https://example.com/news/7"
    story = telling(1, "小镇图书馆开放机器人借书", 0, url=url)

    assert threads(story, telling(1, "小镇图书馆机器人借书开放", 2, url=url)) == ["小镇图书馆机器人借书开放"]
    assert threads(story, telling(1, "一家咖啡馆涨价", 2, url=url)) == []


def test_a_shared_home_page_proves_nothing() -> None:
    """Words that are enough beside the address of a page are not enough beside that of a home page."""
    page, home = "https://example.com/news/7", "https://example.com/"
    joined = {
        url: threads(telling(1, "新模型发布会改期", 0, url=url), telling(1, "新模型发布会", 2, url=url))
        for url in (page, home)
    }

    assert joined == {page: ["新模型发布会"], home: []}


def test_words_without_an_entity_must_be_all_but_the_same() -> None:
    story = telling(1, "小镇图书馆用机器人借书一周，排队绕了半圈", 0)

    assert threads(story, telling(1, "小镇图书馆用机器人借书", 2)) == ["小镇图书馆用机器人借书"]
    assert threads(story, telling(1, "社区食堂用机器人送餐", 2)) == []


def test_a_day_is_named_once_by_what_is_most_alike() -> None:
    story = telling(1, "智谱GLM-5.3权重开源", 0, "智谱")
    near, far = telling(1, "智谱GLM-5.3权重开源预告", 2, "智谱"), telling(2, "智谱GLM-5.3上线", 2, "智谱")

    assert threads(story, far, near) == [near.headline]


def test_other_rounds_of_money_are_other_stories() -> None:
    told = telling(1, "面壁智能A+轮融资落定，车企跟投", 3, "面壁智能")

    assert threads(telling(1, "面壁智能B轮融资落定，车企跟投", 0, "面壁智能"), told) == []
    assert threads(telling(1, "面壁智能A+轮融资落定，车企跟投过亿", 0, "面壁智能"), told) == [told.headline]


def test_tellings_of_our_own_are_joined_as_a_reader_would() -> None:
    """Precision at least 0.95, recall at least 0.8, among the items of the samples."""
    stories = dict(read_stories())
    around = [telling_of(item, f"{found.date}", found.date) for _, found in samples() for item in found.items]
    everything = [*stories, *around]
    usage = Usage.of(everything)
    tally = Counter[str]()
    for story, name in stories.items():
        found = set(earlier_tellings(story, [other for other in everything if other is not story], usage))
        same = {other for other in stories if name and stories[other] == name and other.date < story.date}
        tally.update(right=len(found & same), wrong=len(found - same), missed=len(same - found))
    assert tally["right"] >= 0.95 * (tally["right"] + tally["wrong"]), tally
    assert tally["right"] >= 0.8 * (tally["right"] + tally["missed"]), tally


def test_hand_labelled_pairs_of_real_digests() -> None:
    """Nine in ten of the threads found are right, and three in five of those there are is found; the digests lie six
    days apart, so that all of them are later turns of a story."""
    tellings, usage = real_tellings()
    labels = read_labels()
    found = set[tuple[str, str]]()
    for story in tellings:
        others = [other for other in tellings if 0 < (story.date - other.date).days <= HISTORY_DAYS]
        found |= {(story.item_key, other.item_key) for other in earlier_tellings(story, others, usage)}

    judged = Counter(labels.get(pair, "other") for pair in found)
    precision = judged["same"] / (judged["same"] + judged["other"])
    recall = judged["same"] / Counter(labels.values())["same"]
    assert precision >= 0.9, precision
    assert recall >= 0.6, recall


def read_stories() -> Iterator[tuple[Telling, str]]:
    """The tellings of `stories.txt` with the story each tells; "" for one that is told once."""
    lines = [line for line in (LABELS / "stories.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    for number, line in enumerate(lines):
        name, days_ago, headline, opening, entities = (part.strip() for part in line.split("|"))
        told = telling(number, headline, int(days_ago), *filter(None, entities.split(", ")))
        yield replace(told, opening=opening), name.strip("-")


def samples() -> Iterator[tuple[Path, Digest]]:
    return ((path, found) for path in sorted(POSTS.glob("*.md")) if (found := digest_of(path)))


def real_tellings() -> tuple[list[Telling], Usage]:
    tellings, counted = list[Telling](), Counter[str]()
    for digest in filter(None, map(digest_of, sorted(REAL_DIGESTS.glob("*.md")))):
        for item in digest.items:
            tellings.append(telling_of(item, f"{digest.date:%Y%m%d}_{item.number}", digest.date))
            counted.update(set(index_text("\n".join((item.title, *item_lines(item)))).split()))
    if not tellings:
        pytest.skip("no real digests")
    return tellings, Usage(len(tellings), counted)


def read_labels() -> dict[tuple[str, str], str]:
    lines = [
        line.split() for line in (LABELS / "threads.txt").read_text("utf-8").splitlines() if not line.startswith("#")
    ]
    return {(story, other): label for story, other, label in lines}
