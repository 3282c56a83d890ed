"""The press: what is printed for whom, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from bot.core.format import Links
from bot.core.models import Say
from bot.core.tags.edition import TagFilter, select
from bot.locales import catalogue
from bot.pipeline.publishing.press import Press
from bot.storage.plans import Call, EditionKey, GroupEdition, ReaderKey
from tests.support.oracle import judge
from tests.support.samples import POSTS, brief, digest, digest_of, section, taxonomy

FILTERS = [TagFilter((topic,)) for topic in taxonomy().topics] + [
    TagFilter(("机器人", "开源"), (entity,)) for entity in taxonomy().entities[:7]
]


def counting(said: Counter[str]) -> Say:
    """The sentences, and how often each was asked for."""

    def say(key: str, **values: object) -> str:
        said[key] += 1
        return catalogue()(key, **values)

    return say


def test_a_thousand_readers_of_twenty_filters_are_twenty_renderings() -> None:
    """However many share a filter, their card is made once."""
    titles = (
        "机器人开源了",
        "大模型发布",
        "智能体写代码",
        "芯片融资",
        "视频模型侵权案",
        "论文揭示漏洞",
        "裁员",
        "手机新功能",
    )
    told = taxonomy().label(digest(section(1, "要闻", *(brief(at, title) for at, title in enumerate(titles, 1)))))
    said = Counter[str]()
    readers = [ReaderKey("card", FILTERS[at % len(FILTERS)].key) for at in range(1000)]

    plan = Press(Links("ai_bot"), counting(said)).plan(told, "20260206", "hash", (), readers)

    assert len(FILTERS) == len({tags.key for tags in FILTERS}) == 20
    assert set(plan.editions) == {EditionKey("card"), *(EditionKey("card", tags.key) for tags in FILTERS)}
    printed = [calls for edition, calls in plan.editions.items() if calls and edition != EditionKey("card")]
    assert said["card.selected"] == len(printed) > 10


@pytest.mark.parametrize(("is_todays", "words"), [(True, "今天 2 条，按你的标签送 1 条"), (False, "这期 2 条，按")])
def test_a_card_under_tags_says_today_only_on_the_digests_own_day(is_todays: bool, words: str) -> None:
    told = taxonomy().label(digest(section(1, "要闻", brief(1, "机器人开源了"), brief(2, "裁员"))))
    tags = TagFilter(("机器人",)).key

    plan = Press(Links("ai_bot"), catalogue()).plan(
        told, "20260206", "hash", (), [ReaderKey("card", tags)], is_todays=is_todays
    )

    (card,) = plan.editions[EditionKey("card", tags)]
    assert words in card.params["text"]


@pytest.mark.parametrize("topic", taxonomy().topics)
def test_every_choice_of_a_group_is_taken_by_telegram_and_holds_just_that(topic: str) -> None:
    """The largest sample under each topic: unchanged by TDLib, the chosen items and no others, sections from 1 on."""
    largest = digest_of(max(POSTS.glob("20*.md"), key=lambda path: path.stat().st_size))
    assert largest is not None
    tags = TagFilter((topic,))
    chosen = [item.number for item in select(largest, tags).items]

    calls = Press(Links("ai_bot"), catalogue()).group_calls(largest, "20261122", GroupEdition("full", tags.key))

    verdicts = [judge(call.params) for call in calls]
    assert not [verdict for verdict in verdicts if not verdict.is_clean]
    text = "\n".join(str(call.params["text"]) for call in calls[1:])
    assert [item.number for item in largest.items if f"\n{item.number}. {item.title[:6]}" in text] == chosen
    assert bool(calls) is bool(chosen)
    assert list(dict.fromkeys(call.section for call in calls[1:])) == [*range(1, len({*sections(calls)}) + 1)]


def sections(calls: Sequence[Call]) -> list[int]:
    return [call.section for call in calls if call.section is not None]
