"""Story threads: which earlier items tell the same story."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from bot.core.search.terms import index_text
from bot.core.tags.threads import DAYS, Telling, Usage, earlier_tellings, telling_of
from bot.core.wording import item_lines
from tests.support.samples import REAL_DIGESTS, digest_of

TODAY = dt.date(2026, 2, 6)
HISTORY_DAYS = 90
LABELS = Path(__file__).parent / "labels/threads.txt"


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
    url = "https://example.com/"
    story = telling(1, "小镇图书馆开放机器人借书", 0, url=url)

    assert threads(story, telling(1, "小镇图书馆机器人借书开放", 2, url=url)) == []


def test_a_day_is_named_once_by_what_is_most_alike() -> None:
    story = telling(1, "智谱GLM-5.3权重开源", 0, "智谱")
    near, far = telling(1, "智谱GLM-5.3权重开源预告", 2, "智谱"), telling(2, "智谱GLM-5.3上线", 2, "智谱")

    assert threads(story, far, near) == [near.headline]


def test_hand_labelled_pairs_of_real_digests() -> None:
    """Nine in ten of the threads found are right, and more than half of those there are is found."""
    tellings, usage = real_tellings()
    labels = read_labels()
    found = set[tuple[str, str]]()
    for story in tellings:
        others = [
            other
            for other in tellings
            if 0 < (story.date - other.date).days <= HISTORY_DAYS and story.entities & other.entities
        ]
        found |= {(story.item_key, other.item_key) for other in earlier_tellings(story, others, usage)}

    judged = Counter(labels.get(pair, "other") for pair in found)
    precision = judged["same"] / (judged["same"] + judged["other"])
    recall = judged["same"] / Counter(labels.values())["same"]
    assert precision >= 0.9, precision
    assert recall >= 0.55, recall


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
    lines = [line.split() for line in LABELS.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {(story, other): label for story, other, label in lines}
