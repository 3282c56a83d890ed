"""The words of the project as frozen data: a digest, its sections, its items and the blocks they are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, Flag, StrEnum, auto
from typing import Protocol


class Say(Protocol):
    """A catalogue of sentences in one language: `say("card.counts", stories=24, briefs=60)`."""

    def __call__(self, key: str, /, **values: object) -> str: ...


class Style(Flag):
    """How a run of text looks."""

    BOLD = auto()
    ITALIC = auto()
    STRIKE = auto()
    UNDERLINE = auto()
    CODE = auto()


PLAIN = Style(0)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text of one look, linked as a whole or not at all. `url` is already checked: http(s) or mailto."""

    text: str
    style: Style = PLAIN
    url: str | None = None


Inline = tuple[Run, ...]


def plain(inline: Inline) -> str:
    """The words of an inline text without their looks."""
    if len(inline) == 1:
        return inline[0].text
    return "".join([run.text for run in inline])


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of running text; a hard line break is `\\n` inside a run."""

    inline: Inline


@dataclass(frozen=True, slots=True)
class Label:
    """A short line that names what follows it (`####`, `**核心能力：**` on its own line); it never ends a message."""

    inline: Inline


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a list. `marker` is what stands before it: `•`, or the author's own number such as `3.`."""

    marker: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A bullet or ordered list; nested lists are blocks of their entry."""

    entries: tuple[ListEntry, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted blocks."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text; `language` is empty when the author named none."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of inline cells; every row has as many cells as the header."""

    header: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]


Block = Paragraph | Label | ListBlock | Quote | Code | Table


class CommentaryKind(StrEnum):
    """Which of the two commentary blocks this is."""

    INSIGHT = "insight"
    IMPACT = "impact"


@dataclass(frozen=True, slots=True)
class Commentary:
    """The block under a label such as 深度解读 & 洞察： or 影响：. `label` is spelled right and has no colon."""

    kind: CommentaryKind
    label: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One news story, or one brief.

    `number` counts through the digest from 1. `is_implied`: the author wrote no headline for this text (a section of
    plain prose), so `headline` repeats the section's title and is not shown a second time. `url` links the headline as
    a whole, unless runs of the headline have addresses of their own. `is_brief`: one line of a list; its only block, if
    any, is the paragraph that goes on right after the headline with the author's own punctuation (`：`, ` —— `, `，`
    or nothing). `repeats` is the number of
    the earlier item that this brief tells again (shown as 详见). `line` is the 1-based line of the file.
    """

    number: int
    headline: Inline
    url: str | None = None
    blocks: tuple[Block, ...] = ()
    commentary: tuple[Commentary, ...] = ()
    is_brief: bool = False
    is_implied: bool = False
    repeats: int | None = None
    line: int = 0
    topics: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The headline's words."""
        return plain(self.headline)

    @property
    def tags(self) -> tuple[str, ...]:
        """Everything a reader may follow or mute in this item: entities first, then topics."""
        return self.entities + self.topics


@dataclass(frozen=True, slots=True)
class Passage:
    """Text of a section that belongs to no item: an introduction, a remark, a label between briefs."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One `##` chapter. `number` counts from 1; `is_roundup`: mostly briefs (更多动态).

    An untitled one holds what stands before the first heading, or the whole of a digest without headings.
    """

    number: int
    title: str
    entries: tuple[Item | Passage, ...]
    is_roundup: bool = False
    line: int = 0

    @property
    def items(self) -> tuple[Item, ...]:
        """The section's items in their order."""
        return tuple(entry for entry in self.entries if isinstance(entry, Item))


@dataclass(frozen=True, slots=True)
class Digest:
    """One file of `posts/`, understood.

    Identity is `date` and `slug` (the file's name without its date); `points` are the summary's lines.
    """

    date: dt.date
    slug: str
    title: str
    sections: tuple[Section, ...]
    points: tuple[Inline, ...] = ()
    category: str = ""
    tags: tuple[str, ...] = ()
    cover_url: str | None = None
    is_draft: bool = False

    @property
    def told_sections(self) -> tuple[Section, ...]:
        """The sections that say something; a title with nothing below it is only listed."""
        return tuple(section for section in self.sections if section.entries)

    @property
    def items(self) -> tuple[Item, ...]:
        """All items and briefs, by number."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def first_line(self) -> int:
        """The first line of the file that a section or an item begins on; 0 when none is known."""
        lines = [section.line for section in self.sections] + [item.line for item in self.items]
        return min(filter(None, lines), default=0)

    def find_item(self, number: int) -> Item | None:
        """The item of that number, or None."""
        items = self.items
        return items[number - 1] if 0 < number <= len(items) else None

    def section_of(self, item: Item) -> Section:
        """The section that holds `item`.

        Raises:
            KeyError: the item is not of this digest.
        """
        for section in self.sections:
            if any(other.number == item.number for other in section.items):
                return section
        raise KeyError(item.number)


class Severity(Enum):
    """An error stops publication; a warning is shown to the author; a hint is shown when asked for."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Problem:
    """An author's mistake: a code for machines, values for the sentence, a 1-based line (0: the file as a whole)."""

    code: str
    severity: Severity
    line: int = 0
    values: Mapping[str, object] = field(default_factory=dict)


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Every block and every block inside it, in reading order."""
    for block in blocks:
        yield block
        match block:
            case ListBlock(entries):
                for entry in entries:
                    yield from walk(entry.blocks)
            case Quote(inner):
                yield from walk(inner)
            case _:
                pass
