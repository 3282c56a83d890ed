"""Patterns of the taxonomy: regular expressions written by an operator, fast on text without them, never endless."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import regex

from bot.core.search.terms import fold

TIMEOUT_S = 0.05
MAX_CHARACTERS = 500
_PROBES = tuple(unit * (400 // len(unit)) for unit in ("a", "1", "ab ", "a1-", "中", "中文", " ", ".", "aaaaaaa!"))
# A name may not begin or end inside a Latin word: "api" is not in "rapid", "meta" not in "metadata".
_EDGE = r"(?!(?<=[a-z])(?=[a-z]))"
_QUANTIFIERS = ("*", "?", "{")
_STRETCH = regex.compile(
    r"(?P<group>\((?:[^()\[\]\\]|\\.|\[[^\]]*\]|(?&group))*+\))|\[[^\]]*\]|\\.|\{[^}]*\}|(?P<plain>[^\\.^$*+?{}\[\]|()]+)|.",
    regex.DOTALL,
)


class PatternError(ValueError):
    """A pattern cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One side of a `|`: text without `literal` cannot match it, with it `expression` decides (None: it is a name)."""

    literal: str
    expression: regex.Pattern[str] | None

    def is_in(self, text: str) -> bool:
        """Whether it occurs in folded text; one that takes too long does not."""
        if self.literal not in text:
            return False
        if self.expression is None:
            return _stands_alone(self.literal, text)
        try:
            return self.expression.search(text, timeout=TIMEOUT_S) is not None
        except TimeoutError:
            return False


def parse_pattern(source: str) -> tuple[Alternative, ...]:
    """The alternatives of a pattern, joined by `|`; the empty pattern has none.

    Raises:
        PatternError: it is no regular expression, matches the empty text, or may run for ever.
    """
    return tuple(_compile(alternative) for alternative in _split(_fold_chinese(source))) if source else ()


class PatternIndex:
    """Many named patterns, looked for all at once: only those whose first two letters are in the text are tried."""

    def __init__(self, patterns: Iterable[tuple[str, tuple[Alternative, ...]]]) -> None:
        self._by_pair: dict[str, list[tuple[str, Alternative]]] = {}
        self._others: list[tuple[str, Alternative]] = []
        for name, alternatives in patterns:
            for alternative in alternatives:
                pair = alternative.literal[:2]
                known = self._by_pair.setdefault(pair, []) if len(pair) == 2 else self._others
                known.append((name, alternative))

    def find(self, text: str) -> set[str]:
        """The names of the patterns that occur in folded text."""
        found = set[str]()
        pairs = {text[at : at + 2] for at in range(len(text) - 1)}
        for candidates in (self._others, *(self._by_pair[pair] for pair in pairs if pair in self._by_pair)):
            found.update(name for name, alternative in candidates if name not in found and alternative.is_in(text))
        return found


def _fold_chinese(source: str) -> str:
    """The pattern in the script and width of folded text (昇腾 is 升腾 there); \\D must stay \\D, so not all of it."""
    return "".join(ch if ch.isascii() else regex.escape(fold(ch)) for ch in source)


def _compile(source: str) -> Alternative:
    if not source:
        raise PatternError("an alternative is empty: a `|` too many")
    if len(source) > MAX_CHARACTERS:
        raise PatternError(f'"{source[:20]}…" is longer than {MAX_CHARACTERS} characters')
    literal = _literal(source)
    return Alternative(literal, None if literal == source else _compile_expression(source))


def _compile_expression(source: str) -> regex.Pattern[str]:
    expression = _within_edges(source)
    try:
        if any(match.start() == match.end() for match in expression.finditer("a1 中.", timeout=TIMEOUT_S)):
            raise PatternError(f'"{source}" matches the empty text')
        for probe in _PROBES:
            expression.search(probe, timeout=TIMEOUT_S)
    except TimeoutError as error:
        raise PatternError(f'"{source}" takes too long on some texts; avoid repeats inside repeats') from error
    return expression


def _within_edges(source: str) -> regex.Pattern[str]:
    try:
        try:
            return regex.compile(f"{_EDGE}(?:{source}){_EDGE}", regex.IGNORECASE)
        except regex.error:
            regex.compile(source)  # by itself, so that the error points into it
            raise
    except (regex.error, RecursionError) as error:
        raise PatternError(f'"{source}" is not a regular expression: {error}') from error


def _stands_alone(name: str, text: str) -> bool:
    """Whether a name occurs in a text without beginning or ending inside a Latin word."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not (_is_latin(text[at - 1 : at] + name[0]) or _is_latin(name[-1] + text[end : end + 1])):
            return True
        at = text.find(name, at + 1)
    return False


def _is_latin(pair: str) -> bool:
    return len(pair) == 2 and pair.isascii() and pair.isalpha()


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
            if depth < 0:
                raise PatternError(f'"{source[start : at + 1]}" closes a bracket that was not opened')
        elif ch == "|" and depth == 0:
            yield source[start:at]
            start = at + 1
    yield source[start:]


def _literal(source: str) -> str:
    """The longest plain text that every match of an alternative must hold; groups, sets and escapes hold none."""
    return fold(max(_plain_stretches(source), key=len, default=""))


def _plain_stretches(source: str) -> Iterator[str]:
    for match in _STRETCH.finditer(source):
        stretch = match["plain"] or ""
        yield stretch[:-1] if source[match.end() : match.end() + 1] in _QUANTIFIERS else stretch
