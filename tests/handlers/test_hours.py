"""When the next digest comes, in words."""

import datetime as dt

import pytest

from bot.handlers.hours import next_digest, spoken_time
from bot.locales import catalogue

SAY = catalogue("zh")
MORNING = dt.time(8)


def at(hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 2, 6, hour, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (dt.time(8), "早上 8 点"),
        (dt.time(8, 30), "早上 8 点半"),
        (dt.time(12), "中午 12 点"),
        (dt.time(15, 5), "下午 3:05"),
        (dt.time(21), "晚上 9 点"),
        (dt.time(0, 15), "凌晨 0:15"),
    ],
)
def test_a_time_of_day_is_said_as_people_say_it(time: dt.time, words: str) -> None:
    assert spoken_time(time, SAY) == words


def test_before_publication_the_digest_of_today_is_promised() -> None:
    assert next_digest(at(1), MORNING, is_out_today=False, say=SAY) == "今早 8 点见"


def test_after_publication_the_digest_of_tomorrow_is_promised() -> None:
    assert next_digest(at(9), MORNING, is_out_today=True, say=SAY) == "明早 8 点见"


def test_a_late_digest_is_promised_for_today_without_an_hour() -> None:
    assert next_digest(at(9), MORNING, is_out_today=False, say=SAY) == "今天的一出就发给你"


def test_an_early_digest_leaves_tomorrow_to_promise() -> None:
    assert next_digest(at(7), MORNING, is_out_today=True, say=SAY) == "明早 8 点见"


def test_the_evening_is_not_called_morning() -> None:
    assert next_digest(at(12), dt.time(20, 30), is_out_today=False, say=SAY) == "今晚 8 点半见"


def test_publication_at_once_names_no_hour() -> None:
    assert next_digest(at(9), "now", is_out_today=True, say=SAY) == "一出就发给你"
