"""Updates by webhook: Telegram calls us; an update is in the inbox before it hears that it arrived.

    webhook = Webhook(inbox, bot, Address("https://bot.example/hook", "127.0.0.1", 8080), secret)
    await webhook.start(kinds)      # listens, then tells Telegram
    ...
    await webhook.stop()            # what came in meanwhile waits at Telegram

A proxy in front of it brings TLS. Everything but Telegram's own calls is answered with nothing to learn from.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.pipeline.calling.updates import Inbox, is_empty, read_update
from bot.storage.errors import StoreError

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
BODY_LIMIT_BYTES = 1 << 20
STOP_WITHIN_S = 5.0
CONNECTIONS = 40
LONGEST_PAUSE_S = 60

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    """Where Telegram calls (`url`, from outside), and where we listen (`host`, `port`)."""

    url: str
    host: str
    port: int

    @property
    def path(self) -> str:
        """The path of the address, the same on both sides."""
        return urlsplit(self.url).path or "/"


class Webhook:
    """The listener. `secret` is what Telegram shows at every call.

    Raises:
        ValueError: `secret` is empty; anybody could send updates then.
    """

    def __init__(self, inbox: Inbox, bot: Bot, address: Address, secret: str) -> None:
        if not secret:
            raise ValueError("a webhook needs a secret")
        self._inbox = inbox
        self._bot = bot
        self._address = address
        self._secret = secret
        application = web.Application(client_max_size=BODY_LIMIT_BYTES)
        # Any method, so that the secret comes first and a 405 does not tell strangers that the path is right.
        application.add_routes([web.route("*", address.path, self._receive)])
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=STOP_WITHIN_S)

    async def start(self, kinds: Sequence[str], stop: asyncio.Event) -> None:
        """Listen, then tell Telegram where, again and again until it hears or `stop`.

        Raises:
            OSError: the port is taken or not ours.
            InvalidToken: Telegram does not know the token.
        """
        await self._runner.setup()
        await web.TCPSite(self._runner, self._address.host, self._address.port).start()
        pause_s = 1
        while not stop.is_set() and not await self._register(kinds):
            try:
                async with asyncio.timeout(pause_s):
                    await stop.wait()
            except TimeoutError:
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    async def stop(self) -> None:
        """Finish the calls at hand and stop listening. Telegram keeps what it cannot deliver, for the next start."""
        await self._runner.cleanup()

    async def _register(self, kinds: Sequence[str]) -> bool:
        try:
            await self._bot.set_webhook(
                self._address.url,
                secret_token=self._secret,
                allowed_updates=kinds,
                max_connections=CONNECTIONS,
                drop_pending_updates=False,
            )
        except InvalidToken:
            raise
        except TelegramError as error:
            log.warning("webhook.not_set", reason=str(error))
            return False
        log.info("webhook.ready", url=self._address.url, port=self._address.port)
        return True

    async def _receive(self, request: web.Request) -> web.Response:
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), self._secret.encode()):
            return web.Response(status=403)
        try:
            data = json.loads(await request.read())
        except (ValueError, RecursionError):
            return web.Response(status=400)
        update = read_update(data, self._bot)
        if update is None:
            return web.Response(status=400)
        if is_empty(update):
            return web.Response()
        try:
            await self._inbox.keep([update])
        except StoreError as error:
            log.error("inbox.not_written", updates=1, error=str(error))
            return web.Response(status=503)
        self._inbox.queue.put_nowait(update)
        return web.Response()
