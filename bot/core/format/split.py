"""The splitter: the fewest messages in which items stay whole, then the cheapest cuts, then balance."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from bot.core.format.breaks import LEVELS, finer_breaks
from bot.core.format.manuscript import Break, Cut, Draft
from bot.core.format.parts import Entity
from bot.core.format.rich_text import EMPTY, Text, Writer, entity_bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message holds: UTF-16 units of text, entities, and their bytes on the wire.

    Source: https://core.telegram.org/bots/api#sendmessage; entities beyond 100 are dropped without a word.
    """

    units: int = 4096
    entities: int = 100
    entity_bytes: int = 9_500


TELEGRAM = Limits()
_VECTOR_BYTES = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the text: a heading on the first message, another on those that continue, a closing line.

    The closing line is left out when it would cost a message. Its #tags count as entities.
    """

    opening: Text = EMPTY
    continuation: Text = EMPTY
    closing: Text = EMPTY


def split(draft: Draft, frame: Frame, limits: Limits = TELEGRAM) -> tuple[Text, ...]:
    """Cut a draft into messages within `limits`.

    Order and words are kept. A unit is torn only when it does not fit a message alone; a headline or a label never
    ends a message unless nothing else is possible; formatting that is cut is closed and opened again.

    Raises:
        ValueError: the headings of `frame` leave no room for a character.
    """
    if not draft.text.text:
        return (frame.opening,)
    scale = _Scale(draft, frame, limits)
    if (scale.load(0, scale.size) + scale.closing).within(limits):
        return (_message(frame.opening, draft.text, frame.closing),)
    breaks = _refined(draft, scale)
    cuts = _best_cuts(breaks, scale, _NOTHING)
    if cuts is None:
        raise ValueError("the heading leaves no room for the text")
    closed = _best_cuts(breaks, scale, scale.closing) if frame.closing.text else None
    if closed is None or len(closed) > len(cuts):
        return _messages(draft.text, cuts, frame, EMPTY)
    return _messages(draft.text, closed, frame, frame.closing)


@dataclass(frozen=True, slots=True)
class _Load:
    """What a stretch, a heading or a closing line weighs."""

    units: int
    entities: int
    entity_bytes: int

    @classmethod
    def of(cls, text: Text, tags: int = 0) -> _Load:
        """A heading or a closing line, with the empty line that parts it from the text."""
        size = text.units + 2 if text.text else 0
        return cls(size, len(text.entities) + tags, sum(map(entity_bytes, text.entities)) + 12 * tags)

    def __add__(self, other: _Load) -> _Load:
        return _Load(self.units + other.units, self.entities + other.entities, self.entity_bytes + other.entity_bytes)

    def within(self, limits: Limits) -> bool:
        """Whether one message can carry it."""
        return (
            self.units <= limits.units
            and self.entities <= limits.entities
            and self.entity_bytes <= limits.entity_bytes - _VECTOR_BYTES
        )


def fits(text: Text, limits: Limits = TELEGRAM) -> bool:
    """Whether a text can go out as one message."""
    size = sum(map(entity_bytes, text.entities))
    return _Load(text.units, len(text.entities), size).within(limits)


class _Scale:
    """Weighs stretches of a draft. An entity that is cut weighs on both sides."""

    def __init__(self, draft: Draft, frame: Frame, limits: Limits) -> None:
        entities = draft.text.entities
        by_end = sorted(entities, key=_end)
        self.size = draft.text.units
        self.limits = limits
        self.opening = _Load.of(frame.opening)
        self.continuation = _Load.of(frame.continuation)
        self.closing = _Load.of(frame.closing, tags=frame.closing.text.count("#"))
        self._starts = [entity.offset for entity in entities]
        self._ends = [_end(entity) for entity in by_end]
        self._start_bytes = [0, *accumulate(map(entity_bytes, entities))]
        self._end_bytes = [0, *accumulate(map(entity_bytes, by_end))]

    def begun(self, end: int) -> tuple[int, int, int]:
        """Units, entities and their bytes that begin before `end`."""
        count = bisect_left(self._starts, end)
        return end, count, self._start_bytes[count]

    def over(self, start: int) -> tuple[int, int, int]:
        """Units, entities and their bytes that are over at `start`."""
        count = bisect_right(self._ends, start)
        return start, count, self._end_bytes[count]

    def load(self, start: int, end: int) -> _Load:
        """The weight of a stretch with its heading."""
        stretch = _Load(*(begun - over for begun, over in zip(self.begun(end), self.over(start), strict=True)))
        return stretch + (self.continuation if start else self.opening)

    def fits(self, start: int, end: int) -> bool:
        """Whether a stretch goes into one message below its heading."""
        return self.load(start, end).within(self.limits)


def _end(entity: Entity) -> int:
    return entity.offset + entity.length


_NOTHING = _Load(0, 0, 0)


def _refined(draft: Draft, scale: _Scale) -> list[Break]:
    """The breaks that may be used: those between units, and inside a unit that exceeds a message, finer ones."""
    between = [spot for spot in draft.breaks if spot.cut <= Cut.FOLD]
    edges = [0, *(spot.start for spot in between)], [*(spot.end for spot in between), draft.text.units]
    breaks = list(between)
    for start, end in zip(*edges, strict=True):
        if not scale.fits(start, end):
            breaks += _torn(draft, start, end, scale)
    return sorted(breaks, key=lambda spot: spot.start)


def _torn(draft: Draft, start: int, end: int, scale: _Scale) -> list[Break]:
    """Breaks inside one unit: those between its blocks, then finer ones until every stretch fits a message."""
    blocks = [spot for spot in draft.breaks if start < spot.start < end]
    taken = {spot.start for spot in blocks}
    found = list(blocks)
    free = [Break(start, start, Cut.UNIT), *(spot for spot in blocks if not spot.binds), Break(end, end, Cut.UNIT)]
    for above, below in pairwise(free):
        found += _finer(draft.text, above.start, below.end, scale, taken, LEVELS)
    return found


def _finer(text: Text, start: int, end: int, scale: _Scale, taken: set[int], levels: Sequence[Cut]) -> list[Break]:
    # A hundred sentences or dozens of words a message to choose between: more would take time and gain nothing.
    spacing = scale.limits.units // (100 if levels[0] < Cut.WORD else 32)
    spots = [spot for spot in finer_breaks(text, start, end, levels[0], spacing) if spot.start not in taken]
    found = list(spots)
    edges = [start, *(spot.start for spot in spots)], [*(spot.end for spot in spots), end]
    for first, last in zip(*edges, strict=True):
        if len(levels) > 1 and not scale.fits(first, last):
            found += _finer(text, first, last, scale, taken, levels[1:])
    return found


_Price = tuple[int, int, int, int]
"""Headlines left behind, messages, what the cuts tear, the squared room left free: less is better, in this order."""

_Step = tuple[_Price, int]
"""The price of everything from a place on, and the place where the next message begins."""


def _best_cuts(breaks: Sequence[Break], scale: _Scale, closing: _Load) -> tuple[Break, ...] | None:
    """The cheapest choice of breaks, found from the end backwards; None when there is none within the limits."""
    starts = [0, *(spot.start for spot in breaks)]
    begun = [scale.begun(end) for end in (*(spot.end for spot in breaks), scale.size)]
    tolls = [*((int(spot.binds), int(spot.cut)) for spot in breaks), (0, 0)]
    best: list[_Step | None] = [None] * len(starts) + [((0, 0, 0, 0), -1)]
    for first in reversed(range(len(starts))):
        room = _room(scale, starts[first])
        best[first] = _best_step(first, room, begun, tolls, best, closing)
    return _chosen(breaks, best)


def _room(scale: _Scale, start: int) -> tuple[int, int, int]:
    """How far units, entities and bytes may count up in a message that begins at `start`."""
    heading, limits = scale.continuation if start else scale.opening, scale.limits
    units, entities, size = scale.over(start)
    return (
        units + limits.units - heading.units,
        entities + limits.entities - heading.entities,
        size + limits.entity_bytes - _VECTOR_BYTES - heading.entity_bytes,
    )


def _best_step(
    first: int,
    room: tuple[int, int, int],
    begun: Sequence[tuple[int, int, int]],
    tolls: Sequence[tuple[int, int]],
    best: Sequence[_Step | None],
    closing: _Load,
) -> _Step | None:
    chosen: _Step | None = None
    max_units, max_entities, max_bytes = room
    end = len(begun) - 1
    for last in range(first, end + 1):
        units, entities, size = begun[last]
        if last == end:
            units, entities, size = units + closing.units, entities + closing.entities, size + closing.entity_bytes
        if units > max_units or entities > max_entities or size > max_bytes:
            break
        rest = best[last + 1]
        if rest is not None:
            orphans, messages, torn, squares = rest[0]
            spare = max_units - units
            price = (orphans + tolls[last][0], messages + 1, torn + tolls[last][1], squares + spare * spare)
            if chosen is None or price < chosen[0]:
                chosen = price, last + 1
    return chosen


def _chosen(breaks: Sequence[Break], best: Sequence[tuple[_Price, int] | None]) -> tuple[Break, ...] | None:
    chosen: list[Break] = []
    place = 0
    while (step := best[place]) is not None:
        place = step[1]
        if place > len(breaks):
            return tuple(chosen)
        chosen.append(breaks[place - 1])
    return None


def _messages(text: Text, cuts: Sequence[Break], frame: Frame, closing: Text) -> tuple[Text, ...]:
    starts = [0, *(spot.start for spot in cuts)]
    ends = [*(spot.end for spot in cuts), text.units]
    return tuple(
        _message(
            frame.continuation if start else frame.opening,
            text.slice(start, end),
            closing if end == text.units else EMPTY,
        )
        for start, end in zip(starts, ends, strict=True)
    )


def _message(heading: Text, body: Text, closing: Text) -> Text:
    writer = Writer()
    for part in (part for part in (heading, body, closing) if part.text):
        if writer.units:
            writer.plain("\n\n")
        writer.append(part)
    return writer.finish()
