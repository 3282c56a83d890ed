"""The author's page: whole, self-contained, and safe whatever stands in the digest."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.digest import parse_digest
from bot.core.format import Links, publication, reader_card
from bot.core.format.cards import group_keyboard
from bot.core.format.parts import Part
from bot.core.format.rich import RichPart, rich_publication
from bot.core.models import Digest
from bot.locales import catalogue
from bot.preview import Chat, preview_page
from tests.support.browser import browser_page, needs_chromium
from tests.support.samples import POSTS, digest_of
from tests.support.words import count_words

SAY = catalogue()
LINKS = Links("your_bot", "@ai_news_plus")
DAY = dt.date(2026, 2, 6)
CHAT = Chat("AI 日报群", "预览", is_group=True)

HOSTILE = """---
title: "</title><script>alert(1)</script>"
date: 2026-02-06
category: AI 日报
coverImage: 'https://example.org/"><img src=x onerror=alert(2)>.png'
summary: "- <img src=x onerror=alert(3)>"
---
## <svg onload=alert(4)> & "引号"

### [点我" onclick="alert(5)](https://example.org/?a="b"&c='d')

正文 <iframe src="https://example.org"></iframe> [坏](javascript:alert(6)) [更坏](tg://resolve?domain=x)
[数据](data:text/html,x) `</code><script>alert(7)</script>` {{7*7}} PATTERN

| 甲"x | <b>乙 |
|---|---|
| </td><script>alert(8)</script> | 2 |

```html" onmouseover="alert(9)
</pre><script>alert(10)</script>
```

**深度解读 & 洞察：**
</div></details><script>alert(11)</script>
"""


class Reader(HTMLParser):
    """The elements, attributes and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._is_style = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self._is_style = tag == "style"
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.words.append(data)


def messages_of(digest: Digest, style: str) -> tuple[Part | RichPart, ...]:
    match style:
        case "full":
            return publication(digest, "20260206", links=LINKS, say=SAY).parts
        case "card":
            return (reader_card(digest, "20260206", say=SAY, links=LINKS),)
        case _:
            return rich_publication(digest, say=SAY, keyboard=group_keyboard(LINKS, SAY))


def page_of(digest: Digest, style: str) -> str:
    return preview_page(digest.title, digest.date, "08:00", messages_of(digest, style), CHAT, say=SAY)


def parsed(markdown: str) -> Digest:
    found = parse_digest(markdown.encode(), "2026-02-06-x.md")
    assert found is not None
    assert found.digest is not None
    return found.digest


styles = pytest.mark.parametrize("style", ["full", "card", "rich"])


def assert_is_safe(page: str) -> None:
    reader = Reader(page)
    assert not reader.tags.keys() & {"script", "iframe", "img", "object", "embed", "form", "base", "link"}
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    links = [value for name, value in reader.attributes if name in ("href", "src")]
    assert all(re.match(r"https?://|mailto:", link) for link in links)
    assert reader.attributes.count(("rel", "noopener noreferrer")) == len(links)
    assert any("default-src 'none'" in value for name, value in reader.attributes if name == "content")


@styles
def test_nothing_of_a_hostile_digest_becomes_markup(style: str) -> None:
    """No element, attribute or address of the author's making; a policy forbids scripts besides."""
    page = page_of(parsed(HOSTILE), style)
    assert_is_safe(page)
    assert "alert(1)" in "".join(Reader(page).words)


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_no_text_at_all_becomes_markup(text: str) -> None:
    """Random words in every place of a digest."""
    found = parse_digest(
        f"---\ndate: 2026-02-06\n---\n## {text}\n\n### [{text}](https://e.org)\n\n{text}\n".encode("utf-8", "replace"),
        "2026-02-06-x.md",
    )
    if found is not None and found.digest is not None:
        for style in ("full", "rich"):
            assert_is_safe(page_of(found.digest, style))


@styles
@pytest.mark.parametrize("path", sorted(POSTS.glob("2026*.md")), ids=lambda path: path.stem)
def test_every_word_of_the_messages_stands_on_the_page(path: Path, style: str) -> None:
    """The page shows what would be sent, and the length of each message."""
    digest = digest_of(path)
    assert digest is not None
    shown = count_words(" ".join(Reader(page_of(digest, style)).words))
    for message in messages_of(digest, style):
        if isinstance(message, Part):
            wanted = count_words(" ".join([message.text, *(b.text for row in message.keyboard for b in row)]))
            assert not wanted - shown


def test_the_page_loads_nothing() -> None:
    """One file: no address is loaded, whatever the digest holds; quotes open without a script."""
    digest = digest_of(POSTS / "2026-11-21-full-saturday.md")
    assert digest is not None
    page = page_of(digest, "full")
    assert not re.search(r"url\((?!data:)|@import|src=", page)
    assert Reader(page).tags["input"] > 0
    assert "prefers-color-scheme: dark" in page


@needs_chromium
def test_a_browser_opens_a_folded_quote(tmp_path: Path) -> None:
    """In either light: nothing is requested, nothing complains, nothing is wider than a phone."""
    digest = digest_of(POSTS / "2026-11-21-full-saturday.md")
    assert digest is not None
    file = tmp_path / "page.html"
    file.write_text(page_of(digest, "full"), "utf-8")
    with browser_page(width=390) as page:
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text))
        page.on("request", lambda request: heard.append(request.url) if request.url.startswith("http") else None)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(file.as_uri())
            quote = page.locator(".is-foldable").first
            folded = quote.evaluate("node => node.offsetHeight")
            quote.locator("input").check()
            assert quote.evaluate("node => node.offsetHeight") > folded
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert heard == []
