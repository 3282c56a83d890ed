"""Items looked up by key, and the story they go on with."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.archive import Archive
from bot.core.models import Item
from tests.support.archives import digest, item, source

FRIDAY, SATURDAY, MONDAY = dt.date(2026, 2, 6), dt.date(2026, 2, 7), dt.date(2026, 2, 9)


def about(number: int, headline: str, *entities: str, url: str | None = None) -> Item:
    return replace(item(number, headline, f"{headline}的正文", url=url), entities=entities)


async def test_items_are_found_by_their_keys(archive: Archive) -> None:
    """What is not there, or no key at all, is left out."""
    await archive.index(
        source(digest(FRIDAY, item(1, "甲", "第一行\n第二行", "模型", url="https://a.com/x"), item(2, "乙")))
    )

    found = await archive.items(["20260206_1", "20260206_9", "20260101_1", "nonsense"])

    assert list(found) == ["20260206_1"]
    filed = found["20260206_1"]
    assert (filed.headline, filed.date, filed.body, filed.tags) == ("甲", FRIDAY, "第一行\n第二行", ("模型",))


async def test_the_digest_after_a_day(archive: Archive) -> None:
    """The oldest of the later ones, None when there is none."""
    for day in (FRIDAY, MONDAY):
        await archive.index(source(digest(day, item(1, "甲"))))

    assert await archive.following(FRIDAY) == await archive.following(SATURDAY) == "20260209"
    assert await archive.following(MONDAY) is None


async def test_a_story_knows_what_was_told_before(archive: Archive) -> None:
    """By company and version; later days and other stories are not named."""
    for number in range(20):
        day = FRIDAY - dt.timedelta(days=20 + number)
        await archive.index(source(digest(day, about(1, f"智谱推出第{number}个智能体平台", "智谱"))))
    await archive.index(
        source(digest(FRIDAY, about(1, "智谱发布GLM-5.3：编程能力突出", "智谱"), about(2, "智谱谈融资", "智谱")))
    )
    await archive.index(source(digest(SATURDAY, about(1, "智谱GLM-5.3 API上线，下周开源权重", "智谱"))))
    await archive.index(source(digest(MONDAY, about(1, "智谱GLM-5.3 API涨价，编程能力突出", "智谱"))))

    assert [told.item_key for told in await archive.thread("20260207_1")] == ["20260206_1"]
    assert [told.date for told in await archive.thread("20260209_1")] == [SATURDAY, FRIDAY]
    assert await archive.thread("20260206_2") == await archive.thread("20260101_1") == ()


async def test_the_same_page_told_again_needs_no_entity(archive: Archive) -> None:
    """Alike words and one address."""
    url = "https://www.example.com/news/7?utm_source=a"
    await archive.index(source(digest(FRIDAY, about(1, "小镇图书馆机器人借书开放", url=url))))
    await archive.index(
        source(digest(SATURDAY, about(1, "小镇图书馆开放机器人借书", url="https://example.com/news/7")))
    )

    assert [told.item_key for told in await archive.thread("20260207_1")] == ["20260206_1"]


async def test_words_alone_go_on_with_a_story_when_they_are_all_but_the_same(archive: Archive) -> None:
    """No entity, other addresses: a headline told again is a thread, one that shares a word or two is none."""
    await archive.index(
        source(digest(FRIDAY, about(1, "小镇图书馆用机器人借书，书架会认路"), about(2, "社区食堂用机器人送餐")))
    )
    await archive.index(source(digest(MONDAY, about(1, "小镇图书馆机器人借书一周，书架会认路了"))))

    assert [told.item_key for told in await archive.thread("20260209_1")] == ["20260206_1"]
