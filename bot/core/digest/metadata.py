"""The fields of the front matter as what they mean, each mistake with its line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from bot.core.digest.frontmatter import FrontMatter
from bot.core.keys import possible_date
from bot.core.links import check_link
from bot.core.models import Problem, Severity


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


KNOWN = _names(
    "title date category categories tags keywords seo coverImage cover image summary description slug draft author "
    "authors lang language layout lastmod updated url weight aliases toc series subtitle source linkTitle breadcrumbs "
    "comments permalink id type pubDate publishDate published publishedAt created modified sidebar sidebar_position"
)
_DATES = ("date", "pubDate", "publishDate", "published", "publishedAt")
_MEANT = {
    name.lower(): name for name in ("title", "date", "category", "tags", "coverImage", "summary", "slug", "draft")
}
_DATE = re.compile(
    r"(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})\s*日?(?=$|[T\s])|(\d{4})(\d{2})(\d{2})$"
)
_BULLET = re.compile(r"^\s*(?:[-*•·]\s+|\d{1,2}[.、)]\s*)")
_YES = frozenset({"true", "yes", "on", "1", "是"})
_NO = frozenset({"false", "no", "off", "0", "", "否"})
_TITLE_MAX = 200
_SLUG_MAX = 200  # what a database takes in an index is not without end


@dataclass
class Metadata:
    """What the fields say. `date` is None when it is missing or wrong, which `problems` then name."""

    title: str = ""
    date: dt.date | None = None
    slug: str | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    cover_url: str | None = None
    is_draft: bool = False
    problems: list[Problem] = field(default_factory=list)


def read_metadata(front: FrontMatter) -> Metadata:
    """The meaning of the fields of a front matter that could be read."""
    return _Reader(front).read()


def parse_date(value: object) -> dt.date | None:
    """A date as authors write it (`2026-02-06`, `2026/2/6`, `2026年2月6日`, with a time behind it), or None."""
    if isinstance(value, dt.date):
        return possible_date(value.year, value.month, value.day)
    if not isinstance(value, str | int):
        return None
    found = _DATE.match(str(value).strip())
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    return possible_date(year, month, day)


def split_points(value: str) -> tuple[str, ...]:
    """The lines of a summary, without their list marks."""
    lines = [line for line in value.splitlines() if line.strip()]
    if len(lines) == 1 and _BULLET.match(lines[0]) and lines[0].lstrip()[0] == "-":
        lines = " ".join(lines[0].split()).removeprefix("- ").split(" - ")
    return tuple(bare for line in lines if (bare := _BULLET.sub("", line).strip()))


class _Reader:
    def __init__(self, front: FrontMatter) -> None:
        self._front = front
        self._fields: Mapping[str, Any] = front.fields
        self._found = Metadata(problems=list(front.problems))

    def read(self) -> Metadata:
        found = self._found
        found.title = self._title()
        found.date = self._date()
        found.slug = self._text("slug")[:_SLUG_MAX] or None
        found.categories = self._texts("category") + self._texts("categories")
        found.tags = self._texts("tags")
        found.points = self._points()
        found.cover_url = self._cover()
        found.is_draft = self._is_draft()
        for name in sorted(set(self._fields) - KNOWN):
            self._report_unknown(name)
        if self._front.is_guess:
            found.problems = self._certain()
        return found

    def _certain(self) -> list[Problem]:
        """What is wrong with guessed fields for sure: of the rest nobody knows whether it is the guess's fault."""
        certain = list(self._front.problems)
        dates = (problem for problem in self._found.problems if problem.code == "date.impossible")
        return [*certain, *(problem for problem in dates if problem not in certain)]

    def _report_unknown(self, name: str) -> None:
        near = get_close_matches(name.lower(), _MEANT, n=1, cutoff=0.75)
        meant = _MEANT[near[0]] if near else None
        if meant is None or meant in self._fields:
            self._report("front_matter.unknown", name, Severity.HINT)
        else:
            self._report("front_matter.misspelt", name, Severity.WARNING, meant=meant)

    def _report(self, code: str, name: str, severity: Severity, **values: object) -> None:
        line = self._front.line_of(name)
        self._found.problems.append(Problem(code, severity, line, {"name": name, **values}))

    def _text(self, name: str) -> str:
        value = self._fields.get(name)
        if value is None:
            return ""
        if isinstance(value, str | int | float | dt.date) and not isinstance(value, bool):
            return " ".join(str(value).split())
        self._report("front_matter.type", name, Severity.WARNING)
        return ""

    def _texts(self, name: str) -> tuple[str, ...]:
        value = self._fields.get(name)
        if value is None:
            return ()
        if isinstance(value, str):
            return tuple(part.strip() for part in re.split("[,，、]", value) if part.strip())
        if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
            return tuple(text for one in value if (text := str(one).strip()))
        self._report("front_matter.type", name, Severity.WARNING)
        return ()

    def _title(self) -> str:
        title = self._text("title")
        if len(title) > _TITLE_MAX:
            self._report("title.too_long", "title", Severity.WARNING, limit=_TITLE_MAX)
        return title[:_TITLE_MAX]

    def _date(self) -> dt.date | None:
        name = next((name for name in _DATES if self._fields.get(name) not in (None, "")), None)
        if name is None:
            self._report("date.missing", "date", Severity.ERROR)
            return None
        date = parse_date(self._fields[name])
        if date is None:
            self._report("date.impossible", name, Severity.ERROR, value=_written(self._fields[name])[:40])
        return date

    def _points(self) -> tuple[str, ...]:
        name = next((name for name in ("summary", "description") if self._fields.get(name)), "summary")
        value = self._fields.get(name)
        if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
            points = tuple(point for one in value for point in split_points(str(one)))
        else:
            points = split_points(value) if isinstance(value, str) else ()
        if not points:
            is_wrong = value is not None and not isinstance(value, str | list)
            self._report("front_matter.type" if is_wrong else "summary.empty", name, Severity.WARNING)
        return points

    def _cover(self) -> str | None:
        name = next((name for name in ("coverImage", "cover", "image") if self._fields.get(name)), None)
        if name is None:
            return None
        value = self._fields[name]
        url = check_link(value).url if isinstance(value, str) else None
        if url is None or not url.startswith("http"):
            self._report("cover.unusable", name, Severity.WARNING)
            return None
        return url

    def _is_draft(self) -> bool:
        value = self._fields.get("draft")
        if value is None:
            return False
        word = str(value).strip().lower()
        if word not in _YES | _NO:
            self._report("draft.unclear", "draft", Severity.WARNING, value=_written(value)[:40])
        return word not in _NO


def _written(value: object) -> str:
    """Roughly as the author wrote it."""
    return str(value).replace("'", "")
