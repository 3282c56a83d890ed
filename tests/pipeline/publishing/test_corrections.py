"""What stands in the group: the linked card, and edits of what changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.delivery.throttle import Limits, Throttle
from bot.locales import catalogue
from bot.pipeline.admins import Admins, DeliveryHooks
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.delivery import Delivery
from bot.sandbox.faults import Fault
from bot.sandbox.messages import Message
from bot.sandbox.telegram import GROUP, GROUP_NAME
from bot.storage.records import CampaignKind, ChatKind, DeliveryState
from tests.support.engine import SHORT
from tests.support.publishing import TODAY, House, open_house, paper
from tests.support.telegram import FakeRequest, build_bot, eventually

NAME = "2026-02-05-a.md"
KEY = "20260206"
FAST = Limits(per_second=5_000, chat_gap_ms=1, group_calls=1_000, group_reserve=0, group_window_ms=1)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose first start is behind it."""
    async with open_house(tmp_path) as house:
        yield house


@asynccontextmanager
async def delivering(house: House) -> AsyncIterator[FakeRequest]:
    """A delivery engine at work, and its line to Telegram."""
    limiter = Limiter(Throttle(FAST), house.store.holds, clock=house.clock)
    line = FakeRequest(house.telegram)
    sender = Sender(build_bot(house.telegram, limiter), limiter, request=line)
    hooks = DeliveryHooks(Admins((), sender), house.publisher.corrections, catalogue())
    delivery = Delivery(house.store, sender, hooks, clock=house.clock, pauses=SHORT)
    stop = asyncio.Event()
    task = asyncio.create_task(delivery.run(stop))

    async def look() -> None:
        while not stop.is_set():
            delivery.wake()
            await asyncio.sleep(0.03)

    looking = asyncio.create_task(look())
    try:
        async with asyncio.timeout(60):
            yield line
    finally:
        stop.set()
        await asyncio.gather(task, looking)


async def deliver(house: House) -> None:
    """Let a delivery engine do all that is to be done."""
    async with delivering(house):
        while not await _is_idle(house):  # noqa: ASYNC110 - the state has no event to wait for
            await asyncio.sleep(0.02)


async def unfinished_groups(house: House) -> bool:
    """Whether a group has not got everything yet."""
    campaigns = await house.store.campaigns.recent(100)
    groups = [delivery for one in campaigns for delivery in await house.store.deliveries.of_groups(one.id)]
    return any(one.state is not DeliveryState.SENT for one in groups)


async def _is_idle(house: House) -> bool:
    """Whether the group has everything; readers may still wait."""
    return not await unfinished_groups(house) and not await house.store.ledger.unsettled()


def shown(house: House) -> list[Message]:
    """What stands in the group."""
    return house.telegram.bot_messages(GROUP)


def card_links(house: House) -> list[str]:
    """Where the card's links to messages of the group lead."""
    entities = shown(house)[0].entities
    urls = [entity.url or "" for entity in entities]
    return [url for url in urls if url.startswith(f"https://t.me/{GROUP_NAME}/")]


async def published(house: House, text: str = "") -> None:
    """A digest is out and everything about it done."""
    house.write(NAME, text or paper(TODAY))
    await house.work()
    await deliver(house)


async def edit(house: House, text: str, *, wait_s: float = 60) -> None:
    """The author changes the file; time passes, and the bot does what it wants to do."""
    house.write(NAME, text)
    house.clock.advance(seconds=wait_s)
    await house.work()
    await deliver(house)


async def test_the_card_leads_to_each_section_once_they_are_there(house: House) -> None:
    """Three sections, three links to the ids of their first messages; only the card rings."""
    await published(house)
    card, *sections = shown(house)
    assert card_links(house) == [f"https://t.me/{GROUP_NAME}/{message.id}" for message in sections]
    assert [message.is_silent for message in (card, *sections)] == [False, True, True, True]


async def test_a_card_that_could_not_be_edited_is_linked_later(house: House) -> None:
    """No connection at that moment: the engine asks again, and the links come."""
    house.telegram.fail("editMessageText", Fault.refuse(), times=1)
    house.write(NAME, paper(TODAY))
    await house.work()
    await deliver(house)
    assert len(card_links(house)) == 3


async def test_only_the_changed_message_is_edited(house: House) -> None:
    """One sentence changes: its section and the card are edited, nothing new is sent, and the card says 更正."""
    await published(house)
    before = [message.text for message in shown(house)]
    calls = len(house.telegram.calls_of("editMessageText"))
    await edit(house, paper(TODAY, story="推理更快，也更便宜。"))
    after = [message.text for message in shown(house)]
    assert len(after) == len(before)
    assert "也更便宜" in after[1]
    assert after[2:] == before[2:]
    assert "更正" in after[0]
    assert len(card_links(house)) == 3
    assert len(house.telegram.calls_of("editMessageText")) - calls <= 3


@pytest.mark.parametrize("is_corrected", [False, True])
async def test_blanks_that_moved_change_nothing(house: House, is_corrected: bool) -> None:
    """Blank lines, blanks at the ends of lines, other line ends: no edit and no 更正, also after a true correction."""
    await published(house)
    text = paper(TODAY)
    if is_corrected:
        text = paper(TODAY, story="推理更快，也更便宜。")
        await edit(house, text)
    before = [message.text for message in shown(house)]
    calls = len(house.telegram.calls_of("editMessageText"))
    for old, new in (("\n\n", "\n\n\n"), ("。\n", "。 \n"), ("\n", "\r\n")):
        await edit(house, text.replace(old, new))
    assert [message.text for message in shown(house)] == before
    assert len(house.telegram.calls_of("editMessageText")) == calls
    assert len(await house.campaigns(CampaignKind.CORRECTION)) == is_corrected


async def test_blanks_that_move_before_the_card_is_linked_leave_it_linked(house: House) -> None:
    """The text is another file's content and the same words."""
    house.write(NAME, paper(TODAY))
    await house.work()
    house.write(NAME, paper(TODAY) + "\n")
    await house.work()
    await deliver(house)
    assert len(card_links(house)) == 3


async def test_a_change_that_is_taken_back_is_corrected_again(house: House) -> None:
    """What stands in the group follows the file, also back to where it was."""
    await published(house)
    before = [message.text for message in shown(house)][1:]
    await edit(house, paper(TODAY, story="推理更快，也更便宜。"))
    await edit(house, paper(TODAY))
    assert [message.text for message in shown(house)][1:] == before


async def test_corrections_come_at_most_once_a_minute(house: House) -> None:
    """An author who saves every few seconds causes one round of edits, with the last text."""
    await published(house)
    house.clock.advance(seconds=60)
    await edit(house, paper(TODAY, story="第一版。"), wait_s=0)
    for version in ("第二版。", "第三版。"):
        await edit(house, paper(TODAY, story=version), wait_s=5)
    assert len(await house.campaigns(CampaignKind.CORRECTION)) == 1
    house.clock.advance(seconds=60)
    await house.publisher.tick()
    await deliver(house)
    assert len(await house.campaigns(CampaignKind.CORRECTION)) == 2
    assert "第三版" in shown(house)[1].text


async def test_a_new_section_is_sent_and_linked(house: House) -> None:
    """A section that appears moves the others on; the last message is new and silent."""
    await published(house)
    added = "\n## 政策法律\n\n### 一部新法案获得通过\n\n法案明年一月生效，平台有半年准备。\n\n## 更多动态"
    await edit(house, paper(TODAY).replace("\n## 更多动态", added))
    sections = shown(house)[1:]
    assert len(sections) == 4
    assert "政策法律" in sections[2].text
    assert "更多动态" in sections[3].text
    assert sections[3].is_silent
    assert card_links(house) == [f"https://t.me/{GROUP_NAME}/{message.id}" for message in sections]


async def test_a_section_that_vanishes_leaves_a_word(house: House) -> None:
    """No message is deleted: the one too many says where its text went."""
    await published(house)
    text = paper(TODAY)
    start, end = text.index("## 芯片算力"), text.index("## 更多动态")
    await edit(house, text[:start] + text[end:])
    sections = shown(house)[1:]
    assert len(sections) == 3
    assert "更多动态" in sections[1].text
    assert sections[2].text == catalogue()("publisher.withdrawn")
    assert len(card_links(house)) == 2
    await edit(house, text)
    assert "更多动态" in shown(house)[3].text
    assert len(card_links(house)) == 3


async def test_a_change_during_a_restart_is_corrected_after_it(tmp_path: Path) -> None:
    """The text changed and the bot went down before the edits: the next process makes them."""
    async with open_house(tmp_path) as house:
        await published(house)
        house.clock.advance(seconds=60)
        house.write(NAME, paper(TODAY, story="推理更快，也更便宜。"))
        await house.watcher.scan()
        house.clock.advance(seconds=2)
        await house.watcher.scan()
        clock, telegram = house.clock, house.telegram
    async with open_house(tmp_path, clock=clock, telegram=telegram) as house:
        await house.work()
        await deliver(house)
        assert "也更便宜" in shown(house)[1].text


async def test_readers_see_the_new_text_when_they_open_it(house: House) -> None:
    """Nothing is sent to private chats; the archive holds the corrected text at once."""
    await published(house)
    house.write(NAME, paper(TODAY, title="新的标题"))
    await house.work()
    digest = await house.archive.digest(KEY)
    assert digest is not None
    assert digest.title == "新的标题"


async def test_the_group_is_corrected_while_readers_still_wait(house: House) -> None:
    """A fan-out of hours does not keep a mistake in the group for hours."""
    await house.store.chats.ensure(1001, ChatKind.PRIVATE)
    await house.store.chats.subscribe(1001)
    house.telegram.start(1001)
    house.telegram.fail("sendMessage", Fault.refuse(), times=1_000, chat_id=1001)
    await published(house)
    await edit(house, paper(TODAY, story="推理更快，也更便宜。"))
    assert "也更便宜" in shown(house)[1].text
    assert house.telegram.bot_messages(1001) == []


@pytest.fixture
async def rich_house(house: House) -> House:
    """A house whose group wants rich messages."""
    await house.store.chats.set_style(GROUP, "rich")
    return house


async def test_a_rich_publication_is_left_as_it_is_until_its_text_changes(rich_house: House) -> None:
    """It has no card to be linked; a change edits the rich message, which then says 更正."""
    await published(rich_house)
    (message,) = shown(rich_house)
    assert message.rich
    assert rich_house.telegram.calls_of("editMessageText") == []
    await edit(rich_house, paper(TODAY, story="推理更快，也更便宜。"))
    (corrected,) = shown(rich_house)
    assert (corrected.id, corrected.text) == (message.id, "")
    assert "也更便宜" in str(corrected.rich)
    assert "更正" in str(corrected.rich)


async def test_a_group_that_refused_rich_messages_is_linked_and_corrected_like_any_other(rich_house: House) -> None:
    """What stands there is the classic form."""
    rich_house.telegram.refuse_rich()
    await published(rich_house)
    assert len(shown(rich_house)) == 4
    assert len(card_links(rich_house)) == 3
    await edit(rich_house, paper(TODAY, story="推理更快，也更便宜。"))
    assert "也更便宜" in shown(rich_house)[1].text
    assert "更正" in shown(rich_house)[0].text


async def test_an_edit_in_the_middle_of_a_publication_mixes_no_versions(house: House) -> None:
    """The group gets the digest as it began, card and sections; then the correction, with its links."""
    old, new = paper(TODAY), paper(TODAY, story="推理更快，也更便宜。", title="改过的标题")
    house.write(NAME, old)
    await house.work()
    async with delivering(house) as line:
        line.lets_answers_through.clear()
        await eventually(lambda: line.answers_held)
        house.write(NAME, new)
        await house.work()
        line.lets_answers_through.set()
        await eventually(lambda: len(shown(house)) == 1 + 3)
        while await unfinished_groups(house):  # noqa: ASYNC110 - the state has no event to wait for
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)  # whatever the last step would do
        texts = [message.text for message in shown(house)]
        assert not any("改过的标题" in text or "也更便宜" in text for text in texts)

        house.clock.advance(seconds=60)
        await house.work()
        await eventually(lambda: "也更便宜" in shown(house)[1].text and len(card_links(house)) == 3)

    card = shown(house)[0].text
    assert "改过的标题" in card
    assert "更正" in card
    assert len(shown(house)) == 1 + 3


async def test_an_edit_that_is_taken_back_before_it_was_corrected_leaves_a_linked_card(house: House) -> None:
    """There is no correction then that would link it."""
    house.write(NAME, paper(TODAY))
    await house.work()
    async with delivering(house) as line:
        line.lets_answers_through.clear()
        await eventually(lambda: line.answers_held)
        house.write(NAME, paper(TODAY, story="也更便宜。"))
        await house.work()
        line.lets_answers_through.set()
        await eventually(lambda: len(shown(house)) == 1 + 3)
        house.write(NAME, paper(TODAY))
        await house.work()
        await eventually(lambda: len(card_links(house)) == 3)

    assert await house.campaigns(CampaignKind.CORRECTION) == []


async def test_readers_get_the_version_with_which_the_fanout_began(house: House) -> None:
    """An edit while some have it and others wait: all get the same text; what they open is the new one."""
    readers = (1001, 1002, 1003)
    for reader in readers:
        house.telegram.add_user(reader, f"reader {reader}")
        house.telegram.start(reader)
        await house.store.chats.ensure(reader, ChatKind.PRIVATE)
        await house.store.chats.subscribe(reader)
    house.write(NAME, paper(TODAY, title="第一版"))
    await house.work()
    house.telegram.fail("sendMessage", Fault.refuse(), chat_id=1003)
    async with delivering(house):
        await eventually(lambda: house.telegram.bot_messages(1001) and house.telegram.bot_messages(1002))
        house.write(NAME, paper(TODAY, title="第二版"))
        house.clock.advance(seconds=60)
        await house.work()
        await eventually(lambda: house.telegram.bot_messages(1003))

    assert all("第一版" in house.telegram.bot_messages(reader)[0].text for reader in readers)
    opened = await house.archive.digest(KEY)
    assert opened is not None
    assert opened.title == "第二版"
