"""Days as people name them: 今天, 上周五, 三天前, 2月6日, 去年12月25日, 国庆节, 02-06, 2026-02-06."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterable

import regex

from bot.core.search.terms import fold

MAX_CHARACTERS = 40

_DAYS_FROM_TODAY = {"今": 0, "昨": -1, "前": -2, "大前": -3, "明": 1, "后": 2, "today": 0, "yesterday": -1}
_WEEKS_FROM_THIS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1}
_MONTHS_FROM_THIS = {"上": -1, "这": 0, "本": 0}
_YEARS_FROM_THIS = {"前年": -2, "去年": -1, "今年": 0}
_WEEKDAYS = {name: at for at, name in enumerate("一二三四五六日", 1)} | {str(at): at for at in range(1, 8)} | {"天": 7}
_DIGITS = {name: str(at) for at, name in enumerate("零一二三四五六七八九")} | {"〇": "0", "两": "2"}
_FEASTS = {"元旦": (1, 1), "情人节": (2, 14), "五一": (5, 1), "六一": (6, 1), "国庆": (10, 1), "圣诞": (12, 25)}
_NUMBER = r"[\d零〇一二两三四五六七八九十]+"


def parse_when(text: str, today: dt.date) -> dt.date | None:
    """The day that `text` names, or None when it names none.

    A day without its year (2月6日), month (6号) or week (周五) is the latest one that is not after today.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    said = regex.sub(r"\s+", "", fold(text))
    short = _TAIL.sub("", said)
    for words in dict.fromkeys((said, short, _WEEKDAY_BEHIND.sub("", short))):
        for pattern, read in _FORMS:
            if match := pattern.fullmatch(words):
                try:
                    return read(match, today)
                except (ValueError, OverflowError):  # 2月30日, 99999天前
                    return None
    return None


def parse_period(text: str, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """The first and the last day of the day, month or year that `text` names (7月, 上个月, 2026-07, 去年), or None.

    A month without its year is the latest one that has begun.
    """
    if day := parse_when(text, today):
        return day, day
    said = regex.sub(r"\s+", "", fold(text[:MAX_CHARACTERS]))
    match = _PERIOD.fullmatch(said)
    if match is None:
        return None
    try:
        year = _year_of(match, today)
        if match["number"]:
            return _month(dt.date(year, _number(match["number"]), 1), today if match["year"] is None else None)
        if match["month"]:
            return _month(_shift_months(today.replace(day=1), _MONTHS_FROM_THIS[match["month"]]))
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    except (ValueError, OverflowError):  # 13月
        return None


def _year_of(match: regex.Match[str], today: dt.date) -> int:
    said = match["year"]
    if said is None:
        return today.year
    return today.year + _YEARS_FROM_THIS[said] if said in _YEARS_FROM_THIS else _year(said.removesuffix("年"))


def _month(first: dt.date, today: dt.date | None = None) -> tuple[dt.date, dt.date]:
    """A month from its first day; the year before's when it has not begun `today`."""
    if today and first > today:
        first = first.replace(year=first.year - 1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _near(match: regex.Match[str], today: dt.date) -> dt.date:
    return today + dt.timedelta(days=_DAYS_FROM_TODAY[match["day"]])


def _weekday(match: regex.Match[str], today: dt.date) -> dt.date:
    day = today - dt.timedelta(days=today.isoweekday() - _WEEKDAYS[match["weekday"]])
    if match["week"]:
        return day + dt.timedelta(weeks=_WEEKS_FROM_THIS[match["week"]])
    return day if day <= today else day - dt.timedelta(weeks=1)


def _feast(match: regex.Match[str], today: dt.date) -> dt.date:
    month, number = _FEASTS[match["feast"]]
    if match["year"]:
        return dt.date(today.year + _YEARS_FROM_THIS[match["year"]], month, number)
    day = dt.date(today.year, month, number)
    return day if day <= today else dt.date(today.year - 1, month, number)


def _a_year_ago(match: regex.Match[str], today: dt.date) -> dt.date:
    return _shift_months(today, 12 * _YEARS_FROM_THIS[match["year"]])


def _edge_of_month(match: regex.Match[str], today: dt.date) -> dt.date:
    first = _shift_months(today.replace(day=1), _MONTHS_FROM_THIS[match["month"] or "本"])
    is_first = match["edge"] == "初"
    return first if is_first else first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _ago(match: regex.Match[str], today: dt.date) -> dt.date:
    count = _number(match["count"])
    match match["unit"]:
        case "天" | "日":
            return today - dt.timedelta(days=count)
        case "月":
            return _shift_months(today, -count)
        case "年":
            return _shift_months(today, -12 * count)
    return today - dt.timedelta(weeks=count)


def _exact(match: regex.Match[str], _: dt.date) -> dt.date:
    return dt.date(_year(match["year"]), _number(match["month"]), _number(match["day"]))


def _in_named_year(match: regex.Match[str], today: dt.date) -> dt.date:
    return dt.date(today.year + _YEARS_FROM_THIS[match["year"]], _number(match["month"]), _number(match["day"]))


def _in_named_month(match: regex.Match[str], today: dt.date) -> dt.date:
    first = _shift_months(today.replace(day=1), _MONTHS_FROM_THIS[match["month"]])
    return first.replace(day=_number(match["day"]))


def _in_some_year(match: regex.Match[str], today: dt.date) -> dt.date:
    first = dt.date(today.year, _number(match["month"]), 1)
    years = (_shift_months(first, -12 * back) for back in range(9))  # leap days are at most eight years apart
    return _latest(years, _number(match["day"]), today)


def _in_some_month(match: regex.Match[str], today: dt.date) -> dt.date:
    months = (_shift_months(today.replace(day=1), -back) for back in range(3))  # no two months in a row are short
    return _latest(months, _number(match["day"]), today)


_FORMS: tuple[tuple[regex.Pattern[str], Callable[[regex.Match[str], dt.date], dt.date]], ...] = tuple(
    (regex.compile(pattern), read)
    for pattern, read in (
        (r"(?P<day>今|昨|大?前|明|后)(?:[天日](?:早上|上午|中午|下午|晚上)?|早|晚)", _near),
        (r"(?P<day>today|yesterday)", _near),
        (rf"(?P<year>[前去今]年)?(?P<feast>{'|'.join(_FEASTS)})节?", _feast),
        (r"(?P<year>[前去]年)(?:的?今[天日])", _a_year_ago),
        (r"(?P<month>[上这本])?个?月(?P<edge>[初底末])", _edge_of_month),
        (r"(?:(?P<week>上上|[上这本下])个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7])", _weekday),
        (rf"(?P<count>{_NUMBER})(?:(?P<unit>天|日|年)|个?(?P<unit>周|星期|礼拜)|个(?P<unit>月))[以之]?前", _ago),
        (rf"(?P<year>{_NUMBER})年(?P<month>{_NUMBER})月(?P<day>{_NUMBER})[日号]?", _exact),
        (r"(?P<year>\d{4}|\d\d)([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})", _exact),
        (r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", _exact),
        (rf"(?P<year>[前去今]年)(?P<month>{_NUMBER})月(?P<day>{_NUMBER})[日号]?", _in_named_year),
        (rf"(?P<month>[上这本])个?月(?P<day>{_NUMBER})[日号]", _in_named_month),
        (rf"(?P<month>{_NUMBER})月(?P<day>{_NUMBER})[日号]?", _in_some_year),
        (r"(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", _in_some_year),
        (r"(?P<month>\d\d)(?P<day>\d\d)", _in_some_year),
        (rf"(?P<day>{_NUMBER})[日号]", _in_some_month),
    )
)
_PERIOD = regex.compile(
    rf"(?P<month>[上这本])个?月|(?P<year>[前去今]年|(?:19|20)\d\d年?)(?:[-/.]?(?P<number>{_NUMBER})月?)?"
    rf"|(?P<number>{_NUMBER})月份?"
)
# What may stand behind a day and says no more: 昨天的日报, 2月6日那期, 2026-02-06 周五 as a card has it.
_TAIL = regex.compile(r"(?:那[天期]|的|日报)+$")
_WEEKDAY_BEHIND = regex.compile(r"\(?(?:周|星期|礼拜)[一二三四五六日天]\)?$")


def _latest(firsts: Iterable[dt.date], number: int, today: dt.date) -> dt.date:
    """The day of that number, not after today, in the first of these months (newest first) that has one.

    Raises:
        ValueError: there is none.
    """
    for first in firsts:
        if 1 <= number <= calendar.monthrange(first.year, first.month)[1] and first.replace(day=number) <= today:
            return first.replace(day=number)
    raise ValueError("no such day")


def _shift_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or that month's last day when it is shorter.

    Raises:
        ValueError: before the year 1 or after 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _number(said: str) -> int:
    """`12`, `十二`, `二十`, `三十一`; Chinese digits without 十 stand for themselves (二〇二六)."""
    digits = "".join(_DIGITS.get(ch, ch) for ch in said)
    if "十" not in digits:
        return int(digits)
    tens, ones = digits.split("十")
    return int(tens or 1) * 10 + int(ones or 0)


def _year(said: str) -> int:
    year = _number(said)
    return year + 2000 if len(said) == 2 else year
