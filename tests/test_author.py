"""The author's desk on the command line: lengths, links told before, and the preview in every form."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.config import Settings
from bot.core.format.deep_links import Links
from bot.core.models import Problem
from bot.proofreader import Proofreader
from bot.storage import Store
from bot.storage.records import ChatKind
from tests.support.parsing import shared_parser
from tests.support.publishing import TODAY, paper
from tests.support.samples import taxonomy
from tests.support.states import blank_state

FILE = "posts/2026-02-06-x.md"


@pytest.fixture(autouse=True)
def _posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("posts").mkdir()
    Path(FILE).write_text(paper(TODAY), "utf-8")


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


def problems(*files: str) -> list[Problem]:
    """What `check` prints of files that are named; it starts a worker each time, these share one."""
    reader = Proofreader(Path("posts"), shared_parser(), taxonomy(), Links("b"), subscribers=0, per_second=28.5)
    return [problem for file in files for problem in reader.problems(Path(file), is_named=True) or ()]


def codes(*files: str) -> list[str]:
    return [problem.code for problem in problems(*files)]


def subscribe(readers: int) -> None:
    """A state with so many subscribers, as a bot that once ran leaves it."""

    async def fill() -> None:
        store = await Store.open(blank_state(Path("var/state.db")), clock=lambda: 0)
        for chat_id in range(1, readers + 1):
            await store.chats.ensure(chat_id, ChatKind.PRIVATE)
            await store.chats.subscribe(chat_id)
        await store.close()

    Path("var").mkdir()
    asyncio.run(fill())


def test_check_says_how_long_the_digest_is_and_how_long_it_takes() -> None:
    """In words below the findings; the readers are counted in the state when there is one."""
    assert "群里 4 条消息" in run("check", FILE)
    subscribe(60)
    assert "今天有 60 位订阅者，每人 1 条，约 3 秒送完" in run("check", FILE)


def test_minutes_to_deliver_are_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the pace of the settings."""
    subscribe(60)
    assert json.loads(run("check", "--json", FILE)) == []
    monkeypatch.setenv("RATE_PER_SECOND", "0.5")
    (found,) = json.loads(run("check", "--json", FILE))
    assert (found["code"], found["severity"], found["line"]) == ("length.delivery", "hint", 0)
    assert "60 位订阅者，全部送到约需 2 分钟" in found["message"]


def test_links_of_the_last_thirty_days_are_known() -> None:
    """Of digests before this one, whatever their files are called; not of later or much older ones."""
    before = paper(TODAY.replace(month=1, day=20))
    for name in ("2026-01-19-old.md", "no-date-in-the-name.md"):
        Path("posts", name).write_text(before, "utf-8")
        found = [one for one in problems(FILE) if one.code == "link.known"]
        assert len(found) == 5
        assert found[0].values["date"] == "2026-01-20"
        assert found[0].line > 1
        Path("posts", name).unlink()
    for day in (TODAY.replace(year=2025), TODAY.replace(month=3)):
        Path("posts", f"{day}-x.md").write_text(paper(day), "utf-8")
    assert codes(FILE) == []


def test_a_file_outside_of_the_posts_is_checked_against_them() -> None:
    """An author's draft folder; a missing folder of posts is no trouble."""
    draft = Path("draft.md")
    draft.write_text(paper(TODAY.replace(day=7)), "utf-8")
    assert set(codes(str(draft))) == {"link.known"}
    Path(FILE).unlink()
    Path("posts").rmdir()
    assert codes(str(draft)) == []


def test_a_post_of_another_category_is_named_when_it_is_asked_for() -> None:
    """Its author would wait in vain; in a whole folder such posts are only counted."""
    for line, code in (("category: 随笔", "category.other"), ("", "category.missing")):
        Path("posts/essay.md").write_text(paper(TODAY.replace(day=9)).replace("category: AI 日报", line), "utf-8")
        assert code in codes("posts/essay.md")
    assert "另有 1 个文件不是“AI 日报”，没有检查" in run("check")
    assert json.loads(run("check", "--json")) == []


def test_two_files_of_one_digest_are_an_error_and_two_digests_of_a_day_a_warning() -> None:
    """Both are named, whatever is checked; the file itself, in another folder, is no rival."""
    other = Path("posts/2026-02-06-y.md")
    other.write_text(paper(TODAY), "utf-8")
    found = json.loads(run("check", "--json", code=1))
    assert [(one["file"], one["code"]) for one in found if one["severity"] == "error"] == [
        (FILE, "file.duplicate"),
        (str(other), "file.duplicate"),
    ]
    other.write_text(paper(TODAY, title="晚报"), "utf-8")
    assert codes(FILE) == ["date.shared"]
    other.unlink()
    Path("2026-02-06-x.md").write_text(paper(TODAY), "utf-8")
    assert codes("2026-02-06-x.md") == []


def test_a_date_far_from_the_name_is_a_slip() -> None:
    """Also at the ends of the calendar, where no digest is."""
    for year, code in (("2062", "date.unlike_name"), ("0001", "date.impossible"), ("9999", "date.impossible")):
        Path(FILE).write_text(paper(TODAY).replace("date: 2026", f"date: {year}"), "utf-8")
        (found,) = problems(FILE)
        assert (found.code, found.line) == (code, 3)


def test_a_folder_is_checked_as_its_posts() -> None:
    """By its name, and an empty one says so."""
    assert run("check", "posts") == run("check")
    assert run("check", "posts").startswith("检查了 1 个文件，没有问题。\n")
    Path(FILE).unlink()
    assert "没有 .md 文件" in run("check", "posts")


@pytest.mark.parametrize(("name", "value"), [("POSTS_DIR", "nowhere"), ("ADMIN_IDS", "me")])
def test_json_stays_json_when_the_settings_are_wrong(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The reason stands in it."""
    monkeypatch.setenv(name, value)
    (found,) = json.loads(run("check", "--json", code=78))
    assert (found["code"], found["severity"]) == ("settings.wrong", "error")
    assert name in found["message"]


def test_preview_in_style_rich_is_the_calls_of_rich_messages() -> None:
    """The machine form."""
    calls: list[dict[str, Any]] = json.loads(run("preview", FILE, "--json", "--style", "rich"))
    assert [call["method"] for call in calls] == ["sendRichMessage"]
    blocks = calls[0]["params"]["rich_message"]["blocks"]
    assert blocks[0] == {"type": "heading", "text": "模型与芯片", "size": 1}
    assert {"details", "heading", "paragraph"} <= {block["type"] for block in blocks}


def test_preview_of_a_digest_without_date_goes_by_the_files_name() -> None:
    """The error is told apart from it, and by the exit code; with a worse one nothing is shown."""
    Path(FILE).write_text(Path(FILE).read_text("utf-8").replace("date:", "day:"), "utf-8")
    result = CliRunner().invoke(cli, ["preview", FILE, "--json"], catch_exceptions=False)

    assert result.exit_code == 1
    assert [call["method"] for call in json.loads(result.stdout)] == ["sendMessage"] * 4
    assert "date" in result.stderr

    Path(FILE).write_text(Path(FILE).read_text("utf-8").replace("title:", "title："), "utf-8")
    assert run("preview", FILE, "--json", code=1) == ""


def test_preview_draws_rich_messages_in_the_terminal() -> None:
    """Headings, folded insight and buttons can be read."""
    shown = run("preview", FILE, "--style", "rich")
    for words in ("模型与芯片", "▸ 💡 深度解读 & 洞察", "▏ ", "• ", "每天私信给我"):
        assert words in shown


@pytest.mark.parametrize("style", ["full", "card", "rich"])
def test_preview_writes_a_page(style: str) -> None:
    """One file; nothing on standard output unless JSON is asked for besides."""
    assert run("preview", FILE, "--html", "page.html", "--style", style) == ""
    page = Path("page.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "模型与芯片" in page
    assert json.loads(run("preview", FILE, "--html", "page.html", "--style", style, "--json"))


def test_a_page_that_cannot_be_written_is_said_so() -> None:
    """In words, with exit code 1."""
    result = CliRunner().invoke(cli, ["preview", FILE, "--html", "nowhere/page.html"], catch_exceptions=False)
    assert result.exit_code == 1
    assert "写不了 nowhere/page.html" in result.stderr


@pytest.mark.parametrize("fields", ["title: 今日", "- 今日", "title: *甲\nseo: &a x\ntags: *a"])
def test_front_matter_that_cannot_be_read_hides_no_mistake_of_the_body(fields: str) -> None:
    """One round of mending is enough; two files without a date are not of one day."""
    for name in ("one.md", "two.md"):
        Path(name).write_text(f"---\n{fields}\n---\n## 一节\n\n### [新闻](/a)\n\n正文。\n", "utf-8")
    found = codes("one.md", "two.md")
    assert "link.relative" in found
    assert "date.shared" not in found
