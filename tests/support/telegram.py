"""The in-process door: python-telegram-bot talks to a `FakeTelegram` without a network and without waiting.

clock = HandClock()
telegram = FakeTelegram(clock)
application = build_application(telegram)

async with running(application):
    telegram.start(READER)
    await settled(application)
    assert "订阅" in telegram.messages(READER)[-1].text
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
from telegram import Update
from telegram.error import NetworkError, TimedOut
from telegram.ext import Application, ApplicationBuilder, BaseRateLimiter, ExtBot
from telegram.request import BaseRequest, RequestData

from bot.sandbox.answers import NOT_FOUND, UNAUTHORIZED, Answer, Drop
from bot.sandbox.parameters import Upload
from bot.sandbox.polling import get_updates
from bot.sandbox.telegram import FakeTelegram

BASE_URL = "http://sandbox/bot"


class HandClock:
    """A clock moved by hand, in milliseconds UTC; it starts on 2026-02-06 at 08:00 in Shanghai."""

    def __init__(self, now_ms: int = 1_770_336_000_000) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, *, ms: int = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self.now_ms += ms + round(seconds * 1000)


class FakeRequest(BaseRequest):
    """A request object of python-telegram-bot whose other end is a `FakeTelegram`.

    Lost answers look as with the library's own transport: a `NetworkError` from `httpx.ConnectError` (no connection) or
    `httpx.ReadError` (cut off), a `TimedOut` from `httpx.ReadTimeout`. While `lets_answers_through` is clear, Telegram
    does its work and its answers stay on the way.
    """

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram
        self.lets_answers_through = asyncio.Event()
        self.lets_answers_through.set()
        self.answers_held = 0

    @property
    def read_timeout(self) -> float | None:
        """Nothing is ever slow here."""
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        """Hand the call over and bring the answer back, or the lack of one."""
        # One turn of the loop, as every real call takes at least one.
        await asyncio.sleep(0)
        answer = await self._answer(url, parameters(request_data))
        if not self.lets_answers_through.is_set():
            self.answers_held += 1
            await self.lets_answers_through.wait()
        match answer.drop:
            case None:
                return answer.status, answer.content
            case Drop.REFUSED:
                raise NetworkError("httpx.ConnectError: refused") from httpx.ConnectError("refused")
            case Drop.RESET:
                raise NetworkError("httpx.ReadError: reset") from httpx.ReadError("reset")
            case Drop.TIMEOUT:
                raise TimedOut from httpx.ReadTimeout("silence")

    async def _answer(self, url: str, params: dict[str, Any]) -> Answer:
        token, _, method = url.removeprefix(BASE_URL).rpartition("/")
        if not token:
            return NOT_FOUND
        if token != self._telegram.bot_token:
            return UNAUTHORIZED
        if method.lower() == "getupdates":
            return await get_updates(self._telegram, params)
        return self._telegram.call(method, params)


def parameters(request_data: RequestData | None) -> dict[str, Any]:
    """The parameters of a call as plain JSON values, with uploaded files."""
    if request_data is None:
        return {}
    files = {name: Upload(file[0], cast(bytes, file[1])) for name, file in (request_data.multipart_data or {}).items()}
    return dict(request_data.parameters) | files


def build_bot(telegram: FakeTelegram, rate_limiter: BaseRateLimiter[Any] | None = None) -> ExtBot[Any]:
    """A bot of python-telegram-bot that talks to `telegram`."""
    return ExtBot(
        token=telegram.bot_token,
        base_url=BASE_URL,
        request=FakeRequest(telegram),
        get_updates_request=FakeRequest(telegram),
        rate_limiter=rate_limiter,
    )


def build_application(
    telegram: FakeTelegram, bot: ExtBot[Any] | None = None
) -> Application[Any, Any, Any, Any, Any, Any]:
    """An application without handlers whose bot talks to `telegram`."""
    return ApplicationBuilder().bot(bot or build_bot(telegram)).build()


@asynccontextmanager
async def running(
    application: Application[Any, Any, Any, Any, Any, Any],
) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    """Initialise and start an application; its updates come through `deliver`, no polling task is needed."""
    async with application:
        await application.start()
        try:
            yield application
        finally:
            await application.stop()


async def deliver(application: Application[Any, Any, Any, Any, Any, Any], telegram: FakeTelegram) -> int:
    """Process everything that waits for the bot, in order, each to its end; returns how many updates there were."""
    handled = 0
    while updates := telegram.world.mailbox.read(0, 100, telegram.world.clock()):
        for data in updates:
            telegram.world.mailbox.read(data["update_id"] + 1, 1, telegram.world.clock())
            await application.process_update(Update.de_json(data, application.bot))
            handled += 1
    return handled


async def eventually(condition: Callable[[], object], timeout_s: float = 60.0) -> None:
    """Give other tasks their turns until `condition` holds.

    Raises:
        TimeoutError: it never does.
    """
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - any condition at all, so there is no event to wait for
            await asyncio.sleep(0.001)
