"""What shows only in the finished messages: digests of too many, items that no message holds, limits almost reached."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.format.full import Publication, SectionParts
from bot.core.format.items import write_item
from bot.core.format.manuscript import Manuscript
from bot.core.format.parts import Part
from bot.core.format.rich_text import entity_bytes
from bot.core.format.sections import is_heading, item_style
from bot.core.format.split import fits
from bot.core.models import Digest, Item, Problem, Say, Section, Severity

MANY_MESSAGES = 15
"""Sound digests have two to ten."""
ENTITIES, NEAR_ENTITIES = 100, 90
ENTITY_BYTES, NEAR_ENTITY_BYTES = 9_500, 8_500
LONG_DELIVERY_MIN = 60
_SHOWN = 30


def length_problems(digest: Digest, printed: Publication, *, say: Say) -> Iterator[Problem]:
    """The problems of a digest as it is sent to a group."""
    if len(printed.parts) > MANY_MESSAGES:
        yield Problem("length.messages", Severity.WARNING, values={"count": len(printed.parts)})
    for section, sent in zip(digest.told_sections, printed.sections, strict=True):
        if len(sent.parts) > 1:
            yield from _torn(digest, section, say)
        yield from _crowded(section, sent)


def delivery_problem(subscribers: int, per_second: float) -> Problem | None:
    """How long it takes until all of today's subscribers have their card; None when that is under a minute."""
    minutes = round(subscribers / per_second / 60)
    if minutes < 1:
        return None
    severity = Severity.WARNING if minutes >= LONG_DELIVERY_MIN else Severity.HINT
    return Problem("length.delivery", severity, values={"subscribers": subscribers, "minutes": minutes})


def _torn(digest: Digest, section: Section, say: Say) -> Iterator[Problem]:
    """The items that exceed a message by themselves."""
    style = item_style(digest, say)
    for item in section.items:
        page = Manuscript()
        write_item(page, item, style, is_titled=not is_heading(item, section))
        if not fits(page.finish().text):
            yield Problem("length.item", Severity.WARNING, item.line, {"headline": _short(item)})


def _crowded(section: Section, sent: SectionParts) -> Iterator[Problem]:
    title = " ".join(sent.title.split())[:_SHOWN]
    count = max(len(part.entities) for part in sent.parts)
    if count >= NEAR_ENTITIES:
        values = {"title": title, "count": count, "limit": ENTITIES}
        yield Problem("length.entities", Severity.HINT, section.line, values)
    size = max(map(_entity_bytes, sent.parts))
    if size >= NEAR_ENTITY_BYTES:
        values = {"title": title, "count": size, "limit": ENTITY_BYTES}
        yield Problem("length.entity_bytes", Severity.HINT, section.line, values)


def _entity_bytes(part: Part) -> int:
    return sum(map(entity_bytes, part.entities))


def _short(item: Item) -> str:
    return item.title if len(item.title) <= _SHOWN else f"{item.title[:_SHOWN]}…"
