"""The sample digests: sound, our own, and between them every shape that real digests have."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.digest import parse_digest
from bot.core.digest.lint import lint, shape_problem
from bot.core.format import Links, publication
from bot.core.models import Code, Digest, Label, ListBlock, Quote, Severity, Table, walk
from bot.locales import catalogue
from tests.support.samples import POSTS, digest_of

DIGESTS = sorted(POSTS.glob("20*.md"))
NEWEST = DIGESTS[-1]
LARGEST = max(DIGESTS, key=lambda path: path.stat().st_size)


def digest(path: Path) -> Digest:
    """The digest in a sample."""
    found = digest_of(path)
    assert found is not None
    return found


def blocks() -> Iterator[object]:
    """Every block of every sample."""
    for path in DIGESTS:
        for section in digest(path).sections:
            for entry in section.entries:
                yield from walk(entry.blocks)


def texts() -> str:
    """All samples as they are written."""
    return "\n".join(path.read_text("utf-8") for path in DIGESTS)


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
def test_a_sample_is_published_without_asking(path: Path) -> None:
    """No error, and nothing for which a digest is held."""
    parsed = parse_digest(path.read_bytes(), path.name, category="AI 日报")
    assert parsed is not None
    assert not [problem for problem in lint(parsed) if problem.severity is Severity.ERROR]
    assert shape_problem(digest(path)) is None


def test_there_are_eight_with_dates_of_their_own() -> None:
    """Eight days in a row; most file names carry the day before the front matter's date, as real ones do."""
    dates = [digest(path).date for path in DIGESTS]
    assert sorted(dates) == [dt.date(2026, 11, day) for day in range(16, 24)]
    assert sum(date.isoformat() != path.name[:10] for date, path in zip(dates, DIGESTS, strict=True)) == 7


def test_the_newest_is_a_good_first_sight() -> None:
    """A cover, more points than the card leaves open, several sections, insights, and tags on most stories."""
    newest = digest(NEWEST)
    assert newest.date == dt.date(2026, 11, 23)
    assert newest.cover_url
    assert 5 < len(newest.points) < 12
    assert len(newest.sections) == 6
    stories = [item for item in newest.items if not item.is_brief]
    assert sum(bool(item.commentary) for item in stories) >= 8
    assert sum(bool(item.tags) for item in newest.items) >= len(newest.items) - 2
    assert {problem.severity for problem in lint(parse_digest(NEWEST.read_bytes(), NEWEST.name))} <= {Severity.HINT}  # type: ignore[arg-type]


def test_one_is_of_full_size() -> None:
    """As large as real ones get: two dozen stories, threescore briefs, a section that goes on in another message."""
    largest = digest(LARGEST)
    assert LARGEST.stat().st_size > 45_000
    assert sum(not item.is_brief for item in largest.items) == 24
    assert sum(item.is_brief for item in largest.items) >= 60
    assert any(item.repeats for item in largest.items)
    printed = publication(largest, "20261122", links=Links("daily_bot", "@daily"), say=catalogue())
    assert max(len(section.parts) for section in printed.sections) > 1


def test_another_post_lies_among_them() -> None:
    """A page that is no digest is passed over."""
    about = POSTS / "about.md"
    assert parse_digest(about.read_bytes(), about.name, category="AI 日报") is None


@pytest.mark.parametrize("kind", [Table, Quote, Code, Label, ListBlock])
def test_every_kind_of_block_occurs(kind: type) -> None:
    """Tables, quotes, code, labels and lists."""
    assert any(isinstance(block, kind) for block in blocks())


def test_lists_are_ordered_and_nested() -> None:
    """Numbers of the author's, and lists within lists."""
    lists = [block for block in blocks() if isinstance(block, ListBlock)]
    assert any(entry.marker[0].isdecimal() for block in lists for entry in block.entries)
    assert any(isinstance(inner, ListBlock) for block in lists for entry in block.entries for inner in entry.blocks)


def test_a_table_is_short_and_another_wide() -> None:
    """One that fits a phone and one that does not."""
    columns = [len(block.header) for block in blocks() if isinstance(block, Table)]
    assert min(columns) == 3
    assert max(columns) == 6


@pytest.mark.parametrize(
    "shape",
    [
        r"^### \[.+\]\(http",
        r"^### (?!\[)",
        r"^#### ",
        r"^\*\*[^*：]+\*\*$",
        r"^## 七、更多动态",
        r"^## 01 ",
        r"^- \*\*.+?\*\*：",
        r"\*\*核心能力：\*\*\S",
        r"深度解读 & 洽察",
        r"^> ",
        r"^```",
        r"!\[.+\]\(http",
        r"\[\^1\]:",
        r"<br>",
        r"<!--",
        r"<video",
        r"~~",
        r"\bREADME\.md\b",
        r"Comma\.ai",
        r"\]\(https?://[^)\s]*\([^)]*\)\)",
        r"(?<![(\"])https://github\.com/\S+ ",
        "👩\u200d💻",
        "🇨🇳",
        r'^summary: "[^-]',
        r'^summary: "- ',
        r'^summary: ""',
        r'^<div class="telegram-card">',
    ],
)
def test_every_shape_of_real_digests_occurs(shape: str) -> None:
    """Whatever authors and language models have written so far, a sample has it."""
    assert re.search(shape, texts(), re.MULTILINE)


@pytest.mark.parametrize("lacks", [r"^## ", r"^### ", r"\]\("])
def test_one_sample_does_without(lacks: str) -> None:
    """No sections, no stories' headlines, no links at all."""
    assert any(not re.search(lacks, path.read_text("utf-8"), re.MULTILINE) for path in DIGESTS)


def test_many_briefs_share_one_home_page() -> None:
    """A bare home page a dozen times in one digest."""
    assert max(path.read_text("utf-8").count("](https://news.example.com/)") for path in DIGESTS) >= 12
