"""A command waits only for what it needs: loading everything takes a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.states import blank_state

CODE = """
import asyncio, sys
from bot import author

loaded = {"sqlalchemy", "aiohttp", "telegram"}.intersection(sys.modules)
from bot.storage import Store

async def start():
    store = await Store.open(sys.argv[1], clock=lambda: 0)
    await store.migrate()
    await store.close()

asyncio.run(start())
print(sorted(loaded | {"alembic", "aiohttp", "telegram"}.intersection(sys.modules)))
"""


def test_an_author_waits_for_no_database_and_a_start_for_no_migrations(tmp_path: Path) -> None:
    """`check` and `preview` load neither Telegram nor the state; a state that is up to date needs no Alembic."""
    url = blank_state(tmp_path / "state.db")
    found = subprocess.run([sys.executable, "-c", CODE, url], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
