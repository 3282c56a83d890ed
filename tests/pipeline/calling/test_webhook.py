"""The webhook, over HTTP on both sides: nothing is lost on the way in, nobody else gets in."""

import asyncio
import io
import json
import socket
from contextlib import asynccontextmanager

import aiohttp
import pytest
from telegram import Update
from telegram.ext import ApplicationBuilder, TypeHandler

from bot.pipeline.calling.transport import AiohttpRequest
from bot.pipeline.calling.updates import Inbox, InboxBot, InboxProcessor
from bot.pipeline.calling.webhook import BODY_LIMIT_BYTES, SECRET_HEADER, Address, Webhook
from bot.sandbox.postman import Postman
from bot.sandbox.server import SandboxServer
from bot.sandbox.telegram import READER, FakeTelegram
from bot.storage import Store
from bot.storage.errors import StoreFullError
from tests.support.states import blank_state
from tests.support.telegram import HandClock, eventually

SECRET = "a-secret-of-the-tests"
KINDS = ("message", "callback_query")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Process:
    """One process of the bot on an HTTP sandbox; `gate` holds its handler up while it is closed."""

    def __init__(self, store, api, port, handled):
        self.inbox = Inbox(store.updates)
        self.handled = handled
        self.gate = asyncio.Event()
        self.gate.set()
        bot = InboxBot(
            self.inbox,
            "42:sandbox",
            base_url=f"{api}/bot",
            request=AiohttpRequest(4),
            get_updates_request=AiohttpRequest(2),
        )
        builder = ApplicationBuilder().bot(bot).update_queue(self.inbox.queue)
        self.application = builder.concurrent_updates(InboxProcessor(self.inbox)).build()
        self.application.add_handler(TypeHandler(Update, self._handle))
        self.webhook = Webhook(self.inbox, bot, Address("https://bot.example/hook", "127.0.0.1", port), SECRET)

    async def _handle(self, update, _):
        await self.gate.wait()
        self.handled.append(update.effective_message.text)

    @asynccontextmanager
    async def running(self, *, polling=False):
        async with self.application:
            await self.inbox.replay(self.application.bot)
            await self.application.start()
            if polling:
                await self.application.updater.start_polling(timeout=1, allowed_updates=KINDS)
            else:
                await self.webhook.start(KINDS, asyncio.Event())
            try:
                yield
            finally:
                await (self.application.updater.stop() if polling else self.webhook.stop())
                await self.application.stop()


class World:
    """Telegram on HTTP with its postman, a state, and the port on which the bot listens."""

    def __init__(self, telegram, store, api):
        self.telegram, self.store, self.api = telegram, store, api
        self.port = free_port()
        self.handled = []

    def process(self):
        return Process(self.store, self.api, self.port, self.handled)

    def route(self, url):
        assert url == "https://bot.example/hook"
        return f"http://127.0.0.1:{self.port}/hook"

    async def post(self, body, secret=SECRET, path="/hook", *, method="POST", kind="application/json"):
        url = f"http://127.0.0.1:{self.port}{path}"
        headers = {SECRET_HEADER: secret, "Content-Type": kind}
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, data=io.BytesIO(body), headers=headers) as response,
        ):
            return response.status


@pytest.fixture
async def world(tmp_path):
    telegram = FakeTelegram(HandClock())
    store = await Store.open(blank_state(tmp_path / "state.db"), clock=HandClock())
    server = SandboxServer(telegram)
    opened = World(telegram, store, await server.start())
    delivering = asyncio.create_task(Postman(telegram, opened.route).run())
    yield opened
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    await server.stop()
    await store.close()


async def test_updates_come_in_and_are_struck_out(world):
    """From the person through Telegram, the proxy's port and the inbox to the handler."""
    async with world.process().running():
        for number in range(10):
            world.telegram.send_text(READER, READER, f"word {number}")
        await eventually(lambda: len(world.handled) == 10)

    assert world.handled == [f"word {number}" for number in range(10)]
    assert world.telegram.updates_pending == 0
    assert await world.store.updates.unfinished() == ()


async def test_switching_between_polling_and_webhook_loses_nothing(world):
    """What comes in while the bot is away or changes sides waits at Telegram."""
    for number, polling in enumerate((True, False, True, False)):
        world.telegram.send_text(READER, READER, f"away {number}")
        async with world.process().running(polling=polling):
            world.telegram.send_text(READER, READER, f"there {number}")
            await eventually(lambda: f"there {number}" in world.handled)  # noqa: B023 - awaited at once

    assert world.handled == [f"{where} {number}" for number in range(4) for where in ("away", "there")]


@pytest.mark.filterwarnings("ignore:coroutine .*process_update.* was never awaited")
async def test_what_was_received_and_not_handled_is_handled_by_the_next_process(world):
    """Telegram got its 200 and forgets; the inbox does not."""
    first = world.process()
    first.gate.clear()
    async with first.application:
        await first.webhook.start(KINDS, asyncio.Event())
        for number in range(20):
            world.telegram.send_text(READER, READER, f"{number}")
        await eventually(lambda: world.telegram.updates_pending == 0)
        await first.webhook.stop()  # and no handler has run: the process is gone

    async with world.process().running():
        await eventually(lambda: len(world.handled) == 20)

    assert sorted(world.handled, key=int) == [str(number) for number in range(20)]


async def test_strangers_and_nonsense_get_nowhere(world):
    """Wrong secrets, other paths, too much, no JSON, no update: refused, and nothing is queued."""
    process = world.process()
    async with process.running():
        update = json.dumps({"update_id": 1, "message": {"text": "x"}}).encode()
        assert await world.post(update, secret="") == 403
        assert await world.post(update, secret=SECRET[:-1]) == 403
        assert await world.post(update, secret="é") == 403
        assert await world.post(update, path="/other") == 404
        assert await world.post(b"", secret="", method="GET") == 403
        assert await world.post(b"", method="GET") == 400
        assert await world.post(b"x=1", kind="application/x-www-form-urlencoded") == 400
        assert await world.post(b"\xff\xfe", kind="text/plain") == 400
        assert await world.post(b"{") == 400
        assert await world.post(b"[" * 100_000) == 400
        assert await world.post(b"[]") == 400
        assert await world.post(b'{"update_id": "1"}') == 400
        assert await world.post(b" " * (BODY_LIMIT_BYTES + 1)) == 413
        assert await world.post(update) == 200  # the library cannot read it: taken off, or it would come for ever
        assert process.inbox.queue.empty()
        assert await world.store.updates.unfinished() == ()


async def test_an_update_that_cannot_be_written_down_is_refused_and_comes_again(world):
    """A full disk: Telegram keeps it."""
    process = world.process()
    receive, calls = world.store.updates.receive, []

    async def full_at_first(payloads):
        calls.append(payloads)
        if len(calls) == 1:
            raise StoreFullError("full")
        return await receive(payloads)

    world.store.updates.receive = full_at_first
    async with process.running():
        world.telegram.send_text(READER, READER, "hello")
        await eventually(lambda: world.handled == ["hello"])

    assert len(calls) == 2


def test_without_a_secret_there_is_no_webhook():
    """Anybody could send updates."""
    with pytest.raises(ValueError, match="secret"):
        Webhook(None, None, Address("https://bot.example/", "127.0.0.1", 1), "")
