"""Inline tokens → runs: looks, links, pictures, inline HTML, and the bold that the parser left open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from markdown_it.token import Token

from bot.core.digest.html_text import BREAKING, HIDDEN, STYLES, Tag, media, parse_tag
from bot.core.links import check_link
from bot.core.models import PLAIN, Inline, Problem, Run, Severity, Style
from bot.core.runs import SOFT_BREAK, is_wide, tidy

_LINE_END = re.compile(f"[\n{SOFT_BREAK}]")
_SPACES = re.compile("[ \t\xa0]{2,}|[\t\xa0]")
_MARKS = {
    "strong_open": Style.BOLD,
    "em_open": Style.ITALIC,
    "s_open": Style.STRIKE,
}
# A link that is none: full-width parentheses, a space in its address, a name that stands for no address.
_OPEN_LINK = re.compile(r"\[(?!\d+\])[^\[\]\n]+\](?:[(（](?=\s*[\w/<#.])|\[[^\[\]\s])")
_ANY_MARK = re.compile(r"[*~\[\t\xa0]|  ")
_OPEN_MARKS = (("**", Style.BOLD), ("~~", Style.STRIKE))


@dataclass
class InlineReader:
    """Reads one document's inline texts; collects its problems and the footnotes that are referred to."""

    problems: list[Problem] = field(default_factory=list)
    references: list[str] = field(default_factory=list)

    def read(self, token: Token, line: int) -> Inline:
        """The runs of an inline token that begins on `line`; soft breaks stay marked as such."""
        return _Line(self, line).read(token.children or [])

    def checked(self, href: str, line: int) -> str | None:
        """The address as it may go out, or None and a problem."""
        link = check_link(href)
        if link.url is None:
            severity = Severity.HINT if link.fault == "link.relative" and href.startswith("#") else Severity.WARNING
            self.problems.append(Problem(link.fault, severity, line, {"url": href[:200]}))
        return link.url


@dataclass(slots=True)
class _Atom:
    """A run in the making. `is_literal`: the author escaped it, so its marks mean nothing."""

    run: Run
    is_literal: bool = False


class _Line:
    """The state of one inline text while it is read."""

    def __init__(self, reader: InlineReader, line: int) -> None:
        self._reader = reader
        self._line = line
        self._atoms: list[_Atom] = []
        self._styles: list[Style] = []
        self._tags: list[str] = []
        self._addresses: list[str | None] = []
        self._anchors: list[str | None] = []
        self._linked_from = 0

    def read(self, tokens: list[Token]) -> Inline:
        if len(tokens) == 1 and tokens[0].type == "text" and not _ANY_MARK.search(tokens[0].content):
            return (Run(tokens[0].content),) if tokens[0].content else ()
        for token in tokens:
            self._take(token)
        written = "".join(atom.run.text for atom in self._atoms if not atom.is_literal)
        if _OPEN_LINK.search(written):
            self._reader.problems.append(Problem("markup.link", Severity.WARNING, self._line))
        for mark, style in _OPEN_MARKS:
            if mark in written:
                self._close_marks(mark, style)
        return tidy(atom.run for atom in self._atoms)

    def _take(self, token: Token) -> None:
        match token.type:
            case "text":
                self._add(token.content)
            case "text_special":
                self._add(token.content, is_literal=True)
            case "softbreak" | "hardbreak":
                self._add(SOFT_BREAK if token.type == "softbreak" else "\n")
                self._line += 1
            case "code_inline":
                self._add(token.content, Style.CODE, is_literal=True)
            case "strong_open" | "em_open" | "s_open":
                self._styles.append(_MARKS[token.type])
            case "strong_close" | "em_close" | "s_close":
                self._styles.pop()
            case "link_open":
                self._addresses.append(self._reader.checked(str(token.attrGet("href") or ""), self._line))
                self._linked_from = len(self._atoms)
            case "link_close":
                self._close_link(self._addresses.pop())
            case "image":
                self._add_image(token)
            case "html_inline":
                self._take_html(token.content)
            case "footnote_ref":
                self._reader.references.append(token.meta["label"])
                self._add(f"[{token.meta['label']}]", is_literal=True)
            case _:
                self._add(token.content)

    def _add(self, text: str, style: Style = PLAIN, *, url: str | None = None, is_literal: bool = False) -> None:
        if not text or (self._tags and not HIDDEN.isdisjoint(self._tags)):
            return
        text = text if style is Style.CODE else _SPACES.sub(" ", text)
        style = self._style | style if self._styles or self._tags else style
        self._atoms.append(_Atom(Run(text, style, url or self._address), is_literal))

    @property
    def _style(self) -> Style:
        return reduce(or_, (*self._styles, *(STYLES.get(tag, PLAIN) for tag in self._tags)))

    @property
    def _address(self) -> str | None:
        if not (self._addresses or self._anchors):
            return None
        return next((address for address in reversed(self._addresses + self._anchors) if address), None)

    def _close_link(self, address: str | None) -> None:
        if address and not any(atom.run.text.strip() for atom in self._atoms[self._linked_from :]):
            problem = Problem("link.no_text", Severity.WARNING, self._line, {"url": address[:200]})
            self._reader.problems.append(problem)

    def _add_image(self, token: Token) -> None:
        name = "".join(child.content or "\n" * (child.type == "softbreak") for child in token.children or ())
        tag = Tag(
            "img", attributes={"src": str(token.attrGet("src") or ""), "alt": name or str(token.attrs.get("title", ""))}
        )
        self._add_media(tag)

    def _add_media(self, tag: Tag) -> None:
        found = media(tag)
        if found is not None:
            text, address = found
            self._add(text, url=self._reader.checked(address, self._line) if address and not self._address else None)

    def _take_html(self, source: str) -> None:
        if source.startswith(("<!--", "<?", "<!")):
            return
        tag = parse_tag(source)
        if tag is None:
            self._add(source, is_literal=True)
        elif tag.name == "a":
            self._take_anchor(tag)
        elif tag.name in STYLES or tag.name in HIDDEN:
            self._open_or_close(tag)
        elif tag.name in BREAKING:
            self._break(tag)
        else:
            self._add_media(tag)

    def _take_anchor(self, tag: Tag) -> None:
        if not tag.is_closing:
            href = tag.attributes.get("href")
            self._anchors.append(self._reader.checked(href, self._line) if href is not None else None)
        elif self._anchors:
            self._anchors.pop()

    def _open_or_close(self, tag: Tag) -> None:
        if not tag.is_closing:
            self._tags.append(tag.name)
        elif tag.name in self._tags:
            del self._tags[len(self._tags) - 1 - self._tags[::-1].index(tag.name)]

    def _break(self, tag: Tag) -> None:
        if tag.name == "br" or (self._atoms and not self._atoms[-1].run.text.endswith("\n")):
            self._add("\n")

    def _close_marks(self, mark: str, style: Style) -> None:
        """Pair the marks that no rule could pair, in their order, unless white space stands on both sides."""
        places = self._find_marks(mark)
        for opening, closing in zip(places[::2], places[1::2], strict=False):
            if not any(atom.run.text.strip() for atom in self._atoms[opening + 1 : closing]):
                continue
            for index in range(opening + 1, closing):
                run = self._atoms[index].run
                self._atoms[index].run = replace(run, style=run.style | style)
            self._atoms[opening].run = self._atoms[closing].run = Run("")
        if len(places) % 2:
            self._reader.problems.append(Problem("markup.open", Severity.HINT, self._line, {"mark": mark}))

    def _find_marks(self, mark: str) -> list[int]:
        text = "".join(atom.run.text for atom in self._atoms)
        split: list[_Atom] = []
        places: list[int] = []
        offset = 0
        for atom in self._atoms:
            pieces = [atom.run.text] if atom.is_literal else atom.run.text.split(mark)
            for number, piece in enumerate(pieces):
                if number:
                    if _is_mark(text, offset, mark):
                        places.append(len(split))
                    split.append(_Atom(replace(atom.run, text=mark)))
                    offset += len(mark)
                split.append(_Atom(replace(atom.run, text=piece), atom.is_literal))
                offset += len(piece)
        self._atoms = split
        return places


def _is_mark(text: str, at: int, mark: str) -> bool:
    end = at + len(mark)
    before, after = text[at - 1 : at] or " ", text[end : end + 1] or " "
    if mark[0] in (before, after):
        return False
    if not (before.isspace() and after.isspace()):
        return True
    above, below = _LINE_END.split(text[:at])[-1], _LINE_END.split(text[end:], maxsplit=1)[0]
    return any(map(is_wide, above.rstrip()[-1:] + below.lstrip()[:1]))
