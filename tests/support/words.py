"""Counting words two ways: what a Markdown text says to a plain CommonMark renderer, and what a digest holds."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from bot.core.models import Block, Code, Digest, Inline, Item, Label, ListBlock, Paragraph, Quote, Table, plain

_WORD = re.compile(r"[^\W_]", re.UNICODE)
_ADVERT = re.compile(r"<div class=\"telegram-card\">.*\Z", re.DOTALL)


_FOOTNOTE = re.compile(r"\[\^([^\]\n]+)\]")
_TASK = re.compile(r"(?<=[-*] )\[[ xX]\] ")


class _LenientParser(MarkdownIt):
    """Takes every address for a link, so that a refused one leaves its words only."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's own name for it
        return True


def count_words(text: str) -> Counter[str]:
    """Letters and digits, each counted: losing any part of a word shows, white space and punctuation do not."""
    return Counter(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def rendered_words(body: str) -> Counter[str]:
    """The words that a stock CommonMark parser shows of a body, without the advert."""
    parser = _LenientParser("commonmark", {"maxNesting": 200}).enable(["table", "strikethrough"])
    reader = _TextReader()
    body = _TASK.sub("☐ ", _FOOTNOTE.sub(r"[\1] ", _ADVERT.sub("", body)))
    reader.feed(parser.render(body))
    reader.close()
    return count_words(" ".join(reader.texts))


def digest_words(digest: Digest) -> Counter[str]:
    """The words of everything in the digest's sections, in any place."""
    return count_words(" ".join(digest_texts(digest)))


def digest_texts(digest: Digest) -> Iterator[str]:
    """The texts of a digest in reading order."""
    for section in digest.sections:
        yield section.title
        for entry in section.entries:
            if isinstance(entry, Item):
                yield "" if entry.is_implied else plain(entry.headline)
                yield from _texts(entry.blocks)
                for commentary in entry.commentary:
                    yield commentary.label
                    yield from _texts(commentary.blocks)
            else:
                yield from _texts(entry.blocks)


def _texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(inline) | Label(inline):
                yield plain(inline)
            case ListBlock(entries):
                for entry in entries:
                    yield from _texts(entry.blocks)
            case Quote(inner):
                yield from _texts(inner)
            case Code(text):
                yield text
            case Table(header, rows):
                yield from _cells((header, *rows))


def _cells(rows: tuple[tuple[Inline, ...], ...]) -> Iterator[str]:
    for row in rows:
        yield from map(plain, row)


class _TextReader(HTMLParser):
    """The text of HTML, with the names of pictures and without what no reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style", "template")
        if tag == "img":
            self.texts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "template")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)
