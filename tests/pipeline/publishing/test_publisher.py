"""From a settled file to a campaign: what goes out, what waits, what the admins are asked."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.tags.edition import TagFilter
from bot.pipeline.publishing.decisions import Answer, PublishError
from bot.pipeline.publishing.requests import request_publication
from bot.pipeline.watching.watcher import Gone
from bot.storage.errors import StoreBusyError
from bot.storage.plans import EditionKey, GroupEdition
from bot.storage.records import CampaignKind, ChatKind, DigestState
from tests.support.publishing import TODAY, House, open_house, paper
from tests.support.telegram import HandClock, eventually

TOMORROW = dt.date(2026, 2, 7)
KEY = "20260206"
NAME = "2026-02-05-a.md"
STUB = """---
title: System Diagnostic Report
date: 2026-02-06
category: AI 日报
summary: "System status: nominal."
---
# System Diagnostic Report

All system components are functioning within normal parameters.
"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose first start is behind it, with an empty folder."""
    async with open_house(tmp_path) as house:
        yield house


async def test_a_digest_of_today_goes_out_at_once(house: House) -> None:
    """It is in the archive, has one campaign with the group and an edition for everybody, and delivery is woken."""
    house.write(NAME, paper(TODAY))
    await house.work()
    (campaign,) = await house.campaigns()
    assert campaign.digest_key == KEY
    calls = await house.store.campaigns.calls(campaign.id, GroupEdition().key)
    assert [call.section for call in calls] == [None, 1, 2, 3]
    assert [call.params.get("disable_notification", False) for call in calls] == [False, True, True, True]
    assert len(await house.store.campaigns.calls(campaign.id, EditionKey("card"))) == 1
    assert await house.archive.latest() == KEY
    assert len(house.wakes) == 1
    assert house.told == []


async def test_each_distinct_choice_of_tags_is_printed_once(house: House) -> None:
    """Two readers of the same tags share an edition; who stopped has none."""
    robots, chips = TagFilter(("机器人",)), TagFilter(("芯片算力",), ("安全",))
    for reader, tags in ((1001, robots), (1002, robots), (1003, chips), (1004, TagFilter(("开源",)))):
        await house.store.chats.ensure(reader, ChatKind.PRIVATE)
        await house.store.chats.set_filter(reader, tags)
        await house.store.chats.subscribe(reader)
    await house.store.chats.unsubscribe(1004)
    house.write(NAME, paper(TODAY))
    await house.work()
    (campaign,) = await house.campaigns()
    printed = [await house.store.campaigns.calls(campaign.id, EditionKey("card", tags.key)) for tags in (robots, chips)]
    assert [len(calls) for calls in printed] == [1, 1]
    assert printed[0][0].params["text"] != printed[1][0].params["text"]
    assert await house.store.campaigns.calls(campaign.id, EditionKey("card", TagFilter(("开源",)).key)) == ()


async def test_tomorrows_digest_waits_for_its_hour_across_a_restart(tmp_path: Path) -> None:
    """Written at 23:30 the evening before, it goes out at eight, though the bot was restarted in between, and is not
    shown to readers before."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock) as house:
        house.write("2026-02-06-b.md", paper(TOMORROW))
        await house.work()
        assert await house.state("20260207") == "waiting"
        assert await house.archive.latest() is None
    async with open_house(tmp_path, clock=clock) as house:
        await house.work()
        assert await house.publisher.tick() == 15
        clock.now_ms = 1_770_336_000_000 + 86_400_000 - 4_000
        assert await house.publisher.tick() == 4
        assert await house.campaigns() == []
        clock.advance(seconds=4)
        await house.publisher.tick()
        assert len(await house.campaigns()) == 1
        assert await house.archive.latest() == "20260207"


async def test_a_draft_waits_until_its_author_has_finished(house: House) -> None:
    """`draft: true` sends nothing and asks nobody; without it the digest goes out."""
    house.write(NAME, paper(TODAY, head="draft: true\n"))
    await house.work()
    assert await house.state(KEY) == "waiting"
    house.write(NAME, paper(TODAY))
    await house.work()
    assert await house.state(KEY) == "published"
    assert house.told == []


async def test_an_old_digest_is_archived_and_not_sent(house: House) -> None:
    """Three days old is history: found by search, never sent."""
    house.write("2026-02-02-a.md", paper(dt.date(2026, 2, 3)))
    await house.work()
    assert await house.state("20260203") == "seen"
    assert await house.campaigns() == []
    assert await house.archive.latest() == "20260203"


async def test_a_digest_that_waited_too_long_is_archived(tmp_path: Path) -> None:
    """A bot that was off for a week does not send last week's digest."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock) as house:
        house.write("2026-02-06-b.md", paper(TOMORROW))
        await house.work()
    clock.advance(seconds=7 * 86_400)
    async with open_house(tmp_path, clock=clock) as house:
        await house.work()
        assert await house.state("20260207") == "seen"
        assert await house.campaigns() == []
        assert await house.archive.latest() == "20260207"


async def test_an_identical_text_changes_nothing(house: House) -> None:
    """Saving, touching, deleting and restoring a published file sends nothing and tells nobody."""
    house.write(NAME, paper(TODAY))
    await house.work()
    house.write(NAME, paper(TODAY))
    await house.work()
    (house.posts_dir / NAME).unlink()
    await house.work()
    assert await house.archive.latest() is None
    house.write(NAME, paper(TODAY))
    await house.work()
    assert len(await house.campaigns()) == 1
    assert await house.archive.latest() == KEY
    assert house.told == []


async def test_a_renamed_file_is_the_same_digest(house: House) -> None:
    """Another name, the same text: nothing is sent twice, and a later change is still a change of that digest."""
    house.write(NAME, paper(TODAY))
    await house.work()
    (house.posts_dir / NAME).rename(house.posts_dir / "2026-02-06-renamed.md")
    await house.work()
    house.write("2026-02-06-renamed.md", paper(TODAY, story="推理更快，也更便宜。"))
    await house.work()
    assert [campaign.digest_key for campaign in await house.campaigns()] == [KEY]
    assert len(await house.store.digests.all()) == 1


async def test_a_copy_of_a_digest_is_refused(house: House) -> None:
    """A second file with the same text or the same identity is told to the admins and not sent."""
    house.write(NAME, paper(TODAY))
    await house.work()
    house.write("2026-02-05-copy.md", paper(TODAY))
    house.write("2026-02-06-a.md", paper(TODAY, title="另一个标题"))
    await house.work()
    assert len(await house.campaigns()) == 1
    assert len(house.told) == 2
    assert all(NAME in part.text for part in house.told)


async def two_files_of_one_digest(house: House) -> str:
    """Both wait for eight o'clock, one of them in vain; its name."""
    house.clock.advance(seconds=-6 * 3600)
    second = "2026-02-06-a.md"
    for name in (NAME, second):
        house.write(name, paper(TODAY, title=name))
        await house.work()
    assert [NAME in part.text and second in part.text for part in house.told] == [True]
    return second


async def published_at_eight(house: House) -> set[str]:
    """The files of the digests that go out."""
    await house.work()
    house.clock.advance(seconds=6 * 3600)
    await house.work()
    return {known.name for known in await house.store.digests.all() if known.state is DigestState.PUBLISHED}


async def test_deleting_one_of_two_files_of_a_digest_lets_the_other_out(house: House) -> None:
    """As the admins were told: one of them has to go."""
    second = await two_files_of_one_digest(house)
    (house.posts_dir / NAME).unlink()
    assert await published_at_eight(house) == {second}


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_slug_in_either_of_two_files_of_a_digest_lets_both_out(house: House, is_first: bool) -> None:
    """They were two digests of the day."""
    second = await two_files_of_one_digest(house)
    name = NAME if is_first else second
    house.write(name, paper(TODAY, title=name, head="slug: evening\n"))
    assert await published_at_eight(house) == {NAME, second}
    assert len(house.told) == 1


async def test_two_digests_of_one_day_are_two(house: House) -> None:
    """Different slugs and different texts: a morning and an evening edition."""
    house.write("2026-02-06-morning.md", paper(TODAY))
    house.write("2026-02-06-evening.md", paper(TODAY, title="晚报"))
    await house.work()
    keys = [campaign.digest_key for campaign in await house.campaigns()]
    assert len(keys) == 2
    assert min(keys, key=len) == KEY
    assert all(key.startswith(KEY) for key in keys)


async def test_a_broken_file_is_told_once_and_mending_it_publishes(tmp_path: Path) -> None:
    """The admins hear of it once, not at every restart; the mended file goes out by itself."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock) as house:
        house.write(NAME, paper(TODAY).replace("date: ", "date："))
        await house.work()
        (told,) = house.told
        assert NAME in told.text
        assert [button.text for button in told.keyboard[0]] == ["预览", "仍要发布", "丢弃"]
    async with open_house(tmp_path, clock=clock) as house:
        await house.work()
        assert house.told == []
        house.write(NAME, paper(TODAY))
        await house.work()
        assert await house.state(KEY) == "published"
        house.write(NAME, b"\xff\xfe")
        await house.work()
        assert len(house.told) == 1
        assert await house.archive.latest() == KEY


async def test_a_guessed_day_is_forgotten_when_the_file_says_another(house: House) -> None:
    """An impossible date, held under the day in the file's name: mended, it is one digest of its own day."""
    house.write("2026-02-05-x.md", paper(TODAY).replace("date: 2026-02-06", "date: 2026-02-36"))
    await house.work()
    assert await house.state("20260205") == "held"
    house.write("2026-02-05-x.md", paper(TODAY))
    await house.work()
    assert await house.state("20260205") == "discarded"
    assert [campaign.digest_key for campaign in await house.campaigns()] == [KEY]
    assert list(house.switches.shown.values()) == [f"{house.told[0].text}\n→ 已改好，重新检查过了。"]


@pytest.mark.parametrize("text", ["STUB", "\xff"])
async def test_a_deleted_file_leaves_no_question_behind(house: House, text: str) -> None:
    """It is struck out; put back, it is a question again."""
    raw = STUB.encode() if text == "STUB" else text.encode("latin-1")
    house.write(NAME, raw)
    await house.work()
    (house.posts_dir / NAME).unlink()
    await house.work()
    assert house.switches.shown[1].endswith("→ 文件已经删除。")
    house.write(NAME, raw)
    await house.work()
    assert [part.text for part in house.told] == [house.told[0].text] * 2


async def test_a_strange_digest_is_held_until_an_admin_decides(house: House) -> None:
    """A broken generation is not sent; the admins are asked once, and a tap sends it after all."""
    house.write(NAME, STUB)
    await house.work()
    await house.work()
    (question,) = house.told
    verbs = ("peek", "pub", "keep")
    assert [button.callback for button in question.keyboard[0]] == [f"v1:{verb}:{KEY}" for verb in verbs]
    assert await house.campaigns() == []
    assert await house.archive.latest() is None
    assert await house.publisher.approve(KEY) is Answer.DONE
    assert await house.publisher.approve(KEY) is Answer.PUBLISHED_BEFORE
    assert len(await house.campaigns()) == 1


async def test_a_discarded_digest_stays_away_until_it_is_written_anew(house: House) -> None:
    """丢弃 is for this text; a regenerated sound one goes out."""
    house.write(NAME, STUB)
    await house.work()
    assert await house.publisher.discard(KEY) is Answer.DONE
    await house.work()
    assert await house.state(KEY) == "discarded"
    house.write(NAME, paper(TODAY))
    await house.work()
    assert await house.state(KEY) == "published"
    assert await house.publisher.discard(KEY) is Answer.PUBLISHED_BEFORE


async def test_a_published_digest_is_not_overwritten_by_a_strange_one(house: House) -> None:
    """Readers keep the good text; the admins hear what happened."""
    house.write(NAME, paper(TODAY))
    await house.work()
    house.write(NAME, STUB)
    await house.work()
    digest = await house.archive.digest(KEY)
    assert digest is not None
    assert digest.title == "模型与芯片"
    assert len(house.told) == 1


async def test_a_published_file_that_takes_another_date_is_not_simply_sent_again(house: House) -> None:
    """Mending the date of yesterday's news does not ring everybody a second time without a person's word."""
    house.write(NAME, paper(TODAY))
    await house.work()
    house.clock.advance(seconds=86_400)
    house.write(NAME, paper(TOMORROW))
    await house.work()
    assert len(await house.campaigns()) == 1
    assert await house.state("20260207") == "held"
    assert len(house.told) == 1


async def test_the_first_start_sends_nothing_and_asks_about_today(tmp_path: Path) -> None:
    """An old archive is taken in silently: one message, with the question about today's digest."""
    posts = tmp_path / "posts"
    posts.mkdir()
    for day in range(1, 7):
        date = dt.date(2026, 2, day)
        (posts / f"{date.isoformat()}-x.md").write_text(paper(date, title=f"第{day}期"))
    (posts / "broken.md").write_text("---\ntitle：坏\n---\n")
    (posts / "2026-02-06-y.md").write_text(paper(TOMORROW))
    clock = HandClock()
    async with open_house(tmp_path, clock=clock) as house:
        await house.work()
        await house.work()
        (told,) = house.told
        assert "5" in told.text
        assert "broken.md" in told.text
        assert "第6期" in told.text
        assert [button.callback for button in told.keyboard[0]] == [f"v1:pub:{KEY}", f"v1:keep:{KEY}"]
        assert await house.campaigns() == []
        assert await house.archive.latest() == KEY
        assert await house.state("20260207") == "waiting"
    async with open_house(tmp_path, clock=clock) as house:
        await house.work()
        assert house.told == []
        assert await house.publisher.approve(KEY) is Answer.DONE
        assert len(await house.campaigns()) == 1


async def test_history_is_taken_in_while_readers_are_served(tmp_path: Path) -> None:
    """The watcher's first look waits for the archive, so nothing is understood twice; a second digest of a day, which
    is looked at more closely, follows by itself."""
    (tmp_path / "posts").mkdir()
    for day in range(1, 5):
        (tmp_path / "posts" / f"2026-02-0{day}-a.md").write_text(paper(dt.date(2026, 2, day), title=f"第{day}期"))
    (tmp_path / "posts" / "2026-02-04-evening.md").write_text(paper(dt.date(2026, 2, 4), title="晚报"))
    async with open_house(tmp_path, is_prepared=False) as house:
        looking = asyncio.create_task(house.watcher.scan())
        await asyncio.sleep(0)
        assert not looking.done()
        await house.publisher.prepare()
        await looking
        assert await house.archive.keys() == ("20260204", "20260203", "20260202", "20260201")
        assert {known.state for known in await house.store.digests.all()} == {"seen"}
        assert house.told == []
        await house.work()
        assert len(await house.archive.keys()) == 5
        assert "5" in house.told[0].text


async def test_a_stop_in_the_middle_of_history_loses_nothing(tmp_path: Path) -> None:
    """Nothing is half done: the next start is still the first."""
    (tmp_path / "posts").mkdir()
    for day in range(1, 9):
        (tmp_path / "posts" / f"2026-01-0{day}-a.md").write_text(paper(dt.date(2026, 1, day)))
    stop = asyncio.Event()
    async with open_house(tmp_path, is_prepared=False) as house:
        running = asyncio.create_task(house.publisher.run(stop))
        await asyncio.sleep(0)
        stop.set()
        await running
        assert await house.store.digests.all() == ()
        assert await house.store.meta.is_first_start()
        assert not house.archive.is_usable
    async with open_house(tmp_path) as house:
        assert len(await house.archive.keys()) == 8
        assert "8" in house.told[0].text


async def test_only_keeping_todays_digest_leaves_it_in_the_archive(tmp_path: Path) -> None:
    """只收录: found by search, never sent."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / NAME).write_text(paper(TODAY))
    async with open_house(tmp_path) as house:
        await house.work()
        assert await house.publisher.discard(KEY) is Answer.DONE
        house.write(NAME, paper(TODAY, story="推理更快，也更便宜。"))
        await house.work()
        assert await house.campaigns() == []
        assert await house.archive.latest() == KEY


async def test_an_empty_folder_ends_the_first_start_at_once(house: House) -> None:
    """The first digest of a new installation is news, not history."""
    assert not await house.store.meta.is_first_start()
    assert house.told == []


async def test_a_first_start_without_a_way_to_the_admins_is_told_later(tmp_path: Path) -> None:
    """Telegram is not reachable: nothing is lost, the question comes with the next look."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / NAME).write_text(paper(TODAY))
    async with open_house(tmp_path, admins_reachable=False) as house:
        await house.work()
        assert await house.store.meta.is_first_start()
        house.switches.admins_reachable = True
        await house.work()
        assert len(house.told) == 1
        assert not await house.store.meta.is_first_start()


async def test_a_lost_archive_is_built_anew_without_sending(tmp_path: Path) -> None:
    """The archive is disposable: deleting it brings back the same keys and sends nothing."""
    clock = HandClock()
    async with open_house(tmp_path, clock=clock) as house:
        house.write("2026-02-06-morning.md", paper(TODAY))
        house.write("2026-02-06-evening.md", paper(TODAY, title="晚报"))
        house.write("2026-02-06-tomorrow.md", paper(TOMORROW))
        await house.work()
        keys = await house.archive.keys()
    for file in tmp_path.glob("archive.db*"):
        file.unlink()
    async with open_house(tmp_path, clock=clock) as house:
        assert await house.archive.keys() == keys
        await house.work()
        assert await house.archive.keys() == keys
        assert len(await house.campaigns()) == 2
        assert house.told == []


async def test_a_checkout_that_touches_everything_sends_nothing(tmp_path: Path) -> None:
    """New inodes and new times, the same texts: silence."""
    clock = HandClock()
    (tmp_path / "posts").mkdir()
    async with open_house(tmp_path, clock=clock) as house:
        for day in (4, 5, 6):
            house.write(f"2026-02-0{day}-x.md", paper(dt.date(2026, 2, day)))
        await house.work()
        count = len(await house.campaigns())
        for path in list(house.posts_dir.iterdir()):
            text = path.read_bytes()
            path.unlink()
            path.write_bytes(text)
        await house.work()
        assert len(await house.campaigns()) == count
        assert house.told == []


async def test_groups_that_are_not_resolved_yet_delay_the_digest(house: House) -> None:
    """No publication goes past the group because Telegram was unreachable at start."""
    house.switches.groups_resolved = False
    house.write(NAME, paper(TODAY))
    await house.work()
    assert await house.state(KEY) == "waiting"
    house.switches.groups_resolved = True
    await house.publisher.tick()
    (campaign,) = await house.campaigns()
    assert await house.store.campaigns.calls(campaign.id, GroupEdition().key)


async def test_other_posts_are_passed_over_in_silence(house: House) -> None:
    """Only the category asked for is published; nobody is bothered about the rest."""
    house.write("2026-02-06-cats.md", paper(TODAY).replace("AI 日报", "随笔"))
    await house.work()
    assert await house.store.digests.all() == ()
    assert house.told == []


async def test_the_operator_publishes_a_file_whatever_its_age(house: House) -> None:
    """`publish FILE` is carried out by the running bot at its next look."""
    house.write("2026-01-01-x.md", paper(dt.date(2026, 1, 1)))
    path = house.posts_dir / "2026-01-01-x.md"
    assert await request_publication(path, house.publisher.intake, house.store.digests) is Answer.DONE
    await house.publisher.tick()
    assert [campaign.digest_key for campaign in await house.campaigns()] == ["20260101"]
    assert await request_publication(path, house.publisher.intake, house.store.digests) is Answer.PUBLISHED_BEFORE


async def test_a_file_elsewhere_or_unreadable_cannot_be_requested(house: House) -> None:
    """The reason is given as a problem with its remedy."""
    (house.posts_dir.parent / "x.md").write_text(paper(TODAY))
    house.write("bad.md", b"\xff")
    house.write("cats.md", paper(TODAY).replace("AI 日报", "随笔"))
    for path in (house.posts_dir.parent / "x.md", *map(house.posts_dir.joinpath, ("bad.md", "cats.md", "gone.md"))):
        with pytest.raises(PublishError):
            await request_publication(path, house.publisher.intake, house.store.digests)


async def test_a_word_about_a_digest_nobody_knows(house: House) -> None:
    """An old button after the state was lost harms nothing."""
    assert await house.publisher.approve("20200101") is Answer.UNKNOWN
    assert await house.publisher.discard("20200101") is Answer.UNKNOWN


async def test_a_file_that_went_away_cannot_be_approved(house: House) -> None:
    """The admin is told, and nothing is sent."""
    house.write(NAME, STUB)
    await house.work()
    (house.posts_dir / NAME).unlink()
    assert await house.publisher.approve(KEY) is Answer.FILE_GONE
    assert await house.campaigns(CampaignKind.DIGEST) == []


HOSTILE = {
    "brackets": "[" * 50_000,
    "emphasis": "*a **b " * 20_000,
    "table": "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|b|\n" * 5_000,
    "quotes": ">" * 100_000,
    "lines": "a\n\n" * 300_000,
    "html": "<div " * 100_000,
}


@pytest.mark.parametrize("bomb", HOSTILE.values(), ids=HOSTILE)
async def test_a_bomb_is_refused_and_the_next_digest_goes_out(house: House, bomb: str) -> None:
    """Nothing is sent of it, the admins hear of it, and a sound file beside it is published as ever."""
    house.write("2026-02-06-bomb.md", paper(TODAY, title="炸弹") + bomb)
    house.write("2026-02-06-yaml.md", f"---\ntitle: {'[' * 30_000}\ndate: 2026-02-06\ncategory: AI 日报\n---\n正文\n")
    house.write(NAME, paper(TODAY))
    await house.work()
    assert len(await house.campaigns()) == 1
    digest = await house.archive.digest(KEY)
    assert digest is not None
    assert digest.title == "模型与芯片"
    assert len(house.told) == 2


async def test_a_state_that_does_not_answer_for_a_moment_does_not_end_the_publisher(house: House) -> None:
    """A server that restarts, a lock that lasts: it looks again."""
    house.write("2026-02-05-a.md", paper(TODAY))
    await house.watcher.scan()
    house.clock.advance(seconds=2)
    await house.watcher.scan()
    database, reading = house.store._database, house.store._database.reading
    refusals = [StoreBusyError("busy on purpose")]

    def busy_once() -> AbstractAsyncContextManager[AsyncConnection]:
        if refusals:
            raise refusals.pop()
        return reading()

    database.reading = busy_once  # type: ignore[method-assign]
    stop = asyncio.Event()
    running = asyncio.create_task(house.publisher.run(stop))
    await eventually(lambda: not refusals)
    await asyncio.sleep(0)
    await house.publisher.on_change(Gone("nothing.md"))
    await eventually(lambda: house.wakes)
    stop.set()
    await running

    assert await house.state(KEY) == "published"
