"""What the bot says of itself to those who watch it: /healthz, /readyz and /metrics."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.config import ConfigError
from bot.core.delivery.throttle import Lane, Throttle
from bot.listener import build, listening
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.traffic import Traffic
from bot.pipeline.calling.updates import Inbox
from bot.pipeline.health import Health
from bot.pipeline.metrics import Gauges
from bot.storage.records import ChatKind
from tests.support.publishing import TODAY, House, open_house, paper
from tests.support.telegram import HandClock

ADDRESS = "https://api.example.org/bot42:TEST/"


@dataclass
class Watched:
    """A house with a listener; `asked` counts how often Telegram was asked, which answers while `answers`."""

    house: House
    client: TestClient[Any, Any]
    health: Health
    traffic: Traffic
    clock: HandClock
    inbox: Inbox
    limiter: Limiter
    answers: bool = True
    asked: int = 0

    async def ask(self) -> bool:
        self.asked += 1
        if self.answers:
            self.traffic.answered(ADDRESS + "getMe", 200)
        return self.answers

    def finish_start(self) -> None:
        self.health.watch(self.house.store, self.house.archive, self.ask)

    async def ready(self) -> tuple[int, dict[str, str]]:
        response = await self.client.get("/readyz")
        body = json.loads(await response.text())
        assert body["ready"] is (response.status == 200)
        return response.status, body["problems"]

    async def metrics(self) -> dict[str, float]:
        text = await (await self.client.get("/metrics")).text()
        lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    """A house that is being watched."""
    clock = HandClock()
    async with open_house(folder, clock=clock) as house:
        traffic, inbox = Traffic(clock), Inbox(house.store.updates)
        limiter = Limiter(Throttle(), house.store.holds, clock=clock)
        health = Health(traffic, clock)
        async with TestClient(TestServer(build(health, Gauges(house.store, traffic, limiter, inbox)))) as client:
            yield Watched(house, client, health, traffic, clock, inbox, limiter)


async def test_the_process_is_alive_before_it_is_ready(tmp_path: Path) -> None:
    """While Telegram cannot be reached at the start, /healthz answers and /readyz says why not."""
    async with watched(tmp_path) as bot:
        assert (await bot.client.get("/healthz")).status == 200
        assert await bot.ready() == (503, {"start": "not finished"})
        bot.finish_start()
        assert await bot.ready() == (200, {})


async def test_a_telegram_that_has_been_silent_for_minutes_is_not_ready(tmp_path: Path) -> None:
    """Nobody is asked while answers come; after a minute of silence Telegram is asked; after three it counts."""
    async with watched(tmp_path) as bot:
        bot.finish_start()
        bot.traffic.answered(ADDRESS + "getUpdates", 200)
        assert await bot.ready() == (200, {})
        assert bot.asked == 0
        bot.answers = False
        bot.clock.advance(seconds=100)
        assert await bot.ready() == (200, {})
        assert bot.asked == 1
        bot.clock.advance(seconds=100)
        assert await bot.ready() == (503, {"telegram": "no answer for 200 s"})
        bot.answers = True
        assert await bot.ready() == (200, {})


async def test_a_failing_telegram_has_not_answered(tmp_path: Path) -> None:
    """502 comes from somewhere on the way."""
    async with watched(tmp_path) as bot:
        bot.finish_start()
        bot.answers = False
        bot.traffic.answered(ADDRESS + "getUpdates", 502)
        status, problems = await bot.ready()
        assert (status, list(problems)) == (503, ["telegram"])


async def test_a_state_that_takes_nothing_is_not_ready(tmp_path: Path) -> None:
    """The reason names the kind of trouble; no path and no address."""
    async with watched(tmp_path) as bot:
        bot.finish_start()
        async with bot.house.store.meta._database.writing() as connection:
            await connection.exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON meta BEGIN SELECT RAISE(FAIL, 'no space left'); END"
            )
        status, problems = await bot.ready()
        assert (status, problems) == (503, {"state": "cannot be written (StoreFullError)"})


async def test_a_missing_archive_is_not_ready(tmp_path: Path) -> None:
    """It is rebuilt by the publisher; until then search finds nothing."""
    async with watched(tmp_path) as bot:
        bot.finish_start()
        await bot.house.archive.close()
        (tmp_path / "archive.db").unlink()
        await bot.house.archive.open()
        assert (await bot.ready())[1].keys() == {"archive"}


async def test_the_figures_are_those_of_the_bot(tmp_path: Path) -> None:
    """Deliveries, sends, floods, queue, updates, subscribers and the last publication."""
    async with watched(tmp_path) as bot:
        house = bot.house
        assert "ai_daily_last_publication_timestamp_seconds" not in await bot.metrics()
        await house.store.chats.ensure(1001, ChatKind.PRIVATE)
        await house.store.chats.subscribe(1001)
        house.write("2026-02-06-a.md", paper(TODAY))
        await house.work()
        for status in (200, 200, 429):
            bot.traffic.answered(ADDRESS + "sendMessage", status)
        bot.traffic.answered(ADDRESS + "getUpdates", 200)
        bot.traffic.broke_off(ADDRESS + "sendMessage", "reset")
        await bot.inbox.finish(1)
        found = await bot.metrics()
        assert found['ai_daily_deliveries{state="waiting"}'] == 1
        assert found['ai_daily_deliveries{state="sent"}'] == 0
        assert found['ai_daily_sends_total{outcome="200"}'] == 2
        assert found['ai_daily_sends_total{outcome="429"}'] == 1
        assert found['ai_daily_sends_total{outcome="reset"}'] == 1
        assert found["ai_daily_floods_total"] == 1
        assert found["ai_daily_updates_total"] == 1
        assert found["ai_daily_subscribers"] == 1
        assert {f'ai_daily_queue{{lane="{lane}"}}' for lane in Lane} <= found.keys()
        assert found["ai_daily_last_publication_timestamp_seconds"] == bot.clock() // 1000


async def test_no_figure_holds_a_secret(tmp_path: Path) -> None:
    """Whatever was called, neither the token nor a chat shows."""
    async with watched(tmp_path) as bot:
        bot.traffic.answered(ADDRESS + "sendMessage", 200)
        text = await (await bot.client.get("/metrics")).text()
        assert "42:TEST" not in text
        assert "example.org" not in text


async def test_a_taken_port_is_said_in_words(tmp_path: Path) -> None:
    """The setting is named with the remedy."""
    async with watched(tmp_path) as bot:
        gauges = Gauges(bot.house.store, bot.traffic, bot.limiter, bot.inbox)
        with pytest.raises(ConfigError, match="HTTP_LISTEN"):
            async with listening(f"127.0.0.1:{bot.client.port}", bot.health, gauges):
                pass


async def test_the_listener_ends_with_its_context(tmp_path: Path, unused_tcp_port: int) -> None:
    """Real connections on the given address, none after it."""
    async with watched(tmp_path) as bot, aiohttp.ClientSession() as session:
        gauges = Gauges(bot.house.store, bot.traffic, bot.limiter, bot.inbox)
        url = f"http://127.0.0.1:{unused_tcp_port}/healthz"
        async with listening(f"127.0.0.1:{unused_tcp_port}", bot.health, gauges), session.get(url) as response:
            assert response.status == 200
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(url)
