"""A post's bytes → Digest: front matter, Markdown and outline together, with everything that is wrong in it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from bot.core.digest.frontmatter import FrontMatter, split_front_matter
from bot.core.digest.markdown import parse_inline, parse_markdown
from bot.core.digest.metadata import Metadata, read_metadata
from bot.core.digest.outline import build_outline
from bot.core.digest.remarks import find_remarks
from bot.core.digest.source import read_source
from bot.core.keys import stem_date, stem_slug
from bot.core.models import Digest, Problem, Severity

_CATEGORY_LINE = re.compile(r"^categor(?:y|ies)\s*[:：=]\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A post that was read: its digest, or None when an error stands among the problems."""

    digest: Digest | None
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps it from being published."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def parse_digest(raw: bytes, name: str, *, category: str = "") -> Parsed | None:
    """Read the post called `name`; None when it belongs to another category (an empty `category` takes every post).

    A post without front matter has the date of its name; with a category asked for, only such a dated name makes it
    a digest.
    """
    source = read_source(raw)
    if isinstance(source, Problem):
        return Parsed(None, (source,))
    front = split_front_matter(source.text)
    stem = PurePath(name).stem
    if not _is_ours(front, source.text, stem, category):
        return None
    if front.is_present and not front.fields and front.problems:
        return Parsed(None, (*source.problems, *front.problems))
    found = read_metadata(front) if front.is_present else _from_name(stem)
    return _assembled(found, front, stem, (*source.problems, *_misspelt(found, front, category)))


def _misspelt(found: Metadata, front: FrontMatter, category: str) -> Iterator[Problem]:
    """A category that differs from the one asked for in spaces, width or case only was meant to be it."""
    if category and found.categories and category not in found.categories:
        values = {"value": found.categories[0], "category": category}
        yield Problem("category.alike", Severity.WARNING, front.line_of("category"), values)


def _letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_ours(front: FrontMatter, text: str, stem: str, category: str) -> bool:
    if not category:
        return True
    if not front.is_present:
        return stem_date(stem) is not None
    if front.fields:
        return _letters(category) in map(_letters, read_metadata(front).categories)
    written = _CATEGORY_LINE.search(text[: 16 * 1024])
    return written is None or category in written[1]


def _from_name(stem: str) -> Metadata:
    date = stem_date(stem)
    missing = [] if date else [Problem("date.missing", Severity.ERROR, 1, {"name": "date"})]
    return Metadata(date=date, problems=missing)


def _assembled(found: Metadata, front: FrontMatter, stem: str, earlier: tuple[Problem, ...]) -> Parsed:
    document = parse_markdown(front.body, front.first_line)
    problems = (*earlier, *found.problems, *document.problems)
    if found.date is None or any(problem.severity is Severity.ERROR for problem in problems):
        return Parsed(None, problems)
    problems = (*problems, *find_remarks(document.nodes))
    outline = build_outline(document.nodes, found.title)
    title = found.title or outline.title
    if not title:
        title = _title_of_name(stem, found.date)
        severity = Severity.WARNING if front.is_present else Severity.HINT
        problems = (*problems, Problem("title.missing", severity, 1))
    digest = Digest(
        date=found.date,
        slug=found.slug or stem_slug(stem),
        title=title,
        sections=outline.sections,
        points=tuple(map(parse_inline, found.points)),
        category=found.categories[0] if found.categories else "",
        tags=found.tags,
        cover_url=found.cover_url,
        is_draft=found.is_draft,
    )
    return Parsed(digest, problems)


def _title_of_name(stem: str, date: dt.date) -> str:
    words = stem_slug(stem).replace("-", " ").replace("_", " ").strip()
    return words or date.isoformat()
