"""The archive as a file: filled, read, damaged, rebuilt."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.archive import Archive, ArchiveDamaged, PostSource, content_hash, database
from bot.core.models import Digest, Passage, Section
from tests.support.archives import NOON_MS, TAXONOMY, digest, item, open_archive, source

FRIDAY, SATURDAY, MONDAY = dt.date(2026, 2, 6), dt.date(2026, 2, 7), dt.date(2026, 2, 9)


async def total(archive: Archive, query: str) -> int:
    return (await archive.search(query)).total


def post(day: dt.date, *headlines: str, key: str | None = None) -> PostSource:
    return source(digest(day, *(item(at, headline) for at, headline in enumerate(headlines, 1))), key)


async def test_without_a_file_everything_is_empty(archive: Archive) -> None:
    """Nothing is found, nothing fails, and the archive says that it has to be built."""
    assert not archive.is_usable
    assert await total(archive, "融资") == 0
    assert await archive.digest("20260206") is None
    assert await archive.latest() is await archive.nearest(FRIDAY) is await archive.previous("20260206") is None
    assert await archive.keys() == ()
    assert await archive.sources() == {}
    assert await archive.suggest("融资") == ()


async def test_what_is_indexed_outlives_the_process(tmp_path: Path) -> None:
    """The next one finds it without building anything."""
    first = await open_archive(tmp_path / "archive.db")
    await first.index(post(FRIDAY, "融资"))
    await first.close()
    second = await open_archive(tmp_path / "archive.db")
    assert second.is_usable
    assert await total(second, "融资") == 1
    await second.close()


async def test_a_changed_digest_takes_the_place_of_the_old(archive: Archive) -> None:
    """By key and by file name; the old words are gone, the others stay."""
    await archive.index(post(FRIDAY, "融资", "芯片"))
    await archive.index(post(SATURDAY, "融资"))
    await archive.index(post(FRIDAY, "机器人"))
    assert [await total(archive, word) for word in ("融资", "芯片", "机器人")] == [1, 0, 1]
    moved = post(MONDAY, "机器人")
    await archive.index(PostSource("20260209", "20260206.md", moved.raw, moved.digest))
    assert await archive.keys() == ("20260209", "20260207")
    assert await total(archive, "机器人") == 1


async def test_a_removed_digest_leaves_no_trace(archive: Archive) -> None:
    """Neither its words nor its key; removing it again is nothing."""
    await archive.index(post(FRIDAY, "融资，GPT-5.3"))
    await archive.index(post(SATURDAY, "芯片"))
    for _ in range(2):
        await archive.remove("20260206")
    assert await total(archive, "融资") == await total(archive, "GPT") == 0
    assert await archive.keys() == ("20260207",)


async def test_two_digests_of_one_day_live_side_by_side(archive: Archive) -> None:
    """Each is changed without the other."""
    await archive.index(post(FRIDAY, "早报一", "早报二"))
    await archive.index(post(FRIDAY, "晚报一", "晚报二", key="20260206-0a1b2c3d"))
    await archive.index(post(FRIDAY, "早报一", "早报三", "早报四"))
    assert await total(archive, "早报") == 3
    assert await total(archive, "晚报") == 2
    assert await archive.previous("20260206-0a1b2c3d") == "20260206"


async def test_digests_are_found_by_day(archive: Archive) -> None:
    """Latest, latest before a day, the one before, the nearest (the earlier of two)."""
    for day in (SATURDAY, FRIDAY, MONDAY):
        await archive.index(post(day, "一"))
    assert await archive.latest() == "20260209"
    assert await archive.latest(MONDAY) == "20260207"
    assert await archive.previous("20260209") == "20260207"
    assert await archive.previous("20260206") is None
    assert await archive.nearest(SATURDAY) == "20260207"
    assert await archive.nearest(dt.date(2026, 2, 8)) == "20260207"
    assert await archive.nearest(dt.date(2030, 1, 1)) == "20260209"
    assert await archive.keys(SATURDAY, SATURDAY) == ("20260207",)


async def test_a_digest_is_understood_anew_and_labelled(tmp_path: Path) -> None:
    """The stored file is parsed again, once while it stays the same."""
    found = digest(FRIDAY, item(1, "英伟达发布芯片"))
    read: list[str] = []

    def parse(raw: bytes, name: str, date: dt.date) -> Digest | None:
        read.append(f"{name}: {raw.decode()}")
        return found

    archive = Archive(tmp_path / "archive.db", TAXONOMY, lambda: NOON_MS, parse)
    await archive.open()
    await archive.index(source(found, raw=b"one"))
    assert await archive.digest("20260206") == await archive.digest("20260206") == TAXONOMY.label(found)
    await archive.index(source(found, raw=b"two"))
    assert await archive.digest("20260206") == TAXONOMY.label(found)
    assert read == ["20260206.md: one", "20260206.md: two"]
    await archive.close()


async def test_text_between_items_is_found(archive: Archive) -> None:
    """An introduction is found with the item after it, a remark with the one before."""
    first, second = item(1, "第一条", "正文"), item(2, "第二条")
    intro, remark, lonely = (Passage(item(0, "", text).blocks) for text in ("导语", "编者按", "尾声"))
    sections = (Section(1, "甲", (intro, first, remark, second)), Section(2, "乙", (lonely,)))
    await archive.index(source(Digest(FRIDAY, "", "样刊", sections)))
    for word, number in (("导语", 1), ("编者按", 1), ("尾声", 2), ("正文", 1)):
        (hit,) = (await archive.search(word)).hits
        assert hit.number == number


async def test_sources_tell_what_is_in(archive: Archive) -> None:
    """File names with the hash of their content, to see what changed."""
    found = post(FRIDAY, "融资")
    await archive.index(found)
    assert await archive.sources() == {"20260206.md": content_hash(found.raw)}


async def test_a_rebuilt_archive_takes_the_old_ones_place(archive: Archive) -> None:
    """Only what it was built of is in it, and progress was told."""
    await archive.index(post(FRIDAY, "旧闻"))
    done: list[int] = []
    await archive.rebuild([post(SATURDAY, "新闻"), post(MONDAY, "新闻")], done.append)
    assert done == [1, 2]
    assert archive.is_usable
    assert await total(archive, "旧闻") == 0
    assert await total(archive, "新闻") == 2
    await archive.index(post(FRIDAY, "旧闻"))
    assert await total(archive, "旧闻") == 1


async def test_reading_goes_on_while_rebuilding(archive: Archive) -> None:
    """The old archive answers until the new one is complete."""
    await archive.index(post(FRIDAY, "旧闻"))
    seen: list[int] = []

    async def sources() -> object:
        for number in range(3):
            seen.append(await total(archive, "旧闻"))
            yield post(SATURDAY + dt.timedelta(days=number), "新闻")

    await archive.rebuild(sources())  # type: ignore[arg-type]
    assert seen == [1, 1, 1]
    assert await total(archive, "新闻") == 3


async def test_readers_and_rebuilds_do_not_disturb_each_other(archive: Archive) -> None:
    """Searches during many exchanges all get an answer from one archive or the other."""
    await archive.rebuild([post(FRIDAY, "新闻")])

    async def search() -> set[int]:
        return {await total(archive, "新闻") for _ in range(50)}

    async def rebuild() -> None:
        for _ in range(10):
            await archive.rebuild([post(FRIDAY, "新闻"), post(SATURDAY, "新闻")])

    *found, _ = await asyncio.gather(search(), search(), rebuild())
    assert found[0] | found[1] <= {1, 2}


async def test_a_failed_rebuild_changes_nothing(archive: Archive, tmp_path: Path) -> None:
    """The old archive stays, and nothing is left beside it."""
    await archive.index(post(FRIDAY, "旧闻"))

    def broken() -> Iterator[PostSource]:
        yield post(SATURDAY, "新闻")
        raise OSError("the posts are gone")

    with pytest.raises(OSError, match="gone"):
        await archive.rebuild(broken())
    assert await total(archive, "旧闻") == 1
    assert not list(tmp_path.glob("*.new*"))


@pytest.mark.parametrize("damage", ["garbage", "truncated", "empty", "folder", "other version"])
async def test_an_unusable_file_is_replaced(tmp_path: Path, damage: str) -> None:
    """Whatever is wrong with it, the archive opens empty, says so, and is whole after a rebuild."""
    path = tmp_path / "archive.db"
    archive = await open_archive(path)
    await archive.rebuild([post(FRIDAY, *("融资",) * 500)])
    await archive.close()
    match damage:
        case "garbage":
            path.write_bytes(b"not a database" * 1000)
        case "truncated":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "empty":
            path.write_bytes(b"")
        case "folder":
            path.unlink()
            path.mkdir()
        case _:
            path.write_bytes(path.read_bytes().replace(TAXONOMY.fingerprint.encode(), b"0" * 16))
    archive = await open_archive(path)
    assert not archive.is_usable
    assert await total(archive, "融资") == 0
    await archive.rebuild([post(FRIDAY, "融资")])
    assert archive.is_usable
    assert await total(archive, "融资") == 1
    await archive.close()


async def test_a_file_that_cannot_be_written_is_as_good_as_damaged(tmp_path: Path) -> None:
    """A search may still read it, but what comes new could never be found: it is built anew."""
    path = tmp_path / "archive.db"
    archive = await open_archive(path)
    await archive.index(post(FRIDAY, "融资"))
    await archive.close()
    reading = closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True))
    with reading as connection, pytest.raises(sqlite3.OperationalError) as refused:
        connection.execute("delete from item")
    assert database.is_damage(refused.value)


async def test_damage_while_running_is_noticed(tmp_path: Path) -> None:
    """A file that rots under the running process is an ArchiveDamaged, and a rebuild mends it."""
    path = tmp_path / "archive.db"
    archive = await open_archive(path)
    posts = [post(FRIDAY, *(f"融资{number}" for number in range(3000)))]
    await archive.rebuild(posts)
    await archive.close()
    await archive.open()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(ArchiveDamaged):
        await total(archive, "融资")
    assert not archive.is_usable
    await archive.rebuild(posts)
    assert await total(archive, "融资2999") == 1
    await archive.close()


async def test_the_file_may_be_deleted_at_any_time(tmp_path: Path) -> None:
    """After the next start it is built again."""
    archive = await open_archive(tmp_path / "var" / "archive.db")
    await archive.index(post(FRIDAY, "融资"))
    shutil.rmtree(tmp_path / "var")
    await archive.close()
    await archive.open()
    assert not archive.is_usable
    await archive.index(post(FRIDAY, "融资"))
    assert await total(archive, "融资") == 1
    await archive.close()


async def test_a_monstrous_digest_is_indexed_as_far_as_it_goes(archive: Archive) -> None:
    """A day has room for 16,384 items; more do not push into the next day."""
    await archive.index(post(FRIDAY, *("融资",) * 16_400))
    await archive.index(post(SATURDAY, "融资"))
    page = await archive.search("融资", limit=1)
    assert page.total == 16_385
    assert page.hits[0].date == SATURDAY


async def test_a_closed_archive_says_so(tmp_path: Path) -> None:
    """Reading before opening or after closing is a programming error, not an endless wait."""
    archive = Archive(tmp_path / "archive.db", TAXONOMY, lambda: NOON_MS, lambda raw, name, date: None)
    with pytest.raises(RuntimeError, match="not open"):
        await archive.search("融资")


async def test_tags_are_counted_from_a_day_on_the_commonest_first(archive: Archive) -> None:
    """What an item is about counts once for each of its tags; older days do not count."""
    await archive.index(source(digest(FRIDAY, item(1, "一", "", "模型", "OpenAI"), item(2, "二", "", "模型"))))
    await archive.index(source(digest(SATURDAY, item(1, "三", "", "模型", "安全"))))

    assert list((await archive.tag_counts(FRIDAY)).items()) == [("模型", 3), ("OpenAI", 1), ("安全", 1)]
    assert await archive.tag_counts(SATURDAY) == {"模型": 1, "安全": 1}
    assert await archive.tag_counts(MONDAY) == {}
