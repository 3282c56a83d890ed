"""The author's desk: everything worth mending in a digest, the worst in the author's eyes being what readers lose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from bot.core.digest.parse import Parsed
from bot.core.digest.shape import is_looped, shape_problem
from bot.core.links import story_url
from bot.core.models import Digest, Item, Problem, Section, Severity

__all__ = ["lint", "shape_problem", "story_urls"]

_SHOWN = 30
_OF_LINKS = ("link.", "markup.link")


def lint(
    parsed: Parsed, *, recent: Mapping[str, str] | None = None, lengths: Iterable[Problem] = ()
) -> tuple[Problem, ...]:
    """All problems of a post by line.

    `recent` says where the stories of the last days were told: `story_urls` of earlier digests with their date.
    `lengths` are the problems that show only in the finished messages.
    """
    problems = [*parsed.problems, *lengths]
    if parsed.digest is not None:
        refused = {problem.line for problem in parsed.problems if problem.code.startswith(_OF_LINKS)}
        problems += _structure(parsed.digest, refused)
        problems += _told_before(parsed.digest, recent or {})
        shape = shape_problem(parsed.digest)
        problems += [shape] if shape else []
    return tuple(sorted(problems, key=lambda problem: problem.line))


def story_urls(digest: Digest) -> frozenset[str]:
    """The addresses of a digest's stories, in the form in which `lint` compares them."""
    return frozenset(story_url(item.url) for item in digest.items if item.url)


def _structure(digest: Digest, refused: Set[int]) -> Iterator[Problem]:
    """`refused`: the lines whose links cannot be used, of which enough is said."""
    if not any(section.title for section in digest.sections):
        yield Problem("structure.no_section", Severity.WARNING, digest.first_line)
    if not digest.items:
        yield Problem("structure.no_item", Severity.WARNING, digest.first_line)
    if is_looped(digest):
        yield Problem("structure.looped", Severity.WARNING, digest.first_line)
    for section in digest.sections:
        yield from _section(section, refused)


def _section(section: Section, refused: Set[int]) -> Iterator[Problem]:
    if not section.entries:
        yield Problem("structure.empty_section", Severity.WARNING, section.line, {"title": _short(section.title)})
    for item in section.items:
        if item.is_brief or item.is_implied:
            continue
        if not (item.blocks or item.commentary):
            yield Problem("structure.no_text", Severity.WARNING, item.line, {"headline": _short(item.title)})
        if item.url is None and item.line not in refused:
            yield Problem("structure.no_link", Severity.HINT, item.line, {"headline": _short(item.title)})


def _told_before(digest: Digest, recent: Mapping[str, str]) -> Iterator[Problem]:
    """Items that share their address with an earlier one, of this digest or of the last days."""
    first: dict[str, Item] = {}
    for item in digest.items:
        if item.url is None:
            continue
        url = story_url(item.url)
        values = {"headline": _short(item.title), "url": item.url}
        if item.repeats is not None:
            yield Problem("story.repeated", Severity.HINT, item.line, {**values, "number": item.repeats})
        elif url in first:
            yield Problem("link.repeated", Severity.HINT, item.line, {**values, "number": first[url].number})
        elif url in recent:
            yield Problem("link.known", Severity.HINT, item.line, {**values, "date": recent[url]})
        first.setdefault(url, item)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
