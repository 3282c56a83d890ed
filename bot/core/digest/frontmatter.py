"""Front matter that cannot harm the process: YAML, TOML or JSON, strict, with the line of every mistake."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import yaml
from frontmatter.default_handlers import BaseHandler, YAMLHandler

from bot.core.digest.slips import MARKDOWN_LINE, Slip, find_slip, loose_fields
from bot.core.models import Problem, Severity

MAX_BYTES = 16 * 1024
MAX_DEPTH = 12
MAX_NODES = 2_000

_KEY_LINE = re.compile(r"[\"']?([A-Za-z_][\w-]*)[\"']?\s*[:=：＝]")
_TOML_LINE = re.compile(r"at line (\d+)")
_OPENING = re.compile(r"[-–—－_=+*~]{2,}\s*$")
_OWN_KEY = re.compile(r"(?:title|date|category|summary|tags|coverImage)\s*[:：=＝]")
_BREAK = re.compile(r"(?:---|\+\+\+)?\s*$")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of a post, its body, and what is wrong with the fields. `first_line` is the body's, 1-based.

    `is_guess`: it could not be read as it is written, the fields are what a person would take them for; `is_lost`: not
    even that, or nobody wrote such a thing by hand.
    """

    body: str
    first_line: int = 1
    fields: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_present: bool = False
    is_guess: bool = False
    is_lost: bool = False

    def line_of(self, name: str) -> int:
        """The line that gives the field, or the first line of the file."""
        return self.lines.get(name, 1)


def split_front_matter(text: str) -> FrontMatter:
    """Part a post into fields and body."""
    trimmed = text.lstrip()
    opening = text.count("\n", 0, len(text) - len(trimmed)) + 1
    handler = next((handler for handler in (_Yaml(), _Toml(), _Json()) if handler.detect(trimmed)), None)
    if handler is None:
        return _unopened(trimmed.split("\n"), opening) or FrontMatter(text)
    try:
        source, body = handler.split(trimmed)
    except ValueError:
        problem = Problem("front_matter.unterminated", Severity.ERROR, opening)
        return _cut_by_eye(problem, trimmed.split("\n"), opening) or FrontMatter(text)
    first_line = opening + trimmed.count("\n", 0, len(trimmed) - len(body))
    if len(source.encode()) > MAX_BYTES:
        problem = Problem("front_matter.too_long", Severity.ERROR, opening, {"limit": MAX_BYTES // 1024})
        return _guess(problem, source[:MAX_BYTES].split("\n"), opening, body, first_line, is_lost=True)
    if _is_text(source.split("\n")):
        return FrontMatter(text)  # the fence is a rule at the very top
    return _read(handler, source, body, first_line, opening)


def _read(handler: _Yaml | _Toml, source: str, body: str, first_line: int, opening: int) -> FrontMatter:
    """`opening` is the line of the opening delimiter, at whose end `source` begins."""
    rows = source.split("\n")
    try:
        fields = handler.load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        slip = _explained(error, rows)
        problem = Problem(slip.code, Severity.ERROR, opening + slip.row, slip.values)
        if isinstance(error, _RefusedError) and error.is_hostile:
            return _guess(problem, rows, opening, body, first_line, is_lost=True)
        if any(map(MARKDOWN_LINE.match, rows)):
            text = "\n".join([*rows, "---", body])
            return _cut_by_eye(problem, text.split("\n"), opening) or _guess(problem, [], opening, text, opening)
        return _guess(problem, rows, opening, body, first_line)
    repeated = tuple(_repeated(name, opening + row) for name, row in handler.repeated)
    return FrontMatter(body, first_line, fields, _lines(rows, opening), repeated, is_present=True)


def _is_text(rows: Sequence[str]) -> bool:
    return any(map(MARKDOWN_LINE.match, rows)) and not loose_fields(rows)


def _lines(rows: Sequence[str], opening: int) -> dict[str, int]:
    return {found[1]: opening + row for row, line in enumerate(rows) if (found := _KEY_LINE.match(line))}


def _unopened(rows: Sequence[str], opening: int) -> FrontMatter | None:
    """Fields without the line that opens them, or after one that was meant as such."""
    start = 1 if _OPENING.match(rows[0]) else 0
    head = list(takewhile(str.strip, rows[start:]))
    own = [_OWN_KEY.match(line) is not None for line in head]
    if sum(own) < 2 or not own[0]:
        return None
    return _cut_by_eye(Problem("front_matter.unopened", Severity.ERROR, opening), rows, opening)


def _cut_by_eye(problem: Problem, rows: Sequence[str], opening: int) -> FrontMatter | None:
    """Fields up to where the text obviously begins; None when there are none, and so no front matter."""
    later = [(row, line) for row, line in enumerate(rows) if row]
    end = next((row for row, line in later if _BREAK.match(line) or MARKDOWN_LINE.match(line)), len(rows))
    start = end + 1 if end < len(rows) and _BREAK.match(rows[end]) else end
    found = _guess(problem, rows[:end], opening, "\n".join(rows[start:]), opening + start)
    return found if found.fields else None


def _guess(
    problem: Problem, rows: Sequence[str], opening: int, body: str, first_line: int, *, is_lost: bool = False
) -> FrontMatter:
    """What `rows` seem to say."""
    fields, lines = loose_fields(rows), _lines(rows, opening)
    is_lost = is_lost or not fields
    return FrontMatter(body, first_line, fields, lines, (problem,), is_present=True, is_guess=True, is_lost=is_lost)


def _repeated(name: str, line: int) -> Problem:
    severity = Severity.ERROR if name in ("date", "slug") else Severity.WARNING
    return Problem("front_matter.repeated", severity, line, {"name": name})


def _explained(error: Exception, rows: Sequence[str]) -> Slip:
    """The likeliest cause of a mistake, in an author's words."""
    if isinstance(error, _RefusedError) and error.slip.code != "front_matter.not_fields":
        return error.slip
    row = _row(error)
    slip = _toml_slip(str(error), rows, row) or find_slip(rows, row)
    if slip is not None:
        return slip
    return error.slip if isinstance(error, _RefusedError) else Slip("front_matter.syntax", row)


def _toml_slip(words: str, rows: Sequence[str], row: int) -> Slip | None:
    """What TOML itself names: a date that is none, a field that is there twice."""
    key = _KEY_LINE.match(rows[row]) if row < len(rows) else None
    if key and words.startswith("Invalid date"):
        return Slip("date.impossible", row, {"name": key[1], "value": rows[row].partition("=")[2].strip()[:40]})
    if key and words.startswith("Cannot overwrite"):
        return Slip("front_matter.repeated", row, {"name": key[1]})
    return None


def _row(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line)
    found = _TOML_LINE.search(str(error))
    return int(found[1]) - 1 if found else 0


class _RefusedError(ValueError):
    """A mistake with a name of its own. `is_hostile`: nobody writes such a thing by hand."""

    def __init__(self, code: str, row: int = 0, *, is_hostile: bool = False) -> None:
        super().__init__(code)
        self.slip = Slip(code, row)
        self.is_hostile = is_hostile


_KEPT_TAGS = frozenset({"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"})


class _Loader(yaml.SafeLoader):
    """Pure Python on purpose: too much nesting is an exception here and the end of the process in C.

    Every scalar but null stays the text that the author wrote: `3.10` keeps its zero, an impossible date can be named.
    Aliases are refused, so that nothing can multiply.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.repeated: list[tuple[str, int]] = []
        self._depth = self._nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _RefusedError("front_matter.alias", self._row, is_hostile=True)
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise _RefusedError("front_matter.too_complex", self._row, is_hostile=True)
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    @property
    def _row(self) -> int:
        return int(self.line)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)  # of a key that is a list or a mapping, too: it is refused below
            if name in seen:
                self.repeated.append((name, key.start_mark.line))
            seen.add(name)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT_TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Yaml(YAMLHandler):
    """`---` fences."""

    FM_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)

    def __init__(self) -> None:
        super().__init__()
        self.repeated: list[tuple[str, int]] = []

    def load(self, fm: str, **_: object) -> dict[str, Any]:
        loader = _Loader(fm)
        try:
            fields = loader.get_single_data()
        finally:
            loader.dispose()
        self.repeated = loader.repeated
        if not isinstance(fields, dict):
            if fields is None:
                return {}
            raise _RefusedError("front_matter.not_fields")
        return {str(name): value for name, value in fields.items()}


class _Toml(BaseHandler):
    """`+++` fences."""

    FM_BOUNDARY = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
    repeated: tuple[tuple[str, int], ...] = ()  # TOML itself refuses a repeated key

    def load(self, fm: str) -> dict[str, Any]:
        if any(line.partition("=")[0].count(".") > MAX_DEPTH for line in fm.split("\n")):
            raise _RefusedError("front_matter.too_complex", is_hostile=True)
        return tomllib.loads(fm)


class _Json(_Yaml):
    """One object at the very top, its closing brace on a line of its own. All of JSON is YAML but for its tabs."""

    FM_BOUNDARY = re.compile(r"\{\s*\"[\w-]+\"\s*:")

    def split(self, text: str) -> tuple[str, str]:
        source, end, body = text.partition("\n}\n")
        if not end:
            raise ValueError("the object has no end")
        return source + "\n}", body

    def load(self, fm: str, **_: object) -> dict[str, Any]:
        return super().load(fm.replace("\t", " "))
