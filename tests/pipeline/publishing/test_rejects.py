"""Files that are not published as they are: what becomes of them on an admin's word."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.pipeline.publishing.decisions import Answer, PublishError
from bot.pipeline.publishing.noticeboard import Noticeboard, file_ticket, refused_files
from bot.pipeline.publishing.rejects import Rejects
from bot.pipeline.watching.intake import DUPLICATE, Entry, Unreadable
from bot.pipeline.watching.posts import refusal
from tests.support.publishing import TODAY, House, open_house, paper
from tests.support.telegram import HandClock

NAME = "draft.md"
TICKET = file_ticket(NAME)
KEY = "20260206"
UNDATED = paper(TODAY).replace("date: 2026-02-06\n", "")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose first start is behind it, with an empty folder."""
    async with open_house(tmp_path) as house:
        yield house


async def written(house: House, text: str | bytes, name: str = NAME) -> None:
    """An author saves it and the bot has looked at it."""
    house.write(name, text)
    await house.work()


@pytest.mark.parametrize(
    "text",
    [
        UNDATED,
        "---\n- AI 日报\n---\n## 一节\n\n正文。",
        "---\ntitle: &a 重磅\nseo: *a\n---\n## 一节\n\n正文。",
        f"---\ntitle: {'[' * 30_000}\n---\n## 一节\n\n正文。",
        UNDATED + "|a" * 500 + "|\n" + "|-" * 500 + "|\n",
        UNDATED.encode() + b"\xff",
        UNDATED.replace("AI 日报", "AI").encode("gb18030"),
    ],
    ids=["undated", "list", "aliases", "bomb", "table", "broken byte", "GBK"],
)
async def test_what_can_be_read_goes_out_as_todays_on_an_admins_word(house: House, text: str | bytes) -> None:
    """Whatever is wrong; nothing goes out before, and once it is out a further look changes nothing, nor does another
    admin's tap at the same moment, who reads that it is settled and not that nothing was sent."""
    await written(house, text)
    (told,) = house.told
    assert [button.callback for button in told.keyboard[0]] == [
        f"v1:{verb}:{TICKET}" for verb in ("fpeek", "fpub", "fdrop")
    ]
    assert (await house.campaigns(), await house.store.digests.all()) == ([], ())

    assert await house.publisher.overrule(TICKET) is Answer.DONE
    assert await house.publisher.overrule(TICKET) is Answer.SETTLED
    assert await house.publisher.drop(TICKET) is Answer.SETTLED
    await house.work()
    assert [campaign.digest_key for campaign in await house.campaigns()] == [KEY]
    assert house.switches.shown[1] == f"{told.text}\n→ 好，这就发。"
    digest = await house.archive.digest(KEY)
    assert digest is not None
    assert digest.date == TODAY
    assert "\ufffd" not in digest.title


async def test_its_date_stays_when_days_pass_and_the_archive_is_lost(tmp_path: Path) -> None:
    """A makeshift of yesterday is yesterday's, read anew from the file or not, and mended it is corrected."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock) as house:
        await written(house, UNDATED)
        await house.publisher.overrule(TICKET)
    (tmp_path / "archive.db").unlink()
    clock.advance(seconds=86_400)
    async with open_house(tmp_path, clock=clock) as house:
        await house.work()
        assert (house.told, await house.archive.latest()) == ([], KEY)
        await written(house, UNDATED.replace("推理更快", "推理快得多"))
        assert await house.publisher.overrule(TICKET) is Answer.CORRECTED
        await written(house, paper(TODAY))
        assert await house.archive.latest() == KEY
        assert len(await house.campaigns()) == 1
        assert len(await house.store.digests.all()) == 1


async def test_a_published_digest_takes_broken_words_only_on_an_admins_word(house: House) -> None:
    """Then the group's messages are corrected, with what a person would read."""
    await written(house, paper(TODAY))
    await written(house, paper(TODAY, story="快得多。").replace("title:", "title："))
    found = await house.publisher.look(TICKET)
    assert isinstance(found, Entry)
    assert not found.is_makeshift
    digest = await house.archive.digest(KEY)
    assert digest is not None
    assert "快得多" not in repr(digest)

    assert await house.publisher.overrule(TICKET) is Answer.CORRECTED
    assert house.publisher.corrections.due(house.clock()) == [KEY]
    digest = await house.archive.digest(KEY)
    assert digest is not None
    assert "快得多" in repr(digest)
    assert len(await house.campaigns()) == 1


@pytest.mark.parametrize("is_copy", [True, False])
async def test_the_second_file_of_a_digest_becomes_one_of_its_own_on_an_admins_word(
    tmp_path: Path, is_copy: bool
) -> None:
    """Each keeps its key from then on, over a restart and when either changes."""
    first, second = "2026-02-06-x.md", "2026-02-05-x.md"
    text = paper(TODAY) if is_copy else paper(TODAY, title="晚报")
    async with open_house(tmp_path) as house:
        await written(house, paper(TODAY), first)
        await written(house, text, second)
        assert "只能留一个" in house.told[0].text
        assert await house.publisher.overrule(file_ticket(second)) is Answer.DONE
        clock = house.clock
    async with open_house(tmp_path, clock=clock) as house:
        await house.work()
        await written(house, paper(TODAY, story="改过。"), first)
        await written(house, text.replace("推理", "推论"), second)
        await house.work()
        assert house.told == []
        known = {one.name: one.key for one in await house.store.digests.all()}
        assert known[first] == KEY
        assert known[second].startswith(f"{KEY}-")
        assert sorted(one.digest_key for one in await house.campaigns()) == sorted(known.values())


async def test_a_copy_is_looked_at_again_with_its_own_original_only(house: House) -> None:
    """However many copies come at once, each is read when it comes, and not with every other one."""
    board = Noticeboard(house.store.meta, house.switches, house.publisher.press.say, house.clock)
    rejects = Rejects(house.publisher.intake, board, house.publisher.press.say)
    for name, other in (("b.md", "a.md"), ("c.md", "a.md"), ("y.md", "x.md")):
        await rejects.tell(Unreadable(name, name, (refusal(DUPLICATE, other=other),)))
    assert [rejects.rivals(name) for name in ("a.md", "x.md", "b.md")] == [["b.md", "c.md"], ["y.md"], []]
    await rejects.tell(Unreadable("c.md", "c", (refusal(DUPLICATE, other="x.md"),)))
    await rejects.forgive("b.md")
    assert [rejects.rivals(name) for name in ("a.md", "x.md")] == [[], ["c.md", "y.md"]]


async def test_a_dropped_file_is_silent_until_it_changes(tmp_path: Path) -> None:
    """Over a restart, and for the doctor, too."""
    async with open_house(tmp_path) as house:
        await written(house, UNDATED)
        assert await house.publisher.drop(TICKET) is Answer.DONE
        assert house.switches.shown[1] == f"{house.told[0].text}\n→ 好，不发；文件改了再检查。"
        clock = house.clock
    async with open_house(tmp_path, clock=clock) as house:
        await house.work()
        assert house.told == []
        assert await refused_files(house.store.meta) == []
        await written(house, UNDATED + "\n还是没有日期。\n")
        assert len(house.told) == 1
        await written(house, paper(TODAY))
        assert await house.state(KEY) == "published"


async def test_a_word_about_what_a_file_said_before_lets_nothing_out(house: House) -> None:
    """It has changed since, and the bot has not looked yet: what it says now nobody has seen."""
    await written(house, UNDATED)
    house.write(NAME, UNDATED + "\n还没看过的一句。\n")
    assert await house.publisher.overrule(TICKET) is Answer.FILE_GONE
    assert await house.campaigns() == []


async def test_what_is_no_text_cannot_be_published_by_anybody(house: House) -> None:
    """The reason is the answer, and the question stays."""
    (house.posts_dir / NAME).mkdir()
    await house.work()
    with pytest.raises(PublishError) as refused:
        await house.publisher.overrule(TICKET)
    assert [problem.code for problem in refused.value.problems] == ["file.not_regular"]
    assert house.switches.shown[1] == house.told[0].text


@pytest.mark.parametrize("name", [b"2026-02-06-\xff.md", b"2026-02-06-\n.md"])
async def test_a_file_whose_name_is_no_text_answers_with_that(house: House, name: bytes) -> None:
    """It can be looked at and dropped like any other."""
    ticket = file_ticket(os.fsdecode(name))
    await written(house, paper(TODAY), os.fsdecode(name))
    with pytest.raises(PublishError) as refused:
        await house.publisher.overrule(ticket)
    assert [problem.code for problem in refused.value.problems] == ["file.name"]
    assert await house.publisher.drop(ticket) is Answer.DONE


async def test_a_word_about_a_file_nobody_knows(house: House) -> None:
    """An old or forged button harms nothing."""
    house.write(NAME, UNDATED)
    assert await house.publisher.overrule(TICKET) is Answer.SETTLED
    assert await house.publisher.drop("0" * 16) is Answer.SETTLED
    assert await house.publisher.look("../../etc/passwd") is None


async def test_other_posts_are_no_makeshift_digests(house: House) -> None:
    """Whose category can be read and is another's is passed over, however broken; whose cannot is told of."""
    await written(house, "---\ntitle：散文\ncategory: 随笔\n---\n正文。", "essay.md")
    assert house.told == []
    await written(house, "---\n随笔一篇\n---\n正文。", "list.md")
    assert len(house.told) == 1
