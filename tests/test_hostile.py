"""Hostile input in the folder of posts, through the command line and through the running parts: each a clear problem,
nothing of it sent, and a sound digest beside it goes out as ever."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.config import Settings
from bot.locales import catalogue
from bot.pipeline.publishing.noticeboard import refused_files
from tests.support.publishing import TODAY, open_house, paper

NAME = "2026-02-06-trap.md"
SOUND = "2026-02-06-sound.md"


def says(text: str | bytes) -> Callable[[Path], None]:
    """A file with this content."""

    def plant(path: Path) -> None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return plant


def with_body(text: str) -> Callable[[Path], None]:
    """A digest that goes on with this text."""
    return says(paper(TODAY, title="陷阱") + text)


def with_fields(*lines: str) -> Callable[[Path], None]:
    """A digest with this front matter."""
    return says("\n".join(["---", *lines, "---", "", "## 一节", "", "### 新闻", "", "正文。"]))


def sparse(path: Path) -> None:
    """Ten gigabytes that take no room."""
    with path.open("wb") as file:
        file.truncate(10 << 30)


def fifo(path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path)


def device(path: Path) -> None:
    """A device, reached through a link."""
    path.symlink_to("/dev/zero")


def outside(path: Path) -> None:
    """A link to a file that is none of ours."""
    path.symlink_to("/etc/hostname")


def dangling(path: Path) -> None:
    """A link to nothing."""
    path.symlink_to("nowhere.md")


def is_folder(path: Path) -> None:
    """A folder with the name of a post."""
    path.mkdir()


def strange_name(path: Path) -> None:
    """Control characters in the name."""
    (path.parent / "2026-02-06\x1b[31m\n.md").write_text(paper(TODAY), "utf-8")


def no_utf8_name(path: Path) -> None:
    """Bytes in the name that are no text."""
    Path(os.fsdecode(os.fsencode(path.parent) + b"/2026-02-06-\xff.md")).write_text(paper(TODAY), "utf-8")


FIELDS = ("title: 陷阱", "category: AI 日报")
LAUGHS = [
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" if n else "a0: &a0 [哈, 哈, 哈, 哈, 哈, 哈, 哈, 哈]"
    for n in range(9)
]
TRAPS: dict[str, tuple[Callable[[Path], None], str]] = {
    "full-width colon": (with_fields("title：陷阱", "date: 2026-02-06", FIELDS[1]), "front_matter.full_width"),
    "missing date": (with_fields(*FIELDS), "date.missing"),
    "impossible date": (with_fields(*FIELDS, "date: 2026-02-30"), "date.impossible"),
    "list": (with_fields("- AI 日报", "- 2026-02-06"), "front_matter.not_fields"),
    "scalar": (with_fields("AI 日报 2026-02-06"), "front_matter.not_fields"),
    "aliases": (with_fields(*FIELDS, "date: 2026-02-06", "tags: &a [甲]", "seo: *a"), "front_matter.alias"),
    "laughs": (with_fields(*FIELDS, "date: 2026-02-06", *LAUGHS), "front_matter.alias"),
    "yaml brackets": (with_fields(*FIELDS, "date: 2026-02-06", "tags: " + "[" * 12_000), "front_matter.too_complex"),
    "long front matter": (with_fields(*FIELDS, "seo: " + "[" * 30_000), "front_matter.too_long"),
    "invalid UTF-8": (says(paper(TODAY).encode() + b"\xff\xfe"), "file.not_utf8"),
    "a zero byte": (says(paper(TODAY).encode() + b"\0"), "file.not_utf8"),
    "over 1 MiB": (with_body("长" * (1 << 20)), "file.too_large"),
    "empty": (says(b""), "file.empty"),
    "sparse": (sparse, "file.too_large"),
    "fifo": (fifo, "file.not_regular"),
    "device": (device, "file.outside"),
    "link outside": (outside, "file.outside"),
    "dangling link": (dangling, "file.outside"),
    "folder": (is_folder, "file.not_regular"),
    "control characters in the name": (strange_name, "file.name"),
    "bytes in the name": (no_utf8_name, "file.name"),
    "brackets": (with_body("[" * 50_000), "markdown.too_complex"),
    "emphasis": (with_body("*a **b " * 20_000), "markdown.too_complex"),
    "wide table": (with_body("\n" + "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n"), "markdown.table"),
    "endless blanks": (with_body("```\n" + " " * 12_000 + "x\n```\n"), "file.unprintable"),
    "a list for a key": (with_fields(*FIELDS, "date: 2026-02-06", "[a]: b"), "front_matter.syntax"),
    "deep quotes": (with_body("\n\n" + ">" * 5_000 + "a"), "markdown.too_deep"),
}  # fmt: skip
GUESSABLE = {"front_matter.full_width", "front_matter.syntax", "date.missing", "date.impossible"}
"""A person can see what was meant: an admin may send it all the same."""
NEVER_READ = {"file.too_large", "file.not_regular", "file.outside", "file.name"}
"""Such a file is not even opened, or not to its end: there is nothing to send."""
traps = pytest.mark.parametrize(("plant", "code"), TRAPS.values(), ids=TRAPS)


@pytest.fixture
def posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of posts, with the default settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts").mkdir()
    return tmp_path / "posts"


def check(*files: str) -> tuple[int, list[dict[str, object]]]:
    """Exit code and findings of `check --json`."""
    result = CliRunner().invoke(cli, ["check", "--json", *files], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout)


def test_check_names_every_trap_and_reads_on(posts: Path) -> None:
    """One error with its sentence for each; the sound file beside them has none."""
    planted = {}
    for number, (plant, code) in enumerate(TRAPS.values()):
        before = set(posts.iterdir())
        plant(posts / f"2026-02-06-trap-{number}.md")
        (path,) = set(posts.iterdir()) - before
        planted[f"posts/{path.name}".encode("utf-8", "backslashreplace").decode()] = code
    (posts / SOUND).write_text(paper(TODAY), "utf-8")
    exit_code, found = check()
    errors = [one for one in found if one["severity"] == "error"]
    assert exit_code == 1
    assert {one["file"]: one["code"] for one in errors} == planted
    assert len(errors) == len(planted)
    assert all(one["message"] != one["code"] for one in errors)


@traps
async def test_the_bot_tells_of_the_trap_once_and_sends_the_sound_digest(
    tmp_path: Path, plant: Callable[[Path], None], code: str
) -> None:
    """From the watcher to the ledger: one publication, one message to the admins with what to mend."""
    async with open_house(tmp_path) as house:
        plant(house.posts_dir / NAME)
        house.write(SOUND, paper(TODAY))
        for _ in range(2):
            await house.work()
        assert [one.digest_key for one in await house.campaigns()] == ["20260206"]
        assert len(house.told) == 1
        expected = catalogue().sentences[f"problem.{code}"].split("{")[0]
        assert expected in house.told[0].text
        assert "改好存盘" in house.told[0].text
        assert [button.text for button in house.told[0].keyboard[0]] == ["预览", "仍要发布", "丢弃"]
        assert ("“仍要发布”按能读出来的排" in house.told[0].text) == (code not in GUESSABLE | NEVER_READ)


def test_five_hundred_files_at_once_are_all_judged(posts: Path) -> None:
    """Every one by itself, whatever its neighbours are."""
    for number in range(500):
        day = dt.date(2024, 1, 1) + dt.timedelta(number)
        colon = ":" if number % 10 else "："
        text = f"---\ntitle{colon} 甲\ndate: {day}\ncategory: AI 日报\n---\n## 一节\n\n### 新闻\n\n正文。\n"
        (posts / f"{day}-x.md").write_text(text, "utf-8")
    exit_code, found = check()
    errors = [one for one in found if one["severity"] == "error"]
    assert exit_code == 1
    assert len(errors) == 50
    assert {one["code"] for one in errors} == {"front_matter.full_width"}


async def test_very_many_broken_files_at_once_do_not_hold_up_the_sound_one(tmp_path: Path) -> None:
    """Ten are told one by one, then that there are more; each can still be looked up, and mended."""
    async with open_house(tmp_path) as house:
        for number in range(60):
            house.write(f"2026-02-06-a{number}.md", b"\xff")
        house.write(SOUND, paper(TODAY))
        await house.work()
        assert [one.digest_key for one in await house.campaigns()] == ["20260206"]
        assert len(house.told) == 11
        assert "不再一一发了" in house.told[-1].text
        assert len(await refused_files(house.store.meta)) == 60
        house.write("2026-02-06-a59.md", paper(TODAY, title="改好了"))
        await house.work()
        assert len(await refused_files(house.store.meta)) == 59


def test_a_device_named_on_the_command_line_is_not_read(posts: Path) -> None:
    """`check /dev/zero` ends, with a problem."""
    exit_code, found = check("/dev/zero")
    assert exit_code == 1
    assert [one["code"] for one in found] == ["file.not_regular"]


@pytest.mark.parametrize("plant", [strange_name, no_utf8_name])
def test_a_strange_name_does_nothing_to_the_terminal(posts: Path, plant: Callable[[Path], None]) -> None:
    """It is shown escaped."""
    plant(posts / NAME)
    result = CliRunner().invoke(cli, ["check"], catch_exceptions=False)
    assert result.exit_code == 1
    assert "\x1b" not in result.stdout
    assert "改名" in result.stdout


@pytest.mark.parametrize("name", ["brackets", "full-width colon", "fifo", "sparse"])
def test_preview_of_a_trap_fails_with_the_problem(posts: Path, name: str) -> None:
    """No page is written, nothing stands on standard output."""
    plant, code = TRAPS[name]
    plant(posts / NAME)
    page = posts.parent / "page.html"
    result = CliRunner().invoke(cli, ["preview", f"posts/{NAME}", "--html", str(page)])
    assert (result.exit_code, result.stdout, page.exists()) == (1, "", False)
    assert code in result.stderr
