"""The outline of a digest: which heading is a section and which an item, whatever levels its author used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from bot.core.digest import heads, stories
from bot.core.digest.briefs import Entry, short_news
from bot.core.digest.chapters import Chapter, are_items, chapter_tree
from bot.core.digest.groups import grouped
from bot.core.digest.headlines import Headline
from bot.core.digest.labels import is_roundup
from bot.core.digest.nodes import Node
from bot.core.digest.normal_form import normal_form
from bot.core.digest.repeats import mark_repeats
from bot.core.digest.titles import without_title
from bot.core.models import Inline, Item, Label, Paragraph, Passage, Run, Section, plain
from bot.core.ordinals import without_ordinal
from bot.core.runs import cut
from bot.core.wording import block_lines

_LINE_MAX = 80
_PREFACE_MAX = 600
_SENTENCE_END = tuple("。！？.!?：:")


@dataclass(frozen=True, slots=True)
class Outline:
    """A body understood. `title` is that of the body itself, shown once and so no part of the sections."""

    title: str
    sections: tuple[Section, ...]


def build_outline(nodes: Sequence[Node], title: str) -> Outline:
    """Sections, items, briefs and passages of a body; `title` is the front matter's, empty when there is none."""
    own_title, nodes = without_title(list(nodes), title)
    root = chapter_tree(grouped(normal_form(nodes)))
    shown = Headline((Run(title or own_title),) if title or own_title else ())
    drafts = _without_preface(list(_sections(root, shown)))
    return Outline(own_title, _numbered(drafts))


def _without_preface(drafts: list[_Draft]) -> list[_Draft]:
    """A few words before the first section (a title of another wording, a greeting) are no section: they open it."""
    if len(drafts) < 2 or drafts[0].title or not all(isinstance(entry, Passage) for entry in drafts[0].entries):
        return drafts
    blocks = tuple(block for entry in drafts[0].entries for block in entry.blocks)
    if sum(map(len, block_lines(blocks))) > _PREFACE_MAX:
        return drafts
    if isinstance(blocks[0], Paragraph) and _is_line(blocks[0].inline):
        blocks = (Label(blocks[0].inline), *blocks[1:])
    first, *others = drafts[1:]
    return [replace(first, entries=[Passage(blocks), *first.entries]), *others]


def _is_line(inline: Inline) -> bool:
    text = plain(inline)
    is_short = len(text) <= _LINE_MAX and "\n" not in text and not text.endswith(_SENTENCE_END)
    return is_short and not any(run.url for run in inline)


@dataclass(slots=True)
class _Draft:
    title: str
    line: int
    entries: list[Entry]


def _sections(root: Chapter, title: Headline) -> Iterator[_Draft]:
    """An untitled section for what precedes the first, then one for each chapter of the highest level."""
    level = min((chapter.level for chapter in root.chapters), default=0)
    holds_items = are_items(root.chapters)
    preface = list(stories.section(root.nodes, title, is_preface=True) if level else stories.whole(root.nodes, title))
    untitled = _Draft("", 0, preface)
    for chapter in root.chapters:
        if chapter.level > level or (holds_items and chapter.may_be_item):
            untitled.entries += _entries(chapter)
            continue
        if untitled.entries:
            yield untitled
        untitled = _Draft("", 0, [])
        is_frame = len(root.chapters) > 1 and chapter.is_frame
        entries = stories.passage(chapter.flat()) if is_frame else _section_entries(chapter)
        yield _Draft(chapter.title, chapter.line, list(entries))
    if untitled.entries:
        yield untitled


def _section_entries(chapter: Chapter) -> Iterator[Entry]:
    is_short = is_roundup(chapter.title)
    if is_short:
        yield from short_news(chapter.nodes)
    else:
        is_preface = bool(chapter.chapters)
        yield from stories.section(chapter.nodes, chapter.headline, chapter.line, is_preface=is_preface)
    for child in chapter.chapters:
        if is_short and child.names_lists:
            yield Passage((Label(child.inline),))
            yield from short_news(child.nodes)
        else:
            yield from _entries(child)


def _entries(chapter: Chapter) -> Iterator[Entry]:
    """An item's heading and its text; or a heading that only groups the items and briefs below it."""
    head = chapter.headline
    label = Passage((Label(chapter.inline),))
    if is_roundup(head.text) and not head.url:
        yield label
        yield from short_news(chapter.flat())
    elif chapter.is_group:
        yield label
        yield from stories.section(chapter.nodes, head, chapter.line, is_preface=True)
        for child in chapter.chapters:
            yield from _entries(child)
    elif head.url is None and heads.has_only_linked_lists(chapter.nodes) and not chapter.chapters:
        yield label
        yield from short_news(chapter.nodes)
    elif head.url is None and heads.begins_with_heads(chapter.nodes):
        yield label
        yield from stories.section(chapter.flat(), head, chapter.line)
    else:
        yield from stories.item(head, chapter.flat(), chapter.line)


def _numbered(drafts: list[_Draft]) -> tuple[Section, ...]:
    """Count sections and items through, mark repeats, and join neighbouring passages.

    Sections that say nothing are counted last: they become no message, and the counters of messages have no gap.
    """
    items = [entry for draft in drafts for entry in draft.entries if isinstance(entry, Item)]
    counted = iter(mark_repeats([_counted(item, number) for number, item in enumerate(items, 1)]))
    sections: list[Section] = []
    told_numbers, other_numbers = count(1), count(1 + sum(bool(draft.entries) for draft in drafts))
    for draft in drafts:
        number = next(told_numbers if draft.entries else other_numbers)
        title = draft.title[without_ordinal(draft.title, number) :] if len(drafts) > 1 else draft.title
        told = [next(counted) if isinstance(entry, Item) else entry for entry in draft.entries]
        entries = _joined([_titled(entry, draft.title, title) for entry in told])
        sections.append(Section(number, title, entries, _is_roundup(draft), draft.line))
    return tuple(sections)


def _titled(entry: Entry, title: str, shown: str) -> Entry:
    """An entry; the story that a section's title is the headline of goes by the title as it is shown."""
    if isinstance(entry, Item) and entry.is_implied and entry.title == title:
        return replace(entry, headline=cut(entry.headline, len(title) - len(shown)))
    return entry


def _counted(item: Item, number: int) -> Item:
    """The item under its number, which is not said a second time by the author's own."""
    headline = cut(item.headline, without_ordinal(item.title, number))
    return replace(item, number=number, headline=headline)


def _joined(entries: list[Entry]) -> tuple[Entry, ...]:
    joined: list[Entry] = []
    for entry in entries:
        if joined and isinstance(entry, Passage) and isinstance(last := joined[-1], Passage):
            joined[-1] = Passage(last.blocks + entry.blocks)
        else:
            joined.append(entry)
    return tuple(joined)


def _is_roundup(draft: _Draft) -> bool:
    briefs = [entry.is_brief for entry in draft.entries if isinstance(entry, Item)]
    return bool(briefs) and (is_roundup(draft.title) or all(briefs))
