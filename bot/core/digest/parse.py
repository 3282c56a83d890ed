"""A post's bytes → Digest: front matter, Markdown and outline together, with everything that is wrong in it."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from bot.core.digest.frontmatter import FrontMatter, split_front_matter
from bot.core.digest.markdown import parse_inline, parse_markdown
from bot.core.digest.metadata import Metadata, read_metadata
from bot.core.digest.outline import build_outline
from bot.core.digest.plain_text import read_plainly
from bot.core.digest.remarks import find_remarks
from bot.core.digest.source import read_source
from bot.core.keys import stem_date, stem_slug
from bot.core.models import Digest, Problem, Severity

_NAME_SLACK = dt.timedelta(3)
"""A file's name may carry another day than its front matter: real ones carry the day before."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A post that was read: its digest, or None when nothing can be made of it.

    With an error among the problems the digest is a guess, which nobody but a person may let out; `is_makeshift`: some
    of the file was set aside for it.
    """

    digest: Digest | None
    problems: tuple[Problem, ...] = ()
    is_makeshift: bool = False

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps it from being published."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def parse_digest(
    raw: bytes, name: str, *, category: str = "", is_named: bool = False, makeshift: dt.date | None = None
) -> Parsed | None:
    """Read the post called `name`; None when it belongs to another category (an empty `category` takes every post).

    A post without front matter has the date of its name; with a category asked for, only such a dated name makes it
    a digest. `is_named`: somebody asks for this very post, so that one of another category is read, too, and has that
    as a problem. `makeshift`: a person wants whatever can be read, of this date if the post tells none; front matter
    of which nothing can be made is set aside, a body that is no sane Markdown is taken word for word.
    """
    source = read_source(raw, is_lenient=makeshift is not None)
    if isinstance(source, Problem):
        return Parsed(None, (source,))
    front = split_front_matter(source.text)
    stem = PurePath(name).stem
    found = read_metadata(front) if front.is_present else _from_name(stem)
    is_garbled = any(problem.severity is Severity.ERROR for problem in source.problems)
    if not (is_named or is_garbled or _is_ours(found, front, stem, category)):
        return None
    if front.is_lost and makeshift is None:
        return Parsed(None, (*source.problems, *front.problems))
    doubts = (*_misfiled(found, front, category), *_misdated(found, front, stem))
    return _assembled(found, front, stem, (*source.problems, *doubts), makeshift)


def _misfiled(found: Metadata, front: FrontMatter, category: str) -> Iterator[Problem]:
    """A category other than the one asked for; one that differs in spaces, width or case only was meant to be it."""
    if not category or category in found.categories or front.is_guess or not front.is_present:
        return
    line = front.line_of("category")
    if not found.categories:
        yield Problem("category.missing", Severity.WARNING, line, {"category": category})
        return
    code = "category.alike" if _is_among(category, found.categories) else "category.other"
    yield Problem(code, Severity.WARNING, line, {"value": found.categories[0], "category": category})


def _misdated(found: Metadata, front: FrontMatter, stem: str) -> Iterator[Problem]:
    """A date far from that in the file's name is a slip of the pen in one of them."""
    named = stem_date(stem)
    if named and found.date and abs(found.date - named) > _NAME_SLACK:
        yield Problem("date.unlike_name", Severity.WARNING, front.line_of("date"), {"date": found.date, "named": named})


def _letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_ours(found: Metadata, front: FrontMatter, stem: str, category: str) -> bool:
    if not category:
        return True
    if not front.is_present:
        return stem_date(stem) is not None
    if front.is_guess and not found.categories:
        return True  # the category may be among what could not be read
    return _is_among(category, found.categories)


def _is_among(category: str, categories: tuple[str, ...]) -> bool:
    return _letters(category) in map(_letters, categories)


def _from_name(stem: str) -> Metadata:
    date = stem_date(stem)
    missing = [] if date else [Problem("date.missing", Severity.ERROR, 1, {"name": "date"})]
    return Metadata(date=date, problems=missing)


def _assembled(
    found: Metadata, front: FrontMatter, stem: str, earlier: tuple[Problem, ...], makeshift: dt.date | None
) -> Parsed:
    document = parse_markdown(front.body, front.first_line)
    problems = (*earlier, *found.problems, *document.problems)
    own_date = found.date or stem_date(stem)
    date = own_date or makeshift
    if date is None or (document.is_refused and makeshift is None):
        return Parsed(None, problems)
    nodes = read_plainly(front.body, front.first_line) if document.is_refused else document.nodes
    problems = (*problems, *find_remarks(nodes))
    outline = build_outline(nodes, found.title)
    title = found.title or outline.title
    if not title:
        title = _title_of_name(stem, date)
        severity = Severity.WARNING if front.is_present else Severity.HINT
        problems = (*problems, Problem("title.missing", severity, 1))
    digest = Digest(
        date=date,
        slug=found.slug or stem_slug(stem),
        title=title,
        sections=outline.sections,
        points=tuple(map(parse_inline, found.points)),
        category=found.categories[0] if found.categories else "",
        tags=found.tags,
        cover_url=found.cover_url,
        is_draft=found.is_draft,
    )
    return Parsed(digest, problems, front.is_lost or document.is_refused or own_date is None)


def _title_of_name(stem: str, date: dt.date) -> str:
    words = stem_slug(stem).replace("-", " ").replace("_", " ").split()
    return " ".join(words) or date.isoformat()
