"""The page around the messages: one file without scripts and without anything that would have to be loaded."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from urllib.parse import unquote, urlsplit

from bot.core.format.parts import Button, Keyboard, Part, Preview, utf16_len
from bot.core.format.rich import LIMITS, RichPart
from bot.core.format.rich_blocks import measure
from bot.core.models import Say
from bot.preview.markup import Names, formatted, link
from bot.preview.rich_markup import rich_markup

MESSAGE_UTF16, MESSAGE_ENTITIES = 4096, 100
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_SKIES = (("#5b8def", "#7d5be6"), ("#2fa8a0", "#3f7fd8"), ("#e2725b", "#b9478f"), ("#6a9c3d", "#2b8a72"))
_BELL = '<svg class="bell" viewBox="0 0 24 24"><path d="M6 9a6 6 0 0 1 12 0v5l2 3H4l2-3zM10 20h4M4 4l16 16"/></svg>'


@dataclass(frozen=True, slots=True)
class Chat:
    """Where the messages would stand: its name, what stands below it, and whether it is a group."""

    name: str
    caption: str
    is_group: bool


def preview_page(
    title: str, date: dt.date, hour: str, messages: Sequence[Part | RichPart], chat: Chat, *, say: Say
) -> str:
    """The whole HTML document."""
    names = Names()
    rows = "".join(
        _row(message, f"{place}/{len(messages)}", hour, chat, names, say) for place, message in enumerate(messages, 1)
    )
    day = say("page.day", month=date.month, day=date.day)
    return f"""<!doctype html>
<html lang="zh-Hans">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} · {escape(say("page.preview"))}</title>
<style>
{_style()}</style>
</head>
<body>
<header><div class="avatar">AI</div><div class="titles"><h1>{escape(chat.name)}</h1><p>{escape(chat.caption)}</p></div>\
</header>
<main class="wall"><div class="messages"><div class="day">{escape(day)}</div>{rows}</div></main>
</body>
</html>
"""


def _style() -> str:
    """The looks of the sandbox's chat and what this page has beside them."""
    sandbox = files("bot.sandbox").joinpath("page")
    pattern = b64encode(sandbox.joinpath("pattern.svg").read_bytes()).decode()
    own = files("bot.preview").joinpath("page.css").read_text("utf-8")
    shared = [sandbox.joinpath(name).read_text("utf-8") for name in ("colours.css", "messages.css")]
    return "\n".join([*shared, own.replace("PATTERN", f"data:image/svg+xml;base64,{pattern}")])


def _row(message: Part | RichPart, place: str, hour: str, chat: Chat, names: Names, say: Say) -> str:
    avatar = '<div class="avatar" aria-hidden="true">AI</div>' if chat.is_group else ""
    sender = f'<span class="sender">{escape(say("page.bot"))}</span>' if chat.is_group else ""
    meta = f'<span class="meta">{_BELL if message.is_silent else ""}{escape(hour)}</span>'
    bubble = f'<div class="bubble">{sender}{_content(message, names, meta)}</div>'
    size = f'<p class="size">{escape(f"{place} · {_size(message, say)}")}</p>'
    body = f'<div class="body">{bubble}{_keyboard(message.keyboard)}{size}</div>'
    return f'<article class="message is-first is-last">{avatar}{body}</article>\n'


def _content(message: Part | RichPart, names: Names, meta: str) -> str:
    if isinstance(message, RichPart):
        return rich_markup(message.blocks) + meta
    words = formatted(message.text, message.entities, names)
    ends_in_block = words.endswith(("</div>", "</pre>"))
    text = f'<div class="text">{words}{"" if ends_in_block else meta}</div>{meta if ends_in_block else ""}'
    return (_placeholder(message.preview) if message.preview else "") + text


def _size(message: Part | RichPart, say: Say) -> str:
    if isinstance(message, RichPart):
        size = measure(message.blocks)
        values = {"length": size.units, "limit": LIMITS.units, "blocks": size.blocks, "most": LIMITS.blocks}
        return say("page.rich_size", **values)
    values = {"length": utf16_len(message.text), "limit": MESSAGE_UTF16}
    return say("page.size", **values, entities=len(message.entities), most=MESSAGE_ENTITIES)


def _placeholder(preview: Preview) -> str:
    """A large link preview; the picture itself is not loaded."""
    parts = urlsplit(preview.url)
    host = (parts.hostname or "").removeprefix("www.")
    sky = _SKIES[sum(host.encode()) % len(_SKIES)]
    inner = (
        f'<span class="site">{escape(host)}</span><span class="path">{escape(unquote(parts.path))}</span>'
        f'<span class="picture" style="background:linear-gradient(135deg,{sky[0]},{sky[1]})">'
        f"{escape(host[:1].upper() or '?')}</span>"
    )
    return link(inner, preview.url, "preview is-large is-above")


def _keyboard(keyboard: Keyboard) -> str:
    if not keyboard:
        return ""
    rows = "".join(f'<div class="keys">{"".join(_keys(row))}</div>' for row in keyboard)
    return f'<div class="keyboard">{rows}</div>'


def _keys(row: Sequence[Button]) -> Iterator[str]:
    for button in row:
        words = escape(button.text)
        shown = link(words, button.url, "key is-link") if button.url else words
        yield shown if shown != words else f'<span class="key">{words}</span>'
