"""Digests for tests: built by hand, the project's own samples, and real ones where there is a folder of them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.core.digest import parse_digest
from bot.core.models import Block, Digest, Inline, Item, Paragraph, Passage, Run, Section
from bot.core.tags.topics import Taxonomy

ROOT = Path(__file__).parents[2]
POSTS = ROOT / "posts"
REAL_DIGESTS = Path(os.environ.get("REAL_DIGESTS", ROOT / "../shared/digests"))
"""A folder of real digests; tests over it see the samples only when it is absent."""


URL = "https://a.com/x"


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
    return Taxonomy.parse((ROOT / "bot/core/tags/taxonomy.json").read_bytes())


def words(text: str) -> Inline:
    """Plain text."""
    return (Run(text),)


def said(text: str) -> Paragraph:
    """A paragraph of plain text."""
    return Paragraph(words(text))


def story(number: int, title: str = "英伟达发布新芯片", *blocks: Block, **more: object) -> Item:
    """An item with a linked headline."""
    return Item(number, words(title), URL, blocks or (said("正文。"),), **more)  # type: ignore[arg-type]


def brief(number: int, title: str = "快讯标题", rest: str = "，后文。", **more: object) -> Item:
    """A brief whose linked headline goes on in its text."""
    return Item(number, words(title), URL, (said(rest),), is_brief=True, **more)  # type: ignore[arg-type]


def section(number: int, title: str, *entries: Item | Passage, is_roundup: bool = False) -> Section:
    """A section of these entries."""
    return Section(number, title, entries, is_roundup)


def digest(*sections: Section, points: int = 0, title: str = "AI架构突破") -> Digest:
    """A digest of 2026-02-06 with so many points and a cover."""
    return Digest(
        dt.date(2026, 2, 6),
        "slug",
        title,
        sections,
        tuple(words(f"第 {n} 点") for n in range(1, points + 1)),
        "AI 日报",
        cover_url="https://a.com/cover.png",
    )
