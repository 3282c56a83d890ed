"""The groups of GROUP_CHATS, looked up on Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from telegram.ext import ExtBot

from bot.core.delivery.throttle import Lane
from bot.pipeline.publishing.corrections import NotYetError
from bot.pipeline.publishing.targets import Groups
from bot.sandbox.answers import success
from bot.sandbox.faults import Fault
from bot.sandbox.people import ChatKind as TelegramKind
from bot.sandbox.telegram import GROUP, GROUP_NAME, FakeTelegram
from bot.storage import Store
from bot.storage.plans import GroupEdition, Target
from bot.storage.records import ChatKind
from tests.support.states import blank_state
from tests.support.telegram import HandClock, build_bot

OLD, NEW = -4711, -1001234567890


@dataclass(frozen=True)
class Named:
    """A group as the operator wrote it."""

    chat: str | int
    thread: int | None = None


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram(HandClock())


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[ExtBot[Lane]]:
    async with build_bot(telegram) as made:
        yield made


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(blank_state(tmp_path / "state.db"), clock=HandClock())
    yield opened
    await opened.close()


async def test_a_name_is_looked_up_once(telegram: FakeTelegram, bot: ExtBot[Lane], store: Store) -> None:
    groups = Groups([Named(f"@{GROUP_NAME}", thread=5)], bot, store.chats)

    assert await groups.targets() == await groups.targets() == (Target(GROUP, 5),)
    assert len(telegram.calls_of("getChat")) == 1


async def test_a_group_that_telegram_does_not_know_is_left_out(bot: ExtBot[Lane], store: Store) -> None:
    groups = Groups([Named("@nobody_has_this_name"), Named(GROUP)], bot, store.chats)

    assert await groups.targets() == (Target(GROUP),)


async def test_without_an_answer_the_publication_waits(telegram: FakeTelegram, bot: ExtBot[Lane], store: Store) -> None:
    groups = Groups([Named(f"@{GROUP_NAME}")], bot, store.chats)
    telegram.fail("getChat", Fault.bad_gateway())
    telegram.fail("getChat", Fault(success(True)))

    for _ in range(2):
        with pytest.raises(NotYetError):
            await groups.targets()
    assert await groups.targets() == (Target(GROUP),)


async def test_a_number_is_enough_where_the_answer_cannot_be_read(
    telegram: FakeTelegram, bot: ExtBot[Lane], store: Store
) -> None:
    telegram.fail("getChat", Fault(success(True)))

    assert await Groups([Named(GROUP)], bot, store.chats).targets() == (Target(GROUP),)


async def test_a_group_of_the_settings_gets_digests_whatever_was_chosen_before(bot: ExtBot[Lane], store: Store) -> None:
    """Its administrators had stopped them; what the operator writes wins."""
    await store.chats.ensure(GROUP, ChatKind.GROUP)
    await store.chats.unsubscribe(GROUP)

    assert await Groups([Named(GROUP)], bot, store.chats).targets() == (Target(GROUP),)
    chat = await store.chats.get(GROUP)
    assert (chat.is_home, chat.is_subscribed) == (True, True)


async def test_the_operators_topic_wins_and_the_chosen_one_comes_back(bot: ExtBot[Lane], store: Store) -> None:
    """`:thread` fixes it; without it the topic is the administrators' own."""
    await store.chats.ensure(GROUP, ChatKind.GROUP)
    await store.chats.set_topic(GROUP, 9)

    assert await Groups([Named(GROUP, 5)], bot, store.chats).targets() == (Target(GROUP, 5),)
    assert await Groups([Named(GROUP)], bot, store.chats).targets() == (Target(GROUP, 9),)


async def test_a_group_taken_out_of_the_settings_gets_nothing_any_more(bot: ExtBot[Lane], store: Store) -> None:
    """Until its administrators want it; a group that only cannot be found today is not let go."""
    await Groups([Named(GROUP)], bot, store.chats).targets()
    assert await Groups([Named("@nobody_has_this_name")], bot, store.chats).targets() == ()
    assert (await store.chats.get(GROUP)).is_home

    assert await Groups([], bot, store.chats).targets() == ()
    assert not (await store.chats.get(GROUP)).is_home
    await store.chats.subscribe(GROUP)
    assert await Groups([], bot, store.chats).targets() == (Target(GROUP),)


async def test_the_style_is_the_groups_own_or_that_of_the_settings(bot: ExtBot[Lane], store: Store) -> None:
    """Where rich messages were refused, the classic form is what it gets."""
    groups = Groups([Named(GROUP)], bot, store.chats, "rich")
    assert await groups.targets() == (Target(GROUP, None, GroupEdition("rich")),)

    await store.chats.set_rich_refused(GROUP, True)
    assert await groups.targets() == (Target(GROUP),)

    await store.chats.set_style(GROUP, "card")
    await store.chats.set_silent(GROUP, True)
    assert await groups.targets() == (Target(GROUP, None, GroupEdition("card", is_silent=True)),)


async def test_a_group_that_became_a_supergroup_is_found_by_its_old_number(
    telegram: FakeTelegram, bot: ExtBot[Lane], store: Store
) -> None:
    """While the bot runs, and after a restart with the settings as they were."""
    telegram.add_group(OLD, "小群", kind=TelegramKind.GROUP)
    groups = Groups([Named(OLD)], bot, store.chats)
    assert await groups.targets() == (Target(OLD),)
    await store.chats.set_silent(OLD, True)

    telegram.migrate(OLD, NEW)
    await store.chats.migrate(OLD, NEW)

    moved = (Target(NEW, None, GroupEdition(is_silent=True)),)
    assert await groups.targets() == moved
    assert await Groups([Named(OLD)], bot, store.chats).targets() == moved
