"""The slip of the pen behind a front matter that cannot be read, so that its author hears what to mend, not what YAML
says; and the fields as a person would read them all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

MARKDOWN_LINE = re.compile(r"#{2,6}\s+\S|\[.+\]\(http")

_KEY = r"[\"']?(?P<key>[A-Za-z_][\w-]*)[\"']?"
_FULL_WIDTH = re.compile(r"(?P<text>[A-Za-z_][\w-]*\s*[：＝])")
_CHINESE_KEY = re.compile(r"(?P<text>[^\s\x00-\x7f：＝“”‘’、，。]{1,8}\s*[：＝])")
_TIGHT = re.compile(r"(?P<text>[A-Za-z_][\w-]*:)(?=[^\s/])")
_TAB = re.compile(r"[ ]*\t|[^#\"']*:\t")
_QUOTED = re.compile(rf"{_KEY}\s*[:=]\s*(?P<quote>[\"'])(?P<rest>.*)$")
_SPECIAL = re.compile(rf"{_KEY}\s*:\s+(?:[@`*&%!|>{{}}\[\],?].*|.*:(?:\s.*)?|.*\s#.*)$")
_LOOSE = re.compile(rf"{_KEY}\s*[:：=＝]\s*(?P<value>.*)$")
_WRAPPING = "\"'“”‘’[]|> \t"


@dataclass(frozen=True, slots=True)
class Slip:
    """A problem's code with its row and the values of its sentence."""

    code: str
    row: int
    values: Mapping[str, object] = field(default_factory=dict)


def find_slip(rows: Sequence[str], failed_row: int) -> Slip | None:
    """The likeliest cause in `rows`, of which the parser gave up at `failed_row`; None when nothing is conspicuous."""
    return next(_slips(rows, failed_row), None)


def loose_fields(rows: Sequence[str]) -> dict[str, str]:
    """Whatever looks like a field, with its text: the first of a name counts, lines below a field belong to it."""
    found: dict[str, list[str]] = {}
    name = ""
    for row in rows:
        if match := _LOOSE.match(row):
            name = match["key"] if match["key"] not in found else ""
            row = match["value"]  # noqa: PLW2901 - the rest of the line is the field's first
        if name:
            found.setdefault(name, []).append(row)
    return {name: "\n".join(lines).strip(_WRAPPING + "\n") for name, lines in found.items()}


def _slips(rows: Sequence[str], failed_row: int) -> Iterator[Slip]:
    for code, pattern in (("front_matter.full_width", _FULL_WIDTH), ("front_matter.no_space", _TIGHT)):
        for row, line in enumerate(rows):
            if match := pattern.match(line):
                yield Slip(code, row, {"text": match["text"]})
    if any(map(MARKDOWN_LINE.match, rows)):
        yield Slip("front_matter.unterminated", 0)
    yield from _open_quotes(rows)
    for row in range(failed_row, max(failed_row - 2, -1), -1):
        yield from _local(rows[row] if row < len(rows) else "", row)


def _open_quotes(rows: Sequence[str]) -> Iterator[Slip]:
    """Values whose quote does not end, or ends before the value does."""
    for row, line in enumerate(rows):
        match = _QUOTED.match(line)
        if match is None:
            continue
        quote = match["quote"]
        more = iter(rows[row + 1 :])
        told = match["rest"]
        while quote not in told and (next_line := next(more, None)) is not None and not _LOOSE.match(next_line):
            told = next_line
        unescaped = told.replace("\\\\", "").replace('\\"', "").replace("''", "")
        _, closing, behind = unescaped.partition(quote)
        if not closing or behind.partition("#")[0].strip():
            yield Slip("front_matter.quote", row, {"name": match["key"]})


def _local(line: str, row: int) -> Iterator[Slip]:
    if _TAB.match(line):
        yield Slip("front_matter.tab", row)
    if match := _CHINESE_KEY.match(line):
        yield Slip("front_matter.full_width", row, {"text": match["text"]})
    if match := _SPECIAL.match(line):
        yield Slip("front_matter.special", row, {"name": match["key"]})
