"""Front matter that cannot harm the process: YAML or TOML, strict, with the line of every mistake."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from frontmatter.default_handlers import BaseHandler, YAMLHandler

from bot.core.models import Problem, Severity

MAX_BYTES = 16 * 1024
MAX_DEPTH = 12
MAX_NODES = 2_000

_FULL_WIDTH = re.compile(r"[A-Za-z_][\w-]*\s*：")
_TIGHT = re.compile(r"[A-Za-z_][\w-]*:(?=[^\s/])")
_KEY_LINE = re.compile(r"[\"']?([A-Za-z_][\w-]*)[\"']?\s*[:=：]")
_TOML_LINE = re.compile(r"at line (\d+)")
_MARKDOWN_LINE = re.compile(r"#{2,6}\s+\S|\[.+\]\(http")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of a post, its body, and what is wrong with the fields. `first_line` is the body's, 1-based."""

    body: str
    first_line: int = 1
    fields: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_present: bool = False

    def line_of(self, name: str) -> int:
        """The line that gives the field, or the first line of the file."""
        return self.lines.get(name, 1)


def split_front_matter(text: str) -> FrontMatter:
    """Part a post into fields and body. With an error among the problems, the fields are empty."""
    trimmed = text.lstrip()
    opening = text.count("\n", 0, len(text) - len(trimmed)) + 1
    handler = next((handler for handler in (_Yaml(), _Toml()) if handler.detect(trimmed)), None)
    if handler is None:
        return FrontMatter(text)
    try:
        source, body = handler.split(trimmed)
    except ValueError:
        return _refused(Problem("front_matter.unterminated", Severity.ERROR, opening))
    if len(source.encode()) > MAX_BYTES:
        return _refused(Problem("front_matter.too_long", Severity.ERROR, opening, {"limit": MAX_BYTES // 1024}))
    first_line = opening + trimmed.count("\n", 0, len(trimmed) - len(body))
    return _read(handler, source, body, first_line, opening)


def _read(handler: _Yaml | _Toml, source: str, body: str, first_line: int, opening: int) -> FrontMatter:
    """`opening` is the line of the opening delimiter, at whose end `source` begins."""
    rows = source.split("\n")
    lines = {found[1]: opening + row for row, line in enumerate(rows) if (found := _KEY_LINE.match(line))}
    try:
        fields = handler.load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _refused(_explained(error, rows, opening), lines)
    repeated = tuple(_repeated(name, opening + row) for name, row in handler.repeated)
    if any(problem.severity is Severity.ERROR for problem in repeated):
        return FrontMatter("", lines=lines, problems=repeated, is_present=True)
    return FrontMatter(body, first_line, fields, lines, repeated, is_present=True)


def _refused(problem: Problem, lines: Mapping[str, int] | None = None) -> FrontMatter:
    return FrontMatter("", lines=lines or {}, problems=(problem,), is_present=True)


def _repeated(name: str, line: int) -> Problem:
    severity = Severity.ERROR if name in ("date", "slug") else Severity.WARNING
    return Problem("front_matter.repeated", severity, line, {"name": name})


def _explained(error: Exception, rows: Sequence[str], opening: int) -> Problem:
    """The likeliest cause of a mistake, in an author's words."""
    if isinstance(error, _RefusedError) and error.code != "front_matter.not_fields":
        return Problem(error.code, Severity.ERROR, opening + error.row, error.values)
    for code, pattern in (("front_matter.full_width", _FULL_WIDTH), ("front_matter.no_space", _TIGHT)):
        for row, line in enumerate(rows):
            if found := pattern.match(line):
                return Problem(code, Severity.ERROR, opening + row, {"text": found[0]})
    if any(map(_MARKDOWN_LINE.match, rows)):
        return Problem("front_matter.unterminated", Severity.ERROR, opening)
    if isinstance(error, _RefusedError):
        return Problem(error.code, Severity.ERROR, opening, error.values)
    return Problem("front_matter.syntax", Severity.ERROR, opening + _row(error), {"detail": _detail(error)})


def _row(error: Exception) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line)
    found = _TOML_LINE.search(str(error))
    return int(found[1]) - 1 if found else 0


def _detail(error: Exception) -> str:
    detail = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
    return str(detail)[:120]


class _RefusedError(ValueError):
    """A mistake with a name of its own; `row` counts from the opening delimiter."""

    def __init__(self, code: str, row: int = 0, **values: object) -> None:
        super().__init__(code)
        self.code, self.row, self.values = code, row, values


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
            raise _RefusedError("front_matter.alias", self._row)
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise _RefusedError("front_matter.too_complex", self._row)
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
            if key.value in seen:
                self.repeated.append((str(key.value), key.start_mark.line))
            seen.add(str(key.value))
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
            raise _RefusedError("front_matter.too_complex")
        return tomllib.loads(fm)
