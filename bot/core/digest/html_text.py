"""HTML inside Markdown, read for its words: tags give looks, links and lines, everything else about them goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from bot.core.models import PLAIN, Block, Code, Inline, Label, ListBlock, ListEntry, Paragraph, Quote, Run, Style, Table
from bot.core.runs import MEDIA, strip, tidy


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


STYLES = {
    "b": Style.BOLD,
    "strong": Style.BOLD,
    "i": Style.ITALIC,
    "em": Style.ITALIC,
    "cite": Style.ITALIC,
    "u": Style.UNDERLINE,
    "ins": Style.UNDERLINE,
    "s": Style.STRIKE,
    "del": Style.STRIKE,
    "strike": Style.STRIKE,
    "code": Style.CODE,
    "kbd": Style.CODE,
    "samp": Style.CODE,
    "tt": Style.CODE,
}
BREAKING = _names(
    "address article aside blockquote br center dd details div dl dt fieldset figcaption figure footer form header "
    "hr li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul h1 h2 h3 h4 h5 h6"
)
HIDDEN = frozenset({"script", "style", "template"})
_OTHERS = _names(
    "a abbr acronym applet area audio base basefont bdi bdo big body button canvas caption col colgroup data "
    "datalist dfn dialog embed font frame frameset head hgroup html iframe img input label legend link map mark "
    "marquee meta meter nobr noframes noscript object optgroup option output param picture progress q rp rt ruby "
    "select slot small source span sub sup svg path rect line circle ellipse polyline polygon g defs use symbol "
    "textarea time title track u var video wbr"
)
KNOWN = BREAKING | HIDDEN | _OTHERS | frozenset(STYLES)

MEDIA_MARKS = (*MEDIA, "🔗")
_MEDIA = {
    "img": "🖼 图片",
    "video": "🎬 视频",
    "source": "🎬 视频",
    "audio": "🎧 音频",
    "iframe": "🔗 网页",
    "embed": "🔗 网页",
}
# No `<` inside a tag: a tag that never closes costs nothing, however many there are.
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:[\s/][^<>]*)?)>")
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_ATTRIBUTE = re.compile(r"(?<![\w:.-])([A-Za-z_:][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+))")
_SPACE = re.compile(r"[ \t\n\r\f]+")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of the source; attribute values are decoded."""

    name: str
    is_closing: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


def parse_tag(source: str) -> Tag | None:
    """The tag written in `source`, or None for comments, declarations and names that are not HTML (`<think>`)."""
    found = _TAG.fullmatch(source)
    return _known(found) if found else None


def _known(found: re.Match[str]) -> Tag | None:
    if found[2].lower() not in KNOWN:
        return None
    pairs = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(found[3])}
    return Tag(found[2].lower(), bool(found[1]), pairs)


def media(tag: Tag) -> tuple[str, str] | None:
    """What a picture, film or frame is called and where it is; None for other tags."""
    if tag.name not in _MEDIA or tag.is_closing:
        return None
    address = tag.attributes.get("src", "")
    name = (tag.attributes.get("alt") or tag.attributes.get("title") or "").strip()
    if not (address or name):
        return None
    is_audio = tag.attributes.get("type", "").startswith("audio")
    mark, _, kind = _MEDIA["audio" if is_audio else tag.name].partition(" ")
    return f"{mark} {name or kind}", address


def without_comments(source: str) -> str:
    """The source without `<!-- … -->`; of a comment that never ends only the mark goes."""
    kept: list[str] = []
    at = 0
    while (start := source.find("<!--", at)) >= 0:
        end = source.find("-->", start + 4)
        if end < 0:
            break
        kept.append(source[at:start])
        at = end + 3
    return "".join(kept) + source[at:].replace("<!--", "")


@dataclass(frozen=True, slots=True)
class HtmlHeading:
    """A heading written as `<h1>` to `<h6>`."""

    level: int
    inline: Inline


HtmlBlock = HtmlHeading | Block


def read_html(source: str) -> list[HtmlBlock]:
    """A block of HTML as blocks of text; addresses are as written and still to be checked."""
    return _Reader().read(_DECLARATION.sub("", without_comments(source)))


class _Reader:
    """Collects runs until a tag breaks the line, and lines into blocks."""

    def __init__(self) -> None:
        self._blocks: list[HtmlBlock] = []
        self._runs: list[Run] = []
        self._open: list[str] = []
        self._addresses: list[str | None] = []
        self._numbers: list[int | None] = []
        self._rows: list[list[Inline]] = []

    def read(self, source: str) -> list[HtmlBlock]:
        at = 0
        for found in _TAG.finditer(source):
            self._add_text(source[at : found.start()])
            at = found.end()
            tag = _known(found)
            if tag is None:
                self._add_text(found[0])
            elif tag.is_closing:
                self._close(tag.name)
            else:
                self._take(tag)
        self._add_text(source[at:])
        self._flush("p")
        self._flush_table()
        return self._blocks

    def _take(self, tag: Tag) -> None:
        if tag.name == "br":
            self._runs.append(Run("\n"))
        elif tag.name in BREAKING:
            self._begin(tag.name)
        elif tag.name == "a":
            self._addresses.append(tag.attributes.get("href"))
        elif (found := media(tag)) is not None:
            self._runs.append(Run(found[0], self._style, found[1] or self._address))
        elif tag.name in STYLES or tag.name in HIDDEN:
            self._open.append(tag.name)

    def _close(self, name: str) -> None:
        if name in BREAKING:
            self._end(name)
        elif name == "a" and self._addresses:
            self._addresses.pop()
        elif name in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(name)]

    def _add_text(self, source: str) -> None:
        if source and not HIDDEN.intersection(self._open):
            text = unescape(source)
            text = text if "pre" in self._open else _SPACE.sub(" ", text)
            self._runs.append(Run(text, self._style, self._address))

    @property
    def _style(self) -> Style:
        style = PLAIN
        for tag in self._open:
            style |= STYLES.get(tag, PLAIN)
        return style

    @property
    def _address(self) -> str | None:
        return self._addresses[-1] if self._addresses else None

    def _begin(self, tag: str) -> None:
        self._flush("p")
        if tag in ("ul", "ol"):
            self._numbers.append(1 if tag == "ol" else None)
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("pre", "blockquote"):
            self._open.append(tag)

    def _end(self, tag: str) -> None:
        self._flush(tag)
        if tag in ("ul", "ol") and self._numbers:
            self._numbers.pop()
        elif tag in ("pre", "blockquote") and tag in self._open:
            self._open.remove(tag)
        elif tag == "table":
            self._flush_table()

    def _flush(self, tag: str) -> None:
        lines = [strip(line) for line in _split_lines(self._runs)]
        inline = strip(tidy(run for line in lines for run in (*line, Run("\n"))))
        raw, self._runs = "".join(run.text for run in self._runs), []
        if not inline:
            return
        if tag in ("td", "th") and self._rows:
            self._rows[-1].append(inline)
        elif tag == "pre" or "pre" in self._open:
            self._blocks.append(Code(raw.strip("\n")))
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._blocks.append(HtmlHeading(int(tag[1]), inline))
        elif tag == "li":
            self._add_entry(Paragraph(inline))
        elif tag == "summary":
            self._blocks.append(Label(inline))
        elif "blockquote" in self._open or tag == "blockquote":
            self._blocks.append(Quote((Paragraph(inline),)))
        else:
            self._blocks.append(Paragraph(inline))

    def _add_entry(self, paragraph: Paragraph) -> None:
        number = self._numbers[-1] if self._numbers else None
        entry = ListEntry("•" if number is None else f"{number}.", (paragraph,))
        if number is not None:
            self._numbers[-1] = number + 1
        if self._blocks and isinstance(previous := self._blocks[-1], ListBlock):
            self._blocks[-1] = ListBlock((*previous.entries, entry))
        else:
            self._blocks.append(ListBlock((entry,)))

    def _flush_table(self) -> None:
        rows, self._rows = [row for row in self._rows if row], []
        if rows:
            width = max(map(len, rows))
            padded = [(*row, *((),) * (width - len(row))) for row in rows]
            self._blocks.append(Table(padded[0], tuple(padded[1:])))


def _split_lines(runs: list[Run]) -> list[Inline]:
    lines: list[list[Run]] = [[]]
    for run in runs:
        if run.text == "\n" and run.url is None:
            lines.append([])
        else:
            lines[-1].append(run)
    return [tidy(line) for line in lines]
