"""The Markdown that digests are written in: CommonMark, tables, strikethrough, footnotes, and some kindness.

Bare addresses become links, `##标题` without a space is a heading, a label line ends the list above it, a line without
columns the table above it, Markdown the HTML above it, bold follows Chinese punctuation, and the telegram-card advert
is dropped where it stands. A text that would take the parser too long is refused beforehand.
"""

from __future__ import annotations

import re
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.common.html_blocks import block_names
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from bot.core.digest.emphasis import kind_emphasis
from bot.core.digest.labels import is_commentary_line
from bot.core.digest.shortcuts import take_shortcuts
from bot.core.links import bare_url
from bot.core.models import Problem, Severity

MAX_NESTING = 48

# The largest real digest has 480 lines and 2,000 marks.
_MAX_LINES = 3_000
_MAX_MARKS = 20_000
_MAX_SPECIAL = 50_000
_MAX_INDENT = 100
_MAX_BRACKETS = 3_000
_MAX_OPEN_BRACKETS = 200
_MAX_COLUMNS = 64
_MAX_CELLS = 8_000
_MAX_QUOTES = 12

_MARKS = re.compile(r"[\[\]*_`<!&\\~|^]")
_SPECIAL = re.compile(r"[!#$%&*+\-:<=>@\[\\\]^_`{}~]")  # where the parser stops to try its rules
_DEEP_ENTRY = re.compile(rf"[ \t]{{{_MAX_INDENT},}}(?:[-*+]|\d+[.)])[ \t]")
_BRACKET = re.compile(r"[\[\]]")
_PARAGRAPH_GAP = re.compile(r"\n[ \t]*\n")
_DELIMITERS = " \t>|:-"
_QUOTE_MARKS = re.compile(r"[ \t]*(?:>[ \t]*)+")
_PROTOCOL = re.compile(r"(?<![A-Za-z0-9])https?$", re.IGNORECASE)
_NO_TITLE = ".,:;!?/|)=~-"
_TIGHT_HEADING = re.compile(r"(#{2,6})([^\s#].*)")
_ADVERT = re.compile(r"<div\s+class=[\"']telegram-card[\"']", re.IGNORECASE)
_DIV = re.compile(r"<(/?)div\b", re.IGNORECASE)
_BOLD_LINE = re.compile(r"\*\*[^*\n]+\*\*[ \t]*(?:[：:][ \t]*)?")
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(block_names)})(?:\s|/?>|$)", re.IGNORECASE)
_MARKDOWN_LINE = re.compile(r"#{1,6}[ \t]|[-*+][ \t]|\d{1,3}[.)][ \t]|\*\*|\|")
_HEADING = re.compile(r"#{1,6}\s")


class _Parser(MarkdownIt):
    """Leaves every address as the author wrote it: `core/links` is the judge, and a refused link keeps its words."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's own name for it
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


def parse_tokens(text: str) -> list[Token]:
    """Markdown as tokens; escapes and entities stay apart from text (`text_special`)."""
    return _PARSER.parse(text)


def find_bomb(text: str) -> Problem | None:
    """What would keep the parser busy for too long, found in linear time, or None."""
    lines = text.split("\n")
    if len(lines) > _MAX_LINES:
        return Problem("markdown.too_complex", Severity.ERROR, _MAX_LINES + 1)
    for signs, most in ((_MARKS, _MAX_MARKS), (_SPECIAL, _MAX_SPECIAL)):
        if len(signs.findall(text)) > most:
            return Problem("markdown.too_complex", Severity.ERROR, _densest(lines, signs))
    for number, line in enumerate(lines, 1):
        if not line or line[0] not in _DELIMITERS:
            continue
        if not line.strip(_DELIMITERS) and _is_too_wide(line.count("|"), lines, number):
            return Problem("markdown.table", Severity.ERROR, number, {"limit": _MAX_COLUMNS})
        quotes = _QUOTE_MARKS.match(line)
        if (quotes and quotes[0].count(">") > _MAX_QUOTES) or _DEEP_ENTRY.match(line):
            return Problem("markdown.too_deep", Severity.ERROR, number)
    return _find_bracket_bomb(text)


def _densest(lines: list[str], signs: re.Pattern[str]) -> int:
    """The number of the line with most of these signs."""
    return max(range(len(lines)), key=lambda at: len(signs.findall(lines[at]))) + 1


def _is_too_wide(columns: int, lines: list[str], first_row: int) -> bool:
    if columns <= _MAX_COLUMNS and columns * len(lines) <= _MAX_CELLS:
        return False
    rows = next((at for at, line in enumerate(lines[first_row:]) if not line.strip()), len(lines) - first_row)
    return columns > _MAX_COLUMNS or columns * rows > _MAX_CELLS


def _find_bracket_bomb(text: str) -> Problem | None:
    if text.count("[") + text.count("]") <= _MAX_OPEN_BRACKETS:
        return None
    line = 1
    for paragraph in _PARAGRAPH_GAP.split(text):
        brackets = _BRACKET.findall(paragraph)
        depths = accumulate(1 if bracket == "[" else -1 for bracket in brackets)
        if len(brackets) > _MAX_BRACKETS or max(depths, default=0) > _MAX_OPEN_BRACKETS:
            return Problem("markdown.too_complex", Severity.ERROR, line)
        line += paragraph.count("\n") + 2
    return None


def _bare_address(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    protocol = _PROTOCOL.search(state.src[max(0, state.pos - 6) : state.pos])
    if protocol is None or not (silent or state.pending.endswith(protocol[0])):
        return False
    url = bare_url(state.src, state.pos - len(protocol[0]), state.posMax)
    if url is None:
        return False
    if not silent:
        state.pending = state.pending[: -len(protocol[0])]
        state.push("link_open", "a", 1).attrs = {"href": url}
        state.push("text", "", 0).content = url
        state.push("link_close", "a", -1)
    state.pos += len(url) - len(protocol[0])
    return True


def _tight_heading(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    found = _TIGHT_HEADING.match(line)
    if found is None or found[2][0] in _NO_TITLE or not any(map(str.isalnum, found[2])):
        return False
    if silent:
        return True
    state.line = start + 1
    tag = f"h{len(found[1])}"
    opening = state.push("heading_open", tag, 1)
    inline = state.push("inline", "", 0)
    closing = state.push("heading_close", tag, -1)
    opening.markup = closing.markup = found[1]
    opening.map = inline.map = [start, state.line]
    inline.content, inline.children = found[2].rstrip("# \t"), []
    return True


def _label_line(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """A bold line or a commentary label begins a paragraph, and never goes on with the list entry above it."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    return silent and (_BOLD_LINE.fullmatch(line) is not None or is_commentary_line(line))


def _no_row(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """A line without a column mark ends a table, though GFM would make it a row of one cell."""
    return silent and state.parentType == "table" and "|" not in state.src[state.bMarks[start] : state.eMarks[start]]


def _html_lines(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block of ordinary tags; unlike CommonMark's it also ends where a line of Markdown begins."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if state.is_code_block(start) or not _BLOCK_TAG.match(line):
        return False
    if silent:
        return True
    last = start + 1
    while last < end and not state.isEmpty(last) and not _MARKDOWN_LINE.match(state.src, state.bMarks[last]):
        last += 1
    state.line = last
    token = state.push("html_block", "", 0)
    token.map = [start, last]
    token.content = state.getLines(start, last, state.blkIndent, True)
    return True


def _advert(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Skip the advert to its own closing tag; a cut-off one ends at the next heading or the end."""
    if not _ADVERT.match(state.src, state.bMarks[start] + state.tShift[start]):
        return False
    if silent:
        return True
    depth = 0
    for line in range(start, end):
        source = state.src[state.bMarks[line] : state.eMarks[line]]
        if _HEADING.match(source):
            end = line
            break
        depth += sum(-1 if found[1] else 1 for found in _DIV.finditer(source))
        if depth <= 0:
            end = line + 1
            break
    state.line = end
    return True


def build_parser(*, takes_shortcuts: bool = True) -> MarkdownIt:
    """The parser of this module; without shortcuts it asks every rule about everything, for the same tokens."""
    parser = _Parser("commonmark", {"maxNesting": MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.disable("text_join")
    footnote_plugin(parser, inline=False, move_to_end=False)
    kind_emphasis(parser)
    parser.inline.ruler.before("newline", "bare_address", _bare_address)
    if takes_shortcuts:
        take_shortcuts(parser)
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.after("heading", "tight_heading", _tight_heading, interrupts)
    parser.block.ruler.before("html_block", "advert", _advert, interrupts)
    parser.block.ruler.before("html_block", "html_lines", _html_lines, interrupts)
    parser.block.ruler.before("paragraph", "label_line", _label_line, interrupts)
    parser.block.ruler.before("paragraph", "no_row", _no_row, {"alt": ["blockquote"]})
    return parser


_PARSER = build_parser()
