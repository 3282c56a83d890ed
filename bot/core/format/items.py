"""An item as it is read: number and headline, its text, then the commentary in a quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.core.format.blocks import INDENT, inked, trimmed, write_blocks
from bot.core.format.manuscript import Cut, Manuscript
from bot.core.models import PLAIN, Block, Commentary, CommentaryKind, Inline, Item, Paragraph, Run, Say, Style, plain
from bot.core.ordinals import find_ordinal
from bot.core.runs import unstyled

Earlier = Mapping[int, Inline]
NOTHING_EARLIER: Earlier = MappingProxyType({})

_CONTINUING = "，,。.：:；;、（( "
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True, slots=True)
class ItemStyle:
    """How items are written.

    `untitled` gives the section of every item that is shown without its number, for marks that refer to it. `quote` is
    Telegram's kind of block quote for the commentary; None: the item stands in a quote itself, which takes no second.
    `earlier` is the line below an item, by its number, that says when its story was told before.
    """

    say: Say
    untitled: Mapping[int, int] = field(default_factory=dict)
    quote: str | None = "expandable_blockquote"
    earlier: Earlier = field(default_factory=dict)


def write_item(page: Manuscript, item: Item, style: ItemStyle, *, is_titled: bool = True) -> None:
    """Write one item on the line that is open. Without a title (the section's heading is it), only what follows."""
    if is_titled:
        line, blocks = first_line(item, style)
        page.inline(line)
        page.gap(1, Cut.PARAGRAPH, binds=True)
    else:
        blocks = inked(item.blocks)
    write_blocks(page, blocks, is_quoted=style.quote is None)
    if item.commentary:
        if blocks:
            page.gap(1, Cut.PARAGRAPH)
        _write_commentary(page, item.commentary, style)
    if item.number in style.earlier:
        page.gap(1, Cut.PARAGRAPH).inline(style.earlier[item.number])


def first_line(item: Item, style: ItemStyle) -> tuple[Inline, Sequence[Block]]:
    """Number and headline with the text that goes on after it in the same line, and the blocks that are left."""
    rest: Inline = ()
    blocks: Sequence[Block] = inked(item.blocks)
    if blocks and isinstance(blocks[0], Paragraph) and (item.is_brief or _goes_on(blocks[0].inline)):
        rest, blocks = _without_tail(blocks[0].inline), blocks[1:]
    headline = _linked_headline(item, also=_headline_style(item, has_text=bool(rest or blocks)))
    reference = (Run(_reference(item.repeats, style)),) if item.repeats is not None else ()
    return (Run(number_mark(item)), *headline, *rest, *reference), blocks


def number_mark(item: Item) -> str:
    """`6. `, and `6｜` before a headline that its author numbered otherwise."""
    return f"{item.number}｜" if find_ordinal(item.title) else f"{item.number}. "


def listed_headline(item: Item) -> Inline:
    """The linked headline in a list of headlines, where none is bolder than the others."""
    return unstyled(_linked_headline(item), Style.BOLD)


def mark(number: int) -> str:
    """An item's number as a mark: ④, and plain figures where there is no such sign."""
    return _CIRCLED[number - 1] if 1 <= number <= len(_CIRCLED) else str(number)


def sign(remark: Commentary, say: Say) -> str:
    """What stands before the label of a commentary."""
    return say("item.insight_sign") if remark.kind is CommentaryKind.INSIGHT else say("item.impact_sign")


def _linked_headline(item: Item, *, also: Style = PLAIN) -> Inline:
    """The headline, linked as a whole, or as its own runs are when it holds several addresses."""
    headline = trimmed(item.headline)
    url = None if any(run.url for run in headline) else item.url
    return tuple(Run(run.text, run.style | also, url or run.url) for run in headline)


def _reference(number: int, style: ItemStyle) -> str:
    if number in style.untitled:
        return style.say("item.repeats_section", number=style.untitled[number])
    return style.say("item.repeats", mark=mark(number))


def _headline_style(item: Item, *, has_text: bool) -> Style:
    """Stories are bold; a brief is as its author wrote it, but bold before its text where it has no link."""
    is_linked = item.url is not None or any(run.url for run in item.headline)
    return PLAIN if item.is_brief and (is_linked or not has_text) else Style.BOLD


def _goes_on(inline: Inline) -> bool:
    return plain(inline)[:1] in _CONTINUING


def _without_tail(inline: Inline) -> Inline:
    """White space at the beginning parts the words from the headline, so only the end is trimmed."""
    lead = "" if plain(inline)[:1].strip() else " "
    return ((Run(lead),) if lead else ()) + trimmed(inline)


def _write_commentary(page: Manuscript, commentary: Sequence[Commentary], style: ItemStyle) -> None:
    if style.quote is None:
        _write_remarks(page, commentary, style.say)
        return
    with page.enclosed(style.quote):
        _write_remarks(page, commentary, style.say)


def _write_remarks(page: Manuscript, commentary: Sequence[Commentary], say: Say) -> None:
    for place, remark in enumerate(commentary):
        if place:
            page.gap(2, Cut.PARAGRAPH)
        page.plain(sign(remark, say)).inline((Run(remark.label),), also=Style.BOLD)
        blocks = inked(remark.blocks)
        if blocks and isinstance(blocks[0], Paragraph):
            page.plain(INDENT)
        elif blocks:
            page.gap(1, Cut.PARAGRAPH, binds=True)
        write_blocks(page, blocks, is_quoted=True)
