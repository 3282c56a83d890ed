"""The alarm about a day without a digest (NO_DIGEST_ALARM)."""

import datetime as dt
from pathlib import Path

from bot.core.format.parts import Part
from tests.support.publishing import TODAY, House, open_house, paper
from tests.support.telegram import HandClock

NOON = dt.time(12)
FOUR_HOURS_S = 4 * 3600  # the clock begins at eight
NAME = "2026-02-06-a.md"


async def later(house: House, seconds: float) -> list[Part]:
    """What the admins have heard when so much time has passed."""
    await house.publisher.tick()
    house.clock.advance(seconds=seconds)
    await house.publisher.tick()
    return house.told


async def test_a_day_without_a_digest_is_told_once_at_its_hour(tmp_path: Path) -> None:
    """Not a second before noon, not again in the afternoon, not after a restart; the next day again."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock, alarm_at=NOON) as house:
        assert await later(house, FOUR_HOURS_S - 1) == []
        (alarm,) = await later(house, 1)
        assert "2 月 6 日到 12:00 还没有日报发出" in alarm.text
        assert len(await later(house, 3600)) == 1
    async with open_house(tmp_path, clock=clock, alarm_at=NOON) as house:
        assert await later(house, 3600) == []
        assert len(await later(house, 86_400)) == 1


async def test_a_published_digest_keeps_it_silent(tmp_path: Path) -> None:
    """What is out is out; yesterday's does not count."""
    async with open_house(tmp_path, alarm_at=NOON) as house:
        house.write(NAME, paper(TODAY))
        await house.work()
        assert await later(house, FOUR_HOURS_S) == []
        assert len(await later(house, 86_400)) == 1


async def test_a_digest_that_waits_for_its_hour_keeps_it_silent(tmp_path: Path) -> None:
    """PUBLISH_AT may be later than the alarm; a draft will not go out by itself and does not count."""
    async with open_house(tmp_path, alarm_at=NOON, publish_at=dt.time(20)) as house:
        house.write(NAME, paper(TODAY))
        await house.work()
        assert await later(house, FOUR_HOURS_S) == []
        house.write(NAME, paper(TODAY, head="draft: true\n"))
        await house.work()
        assert len(house.told) == 1


async def test_a_digest_that_waits_for_a_word_is_named(tmp_path: Path) -> None:
    """The sentence says that somebody has to decide."""
    async with open_house(tmp_path, alarm_at=NOON, asks_first=True) as house:
        house.write(NAME, paper(TODAY))
        await house.work()
        assert "等你决定" in (await later(house, FOUR_HOURS_S))[-1].text


async def test_a_late_start_looks_at_the_folder_first(tmp_path: Path) -> None:
    """A bot that starts in the afternoon beside a digest of today does not call it missing."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock, alarm_at=NOON):
        pass
    clock.advance(seconds=FOUR_HOURS_S)
    async with open_house(tmp_path, clock=clock, alarm_at=NOON) as house:
        assert await later(house, 60) == []
        house.write(NAME, paper(TODAY))
        await house.work()
        assert await later(house, 600) == []


async def test_admins_who_cannot_be_told_hear_it_later(tmp_path: Path) -> None:
    """Without a network the alarm is not lost."""
    async with open_house(tmp_path, alarm_at=NOON) as house:
        house.switches.admins_reachable = False
        assert await later(house, FOUR_HOURS_S) == []
        house.switches.admins_reachable = True
        assert len(await later(house, 60)) == 1


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    """`off` says nothing ever."""
    async with open_house(tmp_path) as house:
        assert await later(house, 86_400) == []
