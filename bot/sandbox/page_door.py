"""The chat page and its API.

    GET  /                              the page
    GET  /api/state?user=1001           who and what there is, as that person sees it (see `_state`)
    GET  /api/chats/<id>/messages       {"messages": [...]}, oldest first; `?after=<id>` only the later ones
    GET  /api/events                    server-sent events; each `data` is JSON with `kind`:
                                        message, edit {chat, message} · delete {chat, message_id} ·
                                        answer {chat, user, message_id, text, is_alert, url} · action {chat, action} ·
                                        inline {user, query_id, results} ·
                                        chat {chat} · profile {} · reload {} (too much happened: read everything anew)
    POST /api/send   {"user", "chat", "text", "reply_to"?}   a person writes        -> {"ok": true, "message_id"}
    POST /api/tap    {"user", "chat", "message_id", "data"}  a person taps a button -> {"ok": true, "query_id"}
    POST /api/start  {"user", "payload"?}                    START or a deep link   -> {"ok": true, "message_id"}
    POST /api/inline {"user", "query"}                       a person types `@bot query` -> {"ok": true, "query_id"}
    POST /api/choose {"user", "chat", "query_id", "result"}  and sends one of the answers -> {"ok": true, "message_id"}
    POST /api/block  {"user", "is_blocked"}                  a person blocks the bot or lets it write again
    POST /api/found  {"user", "title", "kind"}               a person adds the bot to a new supergroup or channel

Bodies are JSON. What cannot be done is answered 400 {"ok": false, "error": "..."}. A message is a Message of the Bot
API with two fields more: `is_silent`, and `preview`: null or {"url", "domain", "is_large", "is_above_text"}.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.acts import ActError
from bot.sandbox.messages import Message
from bot.sandbox.people import ADMINISTRATORS, PRESENT, ChatKind
from bot.sandbox.telegram import FakeTelegram
from bot.sandbox.world import Event

PAGE = Path(__file__).parent / "page"
EVENTS_LIMIT = 1_000
HEARTBEAT_S = 15.0
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_SHOWN_EVENTS = frozenset({"message", "edit", "delete", "answer", "action", "inline", "chat", "profile"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageDoor:
    """Serves the page and carries out what people do on it. `opened` is set when the page is first asked for."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram
        self._closing = asyncio.Event()
        self.opened = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """The routes of the page and of its API."""
        return [
            web.get("/", self._page),
            web.get("/page/{name}", _file),
            web.get("/api/state", self._get_state),
            web.get("/api/chats/{chat:-?[0-9]+}/messages", self._get_messages),
            web.get("/api/events", self._get_events),
            web.post("/api/send", _acting(self._send)),
            web.post("/api/tap", _acting(self._tap)),
            web.post("/api/start", _acting(self._start)),
            web.post("/api/inline", _acting(self._inline)),
            web.post("/api/choose", _acting(self._choose)),
            web.post("/api/block", _acting(self._block)),
            web.post("/api/found", _acting(self._found)),
        ]

    def close(self) -> None:
        """End every stream of events."""
        self._closing.set()

    async def _page(self, _: web.Request) -> web.StreamResponse:
        self.opened.set()
        return _serve(PAGE / "index.html")

    # -- reading

    async def _get_state(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(_state(self._telegram, _number(request.query.get("user"))))

    async def _get_messages(self, request: web.Request) -> web.StreamResponse:
        after = _number(request.query.get("after"))
        chosen = [each for each in self._telegram.messages(int(request.match_info["chat"])) if each.id > after]
        return web.json_response({"messages": [shown_message(self._telegram, each) for each in chosen]})

    async def _get_events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        stream = _EventStream(self._telegram)
        closing = asyncio.create_task(self._closing.wait())
        try:
            await response.write(b": welcome\n\n")
            while not closing.done():
                await response.write(await stream.next_chunk(closing))
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            closing.cancel()
            stream.close()
        return response

    # -- acting

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        reply_to = _number(body.get("reply_to")) or None
        user, chat = _number(body.get("user")), _number(body.get("chat"))
        return {"message_id": self._telegram.send_text(user, chat, str(body.get("text", "")), reply_to).id}

    def _tap(self, body: dict[str, Any]) -> dict[str, Any]:
        user, chat, message_id = (_number(body.get(name)) for name in ("user", "chat", "message_id"))
        return {"query_id": self._telegram.tap(user, chat, message_id, str(body.get("data", "")))}

    def _start(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"message_id": self._telegram.start(_number(body.get("user")), str(body.get("payload") or "")).id}

    def _inline(self, body: dict[str, Any]) -> dict[str, Any]:
        user = _number(body.get("user"))
        if user not in self._telegram.world.users:
            raise ActError(f"there is no person {user}")
        return {"query_id": self._telegram.query_inline(user, str(body.get("query", "")))}

    def _choose(self, body: dict[str, Any]) -> dict[str, Any]:
        user, chat = _number(body.get("user")), _number(body.get("chat"))
        chosen = self._telegram.choose(user, chat, str(body.get("query_id", "")), str(body.get("result", "")))
        return {"message_id": chosen.id}

    def _block(self, body: dict[str, Any]) -> dict[str, Any]:
        user = _number(body.get("user"))
        if user not in self._telegram.world.chats:
            raise ActError(f"there is no person {user}")
        (self._telegram.block if body.get("is_blocked") else self._telegram.unblock)(user)
        return {}

    def _found(self, body: dict[str, Any]) -> dict[str, Any]:
        kind = ChatKind.CHANNEL if body.get("kind") == ChatKind.CHANNEL else ChatKind.SUPERGROUP
        return {"chat": self._telegram.found(_number(body.get("user")), str(body.get("title", "")), kind).id}


class _EventStream:
    """What one open page has still to be told."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(EVENTS_LIMIT)
        self.close = telegram.watch(self._notice)

    def _notice(self, event: Event) -> None:
        if event.kind not in _SHOWN_EVENTS:
            return
        if self._waiting.full():
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put_nowait({"kind": "reload"})
        else:
            self._waiting.put_nowait(_event_json(self._telegram, event))

    async def next_chunk(self, closing: asyncio.Task[Any]) -> bytes:
        """The next event as bytes on the wire; a comment when nothing happens for a while."""
        getting = asyncio.create_task(self._waiting.get())
        try:
            await asyncio.wait({getting, closing}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
            return b": still here\n\n" if not getting.done() else _chunk(getting.result())
        finally:
            getting.cancel()


def _chunk(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _event_json(telegram: FakeTelegram, event: Event) -> dict[str, Any]:
    found = {"kind": event.kind, "chat": event.chat_id} | event.data
    if event.kind in ("message", "edit") and event.chat_id is not None:
        message = telegram.message(event.chat_id, event.data["message_id"])
        found["message"] = shown_message(telegram, message)
    if event.kind == "inline":
        found["results"] = telegram.inline_results(event.data["query_id"])
    if "user_id" in found:
        found["user"] = found.pop("user_id")
    return found


def _state(telegram: FakeTelegram, user_id: int) -> dict[str, Any]:
    """{"bot", "people", "chats"}; with a person also `me` and the command menu of each chat that person is in."""
    world = telegram.world
    # Who founds a group of their own is no administrator of the bot's.
    home = next((chat.members for chat in world.chats.values() if not chat.is_private), {})
    admins = {user for user, each in home.items() if each in ADMINISTRATORS}
    people = sorted((user for user in world.users.values() if not user.is_bot), key=lambda user: user.id in admins)
    chats = [chat for chat in world.chats.values() if chat.id == user_id or not chat.is_private]
    return {
        "bot": world.bot.json() | {"description": world.profile.texts.get(("description", ""), "")},
        "people": [{"id": user.id, "name": user.first_name, "is_admin": user.id in admins} for user in people],
        "me": user_id if user_id in world.users else None,
        "chats": [
            {
                "id": chat.id,
                "kind": chat.kind.value,
                "title": world.bot.first_name if chat.is_private else chat.title,
                "username": world.bot.username if chat.is_private else chat.username,
                "members": sum(each in PRESENT for each in chat.members.values()),
                "is_started": chat.is_started,
                "is_blocked": chat.is_blocked,
                "is_admin": chat.membership(user_id) in ADMINISTRATORS,
                "commands": telegram.commands(user_id, chat.id) if user_id in world.users else [],
                "pinned": chat.pinned,
            }
            for chat in chats
        ],
    }


def shown_message(telegram: FakeTelegram, message: Message) -> dict[str, Any]:
    """A message for the page: the Bot API's form with `is_silent` and the resolved `preview`."""
    found = telegram.world.message_json(message)
    return found | {"is_silent": message.is_silent, "preview": _shown_preview(message)}


def _shown_preview(message: Message) -> dict[str, Any] | None:
    """The link that Telegram would preview: the one asked for, else the first of the text."""
    if message.preview.is_disabled or message.photo or message.document or message.rich is not None:
        return None
    url = message.preview.url or _first_link(message)
    if not url.startswith(("http://", "https://")):
        return None
    domain = urlsplit(url).hostname or ""
    preview = message.preview
    return {"url": url, "domain": domain, "is_large": preview.is_large, "is_above_text": preview.is_above_text}


def _first_link(message: Message) -> str:
    for entity in message.entities:
        if entity.url:
            return entity.url
        if entity.type == "url":
            url = message.entity_text(entity)
            return url if "://" in url else f"http://{url}"
    return ""


def _number(value: object) -> int:
    """A whole number from JSON or a query; 0 when it is none."""
    try:
        return int(str(value))
    except ValueError:
        return 0


def _acting(act: Callable[[dict[str, Any]], dict[str, Any]]) -> Handler:
    """A handler that carries out an act and says what came of it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
            if not isinstance(body, dict):
                raise ActError("a JSON object is expected")
            return web.json_response({"ok": True} | act(body))
        except (ActError, ValueError, RecursionError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)

    return handle


async def _file(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in {path.name for path in PAGE.iterdir()}:
        raise web.HTTPNotFound
    return _serve(PAGE / name)


def _serve(path: Path) -> web.Response:
    content_type = _TYPES.get(path.suffix, "application/octet-stream")
    return web.Response(body=path.read_bytes(), content_type=content_type, charset="utf-8")
