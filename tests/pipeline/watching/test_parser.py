"""Parsing in a worker that can be stopped."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.digest import parse_digest
from bot.pipeline.watching.parser import Parser
from tests.support.samples import POSTS

CATEGORY = "AI 日报"
NEWEST = max(POSTS.glob("20*.md"))


@pytest.fixture
def parser() -> Iterator[Parser]:
    """A parser that is ended afterwards."""
    with Parser(CATEGORY) as parser:
        yield parser


def test_the_worker_says_what_the_core_says(parser: Parser) -> None:
    """A digest, another category and a broken file come back exactly as the core sees them."""
    for raw in (NEWEST.read_bytes(), b"---\ntitle: x\ndate: 2026-02-06\ncategory: cats\n---\nhello", b"\xff"):
        assert parser.parse(raw, NEWEST.name) == parse_digest(raw, NEWEST.name, category=CATEGORY)


def test_a_text_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    """The kernel ends the worker, whatever it was computing; a new one takes its place."""
    with Parser(CATEGORY, limit_s=0.000001) as hasty:
        stopped = hasty.parse(NEWEST.read_bytes(), NEWEST.name)
        assert stopped is not None
        assert stopped.digest is None
        assert [problem.code for problem in stopped.problems] == ["file.too_slow"]
        assert hasty.parse(NEWEST.read_bytes(), NEWEST.name) == stopped


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to look for dead processes")
def test_what_parses_fast_and_prints_slowly_is_given_up_too() -> None:
    """A text may be simple and endless; nothing is left of the worker that was ended."""
    endless = NEWEST.read_bytes() + "长".encode() * 300_000
    with Parser(CATEGORY, limit_s=0.2) as parser:
        assert parse_digest(endless, NEWEST.name) is not None
        stopped = parser.parse(endless, NEWEST.name)
        assert stopped is not None
        assert [problem.code for problem in stopped.errors] == ["file.too_slow"]
        assert not parser.is_awake
        assert [path for path in Path("/proc").glob("[0-9]*") if _is_our_zombie(path)] == []
        assert parser.parse(NEWEST.read_bytes(), NEWEST.name) == parse_digest(
            NEWEST.read_bytes(), NEWEST.name, category=CATEGORY
        )


def _is_our_zombie(process: Path) -> bool:
    try:
        state, parent, *_ = (process / "stat").read_text().rpartition(")")[2].split()
        return state == "Z" and int(parent) == os.getpid()
    except OSError:
        return False


def test_a_worker_at_rest_is_let_go_and_comes_back(parser: Parser) -> None:
    """Between two digests lies a day: nothing is kept in memory for it."""
    before = parser.parse(NEWEST.read_bytes(), NEWEST.name)
    parser.rest(idle_s=0)
    assert not parser.is_awake
    assert parser.parse(NEWEST.read_bytes(), NEWEST.name) == before
    assert parser.is_awake


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to look into another process")
def test_the_worker_knows_no_secrets(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that reads strangers' text has nothing to give away."""
    monkeypatch.setenv("BOT_TOKEN", "42:TEST")
    parser.parse(b"", "x.md")
    environments = [
        (process / "environ").read_bytes() for process in Path("/proc").glob("[0-9]*") if _is_our_worker(process)
    ]
    assert environments
    assert all(b"BOT_TOKEN" not in each and b"PYTHONPATH" in each for each in environments)


def _is_our_worker(process: Path) -> bool:
    try:
        parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        return int(parent) == os.getpid() and b"parse_worker" in (process / "cmdline").read_bytes()
    except OSError:
        return False
