"""The admins' yes before a publication (PUBLISH_APPROVAL)."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.pipeline.publishing.decisions import Answer
from tests.support.publishing import TODAY, House, open_house, paper
from tests.support.telegram import HandClock

KEY = "20260206"
NAME = "2026-02-05-a.md"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house that asks first."""
    async with open_house(tmp_path, asks_first=True) as house:
        yield house


async def test_a_due_digest_is_put_to_the_admins_once(tmp_path: Path) -> None:
    """Nothing goes out and readers do not find it; a restart does not ask again."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock, asks_first=True) as house:
        house.write(NAME, paper(TODAY))
        await house.work()
        await house.publisher.tick()
        (question,) = house.told
        assert "发吗" in question.text
        assert [button.callback for button in question.keyboard[0]] == [
            f"v1:peek:{KEY}",
            f"v1:pub:{KEY}",
            f"v1:keep:{KEY}",
        ]
        assert await house.campaigns() == []
        assert await house.archive.latest() is None
    async with open_house(tmp_path, clock=clock, asks_first=True) as house:
        await house.work()
        assert house.told == []
        assert await house.campaigns() == []


async def test_the_admins_yes_sends_it_and_their_no_does_not(house: House) -> None:
    """发布 makes the campaign; 丢弃 ends the question for good."""
    house.write(NAME, paper(TODAY))
    house.write("2026-02-05-b.md", paper(TODAY, title="第二期", story="另一件事。", head="slug: second\n"))
    await house.work()
    first, second = [question.keyboard[0][1].callback.rpartition(":")[2] for question in house.told]
    assert await house.publisher.approve(first) is Answer.DONE
    assert await house.publisher.discard(second) is Answer.DONE
    await house.work()
    assert [campaign.digest_key for campaign in await house.campaigns()] == [first]
    assert await house.state(second) == "discarded"
    assert len(house.told) == 2


async def test_a_digest_that_is_not_due_is_not_asked_about(tmp_path: Path) -> None:
    """The question comes at its hour, not in the night before."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock, asks_first=True) as house:
        house.write(NAME, paper(TODAY + dt.timedelta(1)))
        await house.work()
        assert house.told == []
        clock.advance(seconds=86_400)
        await house.publisher.tick()
        assert len(house.told) == 1


async def test_a_changed_text_is_a_new_question(house: House) -> None:
    """What the admins said nothing about yet is asked anew when its author changes it."""
    house.write(NAME, paper(TODAY))
    await house.work()
    house.write(NAME, paper(TODAY, story="数字改过了。"))
    await house.work()
    assert len(house.told) == 2
    assert await house.campaigns() == []


async def test_admins_who_cannot_be_told_are_asked_later(house: House) -> None:
    """Without a network the question waits."""
    house.switches.admins_reachable = False
    house.write(NAME, paper(TODAY))
    await house.work()
    assert house.told == []
    house.switches.admins_reachable = True
    await house.publisher.tick()
    assert len(house.told) == 1


async def test_without_approval_an_open_question_is_a_yes(tmp_path: Path) -> None:
    """Whoever switches the setting off wants digests to go out, also the one that waited."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock, asks_first=True) as house:
        house.write(NAME, paper(TODAY))
        await house.work()
    async with open_house(tmp_path, clock=clock) as house:
        await house.work()
        assert await house.state(KEY) == "published"
