"""A part: one Telegram message to be sent, and its form in the Bot API's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHARING = "switch_inline_query_chosen_chat"
SHARED_WITH = ("allow_user_chats", "allow_bot_chats", "allow_group_chats", "allow_channel_chats")
CALLBACK_DATA_BYTES = 64


@dataclass(frozen=True, slots=True)
class Entity:
    """Formatting of a stretch of text; `offset` and `length` count UTF-16 code units.

    Source: https://core.telegram.org/bots/api#messageentity
    """

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: a link, a callback, or `shared`, a query of our inline mode to be sent into a chosen chat.

    Raises:
        ValueError: not exactly one of them is given, or the callback data is over 64 bytes.
    """

    text: str
    url: str | None = None
    callback: str | None = None
    shared: str | None = None

    def __post_init__(self) -> None:
        if sum(action is not None for action in (self.url, self.callback, self.shared)) != 1:
            raise ValueError(f"button {self.text!r} needs either a link, callback data or a query to share")
        if self.callback is not None and not 1 <= len(self.callback.encode()) <= CALLBACK_DATA_BYTES:
            raise ValueError(f"callback data of button {self.text!r} is not 1-{CALLBACK_DATA_BYTES} bytes")


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A large link preview of `url` above the text."""

    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """One message: text, entities, keyboard, a preview (None: previews are off), and whether it rings."""

    text: str
    entities: tuple[Entity, ...] = ()
    keyboard: Keyboard = ()
    preview: Preview | None = None
    is_silent: bool = False


def utf16_len(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts: most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def to_params(part: Part) -> dict[str, Any]:
    """The parameters of `sendMessage` for this part, without `chat_id`."""
    params: dict[str, Any] = {"text": part.text}
    if part.entities:
        params["entities"] = [_entity_json(entity) for entity in part.entities]
    params["link_preview_options"] = _preview_json(part.preview)
    if part.keyboard:
        params["reply_markup"] = keyboard_json(part.keyboard)
    if part.is_silent:
        params["disable_notification"] = True
    return params


def keyboard_json(keyboard: Keyboard) -> dict[str, Any]:
    """The keyboard as `reply_markup`."""
    return {"inline_keyboard": [[_button_json(button) for button in row] for row in keyboard]}


def from_params(params: Mapping[str, Any]) -> Part:
    """The part that `to_params` wrote down."""
    preview = params.get("link_preview_options", {})
    rows = params.get("reply_markup", {}).get("inline_keyboard", ())
    return Part(
        text=params["text"],
        entities=tuple(Entity(**entity) for entity in params.get("entities", ())),
        keyboard=tuple(tuple(_button(button) for button in row) for row in rows),
        preview=None if preview.get("is_disabled", True) else Preview(preview["url"]),
        is_silent=bool(params.get("disable_notification", False)),
    )


def _button(data: Mapping[str, Any]) -> Button:
    return Button(data["text"], data.get("url"), data.get("callback_data"), data.get(SHARING, {}).get("query"))


def _entity_json(entity: Entity) -> dict[str, Any]:
    found = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    return found | {name: value for name in ("url", "language") if (value := getattr(entity, name)) is not None}


def _preview_json(preview: Preview | None) -> dict[str, Any]:
    if preview is None:
        return {"is_disabled": True}
    return {"is_disabled": False, "url": preview.url, "prefer_large_media": True, "show_above_text": True}


def _button_json(button: Button) -> dict[str, Any]:
    if button.shared is not None:
        return {"text": button.text, SHARING: {"query": button.shared} | dict.fromkeys(SHARED_WITH, True)}
    action = {"url": button.url} if button.url is not None else {"callback_data": button.callback or ""}
    return {"text": button.text} | action
