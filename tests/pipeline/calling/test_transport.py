"""The transport: causes told apart, the token never told, identical bodies serialised once."""

import asyncio
import json
import socket
import traceback
from contextlib import suppress

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import RequestData

from bot.core.delivery.wire import Cause
from bot.pipeline.calling.transport import AiohttpRequest, BrokenCallError, Template, broken_cause

TOKEN = "42:TEST"


@pytest.fixture
async def serve():
    """Serve raw TCP with a coroutine that is given the reader and the writer; gives the address of a method."""
    servers, connections = [], set()

    async def begin(handler):
        async def accept(reader, writer):
            connections.add(asyncio.current_task())
            try:
                await read_request(reader)
                await handler(writer)
            except asyncio.CancelledError:
                pass
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        servers.append(server)
        port = server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/bot{TOKEN}/sendMessage"

    yield begin
    for server in servers:
        server.close()
    for connection in connections:
        connection.cancel()
    await asyncio.gather(*connections, return_exceptions=True)


@pytest.fixture
async def request_object():
    async with AiohttpRequest(4) as made:
        yield made


async def call(request_object, url, **timeouts):
    with pytest.raises(BrokenCallError) as caught:
        await request_object.do_request(url, "POST", Template({"text": "x"}).body(1), **timeouts)
    return caught.value


async def read_request(reader):
    """Take a whole request in, so that closing sends no reset."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(
        next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split(b":")[1]
    )
    await reader.readexactly(length)


async def test_a_refused_connection_was_not_sent(request_object):
    """Nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/bot{TOKEN}/sendMessage"
        error = await call(request_object, url)
    assert error.cause is Cause.REFUSED
    assert isinstance(error, NetworkError)


async def test_an_unknown_name_was_not_sent(request_object, monkeypatch):
    """DNS says no."""

    async def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    error = await call(request_object, f"http://api.example/bot{TOKEN}/sendMessage")
    assert error.cause is Cause.DNS


async def test_a_connection_that_never_comes_was_not_sent(request_object, monkeypatch):
    """Packets vanish on the way: nothing of the request can have arrived."""

    async def never(*_):
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", never)
    error = await call(request_object, f"http://127.0.0.1:9/bot{TOKEN}/sendMessage", connect_timeout=0.05)
    assert error.cause is Cause.CONNECT_TIMEOUT


async def test_a_stranger_who_speaks_no_tls_is_told_nothing(request_object):
    """The request is written only after the handshake."""
    heard = []

    async def mumble(reader, writer):
        heard.append(await reader.read(4_096))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(mumble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    error = await call(request_object, f"https://127.0.0.1:{port}/bot{TOKEN}/sendMessage")
    server.close()
    await server.wait_closed()

    assert error.cause is Cause.TLS
    assert TOKEN.encode() not in b"".join(heard)


async def test_a_full_pool_was_not_sent(serve):
    """No connection became free in time."""
    taken, release = asyncio.Event(), asyncio.Event()

    async def hold(_):
        taken.set()
        await release.wait()

    url = await serve(hold)
    async with AiohttpRequest(1) as request_object:
        first = asyncio.create_task(call(request_object, url))
        await taken.wait()
        error = await call(request_object, url, connect_timeout=0.05, pool_timeout=0.05)
        release.set()
        await first
    assert error.cause is Cause.CONNECT_TIMEOUT
    assert isinstance(error, TimedOut)


async def test_silence_is_a_read_timeout(request_object, serve):
    """The request arrived; what became of it nobody knows."""

    async def silent(_):
        await asyncio.Event().wait()

    error = await call(request_object, await serve(silent), read_timeout=0.2)
    assert error.cause is Cause.READ_TIMEOUT
    assert isinstance(error, TimedOut)


async def test_a_cut_before_the_answer_is_a_reset(request_object, serve):
    """The server hangs up after reading."""

    async def cut(_):
        pass

    assert (await call(request_object, await serve(cut))).cause is Cause.RESET


async def test_half_an_answer_is_truncated(request_object, serve):
    """Fewer bytes than were promised."""

    async def half(writer):
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok":true')
        await writer.drain()

    assert (await call(request_object, await serve(half))).cause is Cause.TRUNCATED


async def test_no_error_tells_the_token(request_object, serve):
    """Neither its message nor its traceback, with all causes and contexts."""

    async def cut(_):
        pass

    for url in (await serve(cut), f"http://127.0.0.1:1/bot{TOKEN}/x", f"http://[bad/bot{TOKEN}/x"):
        error = await call(request_object, url)
        told = "".join(traceback.format_exception(error, chain=True)) + repr(error) + str(error)
        assert error.__context__ is None
        assert error.__cause__ is None
        assert TOKEN not in told.replace(f'"{TOKEN}"', "")


async def test_a_redirect_is_not_followed(request_object, serve):
    """It would carry the message to a stranger."""

    async def elsewhere(writer):
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    status, _ = await request_object.do_request(await serve(elsewhere), "POST", Template({}).body(1))
    assert status == 302


def test_a_template_differs_only_in_the_chat_and_topic():
    """Serialised once, with the words as they are."""
    template = Template({"text": "日报", "link_preview_options": {"is_disabled": True}})

    assert json.loads(template.body(7).json_payload) == {
        "chat_id": 7,
        "text": "日报",
        "link_preview_options": {"is_disabled": True},
    }
    assert template.body("@name", 17).parameters["message_thread_id"] == 17
    assert Template({}).body(5).parameters == {"chat_id": 5}


async def test_python_telegram_bot_works_on_it():
    """Plain methods, files and polling go through the same door; bodies are JSON with real values."""
    seen = []

    async def answer(request):
        if request.content_type == "application/json":
            seen.append(await request.json())
        else:
            form = await request.post()
            seen.append({name: value if isinstance(value, str) else value.file.read() for name, value in form.items()})
        chat = {"id": 7, "type": "private"}
        return web.json_response({"ok": True, "result": {"message_id": 5, "date": 0, "chat": chat}})

    app = web.Application()
    app.router.add_post("/bot42:TEST/{method}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    request_object = AiohttpRequest(2)
    await request_object.initialize()
    bot = Bot(TOKEN, base_url=f"http://127.0.0.1:{port}/bot", request=request_object)

    sent = await bot.send_message(7, "日报", disable_notification=True)
    await bot.send_document(7, b"a file", filename="a.md")

    assert sent.message_id == 5
    assert seen[0]["text"] == "日报"
    assert seen[0]["disable_notification"] is True
    assert b"a file" in seen[1].values()
    await request_object.shutdown()
    await runner.cleanup()


async def test_the_librarys_own_transport_is_understood():
    """Its errors name their cause too, so any request object will do."""
    import httpx
    from telegram.request import HTTPXRequest

    own = HTTPXRequest(connect_timeout=0.2)
    await own.initialize()
    with pytest.raises(NetworkError) as caught:
        await own.do_request("http://127.0.0.1:1/x", "POST", RequestData())
    await own.shutdown()
    assert broken_cause(caught.value) is Cause.REFUSED
    assert isinstance(caught.value.__cause__, httpx.ConnectError)
