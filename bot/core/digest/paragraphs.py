"""One paragraph of Markdown as what its author meant: lines that are headlines, hand-made lists, rules and numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.core.digest.labels import is_address
from bot.core.digest.nodes import Piece, Rule
from bot.core.models import Inline, ListBlock, ListEntry, Paragraph, Style, plain
from bot.core.ordinals import begins_with_mark
from bot.core.runs import SOFT_BREAK, cut, join_soft_breaks, lines, strip, tidy

_RULE = re.compile(r"\s*([^\w\s\U0001f000-\U0001ffff])(?:\s*\1){2,}\s*")
_BRACKETED = re.compile(r"\s*【[^】]{1,40}】\s*")
_BREAK = re.compile(f"[\n{SOFT_BREAK}]")
_BULLET = re.compile(r"\s*([•●○◦▪▫■□◆◇‣⁃∙・·✦✧➤➢►▶－＊]|-(?=[\u4e00-\u9fff]))(?!\s*\1)\ufe0f?\s*(?=\S)")
_LISTING_MIN = 3


def split_paragraph(inline: Inline, line: int, *, is_short_news: bool = False) -> Iterator[Piece | Rule]:
    """The paragraph that begins on `line`, its soft breaks still marked, as the blocks it stands for.

    It is cut where a whole line is bold or a link, where the author numbers lines by hand or begins them with a sign;
    lines that begin with a bullet are a list, and a line of nothing but one sign is a rule. Where short news stands,
    three lines and more are cut everywhere: nobody wraps those by hand.
    """
    source = lines(inline)
    for start, part in _parts(source, line, is_listing=is_short_news and len(source) >= _LISTING_MIN):
        whole = strip(_with_head_line(part))
        text = plain(whole)
        if _RULE.fullmatch(text):
            yield Rule(start)
        elif all(map(_is_bullet, part)):
            yield Piece(ListBlock(tuple(map(_entry, part))), start, tuple(range(start, start + len(part))))
        elif text.strip():
            yield Piece(Paragraph(join_soft_breaks(whole)), start)


def _with_head_line(part: Sequence[Inline]) -> Inline:
    """The lines as one text; what stands below a line with a number or a time begins a line of its own."""
    if len(part) == 1:
        return part[0]
    runs = [run for one in part for run in one]
    if _mark(part[0]) == "1":
        last = len(part[0]) - 1
        runs[last] = replace(runs[last], text=runs[last].text.replace(SOFT_BREAK, "\n"))
    return tidy(runs)


def _parts(source: Sequence[Inline], line: int, *, is_listing: bool) -> Iterator[tuple[int, list[Inline]]]:
    """Groups of lines that belong together, each with the number of its first line."""
    if len(source) == 1:
        yield line, list(source)
        return
    marks = [_mark(one) for one in source]
    group: list[Inline] = []
    start, at, begins = line, line, True
    for one, mark in zip(source, marks, strict=True):
        is_head = _is_head_line(one)
        goes_on = mark == "•" and bool(group) and _is_bullet(group[-1])
        if not goes_on and (is_head or begins or mark == "•" or (mark and marks.count(mark) > 1)):
            yield from [(start, group)] if group else []
            group, start = [], at
        group.append(one)
        at += len(_BREAK.findall(plain(one)))
        begins = is_head or is_listing
    yield from [(start, group)] if group else []


def _mark(inline: Inline) -> str:
    """What a line begins with: a bullet, a number or time by hand, a sign such as 📌, or nothing of the kind."""
    text = plain(inline).lstrip()
    if _is_bullet(inline):
        return "•"
    if begins_with_mark(text):
        return "1"
    return text[0] if text and unicodedata.category(text[0]) == "So" else ""


def _is_bullet(inline: Inline) -> bool:
    return _BULLET.match(plain(inline)) is not None


def _entry(inline: Inline) -> ListEntry:
    found = _BULLET.match(plain(inline))
    return ListEntry("•", (Paragraph(strip(cut(inline, found.end() if found else 0))),))


def _is_head_line(inline: Inline) -> bool:
    shown = [run for run in inline if run.text.strip(" \r\n:：")]
    if not shown or _is_bullet(inline):
        return False
    if _BRACKETED.fullmatch(plain(inline)):
        return True
    if all(Style.BOLD in run.style for run in shown):
        return True
    is_link = shown[0].url is not None and all(run.url == shown[0].url for run in shown)
    return is_link and not is_address(shown[0].text)
