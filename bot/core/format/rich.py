"""Style `rich`: a digest as one rich message while it fits, else a card and a message for each section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core.format.blocks import inked, trimmed
from bot.core.format.cards import head_line
from bot.core.format.items import ItemStyle, first_line, sign
from bot.core.format.parts import Keyboard, keyboard_json
from bot.core.format.rich_blocks import (
    Json,
    RichSize,
    RichText,
    details,
    heading,
    measure,
    paragraph,
    rich_blocks,
    rich_text,
)
from bot.core.format.sections import folded, is_heading, item_style, section_title
from bot.core.models import Commentary, Digest, Inline, Item, Passage, Run, Say, Section

SEND_RICH = "sendRichMessage"
"""The method for such messages."""
LIMITS = RichSize(units=32_768, blocks=480, depth=16)
"""Telegram takes 500 blocks; some are left for what it may count otherwise."""
_CHUNK = 4_000  # UTF-16 units of a text that has to be cut because it alone exceeds a message


@dataclass(frozen=True, slots=True)
class RichPart:
    """One rich message to be sent. `section` is the digest's section it belongs to; None for a card or the whole."""

    blocks: tuple[Json, ...]
    keyboard: Keyboard = ()
    is_silent: bool = False
    section: int | None = None


def to_rich_params(part: RichPart) -> dict[str, Any]:
    """The parameters of `sendRichMessage` for this part, without `chat_id`. Nothing is linked by Telegram itself."""
    params: dict[str, Any] = {"rich_message": {"blocks": list(part.blocks), "skip_entity_detection": True}}
    if part.keyboard:
        params["reply_markup"] = keyboard_json(part.keyboard)
    if part.is_silent:
        params["disable_notification"] = True
    return params


def rich_publication(
    digest: Digest, *, say: Say, keyboard: Keyboard = (), corrected: bool = False, chosen_from: int = 0
) -> tuple[RichPart, ...]:
    """The digest in as few rich messages as keep sections apart. The first one rings and carries the keyboard.

    `chosen_from`: this is a choice from so many items, and the card says so.
    """
    style = item_style(digest, say)
    card = list(_card(digest, head_line(digest, say, chosen_from), say("card.corrected") if corrected else ""))
    sections = [(section.number, list(_section(digest, section, style))) for section in digest.sections]
    whole = [*card, *(block for _, section in sections for block in section)]
    if fits(whole):
        return (RichPart(tuple(whole), keyboard),)
    messages = [(number, blocks) for number, section in [(None, card), *sections] for blocks in _packed(section)]
    return tuple(
        RichPart(tuple(blocks), () if place else keyboard, is_silent=place > 0, section=number)
        for place, (number, blocks) in enumerate(messages)
    )


def announce_rich(parts: Sequence[RichPart], above: Sequence[Inline], *, is_silent: bool) -> tuple[RichPart, ...]:
    """The messages with lines above everything, where there is room; `is_silent`: not even the first one rings."""
    first, *others = parts
    blocks = (*(paragraph(rich_text(line)) for line in above), *first.blocks)
    return (
        replace(first, blocks=blocks if fits(blocks) else first.blocks, is_silent=first.is_silent or is_silent),
        *others,
    )


def fits(blocks: Sequence[Json]) -> bool:
    """Whether one rich message holds these blocks."""
    return _is_sendable(measure(blocks))


def _is_sendable(size: RichSize) -> bool:
    return size.units <= LIMITS.units and size.blocks <= LIMITS.blocks and size.depth <= LIMITS.depth


def _card(digest: Digest, head: str, mark: str) -> Iterator[Json]:
    yield heading(rich_text((Run(digest.title + mark),)), 1)
    yield paragraph(head)
    points = [{"blocks": [paragraph(rich_text(point))]} for point in map(trimmed, digest.points) if point]
    if points:
        yield {"type": "list", "items": points}


def _section(digest: Digest, section: Section, style: ItemStyle) -> Iterator[Json]:
    title = section_title(digest, section)
    if title != digest.title or len(digest.sections) > 1:
        yield heading(rich_text((Run(title),)), 2)
    opened, rest = folded(section)
    yield from _entries(opened, section, style)
    if rest:
        summary = style.say("section.more", count=sum(isinstance(entry, Item) for entry in rest))
        yield details(summary, list(_entries(rest, section, style)))


def _entries(entries: Sequence[Item | Passage], section: Section, style: ItemStyle) -> Iterator[Json]:
    for entry in entries:
        if isinstance(entry, Item):
            yield from _item(entry, style, is_titled=not is_heading(entry, section))
        else:
            yield from rich_blocks(entry.blocks)


def _item(item: Item, style: ItemStyle, *, is_titled: bool) -> Iterator[Json]:
    line, blocks = first_line(item, style) if is_titled else ((), inked(item.blocks))
    if line:
        yield paragraph(rich_text(line)) if item.is_brief else heading(rich_text(line), 3)
    yield from rich_blocks(blocks)
    if item.commentary:
        yield _commentary(item.commentary, style.say)


def _commentary(commentary: Sequence[Commentary], say: Say) -> Json:
    """Insight and impact behind one line: the first label; the second stands inside."""
    first, *others = commentary
    blocks = rich_blocks(first.blocks)
    for remark in others:
        blocks.append(paragraph({"type": "bold", "text": f"{sign(remark, say)}{remark.label}"}))
        blocks += rich_blocks(remark.blocks)
    return details(f"{sign(first, say)}{first.label}", blocks or [paragraph(first.label)])


def _packed(blocks: Sequence[Json]) -> Iterator[list[Json]]:
    """A section's blocks in the fewest messages; a headline goes with what follows it."""
    message: list[Json] = []
    size = RichSize()
    for group in _groups([piece for block in blocks for piece in _small(block)]):
        weight = measure(group)
        if message and not _is_sendable(size + weight):
            yield message
            message, size = [], RichSize()
        message += group
        size += weight
    if message:
        yield message


def _groups(blocks: Sequence[Json]) -> Iterator[list[Json]]:
    group: list[Json] = []
    for block in blocks:
        group.append(block)
        if block["type"] != "heading":
            yield group
            group = []
    if group:
        yield group


def _small(block: Json) -> Iterator[Json]:
    """The block, or what is left of one that no message holds: its inner blocks, at last its bare words in pieces."""
    if fits([block]):
        yield block
    elif inner := [*block.get("blocks", ()), *(one for item in block.get("items", ()) for one in item["blocks"])]:
        if "summary" in block:
            yield paragraph({"type": "bold", "text": block["summary"]})
        for one in inner:
            yield from _small(one)
    else:
        yield from (paragraph(chunk) for chunk in _chunks(_bare(block)))


def _chunks(text: str) -> Iterator[str]:
    size = _CHUNK // 2  # characters, of at most two units each
    for start in range(0, len(text), size):
        if chunk := text[start : start + size].strip():
            yield chunk


def _bare(block: Json) -> str:
    cells = [_words(cell.get("text", "")) for row in block.get("cells", ()) for cell in row]
    return " ".join([_words(block.get("text", "")), *cells]).strip()


def _words(text: RichText) -> str:
    match text:
        case str():
            return text
        case list():
            return "".join(map(_words, text))
        case _:
            return _words(text["text"])
