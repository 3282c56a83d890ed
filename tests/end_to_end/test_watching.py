"""The real process as its operator watches over it: health, figures, a backup under way, a publication that asks."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.telegram import ADMIN
from bot.storage.backup import back_up
from bot.storage.instance import AlreadyRunningError, hold
from tests.support.operator import Operator, operating


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Operator]:
    """An operator with a Telegram of their own."""
    async with operating(tmp_path) as at_work:
        yield at_work


async def look(url: str) -> tuple[int, str]:
    """Status and text of a page; 0 while nobody listens."""
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response.status, await response.text()
    except aiohttp.ClientConnectionError:
        return 0, ""


async def test_health_and_figures_while_it_works(bot: Operator, unused_tcp_port: int) -> None:
    """Alive and ready; what went out is counted; the data may be copied meanwhile."""
    address = f"http://127.0.0.1:{unused_tcp_port}"
    process = await bot.run(HTTP_LISTEN=address.removeprefix("http://"))
    assert (await look(f"{address}/healthz"))[0] == 200
    async with asyncio.timeout(30):  # the archive of what was there before is built beside readers
        while (answer := await look(f"{address}/readyz"))[0] != 200:  # noqa: ASYNC110 - asked as a monitor would
            await asyncio.sleep(0.05)
    assert answer == (200, json.dumps({"ready": True, "problems": {}}))
    bot.write_todays()
    await bot.until(bot.has_all)
    _, figures = await look(f"{address}/metrics")
    assert "ai_daily_last_publication_timestamp_seconds" in figures
    assert 'ai_daily_sends_total{outcome="200"}' in figures
    assert bot.settings["BOT_TOKEN"] not in figures
    copy = back_up(bot.folder / "var/state.db", bot.folder / "copy.db")
    assert copy.bot_id == bot.settings["BOT_TOKEN"].partition(":")[0]
    with pytest.raises(AlreadyRunningError), hold(bot.folder / "var"):
        pass
    assert await bot.end(process) == 0


async def test_a_digest_goes_out_when_an_admin_says_so(bot: Operator) -> None:
    """With PUBLISH_APPROVAL nothing is in the group before the tap."""
    bot.telegram.start(ADMIN)
    process = await bot.run(PUBLISH_APPROVAL="on")
    bot.write_todays()
    await bot.until(lambda: bot.button("发布"))
    assert bot.group_texts() == []
    await bot.tap("发布")
    await bot.until(bot.has_all)
    assert await bot.end(process) == 0
