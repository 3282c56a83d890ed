"""The sandbox on HTTP: the Bot API for the bot and the chat page for people, on loopback only.

    server = SandboxServer(FakeTelegram(clock))
    url = await server.start()          # http://127.0.0.1:40123
    ...                                 # TELEGRAM_API_URL=<url>, the page is <url>/
    await server.first_opened.wait()    # somebody looks
    await server.stop()

The API of the page is described in `bot.sandbox.page_door`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox import api_door
from bot.sandbox.page_door import PageDoor
from bot.sandbox.telegram import FakeTelegram

BODY_LIMIT_BYTES = 20 * 1024 * 1024
STOP_WITHIN_S = 0.5

# Nothing from elsewhere is loaded, and no other site may frame the page or read from it.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SandboxServer:
    """Both doors of a `FakeTelegram` on one port.

    Raises:
        ValueError: `host` is no loopback address; the sandbox is never shown to a network.
    """

    def __init__(self, telegram: FakeTelegram, host: str = "127.0.0.1", port: int = 0) -> None:
        if not _is_loopback(host):
            raise ValueError(f"the sandbox listens on loopback only, not on {host}")
        self._host, self._port = host, port
        self._page = PageDoor(telegram)
        application = web.Application(middlewares=[_guard], client_max_size=BODY_LIMIT_BYTES)
        application.add_routes([*api_door.routes(telegram), *self._page.routes()])
        application.on_response_prepare.append(_add_headers)
        self._runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True, shutdown_timeout=STOP_WITHIN_S
        )

    @property
    def first_opened(self) -> asyncio.Event:
        """Set when the chat page is first opened."""
        return self._page.opened

    async def start(self) -> str:
        """Listen and return the base address, without a slash at the end.

        Raises:
            OSError: the port is taken.
        """
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        port = self._runner.addresses[0][1]
        return f"http://{f'[{self._host}]' if ':' in self._host else self._host}:{port}"

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        self._page.close()
        await self._runner.cleanup()


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other sites: by a Host that is not ours (DNS rebinding) and by requests that another origin makes."""
    if not _is_loopback(_host_name(request.host)):
        raise web.HTTPForbidden(text="only loopback addresses are served")
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and origin != f"http://{request.host}"
    is_foreign |= request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    if is_foreign and (request.method != "GET" or request.path != "/"):
        raise web.HTTPForbidden(text="requests of other sites are refused")
    return await handler(request)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers[name] = value


def _host_name(host_header: str) -> str:
    try:
        return urlsplit(f"//{host_header}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
