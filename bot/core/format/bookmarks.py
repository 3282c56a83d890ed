"""Saved items as a Markdown file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.format.deep_links import Links
from bot.core.keys import parse_item_key
from bot.core.models import Say

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LINE_MARKS = re.compile(r"^(\s*)([-+]|\d+(?=[.)]))(?=[\s.)])")
_UNSAFE = {"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", " ": "%20"}


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A saved item. `date` is None when its digest is gone: then the headline is all there is."""

    item_key: str
    headline: str
    date: dt.date | None = None
    section: str = ""
    url: str | None = None
    text: str = ""


def to_markdown(bookmarks: Iterable[Bookmark], *, links: Links, say: Say) -> str:
    """The items one after another: headline with its link, day and section, all the text."""
    return "\n\n".join([f"# {say('saved.export_title')}", *(_entry(each, links, say) for each in bookmarks)]) + "\n"


def _entry(bookmark: Bookmark, links: Links, say: Say) -> str:
    headline = f"## {_linked(_escaped(bookmark.headline), bookmark.url)}"
    found = parse_item_key(bookmark.item_key)
    if bookmark.date is None or found is None:
        return f"{headline}\n\n{say('saved.export_gone')}"
    where = f"{bookmark.date.isoformat()} · {_escaped(bookmark.section)} · <{links.item(*found)}>"
    lines = [_escaped(line) for line in bookmark.text.splitlines() if line.strip()]
    return "\n\n".join([headline, where, *lines])


def _linked(text: str, url: str | None) -> str:
    return f"[{text}]({''.join(_UNSAFE.get(ch, ch) for ch in url)})" if url else text


def _escaped(line: str) -> str:
    return _LINE_MARKS.sub(r"\1\\\2", _MARKS.sub(r"\\\1", " ".join(line.split())))
