"""The proofreader: everything worth mending in posts, seen beside the posts around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bot.core.digest import Parsed
from bot.core.digest.lint import lint, story_urls
from bot.core.format import Publication, publication
from bot.core.format.deep_links import Links
from bot.core.format.lengths import delivery_problem, length_problems
from bot.core.keys import digest_key
from bot.core.models import Digest, Problem, Severity
from bot.core.tags.topics import Taxonomy
from bot.locales import catalogue
from bot.pipeline.watching.parser import Parser
from bot.pipeline.watching.posts import list_posts, read_post

RECENT_DAYS = 30
_NO_DAY = dt.date.min
_OF_FIELDS = ("front_matter.", "date.")
NAME_SLACK_DAYS = 2
"""A file's name may carry another day than its front matter."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A post as it was read; `parsed` is None when it is none of ours. `content_hash` is empty when it was not read."""

    parsed: Parsed | None
    content_hash: str = ""

    @property
    def digest(self) -> Digest | None:
        """What it says, if anything."""
        return self.parsed.digest if self.parsed else None


@dataclass
class Proofreader:
    """Reads each post once. `links`: those of the bot it would be sent by; `subscribers` get it at `per_second`."""

    posts_dir: Path
    parser: Parser
    taxonomy: Taxonomy
    links: Links
    subscribers: int
    per_second: float
    _read: dict[Path, Proof] = field(default_factory=dict)

    def read(self, path: Path, *, is_named: bool = False) -> Proof:
        """What a file says. One that is not there is a problem of its own; `is_named` as `parse_digest` has it."""
        if path not in self._read or (is_named and self._read[path].parsed is None):
            self._read[path] = proof(path, self.parser, is_named=is_named)
        return self._read[path]

    def problems(self, path: Path, *, is_named: bool = False) -> tuple[Problem, ...] | None:
        """Everything worth mending in the file; None when it is none of our posts."""
        read = self.read(path, is_named=is_named)
        if read.parsed is None or read.digest is None:
            return lint(read.parsed) if read.parsed else None
        beside = {other: self.read(other) for other in self._neighbours(read.digest.date) if other.name != path.name}
        found = [
            *_twins(read, read.digest.date, beside),
            *length_problems(read.digest, self.printed(read.digest), say=catalogue()),
            *filter(None, [delivery_problem(self.subscribers, self.per_second)]),
        ]
        return lint(read.parsed, recent=_recent(read.digest.date, beside.values()), lengths=found)

    def printed(self, digest: Digest) -> Publication:
        """The digest as a group gets it."""
        key = digest_key(digest.date, digest.slug, {})
        return publication(self.taxonomy.label(digest), key, links=self.links, say=catalogue())

    @cached_property
    def _names(self) -> tuple[str, ...]:
        try:
            return tuple(list_posts(self.posts_dir))
        except OSError:
            return ()

    def _neighbours(self, date: dt.date) -> Iterator[Path]:
        """The posts that may be of this day or of those before, judged by their names; those without a date, too."""
        for name in self._names:
            try:
                named = dt.date.fromisoformat(name[:10])
            except ValueError:
                named = date
            if -NAME_SLACK_DAYS <= (date - named).days <= RECENT_DAYS + NAME_SLACK_DAYS:
                yield self.posts_dir / name


def proof(path: Path, parser: Parser, *, is_named: bool = False) -> Proof:
    """Read and parse a file."""
    post = read_post(path.parent, path.name)
    if post is None:
        return Proof(Parsed(None, (Problem("file.missing", Severity.ERROR),)))
    if isinstance(post, Problem):
        return Proof(Parsed(None, (post,)))
    parsed = parser.parse(post.raw, path.name, is_named=is_named)
    if parsed and parsed.digest is None and all(problem.code.startswith(_OF_FIELDS) for problem in parsed.errors):
        # The author hears of the body's mistakes, too.
        parsed = parser.parse(post.raw, path.name, is_named=is_named, makeshift=_NO_DAY)
    return Proof(parsed, post.content_hash)


def _twins(read: Proof, date: dt.date, beside: Mapping[Path, Proof]) -> Iterator[Problem]:
    """Another file of the same digest, of which only one can be published; or another digest of the same day."""
    on_a_day = {path: other for path, other in beside.items() if other.digest and date != _NO_DAY}
    same_day = {path: other for path, other in on_a_day.items() if other.digest and other.digest.date == date}
    rivals = [path for path, other in same_day.items() if _is_same(read, other)]
    if rivals:
        yield Problem("file.duplicate", Severity.ERROR, values={"other": rivals[0].name})
    elif same_day:
        yield Problem("date.shared", Severity.WARNING, values={"other": next(iter(same_day)).name})


def _is_same(one: Proof, other: Proof) -> bool:
    slugs = {proof.digest.slug for proof in (one, other) if proof.digest}
    return one.content_hash == other.content_hash or len(slugs) == 1


def _recent(date: dt.date, beside: Iterable[Proof]) -> dict[str, str]:
    """Where the stories of the days before were told: addresses with the date of their digest."""
    told: dict[str, str] = {}
    for other in beside:
        if other.digest and 0 < (date - other.digest.date).days <= RECENT_DAYS:
            told |= dict.fromkeys(story_urls(other.digest), other.digest.date.isoformat())
    return told
