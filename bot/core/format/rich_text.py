"""Text with formatting, in exactly the form in which Telegram keeps it.

Telegram (TDLib's `fix_formatted_text`) cleans texts and splits, merges or drops entities. What is written here is
already clean and canonical, so nothing is changed on the way. Offsets and lengths count UTF-16 code units.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple, Self

from bot.core.address import telegram_url
from bot.core.format.guard import guard
from bot.core.format.parts import Entity, utf16_len
from bot.core.models import PLAIN, Inline, Run, Style

_STYLES = {Style.BOLD: "bold", Style.ITALIC: "italic", Style.UNDERLINE: "underline", Style.STRIKE: "strikethrough"}
_RANK = {"expandable_blockquote": 0, "blockquote": 0, "pre": 11, "code": 20, "text_link": 49} | {
    name: 90 + rank for rank, name in enumerate(_STYLES.values())
}
QUOTES = frozenset({"blockquote", "expandable_blockquote"})

_UNCLEAN = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\u0333\u033f\u030a\ud800-\udfff]")
_DROPPED = re.compile("[\r\u202a-\u202e\u0333\u033f\u030a]")
_BLANKED = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\u2028\u2029]")
_LONE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without the characters that Telegram drops or turns into spaces."""
    if not _UNCLEAN.search(text):
        return text
    composed = unicodedata.normalize("NFC", text) if "\u030a" in text else text
    return _LONE.sub("\ufffd", _BLANKED.sub(" ", _DROPPED.sub("", composed)))


@dataclass(frozen=True, slots=True)
class Text:
    """Words and their formatting; what a message is made of."""

    text: str = ""
    entities: tuple[Entity, ...] = ()

    @property
    def units(self) -> int:
        """Length in UTF-16 code units."""
        return utf16_len(self.text)

    def slice(self, start: int, end: int) -> Text:
        """The stretch between two offsets; formatting that reaches over its borders is closed and opened again."""
        text = self.text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")
        inside = (e for e in self.entities if e.offset < end and e.offset + e.length > start)
        return Text(text, tuple(_clip(entity, start, end) for entity in inside))


EMPTY = Text()


def _clip(entity: Entity, start: int, end: int) -> Entity:
    first, last = max(entity.offset, start), min(entity.offset + entity.length, end)
    return Entity(entity.type, first - start, last - first, entity.url, entity.language)


def entity_bytes(entity: Entity) -> int:
    """Bytes of one entity on the wire; about 9,500 in all are accepted (ENTITIES_TOO_LONG).

    Source: the TL schema: 12 for constructor, offset and length, then a TL string, flags for quotes.
    """
    if entity.type == "text_link":
        return 12 + _tl_string(entity.url or "")
    if entity.type == "pre":
        return 12 + _tl_string(entity.language or "")
    return 16 if entity.type in QUOTES else 12


def _tl_string(text: str) -> int:
    size = len(text.encode())
    return (size + (1 if size < 254 else 4) + 3) // 4 * 4


class Writer:
    """Writes a `Text` from left to right."""

    def __init__(self) -> None:
        self._chunks: list[str] = []
        self._entities: list[Entity] = []
        self.units = 0

    def plain(self, text: str) -> Self:
        """Words of our own, as they stand: an @name or a #tag in them becomes Telegram's link."""
        self._chunks.append(text)
        self.units += utf16_len(text)
        return self

    def inline(self, inline: Inline, *, also: Style = PLAIN, url: str | None = None) -> Self:
        """An author's words with their looks, plus the style `also`, all of it linked when `url` is given."""
        placed = _placed(_prepared(inline, also, url), self.units)
        self._entities += _entities(placed)
        self._chunks += [run.text for run, *_ in placed]
        self.units = placed[-1].end if placed else self.units
        return self

    def append(self, other: Text) -> Self:
        """Another text with its formatting."""
        self._entities += [_clip(entity, -self.units, entity.offset + entity.length) for entity in other.entities]
        return self.plain(other.text)

    @contextmanager
    def enclosed(self, kind: str, language: str | None = None) -> Iterator[None]:
        """Everything written inside stands in a quote or in preformatted text."""
        start = self.units
        yield
        if self.units > start:
            self._entities.append(Entity(kind, start, self.units - start, language=language or None))

    def finish(self) -> Text:
        """What has been written."""
        return Text("".join(self._chunks), tuple(sorted(self._entities, key=_order)))


def _order(entity: Entity) -> tuple[int, int, int]:
    rank = 10 if entity.type == "pre" and entity.language else _RANK[entity.type]
    return entity.offset, -entity.length, rank


def _prepared(inline: Inline, also: Style, url: str | None) -> list[Run]:
    runs = [Run(clean(run.text), *_looks(run, also, url)) for run in inline]
    if any(run.url for run in runs):
        runs = list(spelled_out(runs))
    return [run for run in guard(tuple(runs)) if run.text]


def _looks(run: Run, also: Style, url: str | None) -> tuple[Style, str | None]:
    """Code takes no other look, and a link wins over code: Telegram would drop one of the two."""
    target = url or run.url
    style = run.style if also == PLAIN else run.style | also
    if style == PLAIN or Style.CODE not in style:
        return style, target
    return (style & ~Style.CODE, target) if target else (Style.CODE, None)


def spelled_out(runs: Sequence[Run]) -> Iterator[Run]:
    """Web links in Telegram's form; what it cannot link becomes plain, an e-mail address is written after its name."""
    for run in runs:
        if run.url is None:
            yield run
        elif run.url.lower().startswith("mailto:"):
            address = clean(run.url[len("mailto:") :].partition("?")[0])
            yield replace(run, text=run.text if address in run.text else f"{run.text} ({address})", url=None)
        else:
            yield Run(run.text, run.style, telegram_url(run.url))


_Span = tuple[int, int]


class _Placed(NamedTuple):
    """A run with the offset of its end; what is seen of it goes from `first` to `last`, which are equal without ink."""

    run: Run
    first: int
    last: int
    end: int


def _placed(runs: Sequence[Run], start: int) -> list[_Placed]:
    """Runs one behind the other. White space at the ends of a run takes no formatting: Telegram would trim it."""
    placed: list[_Placed] = []
    for run in runs:
        end = start + utf16_len(run.text)
        inked = run.text.strip()
        first = start + len(run.text) - len(run.text.lstrip()) if inked else end
        last = end - len(run.text) + len(run.text.rstrip()) if inked else end
        placed.append(_Placed(run, first, last, end))
        start = end
    return placed


def _entities(placed: Sequence[_Placed]) -> list[Entity]:
    if all(run.style == PLAIN and run.url is None for run, *_ in placed):
        return []
    solid = list(_solid_entities(placed))
    return solid + _style_entities(placed, solid)


def _solid_entities(placed: Sequence[_Placed]) -> Iterator[Entity]:
    """Links and code. Neighbouring runs of one link are one entity."""
    for url, neighbours in groupby(placed, key=lambda one: one.run.url):
        inked = [one for one in neighbours if one.first < one.last]
        if url and inked:
            yield Entity("text_link", inked[0].first, inked[-1].last - inked[0].first, url=url)
        elif not url:
            yield from (Entity("code", first, last - first) for run, first, last, _ in inked if Style.CODE in run.style)


def _style_entities(placed: Sequence[_Placed], solid: Sequence[Entity]) -> list[Entity]:
    """Bold, italic and their like as TDLib splits them: where another style begins, and at the borders of links."""
    spans = _styled_spans(placed)
    borders = {border for entity in solid for border in (entity.offset, entity.offset + entity.length)}
    points = sorted(borders | {span[0] for stretch in spans.values() for span in stretch})
    return [
        Entity(_STYLES[style], first, last - first)
        for style, stretch in spans.items()
        for span in stretch
        for first, last in _split(span, points)
    ]


def _styled_spans(placed: Sequence[_Placed]) -> dict[Style, list[_Span]]:
    """Where each style stands; stretches that touch are one."""
    spans: dict[Style, list[_Span]] = {}
    for run, first, last, _ in placed:
        if run.style == PLAIN or first == last:
            continue
        for style in (single for single in _STYLES if single in run.style):
            stretch = spans.setdefault(style, [])
            begin = stretch.pop()[0] if stretch and stretch[-1][1] == first else first
            stretch.append((begin, last))
    return spans


def _split(span: _Span, points: Sequence[int]) -> Iterator[_Span]:
    first, last = span
    for point in points:
        if first < point < last:
            yield first, point
            first = point
    yield first, last
