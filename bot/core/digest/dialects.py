"""Markdown's dialects, rewritten line by line in the Markdown that every parser knows.

Boxes (`:::tip`, `> [!note]`, `!!! note`, Hugo's and Hexo's shortcodes) become quotes below their title; attributes
(`{#id}`), comments, components and addresses within a site, which their renderers never show, are taken out. Lines keep
their numbers. See docs/adr/0005.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.core.digest.html_text import KNOWN

_HINT = re.compile(
    r"\{[#.:{%/]|:::|^(?:!!!|\?\?\?|\[(?i:toc)\]|import\s|export\s|[ \t]*</?[A-Z])|\[[!\[]|==\S", re.MULTILINE
)
_FENCE = re.compile(r"\s{0,3}(?:>\s?)*(```+|~~~+)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_MAX_DEPTH = 3
_MAX_MARK = 400  # characters of a line that can be a box's mark

_CONTAINER = re.compile(r"(?:\{?\.?([A-Za-z][\w-]*)\}?)?(?:\[([^\]]*)\])?(?:\s+(.*))?")
_SHORTCODE = re.compile(r"\{\{[<%]\s*(/?)([\w/-]{1,40})([^{}\n]{0,300}?)/?[>%]\}\}")
_LIQUID = re.compile(r"\{%-?\s*(end)?([a-z][\w-]{0,40})([^{}\n]{0,300}?)-?%\}")
_INDENTED_BOX = re.compile(r"(?:!!!|\?\?\?\+?)\s+([A-Za-z][\w-]*)[^\"\n]*(?:\"([^\"\n]*)\")?\s*")
_CALLOUT = re.compile(r"(\s{0,3}(?:>\s?)+)\[!([A-Za-z][\w-]*)\][+-]?[ \t]*(.*)")
_ARGUMENT = re.compile(r"(?:([A-Za-z][\w-]*)\s*=\s*)?(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=]+))")

_SIGNS = {
    "note": "📝",
    "info": "ℹ️",
    "tip": "💡",
    "hint": "💡",
    "important": "❗",
    "warning": "⚠️",
    "caution": "⚠️",
    "danger": "⛔",
    "error": "⛔",
    "success": "✅",
    "question": "❓",
    "example": "🔍",
    "bug": "🐛",
    "todo": "☑️",
    "summary": "📋",
    "abstract": "📋",
    "tldr": "📋",
}
_WORDLESS = frozenset(
    {"quote", "blockquote", "cite", "cq", "centerquote", "pullquote", "details", "collapse", "expand"}
)
_GENERIC = frozenset({"callout", "admonition", "alert", "notice", "message"})
_BOXES = _SIGNS.keys() | _WORDLESS | _GENERIC
_RAW = frozenset({"raw", "rawhtml", "html"})
_PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v=",
    "bilibili": "https://www.bilibili.com/video/",
    "vimeo": "https://vimeo.com/",
}

_ATTRIBUTE_LINE = re.compile(r"\s{0,3}\{[:.#][^{}\n]{0,200}\}\s*")
_HEADING_ATTRIBUTES = re.compile(r"\{[#.:][^{}\n]{0,200}\}[ \t#]*$")
_CODE = re.compile(r"(`+[^`]*`+)")
_ATTRIBUTES = re.compile(r"(?<=[)\]*_])\{(?:[:.#]|\w+=)[^{}\n]{0,200}\}")
_CONTENTS = re.compile(r"\s{0,3}(?:\[toc\]|\[\[_?toc_?\]\])\s*", re.IGNORECASE)
_WIKI_LINK = re.compile(r"!?\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,300}))?\]\](?!\()")
_COMPONENT = re.compile(r"\s{0,12}<(/?)([A-Z][A-Za-z0-9.]{1,40})(\s[^<>\n]{0,300})?/?>\s*")
_IMPORT = re.compile(r"(?:import|export)\s[^;\n]{1,200}\sfrom\s+[\"'][^\"'\n]{1,200}[\"'];?\s*")
_JSX_COMMENT = re.compile(r"\{/\*[^{}\n]{0,400}?\*/\}")
_HIGHLIGHT = re.compile(r"(?<![=A-Za-z0-9])==(?=[^\s=])([^=\n]{1,300})(?<=\S)==(?![=A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class _Box:
    """A box in the lines `start` to `end`, both of which are its marks."""

    start: int
    end: int
    kind: str
    title: str


def common_markdown(text: str) -> str:
    """The text without marks that only some renderers know."""
    if _HINT.search(text) is None:
        return text
    lines = text.split("\n")
    is_code = list(_code_lines(lines))
    boxes = list(_boxes(lines, is_code))
    marks = {box.end: "" for box in boxes} | {box.start: _title(box.kind, box.title) for box in boxes}
    depths = _depths(boxes, lines)
    raw = {at for box in boxes if box.kind in _RAW for at in range(box.start, box.end)}
    for at, line in enumerate(lines):
        told = marks[at] if at in marks else line if is_code[at] else _line(line)
        lines[at] = "> " * depths[at] + (told.lstrip() if at in raw else told)
    return _with_indented_boxes(lines)


def _code_lines(lines: Sequence[str]) -> Iterator[bool]:
    fence = ""
    for line in lines:
        found = _FENCE.match(line)
        yield bool(fence or found)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence):
            fence = ""


def _boxes(lines: Sequence[str], is_code: Sequence[bool]) -> Iterator[_Box]:
    """The boxes; each closing mark ends the last one open of its name. Of a container left open there is the title."""
    waiting: dict[str, list[tuple[int, str, str]]] = {}
    for at, line in enumerate(lines):
        mark = None if is_code[at] else _mark(line)
        if mark is None:
            continue
        name, is_closing, kind, title = mark
        if not is_closing:
            waiting.setdefault(name, []).append((at, kind, title))
        elif waiting.get(name):
            start, kind, title = waiting[name].pop()
            yield _Box(start, at, kind, title)
    yield from (_Box(start, start, kind, title) for start, kind, title in waiting.get(":::", ()))


def _mark(line: str) -> tuple[str, bool, str, str] | None:
    """What a line that is nothing but a box's mark says: its name, whether it closes it, kind and title of the box."""
    text = line.strip()
    if len(text) > _MAX_MARK:
        return None
    if text.startswith(":::") and (found := _CONTAINER.fullmatch(text.strip(": "))):
        kind, title = found[1] or "", (found[2] or found[3] or "").strip()
        return ":::", not (kind or title), kind.lower(), title
    found = _SHORTCODE.fullmatch(text) or _LIQUID.fullmatch(text)
    if found is None:
        return None
    named, bare = _arguments(found[3])
    name = kind = found[2].lower()
    if name in _GENERIC or (name == "note" and bare):
        kind = named.get("type") or (bare[0] if bare else "note")
        bare = bare[1:]
    return name, bool(found[1]), kind.lower(), named.get("title") or named.get("summary") or " ".join(bare)


def _arguments(source: str) -> tuple[dict[str, str], list[str]]:
    """A shortcode's arguments with names, and those without."""
    named: dict[str, str] = {}
    bare: list[str] = []
    for name, *values in _ARGUMENT.findall(source):
        value = "".join(values).strip()
        if name:
            named[name.lower()] = value
        elif value:
            bare.append(value)
    return named, bare


def _title(kind: str, title: str) -> str:
    """The line above what is in a box: its title, or the name of its kind as its renderer would show it."""
    if kind not in _BOXES and not title:
        return ""
    name = title or ("" if kind in _WORDLESS else kind.capitalize())
    sign = _SIGNS.get(kind, "") if name[:1].isalnum() else ""
    words = f"{sign} {name}".strip()
    return words if not words or "**" in words else f"**{words}**  "


def _depths(boxes: Sequence[_Box], lines: Sequence[str]) -> list[int]:
    """In how many quotes each line stands; a box with headings in it is no quote."""
    headings = [0, *accumulate(_HEADING.match(line) is not None for line in lines)]
    changes = [0] * (len(lines) + 1)
    for box in boxes:
        is_quote = box.kind in _BOXES or bool(box.title)
        if is_quote and headings[box.end] == headings[box.start]:
            changes[box.start] += 1
            changes[box.end] -= 1
    return [min(depth, _MAX_DEPTH) for depth in accumulate(changes)]


def _line(line: str) -> str:
    """A line without attributes and comments, with what links and shortcodes show; code in it stays."""
    if _HINT.search(line) is None:
        return line
    if _ATTRIBUTE_LINE.fullmatch(line) or _CONTENTS.fullmatch(line) or _IMPORT.fullmatch(line):
        return ""
    if (found := _COMPONENT.fullmatch(line)) and found[2].lower() not in KNOWN:
        named, _ = _arguments(found[3] or "")
        return "" if found[1] else _shown(named)
    if found := _CALLOUT.fullmatch(line):
        return found[1] + _title(found[2].lower(), found[3].strip())
    if _HEADING.match(line):
        line = _HEADING_ATTRIBUTES.sub("", line).rstrip()
    return "".join(part if at % 2 else _words(part) for at, part in enumerate(_CODE.split(line)))


def _words(text: str) -> str:
    text = _ATTRIBUTES.sub("", _JSX_COMMENT.sub("", text))
    text = _SHORTCODE.sub(_shortcode, _LIQUID.sub(_shortcode, text))
    text = _WIKI_LINK.sub(lambda link: link[2] or link[1], text)
    return _HIGHLIGHT.sub(r"**\1**", text)


def _shortcode(found: re.Match[str]) -> str:
    """What a shortcode inside a line shows: a picture, a film, a link, or its words."""
    named, bare = _arguments(found[3])
    name = found[2].lower()
    if found[1] or name in _RAW:
        return ""
    if name in _PLAYERS:
        return f'<video src="{_PLAYERS[name]}{named.get("id") or "".join(bare[:1])}"></video>'
    return _shown(named) or " ".join(value for value in bare if not value.isascii() or " " in value)


def _shown(named: Mapping[str, str]) -> str:
    """What the arguments of a shortcode or a component show: a picture, a link, or words."""
    words = next((named[key] for key in ("caption", "title", "label", "alt", "text", "name") if named.get(key)), "")
    address = next((named[key] for key in ("src", "link", "href", "url") if named.get(key)), "")
    if address:
        return f"![{words}]({address})" if "src" in named else f"[{words or address}]({address})"
    return words


def _with_indented_boxes(lines: Sequence[str]) -> str:
    """Boxes whose text is indented below their mark (`!!! note "标题"`) as quotes."""
    told: list[str] = []
    is_inside = False
    for line in lines:
        found = _INDENTED_BOX.fullmatch(line) if line[:3] in ("!!!", "???") and len(line) <= _MAX_MARK else None
        if found:
            is_inside = True
            told.append("> " + _title(found[1].lower(), found[2] or ""))
        elif is_inside and line.startswith(("    ", "\t")):
            told.append("> " + line.removeprefix("\t").removeprefix("    "))
        else:
            is_inside = is_inside and not line.strip()
            told.append(">" if is_inside else line)
    return "\n".join(told)
