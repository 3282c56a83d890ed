"""Emphasis as Chinese authors mean it: `**核心能力：**奥赛` is bold although CommonMark leaves it open.

CommonMark decides by white space and punctuation whether `**` may open or close, and Chinese puts no space beside its
punctuation. So wide punctuation never forbids a flank, and a wide character beside the marks counts as a boundary.
Whatever is valid emphasis in CommonMark stays as it is.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as tokenize_underscores
from markdown_it.rules_inline.state_inline import Delimiter

from bot.core.runs import is_wide


def kind_emphasis(md: MarkdownIt) -> None:
    """Replace the emphasis rule of a parser."""
    md.inline.ruler.at("emphasis", _tokenize)


def _tokenize(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "*":
        return tokenize_underscores(state, silent)
    if silent:
        return False
    start = end = state.pos
    while end < state.posMax and state.src[end] == "*":
        end += 1
    before = state.src[start - 1] if start else " "
    after = state.src[end] if end < state.posMax else " "
    can_open, can_close = _flank(after, before), _flank(before, after)
    for _ in range(end - start):
        state.push("text", "", 0).content = "*"
        token = len(state.tokens) - 1
        state.delimiters.append(Delimiter(ord("*"), end - start, token, -1, can_open, can_close))
    state.pos = end
    return True


def _flank(inner: str, outer: str) -> bool:
    if isWhiteSpace(ord(inner)):
        return False
    return not _forbids(inner) or isWhiteSpace(ord(outer)) or _is_punctuation(outer) or is_wide(outer)


def _forbids(char: str) -> bool:
    return _is_punctuation(char) and not is_wide(char)


def _is_punctuation(char: str) -> bool:
    return isMdAsciiPunct(ord(char)) or isPunctChar(char)
