"""What most of a digest is made of, read without asking every rule of the parser: they give the same tokens, sooner.

Lines of their own that begin with a letter, bold words without other marks in them, plain links. All else is left to
the ordinary rules. `tests/core/digest/test_shortcuts.py` holds them against each other.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_PLAIN_LINE = re.compile(r"(?:\*\*)?[^\W\d_]|\[[^\[\]\\^][^\[\]\\]*\]\(")
_NEXT_ENTRY = re.compile(r"[-*+][ \t]+\S")
_UNMARKED = r"[^\n\\`~*_\[\]<&!:]"
_PLAIN_BOLD = re.compile(rf"\*\*([^\W_](?:{_UNMARKED}*[^\W_])?：?)\*\*(?!\*)")
_PLAIN_LINK = re.compile(rf"\[({_UNMARKED}+)\]\((https?://[^\s()<>\\&]+)\)")
_INLINE_MARK = re.compile(r"[\n\\`~*_\[\]<&]|!(?=\[)|:(?=//)")
"""Where an inline rule of ours may begin; the parser's own list holds marks that only other extensions use."""


def take_shortcuts(md: MarkdownIt) -> None:
    """Add the shortcuts before the ordinary rules of a parser."""
    md.block.ruler.before("table", "plain_paragraph", _plain_paragraph)
    md.inline.ruler.before("emphasis", "plain_bold", _plain_bold)
    md.inline.ruler.before("link", "plain_link", _plain_link)
    md.inline.terminator_re = _INLINE_MARK
    md.core.ruler.at("inline", _inline)


def _inline(state: StateCore) -> None:
    """A text without any mark is one token."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = [] if _INLINE_MARK.search(token.content) else [Token("text", "", 0, content=token.content)]
        if not token.children:
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _plain_paragraph(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    if (
        silent
        or state.is_code_block(start)
        or not _PLAIN_LINE.match(state.src, at)
        or not _ends_above(state, start + 1)
    ):
        return False
    state.line = start + 1
    opening = state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    state.push("paragraph_close", "p", -1)
    opening.map = inline.map = [start, state.line]
    inline.content, inline.children = state.src[at : state.eMarks[start]].rstrip(), []
    return True


def _ends_above(state: StateBlock, line: int) -> bool:
    """Whether a paragraph ends above this line: it is empty, or the next entry of the list."""
    if line >= state.lineMax or state.isEmpty(line):
        return True
    indent = state.sCount[line]
    is_near = 0 <= indent < state.blkIndent + 4 and indent - max(state.listIndent, 0) < 4
    return is_near and _NEXT_ENTRY.match(state.src, state.bMarks[line] + state.tShift[line]) is not None


def _plain_bold(state: StateInline, silent: bool) -> bool:
    """Bold that begins and ends with a letter, where no mark before it waits for its partner."""
    if silent or state.src[state.pos] != "*" or state.src[state.pos - 1 : state.pos] == "*":
        return False
    found = _PLAIN_BOLD.match(state.src, state.pos, state.posMax)
    if found is None or any(waiting.marker == ord("*") for waiting in state.delimiters):
        return False
    state.push("strong_open", "strong", 1).markup = "**"
    state.push("text", "", 0).content = found[1]
    state.push("strong_close", "strong", -1).markup = "**"
    state.pos = found.end()
    return True


def _plain_link(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    found = _PLAIN_LINK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": found[2]}
        state.push("text", "", 0).content = found[1]
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True
