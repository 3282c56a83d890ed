"""Patterns of the taxonomy: regular expressions written by an operator, fast on text without them, never endless."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from bot.core.terms import fold

TIMEOUT_S = 0.05
_PROBES = tuple(unit * (400 // len(unit)) for unit in ("a", "1", "ab ", "a1-", "中", "中文", " ", ".", "aaaaaaa!"))
# A name may not begin or end inside a Latin word: "api" is not in "rapid", "meta" not in "metadata".
_EDGE = r"(?!(?<=[a-z])(?=[a-z]))"
_SPECIAL = frozenset(r"\.^$*+?{}[]|()")
_QUANTIFIERS = frozenset("*?{")


class PatternError(ValueError):
    """A pattern cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class _Alternative:
    """One side of a `|`. Text without `literal` cannot match it; with it, `expression` decides (None: that is enough)."""

    literal: str
    expression: regex.Pattern[str] | None

    def is_in(self, text: str) -> bool:
        if self.literal not in text:
            return False
        try:
            return self.expression is None or self.expression.search(text, timeout=TIMEOUT_S) is not None
        except TimeoutError:
            return False


@dataclass(frozen=True, slots=True)
class Pattern:
    """Alternatives joined by `|`, matched against folded text (small letters, Simplified Chinese)."""

    alternatives: tuple[_Alternative, ...]

    @classmethod
    def parse(cls, source: str) -> Pattern:
        """Compile a pattern; the empty one is nowhere.

        Raises:
            PatternError: it is no regular expression, matches the empty text, or may run for ever.
        """
        return cls(tuple(_compile(alternative) for alternative in _split(source)) if source else ())

    def is_in(self, text: str) -> bool:
        """Whether any alternative occurs in the folded text; one that takes too long does not."""
        return any(alternative.is_in(text) for alternative in self.alternatives)


def _compile(source: str) -> _Alternative:
    literal = _literal(source)
    if literal == fold(source) and not (_is_latin(literal[:1]) or _is_latin(literal[-1:])):
        if not literal:
            raise PatternError("an alternative is empty: a `|` too many")
        return _Alternative(literal, None)
    return _Alternative(literal, _compile_expression(source))


def _compile_expression(source: str) -> regex.Pattern[str]:
    try:
        expression = regex.compile(f"{_EDGE}(?:{source}){_EDGE}", regex.IGNORECASE)
    except regex.error as error:
        raise PatternError(f'"{source}" is not a regular expression: {error}') from error
    try:
        if any(match.start() == match.end() for match in expression.finditer("a1 中.", timeout=TIMEOUT_S)):
            raise PatternError(f'"{source}" matches the empty text')
        for probe in _PROBES:
            expression.search(probe, timeout=TIMEOUT_S)
    except TimeoutError as error:
        raise PatternError(f'"{source}" takes too long on some texts; avoid repeats inside repeats') from error
    return expression


def _split(source: str) -> Iterator[str]:
    """The alternatives at the top level: `|` inside brackets or behind a backslash separates nothing."""
    depth, in_set, start, is_escaped = 0, False, 0, False
    for at, ch in enumerate(source):
        if is_escaped:
            is_escaped = False
            continue
        is_escaped = ch == "\\"
        if in_set:
            in_set = ch != "]"
        elif ch == "[":
            in_set = True
        elif ch in "()":
            depth += 1 if ch == "(" else -1
        elif ch == "|" and depth == 0:
            yield source[start:at]
            start = at + 1
    yield source[start:]


def _is_latin(text: str) -> bool:
    return text.isascii() and text.isalpha()


def _literal(source: str) -> str:
    """What every match begins with, as far as it is plain text."""
    length = next((at for at, ch in enumerate(source) if ch in _SPECIAL), len(source))
    if source[length : length + 1] in _QUANTIFIERS:
        length -= 1
    return fold(source[: max(0, length)])
