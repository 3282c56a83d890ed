"""Front matter: every mistake named with its line, nothing that can harm the process."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.core.digest.frontmatter import split_front_matter
from bot.core.digest.metadata import parse_date, read_metadata, split_points
from bot.core.models import Problem, Severity


def _problems(fields: str, fence: str = "---") -> list[tuple[str, int]]:
    front = split_front_matter(f"{fence}\n{fields}\n{fence}\nbody")
    problems = read_metadata(front).problems
    return [(problem.code, problem.line) for problem in problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("fields", "code", "line"),
    [
        ("title: a\ndate：2026-02-06\ncategory: b", "front_matter.full_width", 3),
        ("title：a", "front_matter.full_width", 2),
        ("title:a\ndate: 2026-02-06", "front_matter.no_space", 2),
        ("title: a", "date.missing", 1),
        ("title: a\ndate:", "date.missing", 3),
        ("title: a\ndate: 2026-02-30", "date.impossible", 3),
        ("title: a\ndate: 昨天", "date.impossible", 3),
        ("title: a\ndate: [2026]", "date.impossible", 3),
        ("date: 2026-02-06\ntitle: a\ndate: 2026-02-07", "front_matter.repeated", 4),
        ("- a\n- b", "front_matter.not_fields", 1),
        ("just words", "front_matter.not_fields", 1),
        ("title: a\nbase: &b x\ncopy: *b", "front_matter.alias", 4),
        ('title: "a\ndate: 2026-02-06', "front_matter.quote", 2),
        ('title: "AI" 爆发\ndate: 2026-02-06', "front_matter.quote", 2),
        ("title: 甲: 乙\ndate: 2026-02-06", "front_matter.special", 2),
        ("date: 2026-02-06\ntitle: @某人", "front_matter.special", 3),
        ("date: 2026-02-06\ntitle: *重要*", "front_matter.special", 3),
        ("date: 2026-02-06\n备注：某某", "front_matter.full_width", 3),
        ("date: 2026-02-06\nseo:\n\t- a", "front_matter.tab", 4),
        ("date: 2026-02-06\nseo:\n  - a\n - b", "front_matter.syntax", 5),
        ("a: " + "[" * 8_000, "front_matter.too_complex", 2),
        ("a: " + "[" * 20 + "]" * 20, "front_matter.too_complex", 2),
        ("a: " + "x" * 17_000, "front_matter.too_long", 1),
        ("title: a\ntag: !!python/object:os.system x", "front_matter.special", 3),
    ],
)
def test_mistake_is_named_with_its_line(fields: str, code: str, line: int) -> None:
    """A broken front matter is one error that an author can find."""
    assert _problems(fields) == [(code, line)]


def test_json_is_read_as_hugo_takes_it() -> None:
    """An object at the top with its closing brace on a line of its own; tabs are as good as spaces."""
    found = split_front_matter('{\n\t"title": "今天: 一",\n\t"tags": ["AI"]\n}\n\n## 节\n')

    assert (found.fields, found.body, found.first_line) == ({"title": "今天: 一", "tags": ["AI"]}, "\n## 节\n", 5)
    assert not split_front_matter("{一个花括号开头的正文}\n").is_present


def test_toml_is_read_and_its_mistakes_named() -> None:
    """`+++` fences hold TOML; a date may be a date, nesting is bounded."""
    front = split_front_matter('+++\ntitle = "a"\ndate = 2026-02-06\n+++\nbody\n')

    assert read_metadata(front).date == dt.date(2026, 2, 6)
    assert (front.body.strip(), front.first_line) == ("body", 4)
    assert _problems("title = 'a'\ndate = 2026-02-30", "+++") == [("date.impossible", 3)]
    assert _problems("title = 'a'\ntitle = 'b'\ndate = 2026-02-06", "+++") == [("front_matter.repeated", 3)]
    assert _problems("date = 2026-02-06\ntitle ＝ 'a'", "+++") == [("front_matter.full_width", 3)]
    assert _problems("a = " + "[" * 8_000, "+++")[0][0] == "front_matter.syntax"
    assert _problems("a" + ".a" * 5_000 + " = 1", "+++")[0][0] == "front_matter.too_complex"


def test_unterminated_front_matter_is_recognised() -> None:
    """Without a closing fence, or with the next rule of the body taken for it, the cause is named."""
    for text in ("---\ntitle: a\nbody", "---\ntitle: a\n## 节\n\n### [新闻](https://a.test)\n\n话\n\n---\n"):
        assert [problem.code for problem in split_front_matter(text).problems] == ["front_matter.unterminated"]


def test_fields_that_nothing_opens_are_recognised() -> None:
    """A forgotten first line, or other dashes in its place; prose with a colon is no field."""
    for opening in ("", "----\n", "———\n"):
        front = split_front_matter(f"{opening}title: a\ndate: 2026-02-06\n---\n\n正文\n")
        assert [problem.code for problem in front.problems] == ["front_matter.unopened"]
        assert (front.fields, front.body.strip()) == ({"title": "a", "date": "2026-02-06"}, "正文")
    assert not split_front_matter("标题：一\n\ntitle: 二\n").is_present


def test_a_rule_at_the_very_top_is_no_front_matter() -> None:
    """Nothing that looks like a field stands below it."""
    for text in ("---\n\n# 标题\n\n话\n", "---\n## 节\n\n### [新闻](https://a.test)\n\n---\n"):
        front = split_front_matter(text)
        assert (front.is_present, front.body) == (False, text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("title：甲\ndate: 2026-02-06", {"title": "甲", "date": "2026-02-06"}),
        ('title: "甲"乙\ntags: [一, 二', {"title": '甲"乙', "tags": "一, 二"}),
        ("title: 甲: 乙\nsummary: |\n  - 一\n  - 二", {"title": "甲: 乙", "summary": "- 一\n  - 二"}),
    ],
)
def test_broken_fields_are_guessed(fields: str, said: dict[str, str]) -> None:
    """What a person would read, for the admin who wants to send it all the same."""
    front = split_front_matter(f"---\n{fields}\n---\n正文")
    assert (front.is_guess, front.is_lost, front.body.strip()) == (True, False, "正文")
    assert front.fields == said


def test_text_without_front_matter_is_all_body() -> None:
    """No fence at the top, no front matter."""
    front = split_front_matter("# 标题\n\n---\n\n话")

    assert (front.is_present, front.body) == (False, "# 标题\n\n---\n\n话")


def test_body_keeps_its_line_numbers() -> None:
    """`first_line` counts blank lines before the opening fence too."""
    front = split_front_matter("\n\n---\ntitle: a\ndate: 2026-02-06\n---\nbody\n")

    assert front.first_line == 6
    assert front.line_of("date") == 5


@pytest.mark.parametrize(
    "written",
    ["2026-02-06", "2026/2/6", "2026.2.6", "2026年2月6日", "20260206", "2026-02-06 08:00", "2026-02-06T08:00:00+08:00"],
)
def test_dates_are_read_as_authors_write_them(written: str) -> None:
    """Separators and a time behind the date do not matter."""
    assert parse_date(written) == dt.date(2026, 2, 6)


@pytest.mark.parametrize("written", ["2026-2", "06/02/2026", "2026-13-01", "2026-02-061", "", "tomorrow"])
def test_what_is_no_date_is_none(written: str) -> None:
    """An impossible or unclear date is not guessed."""
    assert parse_date(written) is None


@pytest.mark.parametrize(
    ("written", "points"),
    [
        ("- 一\n- 二", ("一", "二")),
        ("1. 一\n2、二", ("一", "二")),
        ("- 一 - 二 - 三", ("一", "二", "三")),
        ("一句话的概要。", ("一句话的概要。",)),
        ("- -40°C 也能用", ("-40°C 也能用",)),
        ("", ()),
    ],
)
def test_summary_becomes_points(written: str, points: tuple[str, ...]) -> None:
    """List marks go, lines stay apart, prose is one point."""
    assert split_points(written) == points


def test_scalars_stay_as_written() -> None:
    """`title: 3.10` keeps its zero, `title: yes` is a title."""
    for written in ("3.10", "yes", "12:30", "2026-02-06", "0x1F"):
        assert read_metadata(split_front_matter(f"---\ntitle: {written}\n---\n")).title == written


def test_wrong_types_are_warnings_and_unknown_keys_hints() -> None:
    """They cost the field, not the digest."""
    front = split_front_matter(
        "---\ntitle: a\ndate: 2026-02-06\ntags: {a: b}\nsummary: {a: b}\n"
        "coverImage: a.png\ndraft: maybe\ntitel: b\n---\n"
    )
    found = read_metadata(front)

    assert [(problem.code, problem.severity, problem.line) for problem in found.problems] == [
        ("front_matter.type", Severity.WARNING, 4),
        ("front_matter.type", Severity.WARNING, 5),
        ("cover.unusable", Severity.WARNING, 6),
        ("draft.unclear", Severity.WARNING, 7),
        ("front_matter.unknown", Severity.HINT, 8),
    ]


def test_repeated_key_other_than_the_date_is_a_warning() -> None:
    """The last value counts, and the author hears of it."""
    front = split_front_matter("---\ntitle: a\ndate: 2026-02-06\ntitle: b\n---\n")

    assert front.problems == (Problem("front_matter.repeated", Severity.WARNING, 4, {"name": "title"}),)
    assert read_metadata(front).title == "b"
