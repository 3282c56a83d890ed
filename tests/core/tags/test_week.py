"""What is important in a week."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.core.models import Digest, Item
from bot.core.tags.week import highlights
from tests.support.samples import brief, digest, section, story, words

DAYS = [dt.date(2026, 2, day) for day in range(1, 8)]


def issue(day: dt.date, *items: Item, points: tuple[str, ...] = ()) -> tuple[str, Digest]:
    numbered = [replace(item, number=at) for at, item in enumerate(items, 1)]
    found = digest(section(1, "要闻", *numbered))
    return f"{day:%Y%m%d}", replace(found, date=day, points=tuple(map(words, points)))


def about(title: str, url: str) -> Item:
    return replace(story(1, title), url=url)


def titles(*digests: tuple[str, Digest], most: int = 12) -> list[str]:
    return [highlight.item.title for highlight in highlights(digests, most)]


def test_what_the_summary_names_comes_first() -> None:
    found = issue(
        DAYS[0],
        about("一家咖啡馆用上机器人", "https://a.com/1"),
        about("欧盟通过新的法案", "https://a.com/2"),
        points=("欧盟通过新的法案，明年生效",),
    )

    assert titles(found) == ["欧盟通过新的法案", "一家咖啡馆用上机器人"]


def test_a_story_of_several_days_is_named_once_with_its_days() -> None:
    page = "https://a.com/news/7"
    told = [
        issue(day, about(f"小镇图书馆机器人借书{more}", page))
        for day, more in zip(DAYS[:3], ("开放", "火了", "叫停"), strict=True)
    ]
    other = issue(DAYS[4], about("欧盟通过新的法案", "https://a.com/2"))

    first, second = highlights([*told, other])

    assert first.item.title == "小镇图书馆机器人借书叫停"
    assert first.days == (DAYS[2], DAYS[1], DAYS[0])
    assert second.days == (DAYS[4],)


def test_a_brief_counts_only_when_the_summary_names_it() -> None:
    found = issue(
        DAYS[0], brief(1, "一部电影用上了视频生成"), brief(2, "欧盟通过新的法案"), points=("欧盟通过新的法案",)
    )

    assert titles(found) == ["欧盟通过新的法案"]


def test_no_more_than_asked_for_and_nothing_of_nothing() -> None:
    found = issue(DAYS[0], *(about(f"{name}公司的新闻", f"https://a.com/{name}") for name in "甲乙丙丁戊己庚辛"))

    assert len(titles(found, most=3)) == 3
    assert titles() == []
