"""A state of its own for what calls and is called."""

import pytest

from bot.storage import Store
from tests.support.states import blank_state
from tests.support.telegram import HandClock


@pytest.fixture
async def store(tmp_path):
    opened = await Store.open(blank_state(tmp_path / "state.db"), clock=HandClock())
    yield opened
    await opened.close()
