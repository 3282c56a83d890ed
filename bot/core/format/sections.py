"""A section as messages: heading, entries in their order, a roundup's tail folded, a line of #tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.format.blocks import inked, is_lead_in, write_blocks
from bot.core.format.items import NOTHING_EARLIER, Earlier, ItemStyle, write_item
from bot.core.format.manuscript import Cut, Draft, Manuscript
from bot.core.format.rich_text import EMPTY, Text, Writer, clean
from bot.core.format.split import Frame, split
from bot.core.models import Digest, Item, Passage, Run, Say, Section, Style

OPEN_BRIEFS = 10
"""So many briefs of a roundup are open; the others are folded into one quote."""
TOPICS = 3
"""Hashtags of a section beside the digest's own."""

_HEADING_MAX = 300  # UTF-16 units: a longer title is no heading but text, and goes on below a short one
_SHORT_HEADING = 80
_HASHTAG = re.compile(r"(?=[\w·]*[^\W\d_])[\w·]{1,64}")

Entry = Item | Passage


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's title, with its link when the section is one story of the same title."""

    title: str
    url: str | None = None

    def opening(self, counter: str) -> Text:
        """`【2/8】标题`."""
        return Writer().inline((Run(counter), Run(self.title, url=self.url)), also=Style.BOLD).finish()

    def continuation(self, say: Say) -> Text:
        """`标题（续）`."""
        return Writer().inline((Run(say("section.continued", title=self.title)),), also=Style.BOLD).finish()


def section_messages(
    digest: Digest, section: Section, say: Say, *, has_tags: bool, earlier: Earlier = NOTHING_EARLIER
) -> tuple[Text, ...]:
    """The messages of one section, in order; below an item stands what `earlier` has for its number."""
    heading = _heading(digest, section)
    frame = Frame(
        heading.opening(_counter(digest, section, say)),
        heading.continuation(say),
        _tag_line(digest, section) if has_tags else EMPTY,
    )
    return split(section_draft(digest, section, say, earlier), frame)


def section_title(digest: Digest, section: Section) -> str:
    """The section's title; an untitled one goes by the digest's."""
    return " ".join(clean(section.title or digest.title).split())


def section_draft(digest: Digest, section: Section, say: Say, earlier: Earlier = NOTHING_EARLIER) -> Draft:
    """Everything of the section below its heading."""
    page = Manuscript()
    title = section_title(digest, section)
    if len(title) > _HEADING_MAX:
        page.inline((Run(title),), also=Style.BOLD).gap(2, Cut.UNIT)
    opened, rest = folded(section)
    has_repeats = any(item.repeats is not None for item in section.items)  # only these refer to other sections
    style = item_style(digest, say, earlier) if has_repeats else ItemStyle(say, earlier=earlier)
    _write_entries(page, opened, section, style)
    if rest:
        page.gap(1, Cut.UNIT)
        with page.enclosed("expandable_blockquote"):
            _write_entries(page, rest, section, replace(style, quote=None), between=Cut.FOLD)
    return page.finish()


def item_style(digest: Digest, say: Say, earlier: Earlier = NOTHING_EARLIER) -> ItemStyle:
    """The usual style of a digest's items, their commentary folded."""
    untitled = {item.number: section.number for section in digest.sections for item in section.items if item.is_implied}
    return ItemStyle(say, untitled, earlier=earlier)


def folded(section: Section) -> tuple[list[Entry], list[Entry]]:
    """The entries that are open, and those to fold away: in a roundup all from the eleventh brief on."""
    entries = [entry for entry in section.entries if isinstance(entry, Item) or inked(entry.blocks)]
    briefs = 0
    for place, entry in enumerate(entries):
        if section.is_roundup and briefs == OPEN_BRIEFS and isinstance(entry, Item):
            at = place
            while at and isinstance(entries[at - 1], Passage):
                at -= 1
            return entries[:at], entries[at:]
        briefs += isinstance(entry, Item)
    return entries, []


def is_heading(item: Item, section: Section) -> bool:
    """Whether the section's heading already says an item's headline: it has none of its own, or is the only entry."""
    return item.is_implied or (len(section.entries) == 1 and item.title.split() == section.title.split())


def _write_entries(
    page: Manuscript, entries: Sequence[Entry], section: Section, style: ItemStyle, between: Cut = Cut.UNIT
) -> None:
    previous: Entry | None = None
    for entry in entries:
        if previous is not None:
            binds = isinstance(previous, Passage) and is_lead_in(previous.blocks[-1])
            page.gap(1 if binds or between is Cut.FOLD else 2, between, binds=binds)
        if isinstance(entry, Item):
            write_item(page, entry, style, is_titled=not is_heading(entry, section))
        else:
            write_blocks(page, entry.blocks, is_quoted=style.quote is None)
        previous = entry


def _heading(digest: Digest, section: Section) -> Heading:
    title = section_title(digest, section)
    url = next((item.url for item in section.items if is_heading(item, section)), None)
    if len(title) > _HEADING_MAX:
        return Heading(title[:_SHORT_HEADING] + "…", url)
    return Heading(title, url)


def _counter(digest: Digest, section: Section, say: Say) -> str:
    total = len(digest.told_sections)
    return say("section.counter", number=section.number, total=total) if total > 1 else ""


def _tag_line(digest: Digest, section: Section) -> Text:
    """`#AI日报 #智能体 #融资市场`, the section's most frequent topics; none in a roundup."""
    if section.is_roundup:
        return EMPTY
    topics = Counter(topic for item in section.items for topic in item.topics if _HASHTAG.fullmatch(topic))
    names = ["".join(digest.category.split()), *(topic for topic, _ in topics.most_common(TOPICS))]
    tags = list(dict.fromkeys(f"#{name}" for name in names if _HASHTAG.fullmatch(name)))
    return Writer().plain(" ".join(tags)).finish()
