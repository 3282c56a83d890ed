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
from bot.sandbox.telegram import GROUP, GROUP_NAME, FakeTelegram
from bot.storage import Store
from bot.storage.plans import Target
from tests.support.states import blank_state
from tests.support.telegram import HandClock, build_bot


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
