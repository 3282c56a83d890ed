"""When a digest goes out."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.schedule import Due, Later, Timetable, TooOld, Unready

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
DAY = dt.date(2026, 2, 6)
DAILY = Timetable(SHANGHAI, dt.time(8), max_age_days=2)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    """Milliseconds UTC of a local time."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "decision"),
    [
        ("2026-02-05T23:36", Later(at("2026-02-06T08:00"))),
        ("2026-02-06T07:59:59", Later(at("2026-02-06T08:00"))),
        ("2026-02-06T08:00", Due()),
        ("2026-02-06T21:15", Due()),
        ("2026-02-08T23:59", Due()),
        ("2026-02-09T00:00", TooOld()),
    ],
)
def test_a_digest_waits_for_its_hour_and_goes_out_at_once_later(now: str, decision: object) -> None:
    """Before its hour it waits, after it it goes out at once, and two days later it is history."""
    assert DAILY.decide(DAY, is_draft=False, now_ms=at(now)) == decision


def test_a_draft_is_never_due() -> None:
    """`draft: true` waits whatever the clock says."""
    assert DAILY.decide(DAY, is_draft=True, now_ms=at("2026-02-06T09:00")) == Unready()


def test_now_means_as_soon_as_its_day_has_begun() -> None:
    """Without an hour, a digest goes out when it is there, but not before its own date."""
    eager = Timetable(SHANGHAI, "now", max_age_days=0)
    assert eager.decide(DAY, is_draft=False, now_ms=at("2026-02-05T23:36")) == Later(at("2026-02-06T00:00"))
    assert eager.decide(DAY, is_draft=False, now_ms=at("2026-02-06T00:00")) == Due()
    assert eager.decide(DAY, is_draft=False, now_ms=at("2026-02-07T00:00")) == TooOld()


@pytest.mark.parametrize(
    ("now", "published", "waiting", "is_overdue"),
    [
        ("2026-02-06T11:59:59", [], [], False),
        ("2026-02-06T12:00", [], [], True),
        ("2026-02-06T23:59", [dt.date(2026, 2, 5)], [dt.date(2026, 2, 7)], True),
        ("2026-02-06T12:00", [DAY], [], False),
        ("2026-02-06T12:00", [], [DAY], False),
        ("2026-02-06T20:00", [], [DAY], True),
    ],
)
def test_a_day_without_a_digest_is_overdue_from_its_hour_on(
    now: str, published: list[dt.date], waiting: list[dt.date], is_overdue: bool
) -> None:
    """One that waits for an hour still to come is not missing; one that should have gone out is."""
    evening = Timetable(SHANGHAI, dt.time(20), 2, alarm_at=dt.time(12))
    assert evening.is_overdue(at(now), published=published, waiting=waiting) is is_overdue
    never = Timetable(SHANGHAI, dt.time(20), 2)
    assert not never.is_overdue(at(now), published=published, waiting=waiting)


def test_an_hour_that_the_clocks_skip_comes_right_after_the_jump() -> None:
    """On the last Sunday of March 02:30 does not exist in Berlin: the digest goes out at 03:30 summer time."""
    night = Timetable(BERLIN, dt.time(2, 30), max_age_days=2)
    assert night.due_ms(dt.date(2026, 3, 29)) == at("2026-03-29T03:30", BERLIN)


def test_an_hour_that_comes_twice_counts_the_first_time() -> None:
    """On the last Sunday of October 02:30 comes twice in Berlin: the digest goes out once, the first time."""
    night = Timetable(BERLIN, dt.time(2, 30), max_age_days=2)
    due = night.due_ms(dt.date(2026, 10, 25))
    assert due == at("2026-10-25T00:30", ZoneInfo("UTC"))
    assert night.decide(dt.date(2026, 10, 25), is_draft=False, now_ms=due + 3_600_000) == Due()


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2080, 1, 1)),
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]),
    st.times(),
    st.integers(0, 30),
)
def test_it_is_due_at_the_very_millisecond_it_was_told_to_wait_for(
    date: dt.date, zone: ZoneInfo, time: dt.time, max_age_days: int
) -> None:
    """In every zone and at every hour, waiting until the given moment is exactly long enough."""
    table = Timetable(zone, time.replace(microsecond=0), max_age_days)
    due = table.due_ms(date)
    assert table.decide(date, is_draft=False, now_ms=due) == Due()
    assert table.decide(date, is_draft=False, now_ms=due - 1) == Later(due)
