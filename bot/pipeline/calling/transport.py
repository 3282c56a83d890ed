"""An aiohttp transport behind python-telegram-bot's request seam: fast, and exact about how a call failed.

The address of every call holds the token; no message, cause or traceback of an error raised here does.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.core.delivery.wire import Cause
from bot.pipeline.calling.traffic import Traffic

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 15.0
KEEPALIVE_S = 30.0
JSON = {"Content-Type": "application/json"}
UNNAMED = (BaseRequest.DEFAULT_NONE,) * 4
"""A call that names no timeouts of its own."""


class BrokenCallError(NetworkError):
    """The call ended without a whole answer; `cause` says where."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(f"no answer from Telegram: {cause}")
        self.cause = cause


class TimedOutCallError(TimedOut, BrokenCallError):
    """The same after waiting, so that python-telegram-bot knows it for a timeout."""

    def __init__(self, cause: Cause) -> None:
        BrokenCallError.__init__(self, cause)


@dataclass(frozen=True, slots=True)
class Body:
    """The JSON of one call, serialised beforehand but for its chat. Reads like the library's `RequestData`."""

    json_payload: bytes
    contains_files: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters as values."""
        return cast("dict[str, Any]", json.loads(self.json_payload))

    @property
    def multipart_data(self) -> dict[str, Any]:
        """No files."""
        return {}


class Template:
    """The parameters of calls that differ only in the chat: serialised once, used a million times."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        rest = json.dumps(dict(params), ensure_ascii=False, separators=(",", ":")).encode()
        self._tail = rest[1:] if rest == b"{}" else b"," + rest[1:]

    def body(self, chat_id: int | str, thread_id: int | None = None) -> Body:
        """The body for one chat, or one topic in it."""
        thread = b"" if thread_id is None else b',"message_thread_id":%d' % thread_id
        return Body(b'{"chat_id":' + json.dumps(chat_id).encode() + thread + self._tail)


class AiohttpRequest(BaseRequest):
    """One pool of connections. Replies, bulk sending and polling have one each, so that none waits for another."""

    def __init__(
        self,
        connections: int,
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self._connections = connections
        self._read_timeout_s = read_timeout_s
        self._connect_timeout_s = connect_timeout_s
        self._tls = tls
        self._traffic = traffic
        self._usual = self._timeout(*UNNAMED)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer."""
        return self._read_timeout_s

    async def initialize(self) -> None:
        """Open the pool; connections are made when they are needed."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(
                limit=self._connections,
                keepalive_timeout=KEEPALIVE_S,
                ttl_dns_cache=300,
                ssl=self._tls if self._tls is not None else True,
            )
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": self.USER_AGENT}
            )

    async def shutdown(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One HTTP exchange: status and body.

        Raises:
            BrokenCallError: it ended without a whole answer.
        """
        if self._session is None:
            raise RuntimeError("the request object is not initialised")
        given = (read_timeout, write_timeout, connect_timeout, pool_timeout)
        timeout = self._usual if given == UNNAMED else self._timeout(*given)
        try:
            async with self._session.request(
                method, url, timeout=timeout, allow_redirects=False, **_content(request_data)
            ) as response:
                body = await response.read()
                if self._traffic is not None:
                    self._traffic.answered(url, response.status)
                return response.status, body
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            cause = _cause(error)
        if self._traffic is not None:
            self._traffic.broke_off(url, cause.value)
        # Raised out here, so that the error at hand, whose address holds the token, is not even its context.
        raise TimedOutCallError(cause) if cause.value.endswith("timeout") else BrokenCallError(cause)

    def _timeout(
        self, read: ODVInput[float], write: ODVInput[float], connect: ODVInput[float], pool: ODVInput[float]
    ) -> aiohttp.ClientTimeout:
        read_s = _given(read, self._read_timeout_s)
        connect_s = _given(connect, self._connect_timeout_s)
        pool_s = _given(pool, self._connect_timeout_s)
        write_s = _given(write, self._read_timeout_s)
        limits = (read_s, connect_s, pool_s, write_s)
        total = None if None in limits else sum(limit or 0.0 for limit in limits)
        waiting = None if None in (pool_s, connect_s) else (pool_s or 0.0) + (connect_s or 0.0)
        return aiohttp.ClientTimeout(total=total, connect=waiting, sock_connect=connect_s, sock_read=read_s)


def broken_cause(error: TelegramError) -> Cause:
    """Where a call failed, from an error of this transport or of the library's own."""
    if isinstance(error, BrokenCallError):
        return error.cause
    return HTTPX_CAUSES.get(type(error.__cause__).__name__, Cause.OTHER)


HTTPX_CAUSES = {
    "ConnectError": Cause.REFUSED,
    "ConnectTimeout": Cause.CONNECT_TIMEOUT,
    "PoolTimeout": Cause.POOL_TIMEOUT,
    "WriteTimeout": Cause.WRITE_TIMEOUT,
    "ReadTimeout": Cause.READ_TIMEOUT,
    "ReadError": Cause.RESET,
    "WriteError": Cause.RESET,
    "RemoteProtocolError": Cause.TRUNCATED,
}


def _cause(error: BaseException) -> Cause:  # noqa: PLR0911 - one line a cause
    match error:
        case aiohttp.ClientConnectorDNSError():
            return Cause.DNS
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return Cause.TLS
        case aiohttp.ClientConnectorError() | aiohttp.ClientProxyConnectionError():
            return Cause.REFUSED
        case aiohttp.ConnectionTimeoutError():
            return Cause.CONNECT_TIMEOUT
        case TimeoutError():
            return Cause.READ_TIMEOUT
        case aiohttp.ClientPayloadError():
            return Cause.TRUNCATED
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | OSError():
            return Cause.RESET
        case _:
            return Cause.OTHER


def _given(value: ODVInput[float], default: float | None) -> float | None:
    return default if value is BaseRequest.DEFAULT_NONE else cast("float | None", value)


def _content(data: RequestData | Body | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        payload = data.json_payload if isinstance(data, Body) else json.dumps(data.parameters).encode()
        return {"data": payload, "headers": JSON}
    form = aiohttp.FormData()
    for name, value in cast(RequestData, data).json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return {"data": form}
