"""What of a paragraph is its headline: whole lines that are a link or bold, and the first words of a brief."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.core.digest.html_text import MEDIA_MARKS
from bot.core.digest.labels import begins_with_source, ends_with_colon, find_commentary, is_address, is_source
from bot.core.links import is_home_page
from bot.core.models import Inline, Run, Style, plain
from bot.core.runs import cut, strip, tidy, unlinked, unstyled

_DECORATION = re.compile(r"[\W\d_一二三四五六七八九十]{0,8}|\W{0,3}[\[【(（「][\w/&+·. ]{1,12}[\]】)）」]\W{0,3}")
_RUN_IN = re.compile(r"\s*(?:[：:]|——|--|—|–|-\s)")
_PLAIN_SPLIT = re.compile(r"：\s*(?=\S)|:(?=\s+\S|[\u4e00-\u9fff])|\s*(?:——|\s[—–-]\s)\s*")
_SOURCE_TAIL = re.compile(r"\s*[（(\[【]?\s*$")
_CLAUSE_END = re.compile("[。！？；\n]|$")
_DASHES = ("--", "—", "–", "― ")
_SHORT = 8  # characters: too little to be a headline by itself
_HEAD_MAX = 60
_SOURCE_MAX = 40  # characters beside the links of a line that names sources


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline, its link, and the text that goes on after it in the same paragraph (with its punctuation)."""

    inline: Inline
    url: str | None = None
    rest: Inline = ()

    @property
    def text(self) -> str:
        """The headline's words."""
        return plain(self.inline)


def of_heading(inline: Inline) -> Headline:
    """A heading as headline: with one address it is linked as a whole, with several each run keeps its own."""
    return Headline(*_linked(strip(inline)))


def of_link_line(inline: Inline) -> Headline | None:
    """A paragraph that is nothing but one link to a story; after a dash it says who said the words above."""
    urls = {run.url for run in inline if not _is_decoration(run)}
    if len(urls) != 1 or None in urls or plain(inline).lstrip().startswith(_DASHES):
        return None
    text = "".join(run.text for run in inline if run.url)
    return (
        None
        if is_source(text) or is_address(text) or text.startswith(MEDIA_MARKS) or "\n" in text
        else of_heading(unstyled(inline, Style.BOLD))
    )


def of_bold_line(inline: Inline) -> Headline | None:
    """A paragraph that is bold as a whole, but for a link to its source, and announces no list."""
    bold = _bold_end(inline)
    text, rest = plain(inline), cut(inline, bold)
    if not bold or "\n" in text or ends_with_colon(text) or text[:bold].rstrip().endswith(("。", "：", ":")):
        return None
    if find_commentary(inline) is not None:
        return None
    if not rest or _is_source_tail(rest):
        head = of_heading(unstyled(cut(inline, 0, bold), Style.BOLD))
        return Headline(head.inline, head.url or _first_url(rest), strip(rest))
    return None


def of_announcing_line(inline: Inline) -> Headline | None:
    """A paragraph that is bold as a whole and ends with a colon."""
    text = plain(inline)
    if not is_bold(inline) or "\n" in text or not ends_with_colon(text) or find_commentary(inline) is not None:
        return None
    return of_heading(unstyled(inline, Style.BOLD))


def of_run_in(inline: Inline) -> Headline | None:
    """A paragraph that begins with a bold head: `**特斯拉：** …`, `**投入翻倍**：…`."""
    bold = _bold_end(inline)
    text = plain(inline)
    if not bold or bold == len(text.rstrip()) or find_commentary(inline) is not None:
        return None
    if not (_RUN_IN.match(text, bold) or ends_with_colon(text[:bold])):
        return None
    head = _split(inline, bold)
    return replace(head, inline=unstyled(head.inline, Style.BOLD))


def of_brief(inline: Inline, *, is_told: bool = False) -> Headline:
    """The head of an item in a list: its leading link or bold words, which stay bold, or the line itself.

    A line without either is parted after its first words, unless `is_told`: the story stands below it.
    """
    inline = strip(inline)
    end = _link_end(inline) or _bold_end(inline)
    if end:
        return _grown(inline, end)
    tail = _source_start(inline)
    if tail is not None:
        return Headline(
            unlinked(cut(inline, 0, tail)), _story(_first_url(cut(inline, tail))), _no_home(cut(inline, tail))
        )
    text = plain(inline)
    if is_told:
        return Headline(*_linked(inline))
    found = _PLAIN_SPLIT.search(text, 2)
    if found and found.start() <= _HEAD_MAX // 2 and found.end() < len(text):
        return Headline(cut(inline, 0, found.start()), _story(_first_url(inline)), cut(inline, found.start()))
    if len(text) > 2 * _HEAD_MAX and (stop := _CLAUSE_END.search(text)) and stop.end() < len(text):
        return Headline(cut(inline, 0, stop.end()), _story(_first_url(inline)), cut(inline, stop.end()))
    return Headline(*_linked(inline))


def is_bold(inline: Inline) -> bool:
    """Whether every word is bold."""
    end = _bold_end(inline)
    return end > 0 and not re.search(r"\w", plain(inline)[end:])


def bold_start(inline: Inline) -> str:
    """The bold words that a line begins with."""
    return plain(inline)[: _bold_end(inline)]


def begins_with_link(inline: Inline) -> bool:
    """Whether a line begins with a link to a story, or ends with one to its source."""
    return _link_end(inline) > 0 or _source_start(inline) is not None


def source_url(inline: Inline) -> str | None:
    """The first address of a line that only names sources: `[来源](…)`, `来源：[量子位](…)`, `原文链接：https://…`."""
    linked = "".join(run.text for run in inline if run.url)
    others = [run for run in inline if run.url is None and not _is_decoration(run)]
    if not linked or linked.startswith(MEDIA_MARKS):
        return None
    if not others and (is_source(linked) or is_address(linked)):
        return _story(_first_url(inline))
    text = plain(inline)
    is_line = begins_with_source(text) and len(text) - len(linked) <= _SOURCE_MAX
    return _story(_first_url(inline)) if is_line else None


def _grown(inline: Inline, end: int) -> Headline:
    """A head too short to tell anything (`[摩根士丹利预测]`) grows to the end of its clause."""
    text = plain(inline)
    stop = _CLAUSE_END.search(text, end)
    if len(text[:end].strip()) > _SHORT or _RUN_IN.match(text, end) or ends_with_colon(text[:end]) or stop is None:
        return _split(inline, end)
    return _split(inline, stop.start()) if stop.start() <= _HEAD_MAX else _split(inline, end)


def _split(inline: Inline, end: int) -> Headline:
    """Head and rest; the head's own colon goes to the rest, so that the line still reads as written."""
    head = strip(cut(inline, 0, end))
    bare = strip(head, " :：")
    colon = plain(head)[len(plain(bare)) :].strip()
    rest = cut(inline, end)
    if not plain(bare) or not re.search(r"\w", plain(rest)):
        bare, rest = bare or head, ()
    elif colon:
        gap = "" if colon == "：" else " "
        rest = tidy((Run(colon + gap), *strip(rest)))
    runs, url = _linked(bare)
    return Headline(runs, url or _story(_first_url(rest)), _no_home(rest))


def _linked(inline: Inline) -> tuple[Inline, str | None]:
    """Home pages are no links; a single address is the whole headline's, several stay with their words."""
    inline = _no_home(inline)
    urls = list(dict.fromkeys(run.url for run in inline if run.url))
    return (unlinked(inline) if len(urls) == 1 else inline), (urls[0] if urls else None)


def _no_home(inline: Inline) -> Inline:
    return tidy(Run(run.text, run.style, _story(run.url)) for run in inline)


def _story(url: str | None) -> str | None:
    return None if url is None or is_home_page(url) else url


def _first_url(inline: Inline) -> str | None:
    return next((run.url for run in inline if run.url), None)


def _link_end(inline: Inline) -> int:
    return _leading(inline, lambda run: run.url is not None)


def _bold_end(inline: Inline) -> int:
    return _leading(inline, lambda run: Style.BOLD in run.style)


def _leading(inline: Inline, wanted: Callable[[Run], bool]) -> int:
    """Where the run of wanted looks ends that begins the text, decoration before it allowed; 0 if it does not."""
    offset = end = 0
    for run in inline:
        if wanted(run):
            end = offset + len(run.text)
        elif end or not _is_decoration(run):
            break
        offset += len(run.text)
    return end if end and re.search(r"\w", plain(inline)[:end]) else 0


def _source_start(inline: Inline) -> int | None:
    """Where a closing source begins: `…（[qbitai](…)）`."""
    if not inline:
        return None
    text = plain(inline)
    offset = len(text)
    runs = list(inline)
    while runs and runs[-1].url is None and not re.search(r"\w", runs[-1].text):
        offset -= len(runs.pop().text)
    if not runs or runs[-1].url is None:
        return None
    offset -= len(runs[-1].text)
    found = _SOURCE_TAIL.search(text, 0, offset)
    start = found.start() if found else offset
    is_bracketed = text[start:offset].strip() != ""
    return start if start > _SHORT and (is_bracketed or is_source(runs[-1].text)) else None


def _is_source_tail(rest: Inline) -> bool:
    """Whether what follows a bold line is only a link to its source."""
    shown = [run for run in rest if not _is_decoration(run)]
    return len(shown) == 1 and shown[0].url is not None and len(plain(rest)) <= _HEAD_MAX // 2


def _is_decoration(run: Run) -> bool:
    return run.url is None and _DECORATION.fullmatch(run.text) is not None
