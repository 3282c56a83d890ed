"""Entities and how they nest: sorted, merged and split until none crosses another, as TDLib does it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
CODES = frozenset({"code", "pre"})

_PRIORITY = {
    **dict.fromkeys(QUOTES, 0),
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    **{style: 90 + index for index, style in enumerate(STYLES)},
    "custom_emoji": 99,
}


@dataclass(frozen=True, slots=True)
class TextEntity:
    """Formatting of a stretch of text."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    user_id: int | None = None
    custom_emoji_id: str | None = None

    @property
    def end(self) -> int:
        """The first unit behind it."""
        return self.offset + self.length


Entities = tuple[TextEntity, ...]


def order(entity: TextEntity) -> tuple[int, int, int]:
    """Telegram's order of entities: by place, the longer first, then by kind."""
    priority = _PRIORITY.get(entity.type, 50)
    return entity.offset, -entity.length, priority - (entity.type == "pre" and entity.language is not None)


def nest(entities: Iterable[TextEntity]) -> Entities:
    """Sort the entities; where they cross, keep the earlier link, code or quote and split the styles."""
    given = sorted(entities, key=order)
    if _is_nested(given):
        return tuple(given)
    firm = _without_crossing([each for each in given if each.type not in STYLES and each.type not in QUOTES])
    quotes = _without_crossing([each for each in given if each.type in QUOTES])
    others = sorted(quotes + [each for each in firm if _fits(each, quotes)], key=order)
    styles = split_styles([each for each in given if each.type in STYLES], others)
    return tuple(sorted(others + styles, key=order))


def _without_crossing(entities: Sequence[TextEntity]) -> list[TextEntity]:
    kept: list[TextEntity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _fits(entity: TextEntity, quotes: Sequence[TextEntity]) -> bool:
    """An entity lies inside of a quote or outside of all."""
    crossed = [quote for quote in quotes if quote.offset < entity.end and entity.offset < quote.end]
    return all(quote.offset <= entity.offset and entity.end <= quote.end for quote in crossed)


def _is_nested(entities: Sequence[TextEntity]) -> bool:
    """Whether sorted entities are already in the form that `nest` would make."""
    around: list[TextEntity] = []
    style_ends: dict[str, int] = {}
    for entity in entities:
        while around and entity.offset >= around[-1].end:
            around.pop()
        if around and not _may_be_inside(entity, around):
            return False
        if entity.type in STYLES:
            if style_ends.get(entity.type, -1) >= entity.offset:
                return False
            style_ends[entity.type] = entity.end
        around.append(entity)
    return True


def _may_be_inside(entity: TextEntity, around: Sequence[TextEntity]) -> bool:
    kinds = {outer.type for outer in around}
    if entity.end > around[-1].end or around[-1].type in CODES or kinds & set(STYLES):
        return False
    if entity.type in STYLES:
        return True
    return entity.type not in QUOTES and kinds <= QUOTES


class _StyleCutter:
    """Walks through the text and cuts styles wherever it is told to, and where another style begins."""

    def __init__(self, styles: Iterable[TextEntity]) -> None:
        self._waiting = deque(styles)
        self._open: dict[str, tuple[int, int]] = {}
        self.done: list[TextEntity] = []

    def advance(self, offset: int) -> None:
        """Finish everything before `offset`; what goes on behind it is cut there."""
        while self._waiting and self._waiting[0].offset < offset:
            style = self._waiting.popleft()
            begin, end = self._open.get(style.type, (0, -1))
            if style.offset <= end:
                self._open[style.type] = (begin, max(end, style.end))
            else:
                self._cut(style.offset)
                self._open[style.type] = (style.offset, style.end)
        self._cut(offset)

    def _cut(self, offset: int) -> None:
        for kind in STYLES:
            begin, end = self._open.get(kind, (offset, offset))
            if begin >= offset:
                continue
            self.done.append(TextEntity(kind, begin, min(end, offset) - begin))
            if end <= offset:
                del self._open[kind]
            else:
                self._open[kind] = (offset, end)


def split_styles(styles: Sequence[TextEntity], others: Sequence[TextEntity]) -> list[TextEntity]:
    """Merge styles that touch and cut them at the borders of the other entities; code loses them."""
    cutter = _StyleCutter(styles)
    around: list[TextEntity] = []

    def advance(offset: int) -> None:
        while around and offset >= around[-1].end:
            mark = len(cutter.done)
            inner = around.pop()
            cutter.advance(inner.end)
            if inner.type in CODES:
                del cutter.done[mark:]
        cutter.advance(offset)

    for other in others:
        advance(other.offset)
        around.append(other)
    advance(1 << 40)
    return sorted(cutter.done, key=order)
