"""The delivery engine on a state of its own, without admins and with them."""

import pytest

from tests.support.engine import open_engine


@pytest.fixture
async def engine(tmp_path):
    async with open_engine(tmp_path) as opened:
        yield opened


@pytest.fixture
async def staffed(tmp_path):
    """An engine with admins to ask."""
    async with open_engine(tmp_path, has_admins=True) as opened:
        yield opened
