"""Text with entities as HTML. Whatever stands in a digest is text here: every character is escaped, and only
addresses of web pages and of mail become links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import count

from rich.cells import cell_len

from bot.core.format.parts import Entity

FOLDED_LINES = 3
LINE_CELLS = 46
"""Half-width columns of a line in a quote; what fills more than `FOLDED_LINES` can be folded."""

_TAGS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code"}
_QUOTES = {"blockquote", "expandable_blockquote"}
_BLOCKS = _QUOTES | {"pre"}
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+", re.IGNORECASE)
_HASHTAG = re.compile(r"(?<![\w#])#[\w·]+")


class Names:
    """Gives the checkbox of each quote a name of its own within one page."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def next(self) -> str:
        """A name that no other element has."""
        return f"q{next(self._numbers)}"


def link(inner: str, url: str, look: str = "") -> str:
    """A link around HTML; an address that nobody should follow leaves the words alone."""
    if not _ADDRESS.fullmatch(url):
        return inner
    style = f' class="{look}"' if look else ""
    address = escape(url, quote=True)
    return f'<a{style} href="{address}" title="{address}" target="_blank" rel="noopener noreferrer">{inner}</a>'


def formatted(text: str, entities: Sequence[Entity], names: Names) -> str:
    """The HTML of a message's text."""
    place = _places(text)
    spans = [(place[one.offset], place[one.offset + one.length], one) for one in entities]
    return _filled(text, 0, len(text), sorted(spans, key=lambda span: (span[0], -span[1])), names)


def quote(inner: str, text: str, names: Names, *, is_foldable: bool) -> str:
    """A quote; a long foldable one shows three lines until it is opened."""
    if not (is_foldable and _lines(text) > FOLDED_LINES):
        return f'<div class="quote"><div class="quoted">{inner}</div></div>'
    name = names.next()
    return (
        f'<div class="quote is-foldable"><input type="checkbox" id="{name}" aria-label="展开">'
        f'<div class="quoted">{inner}</div><label for="{name}"></label></div>'
    )


Span = tuple[int, int, Entity]


def _filled(text: str, start: int, end: int, spans: Sequence[Span], names: Names) -> str:
    pieces: list[str] = []
    at = start
    for first, last, entity, inner in _outermost(spans):
        is_block = entity.type in _BLOCKS
        before = text[at:first]
        pieces.append(_words(before.removesuffix("\n") if is_block else before))
        pieces.append(_drawn(entity, _filled(text, first, last, inner, names), text[first:last], names))
        at = last + 1 if is_block and text[last : last + 1] == "\n" else last
    return "".join([*pieces, _words(text[at:end])])


def _outermost(spans: Sequence[Span]) -> Iterator[tuple[int, int, Entity, list[Span]]]:
    """Each span that stands in no other, with those inside it."""
    index = 0
    while index < len(spans):
        start, end, entity = spans[index]
        index += 1
        inner: list[Span] = []
        while index < len(spans) and spans[index][0] < end:
            inner.append(spans[index])
            index += 1
        yield start, end, entity, inner


def _drawn(entity: Entity, inner: str, words: str, names: Names) -> str:
    match entity.type:
        case "text_link":
            return link(inner, entity.url or "")
        case "pre":
            language = f' data-language="{escape(entity.language, quote=True)}"' if entity.language else ""
            return f"<pre{language}><code>{inner}</code></pre>"
        case "blockquote" | "expandable_blockquote":
            return quote(inner, words, names, is_foldable=entity.type == "expandable_blockquote")
        case kind:
            tag = _TAGS.get(kind, "span")
            return f"<{tag}>{inner}</{tag}>"


def _words(text: str) -> str:
    return _HASHTAG.sub(r'<span class="as-link">\g<0></span>', escape(text))


def _lines(text: str) -> int:
    return sum(max(1, -(-cell_len(line) // LINE_CELLS)) for line in text.split("\n"))


def _places(text: str) -> list[int]:
    """The index of the character at each UTF-16 offset."""
    places: list[int] = []
    for index, character in enumerate(text):
        places += [index] * (2 if character > "\uffff" else 1)
    return [*places, len(text)]
