"""A message as the fake keeps it, and its form in the Bot API."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.sandbox.keyboards import Keyboard, callbacks, keyboard_json
from bot.sandbox.nesting import Entities, TextEntity
from bot.sandbox.people import ANONYMOUS, Chat, User


@dataclass(frozen=True, slots=True)
class Preview:
    """What was asked for the link preview; `url` is empty when Telegram takes the first link of the text."""

    url: str = ""
    is_disabled: bool = False
    is_large: bool = False
    is_above_text: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A file in a message."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `text` is the caption when there is a `photo` or a `document`; times are milliseconds UTC.

    `entities` are what a reader sees: the sender's and those Telegram found by itself.
    """

    id: int
    chat_id: int
    sender_id: int
    sent_at_ms: int
    text: str
    entities: Entities = ()
    keyboard: Keyboard = ()
    preview: Preview = Preview()
    photo: str | None = None
    document: Document | None = None
    rich: dict[str, Any] | None = None
    is_silent: bool = False
    edited_at_ms: int | None = None
    reply_to: int | None = None
    thread_id: int | None = None
    forwarded_from: str | None = None
    via_bot: bool = False

    @property
    def callbacks(self) -> set[str]:
        """All callback data that can be tapped on it."""
        return callbacks(self.keyboard)

    @property
    def content(self) -> tuple[object, ...]:
        """Everything an edit can change; two equal contents are `message is not modified`."""
        return self.text, self.entities, self.keyboard, self.preview, self.photo, self.document, self.rich

    def entity_text(self, entity: TextEntity) -> str:
        """The words under one of its entities."""
        raw = self.text.encode("utf-16-le")[entity.offset * 2 : entity.end * 2]
        return raw.decode("utf-16-le")


def message_json(message: Message, chat: Chat, sender: User, reply: dict[str, Any] | None = None) -> dict[str, Any]:
    """A Message of the Bot API."""
    found: dict[str, Any] = {
        "message_id": message.id,
        "date": message.sent_at_ms // 1000,
        "chat": chat.json(),
        "from": sender.json(),
    }
    found |= _content_json(message)
    optional: dict[str, Any] = {
        "message_thread_id": message.thread_id,
        "is_topic_message": True if message.thread_id else None,
        "edit_date": message.edited_at_ms // 1000 if message.edited_at_ms is not None else None,
        "reply_to_message": reply,
        "sender_chat": chat.json() if sender == ANONYMOUS else None,
        "reply_markup": keyboard_json(message.keyboard) if message.keyboard else None,
        "link_preview_options": preview_json(message.preview) if message.preview != Preview() else None,
        "forward_origin": _origin_json(message) if message.forwarded_from else None,
    }
    return found | {name: value for name, value in optional.items() if value is not None}


def _content_json(message: Message) -> dict[str, Any]:
    if message.rich is not None:
        return {"rich_message": message.rich}
    entities = [entity_json(entity) for entity in message.entities]
    if message.photo is None and message.document is None:
        return {"text": message.text} | ({"entities": entities} if entities else {})
    found: dict[str, Any] = {"photo": [_photo_json(message.photo)]} if message.photo is not None else {}
    if message.document is not None:
        found["document"] = _document_json(message.document)
    if message.text:
        found["caption"] = message.text
    return found | ({"caption_entities": entities} if entities else {})


def entity_json(entity: TextEntity) -> dict[str, Any]:
    """A MessageEntity of the Bot API."""
    found: dict[str, Any] = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    if entity.user_id is not None:
        found["user"] = {"id": entity.user_id, "is_bot": False, "first_name": ""}
    for name in ("url", "language", "custom_emoji_id"):
        if (value := getattr(entity, name)) is not None:
            found[name] = value
    return found


def preview_json(preview: Preview) -> dict[str, Any]:
    """LinkPreviewOptions of the Bot API."""
    if preview.is_disabled:
        return {"is_disabled": True}
    found: dict[str, Any] = {"url": preview.url} if preview.url else {}
    if preview.is_large:
        found["prefer_large_media"] = True
    if preview.is_above_text:
        found["show_above_text"] = True
    return found


def _document_json(document: Document) -> dict[str, Any]:
    unique = sha256(document.content).hexdigest()[:16]
    names = {"file_id": f"document-{unique}", "file_unique_id": unique, "file_name": document.name}
    return names | {"file_size": len(document.content)}


def _photo_json(source: str) -> dict[str, Any]:
    unique = sha256(source.encode()).hexdigest()[:16]
    return {"file_id": source, "file_unique_id": unique, "width": 1280, "height": 640}


def _origin_json(message: Message) -> dict[str, Any]:
    return {"type": "hidden_user", "date": message.sent_at_ms // 1000, "sender_user_name": message.forwarded_from}
