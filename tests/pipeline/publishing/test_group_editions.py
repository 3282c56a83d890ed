"""Each group gets a digest as its administrators chose, and is corrected in the form in which it got it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.tags.edition import TagFilter
from bot.sandbox.messages import Message
from bot.sandbox.people import ChatKind as Kind
from bot.sandbox.telegram import GROUP
from bot.storage.plans import GroupEdition
from bot.storage.records import ChatKind
from tests.pipeline.publishing.test_corrections import (
    NAME,
    card_links,
    deliver,
    delivering,
    edit,
    published,
    unfinished_groups,
)
from tests.support.publishing import TODAY, House, open_house, paper
from tests.support.telegram import eventually

OTHER, CHANNEL = -1001234567890, -1009876543210
CHIPS = TagFilter(("芯片算力",))
CHEAPER = "推理更快，也更便宜。"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Besides the group of the settings, another group wants digests."""
    async with open_house(tmp_path) as house:
        house.telegram.add_group(OTHER, "别的群")
        await house.store.chats.ensure(OTHER, ChatKind.GROUP, "别的群")
        await house.store.chats.subscribe(OTHER)
        yield house


def there(house: House, chat_id: int = OTHER) -> list[Message]:
    return house.telegram.bot_messages(chat_id)


def texts(house: House, chat_id: int = OTHER) -> list[str]:
    return [message.text for message in there(house, chat_id)]


async def test_a_group_that_wants_digests_gets_them_like_the_one_of_the_settings(house: House) -> None:
    """And one that does not want them any more gets nothing."""
    await published(house)
    assert texts(house) == texts(house, GROUP)
    assert len(there(house)) == 4

    await house.store.chats.unsubscribe(OTHER)
    house.write("2026-02-06-b.md", paper(TODAY, title="号外"))
    await house.work()
    await deliver(house)
    assert (len(there(house)), len(there(house, GROUP))) == (4, 8)


async def test_with_tags_a_group_gets_its_items_and_the_card_says_of_how_many(house: House) -> None:
    """Sections are counted anew, items keep their numbers; the other group has everything."""
    await house.store.chats.set_filter(OTHER, CHIPS)
    await published(house)

    card, section = texts(house)
    assert card.splitlines()[:2] == ["模型与芯片", "2026-02-06 周五 · 按标签从 5 条里选出 1 条"]
    assert "要点一" not in card
    assert section.startswith("芯片算力\n")
    assert "2. 英伟达推出新的芯片" in section
    assert len(there(house, GROUP)) == 4


async def test_the_card_of_a_choice_leads_to_its_own_sections(house: House) -> None:
    """To the messages of that group."""
    await house.store.chats.set_filter(GROUP, TagFilter((), ("模型",)))
    await published(house)
    assert len(card_links(house)) == len(there(house, GROUP)) - 1 == 2


async def test_of_a_digest_without_its_tags_a_group_gets_nothing(house: House) -> None:
    """Nor a word about it; the others get theirs."""
    await house.store.chats.set_filter(OTHER, TagFilter(("量子",)))
    await published(house)
    assert there(house) == []
    assert len(there(house, GROUP)) == 4


async def test_in_a_silent_group_not_even_the_card_rings(house: House) -> None:
    """In any style."""
    await house.store.chats.set_silent(OTHER, True)
    await house.store.chats.set_silent(GROUP, True)
    await house.store.chats.set_style(GROUP, "rich")
    await published(house)
    assert [message.is_silent for message in (*there(house), *there(house, GROUP))] == [True] * 5


async def test_what_was_written_goes_out_whatever_is_chosen_meanwhile(house: House) -> None:
    """The next digest comes as chosen; a correction of the first edits it in its own form."""
    house.write(NAME, paper(TODAY))
    await house.work()
    await house.store.chats.set_style(OTHER, "card")
    await house.store.chats.set_filter(OTHER, CHIPS)
    await house.store.chats.unsubscribe(OTHER)
    await deliver(house)
    assert texts(house) == texts(house, GROUP)

    await edit(house, paper(TODAY, story=CHEAPER))
    assert texts(house) == texts(house, GROUP)
    assert "也更便宜" in texts(house)[1]

    await house.store.chats.subscribe(OTHER)
    house.write("2026-02-06-b.md", paper(TODAY, title="号外"))
    await house.work()
    await deliver(house)
    assert len(there(house)) == 5
    assert "选出 1 条" in texts(house)[-1]


async def test_a_topic_chosen_meanwhile_is_that_of_the_next_digest(house: House) -> None:
    """The messages go where they were meant to go, and the card leads to them there."""
    house.telegram.open_topic(GROUP, 17)
    await house.store.chats.set_topic(GROUP, 17)
    house.write(NAME, paper(TODAY))
    await house.work()
    await house.store.chats.set_topic(GROUP, None)
    await deliver(house)
    assert {message.thread_id for message in there(house, GROUP)} == {17}
    assert len(card_links(house)) == 3
    assert all("/17/" in url for url in card_links(house))


async def test_a_correction_keeps_to_the_style_and_the_tags(house: House) -> None:
    """What changed elsewhere in the digest does not come into a group that has left it out."""
    await house.store.chats.set_style(OTHER, "card")
    await house.store.chats.set_filter(GROUP, TagFilter((), ("芯片算力",)))
    await published(house)
    await edit(house, paper(TODAY, story=CHEAPER).replace("算力翻倍", "算力三倍"))

    (card,) = texts(house)
    assert "更正" in card
    assert "也更便宜" in texts(house, GROUP)[1]
    assert not any("算力三倍" in text for text in texts(house, GROUP))


async def test_a_group_whose_own_messages_say_the_same_is_not_told_of_a_correction(house: House) -> None:
    """Its card is not marked, and is linked though the text has changed by then; the other group waits and is."""
    await house.store.chats.set_filter(GROUP, TagFilter(("芯片算力",)))
    house.write(NAME, paper(TODAY))
    await house.work()
    house.write(NAME, paper(TODAY, story=CHEAPER))
    await house.work()
    async with delivering(house):
        while await unfinished_groups(house):  # noqa: ASYNC110 - the state has no event to wait for
            await asyncio.sleep(0.005)
        await eventually(lambda: len(card_links(house)) == 1)
    await edit(house, paper(TODAY, story=CHEAPER))
    assert "更正" in texts(house)[0]
    assert "更正" not in texts(house, GROUP)[0]


async def test_a_correction_that_leaves_nothing_of_a_choice_says_so(house: House) -> None:
    """The messages cannot be taken back, so they are emptied."""
    await house.store.chats.set_filter(OTHER, TagFilter(("英伟达",)))
    await published(house)
    assert len(there(house)) == 2
    await edit(house, paper(TODAY).replace("英伟达", "某公司"))
    assert texts(house) == ["（更正后，这期没有本群标签的内容）", "（此条已并入上文）"]


async def test_a_channel_gets_its_own_edition(house: House) -> None:
    """Like any group."""
    house.telegram.add_group(CHANNEL, "频道", kind=Kind.CHANNEL)
    await house.store.chats.ensure(CHANNEL, ChatKind.CHANNEL, "频道")
    await house.store.chats.subscribe(CHANNEL)
    await house.store.chats.set_style(CHANNEL, "rich")
    await published(house)
    (message,) = there(house, CHANNEL)
    assert message.rich


@pytest.mark.parametrize("style", ["full", "card", "rich"])
@pytest.mark.parametrize("is_silent", [False, True])
def test_an_edition_is_read_from_its_key(style: str, is_silent: bool) -> None:
    """So the ledger tells how a group got a digest."""
    edition = GroupEdition(style, CHIPS.key, is_silent)
    assert GroupEdition.parse(edition.key) == edition


def test_the_key_of_a_readers_edition_is_none_of_a_group() -> None:
    """A reader's card is never taken for a group's."""
    with pytest.raises(ValueError, match="not the key of a group"):
        GroupEdition.parse(GroupEdition().key._replace(style="card"))
