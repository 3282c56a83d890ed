"""Posts for the sandbox: re-dated, the newest held back, later files made today's."""

import datetime as dt
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import Problem
from bot.pipeline.watching.posts import read_post
from bot.sandbox.redate import PostMirror, find_date, plan_dates, redate

TODAY = dt.date(2026, 5, 20)
POST = "---\ntitle: 一\ndate: {date}\ncategory: AI 日报\n---\n正文 date: 2020-01-01\n"


@pytest.mark.parametrize(
    "line",
    ["date: {}", "date: '{}'", 'date:   "{}"   # 封面', "date: {}T23:30:00.000Z", "date: {}\r"],
)
def test_only_the_day_changes(line: str) -> None:
    """Quotes, times, comments and line ends stay, and so does a date in the body."""
    source = f"---\ntitle: 一\n{line}\ntags: []\n---\ndate: 2020-01-01\n"
    assert redate(source.format("2026-02-06"), TODAY) == source.format("2026-05-20")


def test_a_slug_is_added_or_replaced() -> None:
    """Behind the date, with the file's own line ends; an older slug gives way."""
    post = "\ufeff---\r\ndate: 2026-02-06\r\n---\r\n正文"
    slugged = '\ufeff---\r\ndate: 2026-05-20\r\nslug: "新 篇"\r\n---\r\n正文'
    assert redate(post, TODAY, "新 篇") == slugged
    assert redate(slugged, TODAY, "新 篇") == slugged


@pytest.mark.parametrize(
    "source",
    [
        "",
        "正文",
        "---\ntitle: 一\n---\n",
        "---\ndate: 明天\n---\n",
        "---\ndate: 2026-02-30\n---\n",
        "---\ndate： 2026-02-06\n---\n",
        "---\ndate: 2026-02-06\n没有结尾",
        "---\n- date: 2026-02-06\n---\n",
    ],
)
def test_a_malformed_post_stays_as_it_is(source: str) -> None:
    """The bot has to report it; the sandbox does not mend it."""
    assert find_date(source) is None
    assert redate(source, TODAY, "x") == source


@given(st.text(), st.dates())
def test_any_text_survives(text: str, day: dt.date) -> None:
    """Whatever a file holds, nothing fails and the rest of it is untouched."""
    assert redate(text, day) == text or find_date(redate(text, day)) == day


@given(st.sets(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), min_size=1))
def test_an_archive_moves_as_a_whole(days: set[dt.date]) -> None:
    """The newest becomes today and every gap stays."""
    plan = plan_dates(days, TODAY)
    before, after = sorted(days), sorted(plan.values())
    assert plan[before[-1]] == after[-1] == TODAY
    assert [b - a for a, b in pairwise(before)] == [b - a for a, b in pairwise(after)]


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Three digests and a page without a date."""
    folder = tmp_path / "posts"
    folder.mkdir()
    for day in ("2026-02-04", "2026-02-05", "2026-02-06"):
        (folder / f"{day}-x.md").write_text(POST.format(date=day), "utf-8")
    (folder / "about.md").write_text("关于", "utf-8")
    return folder


@pytest.fixture
def mirror(posts: Path) -> PostMirror:
    """A mirror beside the posts."""
    return PostMirror(posts, posts.parent / "mirror", lambda: TODAY, "AI 日报")


def dates(posts: Path) -> dict[str, dt.date | None]:
    files = sorted((posts.parent / "mirror").iterdir())
    return {path.name: find_date(path.read_text("utf-8")) for path in files}


def test_the_newest_is_held_back_until_it_is_released(posts: Path, mirror: PostMirror) -> None:
    """Somebody opens the page, then a digest comes."""
    mirror.sync()
    assert dates(posts) == {
        "2026-02-04-x.md": dt.date(2026, 5, 18),
        "2026-02-05-x.md": dt.date(2026, 5, 19),
        "about.md": None,
    }
    mirror.release()
    assert [path.name for path in mirror.sync()] == ["2026-02-06-x.md"]
    assert dates(posts)["2026-02-06-x.md"] == TODAY


def test_a_second_scan_writes_nothing(mirror: PostMirror) -> None:
    """Even when every file was touched."""
    mirror.release()
    mirror.sync()
    assert mirror.sync() == []


def test_touching_a_file_writes_nothing(posts: Path, mirror: PostMirror) -> None:
    """The content decides."""
    mirror.sync()
    os.utime(posts / "about.md", (1, 1))
    assert mirror.sync() == []


def test_a_file_dropped_later_becomes_a_digest_of_its_own_of_today(posts: Path, mirror: PostMirror) -> None:
    """Editing it keeps its day and slug, so the bot sees a correction."""
    mirror.sync()
    dropped = posts / "2025-01-01-y.md"
    dropped.write_text(POST.format(date="2025-01-01"), "utf-8")
    [copy] = mirror.sync()
    first = copy.read_text("utf-8")
    assert 'date: 2026-05-20\nslug: "2025-01-01-y"\n' in first

    dropped.write_text(POST.format(date="2025-01-01") + "更正", "utf-8")
    assert mirror.sync() == [copy]
    assert copy.read_text("utf-8") == first + "更正"


def test_editing_a_post_of_the_archive_keeps_its_day(posts: Path, mirror: PostMirror) -> None:
    """It is mirrored again where it was, without a slug."""
    mirror.sync()
    (posts / "2026-02-05-x.md").write_text(POST.format(date="2026-02-05") + "更正", "utf-8")
    [copy] = mirror.sync()
    assert copy.read_text("utf-8") == POST.format(date="2026-05-19") + "更正"


def test_a_post_that_was_malformed_and_is_mended_becomes_todays(posts: Path, mirror: PostMirror) -> None:
    """First it is copied as it is, then it is a new digest."""
    (posts / "bad.md").write_text("---\ndate： 2026-02-06\n---\n", "utf-8")
    mirror.sync()
    assert (posts.parent / "mirror/bad.md").read_text("utf-8") == "---\ndate： 2026-02-06\n---\n"
    (posts / "bad.md").write_text("---\ndate: 2026-02-06\n---\n", "utf-8")
    mirror.sync()
    assert dates(posts)["bad.md"] == TODAY


def test_what_is_no_plain_post_has_a_stand_in_that_is_refused(posts: Path, mirror: PostMirror, tmp_path: Path) -> None:
    """A pipe, a link out of the folder, a folder, a file over 1 MiB: nothing of them is copied, none hangs, and the bot
    says what is wrong with each. A hidden file is nothing."""
    os.mkfifo(posts / "pipe.md")
    (tmp_path / "secret.md").write_text("秘密", "utf-8")
    (posts / "link.md").symlink_to(tmp_path / "secret.md")
    (posts / "folder.md").mkdir()
    (posts / ".hidden.md").write_text("x", "utf-8")
    with (posts / "huge.md").open("wb") as huge:
        huge.truncate(10 << 30)
    copied = ["2026-02-04-x.md", "2026-02-05-x.md", "about.md"]
    assert [path.name for path in mirror.sync()] == [*copied, "folder.md", "huge.md", "link.md", "pipe.md"]
    refused = {}
    for name in ("folder.md", "huge.md", "link.md", "pipe.md"):
        refused[name] = read_post(posts.parent / "mirror", name)
    assert {name: problem.code for name, problem in refused.items() if isinstance(problem, Problem)} == {
        "folder.md": "file.not_regular",
        "huge.md": "file.too_large",
        "link.md": "file.outside",
        "pipe.md": "file.not_regular",
    }
    (posts / "pipe.md").unlink()
    (posts / "folder.md").rmdir()
    (posts / "folder.md").write_text("文", "utf-8")
    assert [path.name for path in mirror.sync()] == ["folder.md"]
    assert not (posts.parent / "mirror/pipe.md").exists()


def test_bytes_that_are_no_text_are_copied_as_they_are(posts: Path, mirror: PostMirror) -> None:
    """The bot has to say what is wrong."""
    (posts / "bytes.md").write_bytes(b"---\ndate: 2026-02-06\n---\n\xff")
    mirror.sync()
    assert (posts.parent / "mirror/bytes.md").read_bytes() == b"---\ndate: 2026-02-06\n---\n\xff"


def test_a_removed_post_leaves_the_mirror_and_an_older_run_leaves_nothing(posts: Path, mirror: PostMirror) -> None:
    """The mirror's folder belongs to the mirror."""
    (posts.parent / "mirror").mkdir()
    (posts.parent / "mirror/old.md").write_text("旧", "utf-8")
    mirror.sync()
    (posts / "2026-02-04-x.md").unlink()
    mirror.sync()
    assert sorted(dates(posts)) == ["2026-02-05-x.md", "about.md"]


def test_a_draft_or_another_category_is_not_the_newest(posts: Path, mirror: PostMirror) -> None:
    """They move with the archive; what is held back is a digest."""
    draft = POST.format(date="2026-03-01").replace("title", "draft: true\ntitle")
    (posts / "draft.md").write_text(draft, "utf-8")
    (posts / "other.md").write_text(POST.format(date="2026-03-02").replace("AI 日报", "随笔"), "utf-8")
    mirror.sync()
    assert mirror.withheld == {"2026-02-06-x.md"}
    assert dates(posts)["draft.md"] == dt.date(2026, 6, 12)


def test_a_mirror_onto_itself_is_refused(posts: Path) -> None:
    """The posts themselves are never changed."""
    with pytest.raises(ValueError, match="folder of its own"):
        PostMirror(posts, posts, lambda: TODAY)


def test_a_missing_folder_is_an_empty_one(tmp_path: Path) -> None:
    """It may come later."""
    mirror = PostMirror(tmp_path / "posts", tmp_path / "mirror", lambda: TODAY)
    assert mirror.sync() == []
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/x.md").write_text(POST.format(date="2026-02-06"), "utf-8")
    assert len(mirror.sync()) == 1
