"""The outline of a digest: which heading is a section and which an item, whatever levels its author used."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.core.digest import headlines, heads, stories
from bot.core.digest.headlines import Headline
from bot.core.digest.labels import find_commentary, is_roundup
from bot.core.digest.nodes import Heading, Node, Piece, Rule
from bot.core.digest.repeats import mark_repeats
from bot.core.digest.stories import Entry
from bot.core.models import Inline, Item, Label, Paragraph, Passage, Quote, Run, Section, Style, plain
from bot.core.runs import tidy

_LINE = 80


@dataclass(frozen=True, slots=True)
class Outline:
    """A body understood. `title` is that of the body itself, shown once and so no part of the sections."""

    title: str
    sections: tuple[Section, ...]


@dataclass(slots=True)
class _Chapter:
    """A heading with what stands directly below it, and the chapters of deeper level below that."""

    heading: Heading | None = None
    nodes: list[Piece | Rule] = field(default_factory=list)
    chapters: list[_Chapter] = field(default_factory=list)

    @property
    def inline(self) -> Inline:
        return self.heading.inline if self.heading else ()

    @property
    def line(self) -> int:
        return self.heading.line if self.heading else 0

    @property
    def headline(self) -> Headline:
        return headlines.of_heading(self.inline)


def build_outline(nodes: Sequence[Node], title: str) -> Outline:
    """Sections, items, briefs and passages of a body; `title` is the front matter's, empty when there is none."""
    own_title, nodes = _without_title(list(nodes), title)
    root = _tree(_normalised(nodes))
    shown = Headline((Run(title or own_title),) if title or own_title else ())
    drafts = _without_lone_line(list(_sections(root, shown)))
    return Outline(own_title, _numbered(drafts))


def _without_lone_line(drafts: list[_Draft]) -> list[_Draft]:
    """A line alone before the first section (a title of another wording) is no section: it opens the first."""
    if len(drafts) < 2 or drafts[0].title or not all(isinstance(entry, Passage) for entry in drafts[0].entries):
        return drafts
    blocks = [block for entry in drafts[0].entries for block in entry.blocks]
    if len(blocks) != 1 or not isinstance(blocks[0], Paragraph) or len(plain(blocks[0].inline)) > _LINE:
        return drafts
    first, *others = drafts[1:]
    return [replace(first, entries=[Passage((Label(blocks[0].inline),)), *first.entries]), *others]


def _without_title(nodes: list[Node], title: str) -> tuple[str, list[Node]]:
    """The document's own title, taken out: the first heading, when it repeats `title` or stands above all others."""
    headings = [node for node in nodes if isinstance(node, Heading)]
    if not headings:
        return "", nodes
    first, *others = headings
    text = plain(first.inline)
    is_alone = all(other.level > first.level for other in others)
    is_title = _alike(text, title) if title else (is_alone and nodes[0] is first and (bool(others) or first.level == 1))
    if not is_title or not (first.level == 1 or is_alone):
        return "", nodes
    nodes = list(nodes)
    nodes.remove(first)
    return text, nodes


def _alike(one: str, other: str) -> bool:
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _normalised(nodes: Sequence[Node]) -> Iterator[Node]:
    """Commentary stands for itself, in a quote or as a heading; a lone title of another wording is a line."""
    levels = [node.level for node in nodes if isinstance(node, Heading)]
    highest = min(levels, default=0)
    is_titled = levels[:1] == [highest] and levels.count(highest) == 1 < len(levels) and highest == 1
    for node in nodes:
        match node:
            case Piece(Quote(blocks), line) if isinstance(blocks[0], Paragraph) and find_commentary(blocks[0].inline):
                yield from (Piece(block, line) for block in blocks)
            case Heading(level, inline, line) if level == highest and is_titled:
                yield Piece(Paragraph(inline), line)
            case Heading(level, inline, line) if (level > min(highest, 2)) and find_commentary(inline, is_heading=True):
                yield Piece(Paragraph(_bold(inline)), line)
            case _:
                yield node


def _bold(inline: Inline) -> Inline:
    return tidy(replace(run, style=run.style | Style.BOLD) for run in inline)


def _tree(nodes: Iterator[Node]) -> _Chapter:
    root = _Chapter()
    path = [root]
    for node in nodes:
        if not isinstance(node, Heading):
            path[-1].nodes.append(node)
            continue
        while len(path) > 1 and _level(path[-1]) >= node.level:
            path.pop()
        chapter = _Chapter(node)
        path[-1].chapters.append(chapter)
        path.append(chapter)
    return root


def _level(chapter: _Chapter) -> int:
    return chapter.heading.level if chapter.heading else 0


@dataclass(slots=True)
class _Draft:
    title: str
    line: int
    entries: list[Entry]


def _sections(root: _Chapter, title: Headline) -> Iterator[_Draft]:
    """An untitled section for what precedes the first, then one for each chapter of the highest level."""
    level = min(map(_level, root.chapters), default=0)
    are_items = _are_items(root.chapters)
    preface = list(stories.section(root.nodes, title, is_preface=True) if level else stories.whole(root.nodes, title))
    untitled = _Draft("", 0, preface)
    for chapter in root.chapters:
        is_item = _level(chapter) > level or (are_items and not is_roundup(plain(chapter.inline)))
        if is_item:
            untitled.entries += _entries(chapter)
            continue
        if untitled.entries:
            yield untitled
        untitled = _Draft("", 0, [])
        yield _Draft(plain(chapter.inline), chapter.line, list(_section_entries(chapter)))
    if untitled.entries:
        yield untitled


def _are_items(chapters: Sequence[_Chapter]) -> bool:
    """Whether the only level of headings there is is that of items: linked, or deeper than sections are written."""
    if len(chapters) < 2 or any(chapter.chapters for chapter in chapters):
        return False
    linked = sum(chapter.headline.url is not None for chapter in chapters)
    if linked * 2 <= len(chapters) and _level(chapters[0]) < 3:
        return False
    told = [chapter.nodes for chapter in chapters if not is_roundup(plain(chapter.inline))]
    return not any(heads.has_only_linked_lists(nodes) or heads.begins_with_heads(nodes) for nodes in told)


def _section_entries(chapter: _Chapter) -> Iterator[Entry]:
    if is_roundup(plain(chapter.inline)):
        yield from stories.short_news(chapter.nodes)
    else:
        is_preface = bool(chapter.chapters)
        yield from stories.section(chapter.nodes, chapter.headline, chapter.line, is_preface=is_preface)
    for child in chapter.chapters:
        yield from _entries(child)


def _entries(chapter: _Chapter) -> Iterator[Entry]:
    """An item's heading and its text; or a heading that only groups the items and briefs below it."""
    head = chapter.headline
    label = Passage((Label(chapter.inline),))
    if is_roundup(head.text) and not head.url:
        yield label
        yield from stories.short_news(_flat(chapter))
    elif _is_group(chapter):
        yield label
        yield from stories.section(chapter.nodes, head, chapter.line, is_preface=True)
        for child in chapter.chapters:
            yield from _entries(child)
    elif head.url is None and heads.has_only_linked_lists(chapter.nodes) and not chapter.chapters:
        yield label
        yield from stories.short_news(chapter.nodes)
    elif head.url is None and heads.begins_with_heads(chapter.nodes):
        yield label
        yield from stories.section(_flat(chapter), head, chapter.line)
    else:
        yield from stories.item(head, _flat(chapter), chapter.line)


def _is_group(chapter: _Chapter) -> bool:
    children = [child for child in chapter.chapters if not find_commentary(child.inline, is_heading=True)]
    linked = sum(child.headline.url is not None for child in children)
    is_bare = not heads.pieces(chapter.nodes)
    return bool(children) and not chapter.headline.url and (is_bare or linked * 2 > len(children))


def _flat(chapter: _Chapter) -> list[Piece | Rule]:
    """The chapter's blocks, deeper headings as labels."""
    nodes = list(chapter.nodes)
    for child in chapter.chapters:
        nodes += [Piece(Label(child.inline), child.line), *_flat(child)]
    return nodes


def _numbered(drafts: list[_Draft]) -> tuple[Section, ...]:
    """Count the items through, mark repeats, and join neighbouring passages."""
    items = [entry for draft in drafts for entry in draft.entries if isinstance(entry, Item)]
    counted = iter(mark_repeats([replace(item, number=number) for number, item in enumerate(items, 1)]))
    sections: list[Section] = []
    for number, draft in enumerate(drafts, 1):
        entries = _joined([next(counted) if isinstance(entry, Item) else entry for entry in draft.entries])
        sections.append(Section(number, draft.title, entries, _is_roundup(draft), draft.line))
    return tuple(sections)


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
