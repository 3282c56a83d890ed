"""The sandbox over HTTP: the Bot API for any client, the page's API for people, and nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InputFile
from telegram.error import Conflict, InvalidToken, NetworkError
from telegram.request import HTTPXRequest

from bot.sandbox.faults import Fault
from bot.sandbox.server import SandboxServer
from bot.sandbox.telegram import GROUP, READER, SECOND_READER, FakeTelegram
from tests.support.telegram import eventually


@pytest.fixture
async def server(telegram: FakeTelegram) -> AsyncIterator[SandboxServer]:
    """A server on a free port, stopped afterwards."""
    server = SandboxServer(telegram)
    yield server
    await server.stop()


@pytest.fixture
async def url(server: SandboxServer) -> str:
    """Its base address."""
    return await server.start()


@pytest.fixture
async def client(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client for it."""
    async with aiohttp.ClientSession(url) as client:
        yield client


def library(url: str, token: str = "42:sandbox") -> Bot:  # noqa: S107 - the sandbox's
    """A bot on the library's own transport, patient with a slow machine."""
    patient = HTTPXRequest(read_timeout=60, write_timeout=60, connect_timeout=60, pool_timeout=60)
    return Bot(token, base_url=f"{url}/bot", request=patient, get_updates_request=patient)


async def call(client: aiohttp.ClientSession, method: str, **request: Any) -> tuple[int, dict[str, Any]]:
    async with client.post(f"/bot42:sandbox/{method}", **request) as response:
        return response.status, json.loads(await response.text())


async def act(client: aiohttp.ClientSession, name: str, **body: Any) -> dict[str, Any]:
    async with client.post(f"/api/{name}", json=body) as response:
        found: dict[str, Any] = await response.json()
        return found


@pytest.mark.parametrize("how", ["json", "data", "params"])
async def test_parameters_come_as_json_form_or_query(client: aiohttp.ClientSession, how: str) -> None:
    """All three ways of the Bot API, with entities as JSON or as a string of JSON."""
    entities: Any = [{"type": "bold", "offset": 0, "length": 2}]
    params = {"chat_id": str(READER), "text": "你好", "entities": entities if how == "json" else json.dumps(entities)}

    status, body = await call(client, "sendMessage", **{how: params})

    assert (status, body["ok"]) == (200, True)
    assert body["result"]["entities"] == entities


async def test_a_get_request_is_a_call_too(client: aiohttp.ClientSession) -> None:
    """As with Telegram, and methods may be spelt in any way."""
    async with client.get("/bot42:sandbox/GETME") as response:
        assert (await response.json())["result"]["username"] == "ai_daily_sandbox_bot"


async def test_files_come_as_multipart(client: aiohttp.ClientSession, telegram: FakeTelegram) -> None:
    """The name is kept, the content is not."""
    form = aiohttp.FormData({"chat_id": str(READER), "caption": "图"})
    form.add_field("photo", b"\x89PNG", filename="cover.png")

    status, _ = await call(client, "sendPhoto", data=form)

    assert status == 200
    assert telegram.messages(READER)[-1].photo == "attach://cover.png"


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/bot42:wrong/getMe", 401, "Unauthorized"),
        ("/bot42:sandbox/sendTelepathy", 404, "Not Found"),
        ("/bot42:sandbox/sendMessage", 400, "Bad Request: message text is empty"),
    ],
)
async def test_refusals_have_telegrams_status_and_body(
    client: aiohttp.ClientSession, path: str, status: int, description: str
) -> None:
    """Status and `error_code` agree."""
    async with client.post(path) as response:
        assert response.status == status
        assert await response.json() == {"ok": False, "error_code": status, "description": description}


async def test_a_body_that_is_no_json_is_refused(client: aiohttp.ClientSession) -> None:
    """Neither garbage nor a list is a call."""
    for data in (b"{", b"[]", b"[" * 100_000):
        status, body = await call(client, "getMe", data=data, headers={"Content-Type": "application/json"})
        assert (status, body["ok"]) == (400, False)


async def test_the_library_talks_to_it_over_its_own_transport(url: str, telegram: FakeTelegram) -> None:
    """python-telegram-bot on httpx: messages, files, polling, a second instance, a wrong token."""
    async with library(url) as bot:
        await bot.send_message(READER, "你好")
        await bot.send_photo(READER, InputFile(b"\x89PNG", "cover.png"), caption="图")
        telegram.send_text(READER, READER, "早")
        [update] = await bot.get_updates(timeout=0)
        assert update.effective_message is not None
        assert update.effective_message.text == "早"

        poll = asyncio.create_task(bot.get_updates(offset=update.update_id + 1, timeout=30))
        await eventually(lambda: not telegram.updates_pending)
        async with library(url) as second:
            await second.get_updates(timeout=0)
            with pytest.raises(Conflict):
                await poll
    stranger = library(url, "42:wrong")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_a_cut_connection_is_cut_on_the_wire(url: str, telegram: FakeTelegram) -> None:
    """The message is there, the client knows only that something broke."""
    async with library(url) as bot:
        telegram.fail("sendMessage", Fault.reset(is_processed=True))
        with pytest.raises(NetworkError):
            await bot.send_message(READER, "你好")
    assert telegram.messages(READER)[-1].text == "你好"


async def test_people_act_through_the_page(client: aiohttp.ClientSession, telegram: FakeTelegram) -> None:
    """Start, write, reply and tap; what cannot be done is a 400 with a reason."""
    assert await act(client, "start", user=SECOND_READER, payload="tags") == {"ok": True, "message_id": 1}
    markup = {"inline_keyboard": [[{"text": "好", "callback_data": "x"}]]}
    telegram.call("sendMessage", {"chat_id": SECOND_READER, "text": "选吧", "reply_markup": markup})

    tapped = await act(client, "tap", user=SECOND_READER, chat=SECOND_READER, message_id=2, data="x")
    sent = await act(client, "send", user=SECOND_READER, chat=SECOND_READER, text="好", reply_to=2)
    wrong = await act(client, "tap", user=SECOND_READER, chat=SECOND_READER, message_id=2, data="y")

    assert telegram.answer_to(tapped["query_id"]) is None
    assert telegram.message(SECOND_READER, sent["message_id"]).reply_to == 2
    assert wrong["ok"] is False
    assert telegram.updates_pending == 3


async def test_the_page_reads_state_and_messages(client: aiohttp.ClientSession, telegram: FakeTelegram) -> None:
    """Who is there, what they see, and messages with their preview."""
    preview = {"url": "https://a.b/cover.jpg", "prefer_large_media": True, "show_above_text": True}
    params = {"chat_id": GROUP, "text": "日报", "link_preview_options": preview, "disable_notification": True}
    telegram.call("sendMessage", params)

    async with client.get("/api/state", params={"user": READER}) as response:
        state = await response.json()
    async with client.get(f"/api/chats/{GROUP}/messages") as response:
        [message] = (await response.json())["messages"]

    assert [person["id"] for person in state["people"]] == [1001, 1002, 1000]
    assert [(chat["kind"], chat["is_started"]) for chat in state["chats"]] == [("private", True), ("supergroup", False)]
    assert message["is_silent"] is True
    shown = {"url": "https://a.b/cover.jpg", "domain": "a.b", "is_large": True, "is_above_text": True}
    assert message["preview"] == shown


async def test_the_first_link_of_a_text_is_previewed_unless_previews_are_off(
    client: aiohttp.ClientSession, telegram: FakeTelegram
) -> None:
    """As Telegram does without being asked."""
    telegram.call("sendMessage", {"chat_id": GROUP, "text": "看 a.cn/x 和 https://b.cn"})
    telegram.call("sendMessage", {"chat_id": GROUP, "text": "看 a.cn/x", "link_preview_options": {"is_disabled": True}})
    async with client.get(f"/api/chats/{GROUP}/messages") as response:
        first, second = (await response.json())["messages"]
    assert first["preview"]["url"] == "http://a.cn/x"
    assert second["preview"] is None


async def test_what_happens_is_streamed(client: aiohttp.ClientSession, telegram: FakeTelegram) -> None:
    """A message, its edit and its end, each as one event."""
    async with client.get("/api/events") as response:
        await response.content.readuntil(b"\n\n")
        telegram.call("sendMessage", {"chat_id": GROUP, "text": "一"})
        telegram.call("editMessageText", {"chat_id": GROUP, "message_id": 1, "text": "二"})
        telegram.call("deleteMessage", {"chat_id": GROUP, "message_id": 1})
        chunks = [(await response.content.readuntil(b"\n\n")).removeprefix(b"data: ") for _ in range(3)]
    events = [json.loads(chunk) for chunk in chunks]
    assert [event["kind"] for event in events] == ["message", "edit", "delete"]
    assert [event["message"]["text"] for event in events[:2]] == ["一", "二"]


async def test_opening_the_page_is_noticed(client: aiohttp.ClientSession, server: SandboxServer) -> None:
    """Reading the API is not opening the page."""
    async with client.get("/api/state"):
        assert not server.first_opened.is_set()
    async with client.get("/") as response:
        assert response.content_type == "text/html"
    assert server.first_opened.is_set()


async def test_the_page_loads_nothing_from_elsewhere(client: aiohttp.ClientSession) -> None:
    """Every answer carries a policy without exceptions, and files outside of the page are not served."""
    async with client.get("/") as response:
        policy = response.headers["Content-Security-Policy"]
        assert "http" not in await response.text()
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    for path in ("/page/main.js", "/page/frame.css", "/page/icon.svg"):
        async with client.get(path) as response:
            assert response.status == 200
            assert response.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/page/..%2fserver.py", "/page/none.js"):
        async with client.get(path) as response:
            assert response.status == 404


@pytest.mark.parametrize("path", ["/", "/api/state", "/bot42:sandbox/getMe"])
@pytest.mark.parametrize("host", ["evil.example", "sandbox.evil.example:80", "10.0.0.1", "["])
async def test_only_loopback_names_are_served(client: aiohttp.ClientSession, path: str, host: str) -> None:
    """A name that was rebound to 127.0.0.1 gets nothing."""
    async with client.get(path, headers={"Host": host}) as response:
        assert response.status in (400, 403)


@pytest.mark.parametrize("path", ["/api/send", "/bot42:sandbox/sendMessage"])
@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_other_sites_cannot_act(client: aiohttp.ClientSession, path: str, headers: dict[str, str]) -> None:
    """A page elsewhere cannot make the browser write here."""
    async with client.post(path, json={}, headers=headers) as response:
        assert response.status == 403


async def test_the_page_itself_may_act(client: aiohttp.ClientSession, url: str) -> None:
    """Its own origin is welcome."""
    async with client.post("/api/start", json={"user": READER}, headers={"Origin": url}) as response:
        assert response.status == 200


def test_it_listens_on_loopback_only(telegram: FakeTelegram) -> None:
    """No other address is taken."""
    for host in ("0.0.0.0", "192.168.1.2", "example.com", ""):  # noqa: S104 - refused
        with pytest.raises(ValueError, match="loopback only"):
            SandboxServer(telegram, host)
