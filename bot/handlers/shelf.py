"""The shelf: which digests readers may see, and how one is looked up for a reply."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.keys import find_date
from bot.core.models import Digest
from bot.core.tags.concordance import Concordance
from bot.core.tags.edition import Edition, TagFilter, select
from bot.handlers.callbacks import RefusedError
from bot.handlers.desk import Desk


@dataclass(frozen=True, slots=True)
class Issue:
    """A published digest with its key."""

    key: str
    digest: Digest


async def find_issue(desk: Desk, key: str) -> Issue | None:
    """The digest of that key, or None."""
    digest = await desk.archive.digest(key)
    return Issue(key, digest) if digest else None


async def get_issue(desk: Desk, key: str) -> Issue:
    """The digest of that key.

    Raises:
        RefusedError: it is not on the shelf; says so to the reader.
    """
    issue = await find_issue(desk, key)
    if issue is None:
        raise RefusedError(desk.missing("error.digest_gone"))
    return issue


async def find_newest(desk: Desk) -> Issue | None:
    """The newest digest, today's when it is out; None while there is none at all."""
    key = await desk.archive.latest()
    return await find_issue(desk, key) if key else None


async def find_previous(desk: Desk, key: str) -> Issue | None:
    """The digest before that of the key, which may itself be gone by now; None when there is none."""
    date = find_date(key)
    before = await desk.archive.previous(key) or (await desk.archive.latest(date) if date else None)
    return await find_issue(desk, before) if before else None


def edition_of(desk: Desk, issue: Issue, tags: TagFilter, *, asked_for: str = "") -> Edition:
    """What a filter admits of a digest; `asked_for` is the tag that was asked for on this occasion."""
    concordance, is_of_today = Concordance(issue.digest, desk.taxonomy.aliases), issue.digest.date == desk.today()
    return select(issue.digest, tags, concordance, asked_for=asked_for, is_todays=is_of_today)


def is_todays(desk: Desk, issue: Issue | None) -> bool:
    """Whether this is the digest of today's date (or a later one, published early)."""
    return issue is not None and issue.digest.date >= desk.today()


def day_name(desk: Desk, issue: Issue) -> str:
    """The digest's day as a reader calls it: 今天, 昨天, 2月5日."""
    date = issue.digest.date
    match (desk.today() - date).days:
        case 0:
            return desk.say("today.this_day")
        case 1:
            return desk.say("today.yesterday")
    return desk.say("today.on", month=date.month, day=date.day)
