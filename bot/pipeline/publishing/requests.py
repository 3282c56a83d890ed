"""A publication that the operator asks for: written into the state, carried out by the bot that runs on it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.core.models import Problem
from bot.pipeline.publishing.decisions import Answer, PublishError
from bot.pipeline.watching.intake import Entry, Intake
from bot.pipeline.watching.posts import refusal
from bot.storage.digests import Digests
from bot.storage.records import DigestState


async def request_publication(path: Path, intake: Intake, digests: Digests) -> Answer:
    """Approve the digest of this file, whatever its date or shape.

    Raises:
        PublishError: the file is not in the folder of posts, or is no digest.
    """
    if not await asyncio.to_thread(intake.holds, path):
        raise PublishError(refusal("file.elsewhere", folder=str(intake.posts_dir)))
    entry = await intake.read(path.name)
    if not isinstance(entry, Entry):
        raise PublishError(*(entry.problems if entry else [refusal("file.no_digest")]))
    key = await intake.identify(entry)
    if isinstance(key, Problem):
        raise PublishError(key)
    known = await digests.find(key)
    if known and known.state is DigestState.PUBLISHED:
        return Answer.PUBLISHED_BEFORE
    digest = entry.digest
    await digests.remember(key, digest.date, digest.slug, entry.name, entry.content_hash, DigestState.APPROVED, "")
    return Answer.DONE
