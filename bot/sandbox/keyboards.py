"""Inline keyboards: what Telegram accepts as `reply_markup`."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.answers import bad_request
from bot.sandbox.links import LinkError, check_link
from bot.sandbox.parameters import Parameters

Keyboard = tuple[tuple[dict[str, Any], ...], ...]

CALLBACK_LIMIT_BYTES = 64
BUTTON_LIMIT = 100
MARKUP_LIMIT_BYTES = 10_240
_ACTIONS = (
    "url", "callback_data", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "web_app", "login_url", "callback_game", "pay",
)  # fmt: skip
_OTHER_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def read_keyboard(params: Parameters) -> Keyboard:
    """The inline keyboard of a call; empty when there is none or another kind of markup is given.

    Raises:
        ApiError: Telegram refuses it.
    """
    markup = params.structure("reply_markup", "reply keyboard markup")
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise bad_request("Object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('Can\'t parse inline keyboard: field "inline_keyboard" must be an Array of Arrays')
    keyboard = tuple(tuple(_read_button(button) for button in row) for row in rows if row)
    if sum(map(len, keyboard)) > BUTTON_LIMIT or len(json.dumps(keyboard).encode()) > MARKUP_LIMIT_BYTES:
        raise bad_request("Reply markup is too long")
    return keyboard


def has_other_markup(params: Parameters) -> bool:
    """Whether the call brings a reply keyboard, its removal or a forced reply, which cannot be edited in."""
    markup = params.structure("reply_markup", "reply keyboard markup")
    return isinstance(markup, dict) and any(name in markup for name in _OTHER_MARKUPS)


def _read_button(data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise bad_request("Can't parse inline keyboard button: expected an Object")
    text = data.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    actions = [name for name in _ACTIONS if name in data]
    if not actions:
        raise bad_request("Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    action = actions[0]
    return {"text": text, action: _read_action(action, data[action])}


def _read_action(action: str, value: Any) -> Any:
    if action == "callback_data" and not (isinstance(value, str) and 1 <= len(value.encode()) <= CALLBACK_LIMIT_BYTES):
        raise bad_request("BUTTON_DATA_INVALID")
    if action != "url":
        return value
    try:
        return check_link(str(value))
    except LinkError as error:
        raise bad_request(f"Inline keyboard button URL '{value}' is invalid: {error}") from error


def callbacks(keyboard: Keyboard) -> set[str]:
    """All callback data that can be tapped on it."""
    return {button["callback_data"] for row in keyboard for button in row if "callback_data" in button}


def keyboard_json(keyboard: Keyboard) -> dict[str, Any]:
    """Its form in a message."""
    return {"inline_keyboard": [list(row) for row in keyboard]}
