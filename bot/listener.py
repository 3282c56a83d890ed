"""HTTP for those who watch the bot: /healthz, /readyz and /metrics. Meant for the own network, not for the public."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.config import ConfigError
from bot.pipeline.health import Health
from bot.pipeline.metrics import Gauges


@asynccontextmanager
async def listening(address: str, health: Health, gauges: Gauges) -> AsyncIterator[None]:
    """Answer on `host:port` for as long as the context lasts.

    Raises:
        ConfigError: nobody can listen there.
    """
    runner = web.AppRunner(build(health, gauges), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await _listen(runner, address)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except OSError as error:
        raise ConfigError(
            f"HTTP_LISTEN: nothing can listen on {address} ({error.strerror}). Choose another port, or off."
        ) from None


def build(health: Health, gauges: Gauges) -> web.Application:
    """The three pages."""

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_request: web.Request) -> web.Response:
        problems = await health.problems()
        return web.json_response({"ready": not problems, "problems": dict(problems)}, status=503 if problems else 200)

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=await gauges.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application()
    application.add_routes([web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)])
    return application
