"""Digests for tests: the project's own samples, and real ones where there is a folder of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.core.digest import parse_digest
from bot.core.models import Digest
from bot.core.topics import Taxonomy

ROOT = Path(__file__).parents[2]
POSTS = ROOT / "posts"
REAL_DIGESTS = Path(os.environ.get("REAL_DIGESTS", ROOT / "../shared/digests"))
"""A folder of real digests; tests over it see the samples only when it is absent."""


def sample_files() -> list[Path]:
    """All posts at hand, samples first."""
    return [*sorted(POSTS.glob("*.md")), *sorted(REAL_DIGESTS.glob("*.md"))]


def digests() -> Iterator[tuple[Path, Digest]]:
    """Every post that is a digest, with its items labelled."""
    for path in sample_files():
        digest = digest_of(path)
        if digest is not None:
            yield path, digest


@cache
def digest_of(path: Path) -> Digest | None:
    """The digest in a file; None for other posts."""
    parsed = parse_digest(path.read_bytes(), path.name, category="AI 日报")
    return taxonomy().label(parsed.digest) if parsed and parsed.digest else None


@cache
def taxonomy() -> Taxonomy:
    """The project's own taxonomy."""
    return Taxonomy.parse((ROOT / "bot/core/taxonomy.json").read_bytes())
