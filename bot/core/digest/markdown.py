"""Markdown → headings and blocks, in reading order, each with its line of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from markdown_it.token import Token

from bot.core.digest.dialects import common_markdown
from bot.core.digest.entries import list_entry
from bot.core.digest.footnotes import Footnotes
from bot.core.digest.html_text import HtmlHeading, read_html
from bot.core.digest.inline import InlineReader
from bot.core.digest.labels import is_roundup
from bot.core.digest.nodes import Heading, Node, Piece, Rule, map_inline
from bot.core.digest.paragraphs import split_paragraph
from bot.core.digest.syntax import MAX_NESTING, find_bomb, parse_tokens
from bot.core.models import (
    Block,
    Code,
    Inline,
    Label,
    ListBlock,
    ListEntry,
    Paragraph,
    Problem,
    Quote,
    Run,
    Severity,
    Table,
    plain,
)
from bot.core.runs import SOFT_BREAK, join_soft_breaks, strip, tidy, words

_LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]+(?:\s|$)")
_SETEXT_MAX = 40  # a longer line above `---`, or several, were meant as text and a rule, not as a heading
_SENTENCE_END = tuple("。！？；：.!?;:…”）)")


@dataclass(frozen=True, slots=True)
class Document:
    """What a Markdown text holds, and what is wrong with it. With an error there are no nodes."""

    nodes: tuple[Node, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether it is no text that anybody would write."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def parse_markdown(text: str, first_line: int = 1) -> Document:
    """Read a body whose first line is `first_line` of its file."""
    bomb = find_bomb(text)
    if bomb is not None:
        return Document((), (_moved(bomb, first_line - 1),))
    tokens = parse_tokens(common_markdown(text))
    deep = next((token for token in tokens if token.level >= MAX_NESTING - 2), None)
    if deep is not None:
        line = (deep.map or [0])[0] + first_line
        return Document((), (Problem("markdown.too_deep", Severity.ERROR, line),))
    builder = _Builder(tokens, first_line)
    return Document(tuple(builder.nodes()), tuple(builder.reader.problems))


def parse_inline(text: str) -> Inline:
    """A short text such as a line of the summary; links and problems in it are dropped."""
    nodes = parse_markdown(text).nodes
    found = [node.block.inline for node in nodes if isinstance(node, Piece) and isinstance(node.block, Paragraph)]
    if len(nodes) != 1 or not found:
        return (Run(text),)
    return tidy(replace(run, url=None) for run in found[0])


def _moved(problem: Problem, lines_down: int) -> Problem:
    return replace(problem, line=problem.line + lines_down) if problem.line else problem


class _Builder:
    """Walks the token stream once."""

    def __init__(self, tokens: list[Token], first_line: int) -> None:
        self._tokens = tokens
        self._first_line = first_line
        self._at = 0
        self._footnotes = Footnotes()
        self._is_short_news = False  # below the heading of a roundup
        self.reader = InlineReader()

    def nodes(self) -> list[Node]:
        found: list[Node] = []
        while self._at < len(self._tokens):
            new = self._node()
            self._footnotes.refer(self.reader.references, at=len(found) + len(new) - 1)
            self.reader.references.clear()
            found += new
        return self._footnotes.placed(found)

    def _node(self) -> list[Node]:
        token = self._tokens[self._at]
        line = self._line(token)
        match token.type:
            case "heading_open":
                return self._heading(token)
            case "hr":
                self._at += 1
                return [Rule(line)]
            case "paragraph_open":
                return list(split_paragraph(self._inline(), line, is_short_news=self._is_short_news))
            case "html_block":
                return list(self._html(line))
            case "bullet_list_open" | "ordered_list_open":
                entry_lines: list[int] = []
                return [Piece(self._list(entry_lines), line, tuple(entry_lines))]
            case _:
                return [Piece(block, line) for block in self._blocks_of(token)]

    def _heading(self, token: Token) -> list[Node]:
        line = self._line(token)
        source = self._inline()
        if token.markup == "-" and _is_prose(plain(source)):
            return [*split_paragraph(source, line), Rule(line + plain(source).count(SOFT_BREAK) + 1)]
        inline = join_soft_breaks(source)
        self._is_short_news = is_roundup(plain(inline))
        return [Heading(int(token.tag[1]), inline, line)] if inline else []

    def _html(self, line: int) -> Iterator[Heading | Piece]:
        token = self._tokens[self._at]
        self._at += 1
        for found in read_html(token.content):
            if isinstance(found, HtmlHeading):
                yield Heading(found.level, self._checked(found.inline, line), line)
            else:
                block = map_inline(found, lambda inline: self._checked(inline, line))
                yield Piece(block, line, (line,) * len(block.entries) if isinstance(block, ListBlock) else ())

    def _checked(self, inline: Inline, line: int) -> Inline:
        return tidy(replace(run, url=self.reader.checked(run.url, line)) if run.url else run for run in inline)

    def _blocks(self, closing: str) -> tuple[Block, ...]:
        """Blocks up to the closing token, which is passed."""
        blocks: list[Block] = []
        while self._tokens[self._at].type != closing:
            blocks += self._blocks_of(self._tokens[self._at])
        self._at += 1
        return tuple(blocks)

    def _blocks_of(self, token: Token) -> list[Block]:
        """The blocks that begin at this token, which are passed; an unknown token is passed alone."""
        match token.type:
            case "paragraph_open" | "heading_open":
                inline = strip(join_soft_breaks(self._inline()))
                kind = Label if token.type == "heading_open" else Paragraph
                return [kind(inline)] if inline else []
            case "bullet_list_open" | "ordered_list_open":
                return [self._list([])]
            case "table_open":
                return [self._table()]
            case "html_block":
                return [_as_block(node) for node in self._html(self._line(token))]
        self._at += 1
        if token.type == "blockquote_open":
            quoted = self._blocks("blockquote_close")
            return [Quote(quoted)] if quoted else []
        if token.type == "footnote_reference_open":
            self._footnotes.define(token.meta["label"], self._blocks("footnote_reference_close"))
        return _code(token) if token.type in ("fence", "code_block") else []

    def _inline(self) -> Inline:
        """The inline text between an opening token and its closing one; both are passed."""
        token = self._tokens[self._at + 1]
        self._at += 3
        return self.reader.read(token, self._line(token))

    def _list(self, entry_lines: list[int]) -> ListBlock:
        closing = self._tokens[self._at].type.replace("_open", "_close")
        self._at += 1
        entries: list[ListEntry] = []
        while self._tokens[self._at].type != closing:
            token = self._tokens[self._at]
            entry_lines.append(self._line(token))
            self._at += 1
            marker = f"{token.info}{token.markup}" if token.info else "•"
            entries.append(list_entry(marker, self._blocks("list_item_close")))
        self._at += 1
        return ListBlock(tuple(entries))

    def _table(self) -> Table:
        rows: list[list[Inline]] = []
        while (token := self._tokens[self._at]).type != "table_close":
            if token.type == "tr_open":
                rows.append([])
            if token.type == "inline":
                rows[-1].append(strip(join_soft_breaks(self.reader.read(token, self._line(token)))))
            self._at += 1
        self._at += 1
        return Table(tuple(rows[0]), tuple(tuple(row) for row in rows[1:]))

    def _line(self, token: Token) -> int:
        return (token.map or [0])[0] + self._first_line


def _code(token: Token) -> list[Block]:
    """A code block; what stands behind its fence is its language, or a line of text when it cannot be one.

    Without a language, Chinese sentences are no code: some digests fence their summary.
    """
    info = token.info.strip()
    code = token.content.rstrip("\n").expandtabs(4)
    if token.type == "fence" and not info and code and all(map(_is_sentence, code.split("\n"))):
        return [Paragraph(words(code.strip()))]
    if code.strip() and (not info or _LANGUAGE.match(info)):
        return [Code(code, info.partition(" ")[0])]
    told: list[Block] = [Paragraph(words(info))] if info else []
    return [*told, Code(code)] if code.strip() else told


def _is_sentence(line: str) -> bool:
    return not line.strip() or line.rstrip().endswith(("。", "！", "？", "；"))


def _as_block(node: Heading | Piece) -> Block:
    return Label(node.inline) if isinstance(node, Heading) else node.block


def _is_prose(text: str) -> bool:
    return len(text) > _SETEXT_MAX or text.endswith(_SENTENCE_END) or SOFT_BREAK in text
