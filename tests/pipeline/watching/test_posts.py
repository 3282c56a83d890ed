"""Reading the folder of posts without trusting it."""

import os
import socket
from pathlib import Path

import pytest

from bot.core.digest.source import MAX_BYTES
from bot.core.models import Problem, Severity
from bot.pipeline.watching.posts import Post, list_posts, read_post


def refusal(folder: Path, name: str) -> str:
    """The code with which a file is refused."""
    found = read_post(folder, name)
    assert isinstance(found, Problem)
    assert found.severity is Severity.ERROR
    return found.code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder of posts."""
    (tmp_path / "posts").mkdir()
    return tmp_path / "posts"


def test_a_post_is_its_bytes_and_their_hash(folder: Path) -> None:
    """Two files that say the same have the same content hash, whatever their names and times."""
    (folder / "a.md").write_bytes(b"\xef\xbb\xbfsame\r\n")
    (folder / "b.md").write_bytes(b"\xef\xbb\xbfsame\r\n")
    one, other = read_post(folder, "a.md"), read_post(folder, "b.md")
    assert isinstance(one, Post)
    assert isinstance(other, Post)
    assert one.raw == b"\xef\xbb\xbfsame\r\n"
    assert one.content_hash == other.content_hash
    assert one.signature != other.signature


def test_only_visible_markdown_files_are_listed(folder: Path) -> None:
    """Editors' locks, hidden files and other formats are none of our business."""
    for name in ("a.md", "B.MD", ".#a.md", "a.md~", "notes.txt", "cover.png"):
        (folder / name).touch()
    assert list(list_posts(folder)) == ["B.MD", "a.md"]


def test_a_missing_folder_is_an_error_and_not_an_empty_one(folder: Path) -> None:
    """Who cannot look must not conclude that everything was deleted."""
    with pytest.raises(OSError, match="No such file"):
        list_posts(folder / "nowhere")


def test_a_file_that_went_away_is_none(folder: Path) -> None:
    """Between the listing and the reading a file may vanish."""
    assert read_post(folder, "gone.md") is None


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    """A link may not show the group what lies elsewhere on the machine."""
    (folder.parent / "secret").write_text("BOT_TOKEN")
    (folder / "a.md").symlink_to(folder.parent / "secret")
    (folder / "b.md").symlink_to("/etc/passwd")
    (folder / "c.md").symlink_to(folder / "nowhere")
    assert {refusal(folder, name) for name in ("a.md", "b.md", "c.md")} == {"file.outside"}


def test_a_link_that_turns_in_circles_is_refused(folder: Path) -> None:
    """A loop of links ends."""
    (folder / "a.md").symlink_to(folder / "b.md")
    (folder / "b.md").symlink_to(folder / "a.md")
    assert refusal(folder, "a.md") == "file.unreadable"
    assert list(list_posts(folder)) == ["a.md", "b.md"]


def test_a_link_within_the_folder_is_read(folder: Path) -> None:
    """`latest.md` may point to the newest digest."""
    (folder / "real.txt").write_text("hello")
    (folder / "a.md").symlink_to("real.txt")
    assert isinstance(read_post(folder, "a.md"), Post)


def test_pipes_sockets_devices_and_folders_are_refused_without_waiting(folder: Path) -> None:
    """None of them is ever opened for reading."""
    os.mkfifo(folder / "pipe.md")
    (folder / "folder.md").mkdir()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / "door.md"))
        names = list(list_posts(folder))
        assert names == ["door.md", "folder.md", "pipe.md"]
        assert {refusal(folder, name) for name in names} == {"file.not_regular"}


def test_ten_gigabytes_of_nothing_are_refused_unread(folder: Path) -> None:
    """The size is asked before a byte is read."""
    with (folder / "huge.md").open("wb") as file:
        file.truncate(10 << 30)
    assert refusal(folder, "huge.md") == "file.too_large"


def test_the_limit_itself_is_allowed(folder: Path) -> None:
    """Exactly one MiB is read, one byte more is not."""
    (folder / "most.md").write_bytes(b"a" * MAX_BYTES)
    (folder / "more.md").write_bytes(b"a" * (MAX_BYTES + 1))
    assert isinstance(read_post(folder, "most.md"), Post)
    assert refusal(folder, "more.md") == "file.too_large"


@pytest.mark.parametrize("name", [b"a\nb.md", b"a\x1b[2Jb.md", b"\xff\xfe.md", "a\u202eb.md".encode()])
def test_names_that_could_deceive_a_terminal_are_refused(folder: Path, name: bytes) -> None:
    """Control characters, directional overrides and bytes that are no text: the name is told in plain ASCII."""
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("x")
    (listed,) = list_posts(folder)
    found = read_post(folder, listed)
    assert isinstance(found, Problem)
    assert found.code == "file.name"
    assert str(found.values["name"]).isascii()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_why(folder: Path) -> None:
    """The reason of the operating system is passed on."""
    (folder / "a.md").touch(mode=0)
    found = read_post(folder, "a.md")
    assert isinstance(found, Problem)
    assert found.values == {"reason": "Permission denied"}
