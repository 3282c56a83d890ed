"""The chapters of a body, and what a heading is among its neighbours: a section, an item, a group of items, a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.core.digest import headlines, heads
from bot.core.digest.briefs import sources
from bot.core.digest.headlines import Headline
from bot.core.digest.labels import find_commentary, is_frame, is_roundup
from bot.core.digest.nodes import Heading, Node, Piece, Rule
from bot.core.models import Inline, Label, plain
from bot.core.ordinals import find_ordinal
from bot.core.wording import block_lines

_NAME_MAX = 16  # characters of a section's name with its number
_SOURCES = 2  # lines that one story has at most to name where it comes from
_MANY = 6
_SHORT_TEXT = 30  # characters of text for each chapter that there is: six of 180, twenty of 600
_STORY_TEXT = 600
_DEEP = 3  # the level at which nobody begins with sections


@dataclass(slots=True)
class Chapter:
    """A heading with what stands directly below it, and the chapters of deeper level below that."""

    heading: Heading | None = None
    nodes: list[Piece | Rule] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)

    @property
    def inline(self) -> Inline:
        """The heading's text."""
        return self.heading.inline if self.heading else ()

    @property
    def line(self) -> int:
        """The heading's line; 0 for the whole."""
        return self.heading.line if self.heading else 0

    @property
    def level(self) -> int:
        """The heading's level; 0 for the whole."""
        return self.heading.level if self.heading else 0

    @property
    def title(self) -> str:
        """The heading's words."""
        return plain(self.inline)

    @property
    def headline(self) -> Headline:
        """The heading as a story's headline."""
        return headlines.of_heading(self.inline)

    @property
    def is_frame(self) -> bool:
        """Whether it holds no news of its own, but an overview, a list of contents, thanks."""
        return is_frame(self.title) and not any(child.headline.url for child in self.chapters)

    @property
    def is_group(self) -> bool:
        """Whether its heading only groups the items and briefs below it."""
        children = [child for child in self.chapters if not find_commentary(child.inline, is_heading=True)]
        linked = sum(child.headline.url is not None for child in children)
        is_bare = not heads.pieces(self.nodes)
        return bool(children) and not self.headline.url and (is_bare or linked * 2 > len(children))

    @property
    def names_lists(self) -> bool:
        """Whether a short name stands above lists and nothing else: 产品, 融资."""
        is_name = len(self.title) <= heads.NAME_MAX and not self.headline.url
        return is_name and not self.chapters and heads.are_lists(heads.pieces(self.nodes))

    @property
    def may_be_item(self) -> bool:
        """Whether nothing says that it holds more than one story, or none."""
        return not (self.chapters or is_roundup(self.title) or self.is_frame)

    def flat(self) -> list[Piece | Rule]:
        """Its blocks, deeper headings as labels."""
        nodes = list(self.nodes)
        for child in self.chapters:
            nodes += [Piece(Label(child.inline), child.line), *child.flat()]
        return nodes


def chapter_tree(nodes: Sequence[Node]) -> Chapter:
    """The whole as a chapter without heading."""
    root = Chapter()
    path = [root]
    for node in nodes:
        if not isinstance(node, Heading):
            path[-1].nodes.append(node)
            continue
        while len(path) > 1 and path[-1].level >= node.level:
            path.pop()
        chapter = Chapter(node)
        path[-1].chapters.append(chapter)
        path.append(chapter)
    return root


def are_items(chapters: Sequence[Chapter]) -> bool:
    """Whether headings that could be sections are those of items."""
    own = [chapter for chapter in chapters if chapter.may_be_item]
    sections = [chapter for chapter in chapters if chapter.chapters and not chapter.is_frame]
    if len(own) < 2 or len(own) * 2 <= len(chapters) or sections or _hold_news(own):
        return False
    return own[0].level >= _DEEP or _are_referenced(own) or _are_numbered_stories(own) or _are_too_short(own)


def _hold_news(chapters: Sequence[Chapter]) -> bool:
    """Whether there are several stories below one heading; where most headings are linked, below most of them."""
    several = sum(map(_holds_several, chapters))
    if several and (several * 2 > len(chapters) or not _are_linked(chapters)):
        return True
    return sum(heads.has_only_news_lists(chapter.nodes) for chapter in chapters) * 2 > len(chapters)


def _holds_several(chapter: Chapter) -> bool:
    """Whether there are several stories below: links, headlines, numbered paragraphs."""
    if heads.has_only_linked_lists(chapter.nodes) or heads.begins_with_heads(chapter.nodes):
        return True
    return heads.has_told_list(chapter.nodes) or bool(heads.counted_heads(heads.pieces(chapter.nodes)))


def _are_linked(chapters: Sequence[Chapter]) -> bool:
    return sum(chapter.headline.url is not None for chapter in chapters) * 2 > len(chapters)


def _are_referenced(chapters: Sequence[Chapter]) -> bool:
    """Whether most headings are linked, or have a source or the usual parts of a story below."""
    told = [heads.pieces(chapter.nodes) for chapter in chapters]
    sourced = sum(1 <= len(sources(own)) <= _SOURCES for own in told)
    parted = sum(any(isinstance(piece.block, Label) for piece in own) for own in told)
    return _are_linked(chapters) or max(sourced, parted) * 2 > len(chapters)


def _are_too_short(chapters: Sequence[Chapter]) -> bool:
    """Whether they are so many of so few words in prose that they tell one story each: the more, the surer."""
    told = [heads.pieces(chapter.nodes) for chapter in chapters]
    if len(chapters) < _MANY or any(map(_is_structured, told)):
        return False
    sizes = sorted(sum(map(len, block_lines(piece.block for piece in own))) for own in told)
    return 0 < sizes[len(sizes) // 2] <= min(_SHORT_TEXT * len(chapters), _STORY_TEXT)


def _is_structured(own: Sequence[Piece]) -> bool:
    """Whether a text is more than prose: lists, headlines within paragraphs, commentary."""
    return heads.are_lists(own) or bool(heads.run_in_heads(own)) or any(map(heads.has_commentary, own))


def _are_numbered_stories(chapters: Sequence[Chapter]) -> bool:
    """Whether long titles count from 1, each above a text: sections are named in fewer words or hold lists of news."""
    titles = [chapter.title for chapter in chapters]
    values = [found.value if (found := find_ordinal(title)) else 0 for title in titles]
    are_counted = values == list(range(1, len(values) + 1))
    are_long = sorted(map(len, titles))[len(titles) // 2] > _NAME_MAX
    told = [heads.pieces(chapter.nodes) for chapter in chapters]
    return are_counted and are_long and not any(heads.are_lists(own) or heads.run_in_heads(own) for own in told)
