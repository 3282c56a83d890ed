"""The Bot API over HTTP: `/bot<token>/<method>` with its parameters in the query, a form, multipart or JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from bot.sandbox.answers import UNAUTHORIZED, Answer, Drop, bad_request, refusal
from bot.sandbox.parameters import Upload
from bot.sandbox.polling import LONGEST_POLL_S, get_updates
from bot.sandbox.telegram import FakeTelegram

_NOT_JSON = refusal(bad_request("Can't parse JSON object"))


def routes(telegram: FakeTelegram) -> list[web.RouteDef]:
    """The routes of the Bot API."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != telegram.bot_token:
            return _response(UNAUTHORIZED)
        params = await _parameters(request)
        if params is None:
            return _response(_NOT_JSON)
        return await _deliver(request, await _call(telegram, request.match_info["method"], params))

    path = "/bot{token:[^/]+}/{method:[A-Za-z]+}"
    return [web.get(path, answer), web.post(path, answer)]


async def _call(telegram: FakeTelegram, method: str, params: dict[str, Any]) -> Answer:
    if method.lower() == "getupdates":
        return await get_updates(telegram, params)
    return telegram.call(method, params)


async def _parameters(request: web.Request) -> dict[str, Any] | None:
    """All parameters of the request; None when a JSON body is none."""
    params: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except (ValueError, RecursionError):
            return None
        return params | body if isinstance(body, dict) else None
    for name, value in (await request.post()).items():
        params[name] = value if isinstance(value, str) else _upload(value)
    return params


def _upload(field: web.FileField | bytes | bytearray) -> Upload:
    if isinstance(field, web.FileField):
        return Upload(field.filename, field.file.read())
    return Upload("file", bytes(field))


async def _deliver(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Send the answer, or cut the connection where a fault says so."""
    if answer.drop is None:
        return _response(answer)
    if answer.drop is Drop.TIMEOUT:
        await asyncio.sleep(LONGEST_POLL_S)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _response(answer: Answer) -> web.Response:
    content_type = "application/json" if answer.raw is None or answer.status == 200 else "text/html"
    return web.Response(status=answer.status, body=answer.content, content_type=content_type)
