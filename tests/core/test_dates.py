"""Days as people name them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.dates import parse_period, parse_when

TUESDAY = dt.date(2026, 2, 10)
days = st.dates(dt.date(1970, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天", "2026-02-10"),
        ("昨天", "2026-02-09"),
        ("昨日", "2026-02-09"),
        ("前天", "2026-02-08"),
        ("大前天", "2026-02-07"),
        ("昨晚", "2026-02-09"),
        ("昨天下午", "2026-02-09"),
        ("今早", "2026-02-10"),
        ("yesterday", "2026-02-09"),
        ("元旦", "2026-01-01"),
        ("国庆节", "2025-10-01"),
        ("前年国庆", "2024-10-01"),
        ("去年今天", "2025-02-10"),
        ("月初", "2026-02-01"),
        ("上个月底", "2026-01-31"),
        ("2026-02-06 周五", "2026-02-06"),
        ("2月6日（周五）", "2026-02-06"),
        ("昨天的日报", "2026-02-09"),
        ("上周五那期", "2026-02-06"),
        ("26-02-06", "2026-02-06"),
        ("0206", "2026-02-06"),
        ("上周五", "2026-02-06"),
        ("上个星期五", "2026-02-06"),
        ("上上周五", "2026-01-30"),
        ("這週一", "2026-02-09"),
        ("本周五", "2026-02-13"),
        ("周五", "2026-02-06"),
        ("星期二", "2026-02-10"),
        ("礼拜天", "2026-02-08"),
        ("三天前", "2026-02-07"),
        ("10天前", "2026-01-31"),
        ("十二天以前", "2026-01-29"),
        ("两周前", "2026-01-27"),
        ("一个星期前", "2026-02-03"),
        ("3个月前", "2025-11-10"),
        ("一年前", "2025-02-10"),
        ("2月6日", "2026-02-06"),
        ("2月6号", "2026-02-06"),
        ("二月六日", "2026-02-06"),
        ("12月25日", "2025-12-25"),
        ("2月29日", "2024-02-29"),
        ("去年12月25日", "2025-12-25"),
        ("今年2月6日", "2026-02-06"),
        ("2026年2月6日", "2026-02-06"),
        ("二〇二五年十二月二十五日", "2025-12-25"),
        ("25年12月25日", "2025-12-25"),
        ("上个月31号", "2026-01-31"),
        ("6号", "2026-02-06"),
        ("31号", "2026-01-31"),
        ("02-06", "2026-02-06"),
        ("2/6", "2026-02-06"),
        ("2.6", "2026-02-06"),
        ("2026-02-06", "2026-02-06"),
        ("2026/2/6", "2026-02-06"),
        ("20260206", "2026-02-06"),
        (" ２ 月 ６ 日 ", "2026-02-06"),
    ],
)
def test_named_days(text: str, expected: str) -> None:
    """Seen from Tuesday, 2026-02-10."""
    assert parse_when(text, TUESDAY) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2月30日",
        "13月1日",
        "0号",
        "2026-13-01",
        "0000-01-01",
        "99999999天前",
        "9999年前",
        "十十天前",
        "融资",
        "3天",
        "昨",
        "1999",
        "的日报",
    ],
)
def test_no_day_is_named(text: str) -> None:
    """Impossible days and other words are None."""
    assert parse_when(text, TUESDAY) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2月6日", "2026-02-06", "2026-02-06"),
        ("2月", "2026-02-01", "2026-02-28"),
        ("十二月份", "2025-12-01", "2025-12-31"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2025年12月", "2025-12-01", "2025-12-31"),
        ("去年3月", "2025-03-01", "2025-03-31"),
        ("上个月", "2026-01-01", "2026-01-31"),
        ("本月", "2026-02-01", "2026-02-28"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("２０２５年", "2025-01-01", "2025-12-31"),
        ("去年", "2025-01-01", "2025-12-31"),
    ],
)
def test_named_periods(text: str, first: str, last: str) -> None:
    """Seen from Tuesday, 2026-02-10."""
    assert parse_period(text, TUESDAY) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "月", "13月", "2025-13", "2100年后", "融资", "1"])
def test_no_period_is_named(text: str) -> None:
    """Impossible months and other words are None."""
    assert parse_period(text, TUESDAY) is None


@given(days, days)
def test_a_full_date_means_itself(day: dt.date, today: dt.date) -> None:
    """Whatever today is, in every way of writing it."""
    spellings = (day.isoformat(), f"{day:%Y%m%d}", f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日")
    assert {parse_when(text, today) for text in spellings} == {day}


@given(days, days)
def test_a_day_without_its_year_is_the_latest_that_is_over(day: dt.date, today: dt.date) -> None:
    """Month and day are kept, the year is the last possible one."""
    found = parse_when(f"{day.month}月{day.day}日", today)
    assert found is not None
    assert (found.month, found.day) == (day.month, day.day)
    assert found <= today
    assert (today - found).days < 366 or (day.month, day.day) == (2, 29)


@given(st.integers(0, 6), days)
def test_a_weekday_alone_is_within_the_last_seven_days(weekday: int, today: dt.date) -> None:
    """周五 is the latest Friday, today counted."""
    found = parse_when("周" + "一二三四五六日"[weekday], today)
    assert found is not None
    assert found.weekday() == weekday
    assert 0 <= (today - found).days < 7


@given(st.text(st.sampled_from("今昨前天上下周五一二十号月日年去-/.0123456789个")), st.dates())
def test_date_like_nonsense_is_harmless(text: str, today: dt.date) -> None:
    """Something or nothing, never an error, on the first and the last day of the calendar too."""
    parse_when(text, today)
    parse_period(text, today)


@given(st.text(st.characters()))
def test_any_text_is_harmless(text: str) -> None:
    """Not even half a character raises."""
    parse_when(text, TUESDAY)
