"""The intake: from a file in the folder of posts to a digest with a key, or to the problems that stand between."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.archive import PostSource
from bot.core.digest.lint import shape_problem
from bot.core.keys import digest_key
from bot.core.models import Digest, Problem, Severity
from bot.core.tags.topics import Taxonomy
from bot.pipeline.watching.parser import Parser
from bot.pipeline.watching.posts import read_post, refusal
from bot.storage.digests import Digests
from bot.storage.records import DigestState, Known

REDATED = "file.redated"
DUPLICATE = "file.duplicate"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is understood. `doubts` are what keeps it from going out without a person's word; `is_makeshift`:
    some of it was set aside."""

    name: str
    raw: bytes
    content_hash: str
    digest: Digest
    doubts: tuple[Problem, ...] = ()
    is_makeshift: bool = False

    def source(self, key: str) -> PostSource:
        """The same for the archive."""
        return PostSource(key, self.name, self.raw, self.digest)

    def set_apart(self) -> Entry:
        """The same as a digest of its own, beside another that has its date and slug."""
        return replace(self, digest=replace(self.digest, slug=self.name))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is not understood; `content_hash` is "" when it was not even read."""

    name: str
    content_hash: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads files of `posts_dir` and knows the digests that were there before."""

    posts_dir: Path
    parser: Parser
    taxonomy: Taxonomy
    digests: Digests

    async def read(self, name: str, *, makeshift: dt.date | None = None) -> Entry | Unreadable | None:
        """Read and understand a file; None when it is gone or none of our posts. `makeshift` as in `parse_digest`."""
        return await asyncio.to_thread(self._read, name, makeshift)

    def holds(self, path: Path) -> bool:
        """Whether the file lies in the folder of posts itself."""
        return path.resolve().parent == self.posts_dir.resolve()

    async def reread(self, known: Known) -> Entry | None:
        """The digest as its file still says it; None when the file is gone or says something else by now."""
        # What was let out as a makeshift is read as one again.
        entry = await self.read(known.name, makeshift=known.date)
        return entry if isinstance(entry, Entry) and entry.content_hash == known.content_hash else None

    async def identify(self, entry: Entry) -> str | Problem:
        """The key of the digest: that of the same file, of the same slug, or of the file it was renamed from, else a
        new one. A problem when another file that says the same, or has the same slug, is there, too."""
        digest = entry.digest
        known_of_date = await self.digests.of_date(digest.date)
        for known in known_of_date:
            if known.name == entry.name:
                return known.key
        for known in known_of_date:
            if known.slug == digest.slug or known.content_hash == entry.content_hash:
                is_rival = await self._is_rival(known, entry)
                return refusal(DUPLICATE, other=known.name) if is_rival else known.key
        return self._new_key(digest, known_of_date)

    async def new_key(self, digest: Digest) -> str:
        """A key for a digest that is no other's, whatever that says."""
        return self._new_key(digest, await self.digests.of_date(digest.date))

    async def redated(self, entry: Entry) -> tuple[Problem, ...]:
        """The doubt about a digest whose file was published under another date before, if so."""
        published = [known for known in await self.digests.of_file(entry.name) if known.state is DigestState.PUBLISHED]
        dates = [known.date for known in published if known.date != entry.digest.date]
        return tuple(refusal(REDATED, date=date) for date in dates[:1])

    async def _is_rival(self, known: Known, entry: Entry) -> bool:
        other = await self.read(known.name, makeshift=known.date)
        if not isinstance(other, Entry):
            return False
        if other.content_hash in (known.content_hash, entry.content_hash):
            return True
        return (other.digest.date, other.digest.slug) == (entry.digest.date, entry.digest.slug)

    def _new_key(self, digest: Digest, known_of_date: Sequence[Known]) -> str:
        return digest_key(digest.date, digest.slug, {known.key: known.slug for known in known_of_date})

    def _read(self, name: str, makeshift: dt.date | None) -> Entry | Unreadable | None:
        post = read_post(self.posts_dir, name)
        if post is None:
            return None
        if isinstance(post, Problem):
            return Unreadable(name, "", (post,))
        parsed = self.parser.parse(post.raw, name, makeshift=makeshift)
        if parsed is None:
            return None
        if parsed.digest is None:
            return Unreadable(name, post.content_hash, parsed.problems)
        doubts = [problem for problem in parsed.problems if problem.severity is Severity.ERROR]
        shape = shape_problem(parsed.digest)
        labelled = self.taxonomy.label(parsed.digest)
        reasons = (*doubts, *([shape] if shape else ()))
        return Entry(name, post.raw, post.content_hash, labelled, reasons, parsed.is_makeshift)
