"""Many campaigns in one process: memory, descriptors and the write-ahead log stay flat."""

import gc
import os
import tracemalloc
from pathlib import Path

import pytest

from bot.storage.dialect import PRAGMAS
from tests.support.engine import open_engine

WAL_LIMIT_BYTES = 64 << 20
WARM_UP = 4


def descriptors():
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a folder of numbers


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")
async def test_campaign_after_campaign_nothing_grows(tmp_path, depth):
    """A month of broadcasts, as far as counting goes."""
    assert f"journal_size_limit={WAL_LIMIT_BYTES}" in PRAGMAS
    async with open_engine(tmp_path) as engine:
        engine.telegram.calls = type(engine.telegram.calls)(maxlen=100)
        await engine.readers(10)
        async with engine.running():
            before = 0
            tracemalloc.start()
            try:
                for number in range(WARM_UP + 10 * depth):
                    if number == WARM_UP:
                        before, opened = measure(engine), descriptors()
                    await engine.broadcast()
                    engine.delivery.wake()
                    await engine.idle()
                grown = measure(engine) - before
            finally:
                tracemalloc.stop()
            wal = (tmp_path / "state.db-wal").stat().st_size
            print(f"\nsoak: {grown >> 10} KB, {descriptors() - opened} descriptors more, WAL {wal >> 10} KB")  # noqa: T201
            assert descriptors() <= opened + 2
            assert wal <= WAL_LIMIT_BYTES
            assert grown < 512 * 1024 + 8 * 1024 * 10 * depth


def measure(engine):
    """Bytes in use by Python, without the fake Telegram's own memory of messages."""
    for chat_id in list(engine.telegram.world.messages):
        engine.telegram.world.messages[chat_id].clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
