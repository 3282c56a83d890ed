"""Patterns of the taxonomy: regular expressions written by an operator, fast on text without them, never endless."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from operator import add

import regex

from bot.core.search.terms import fold

TIMEOUT_S = 0.05
MAX_CHARACTERS = 500
_PROBES = tuple(unit * (400 // len(unit)) for unit in ("a", "1", "ab ", "a1-", "中", "中文", " ", ".", "aaaaaaa!"))
# A name may not begin or end inside a Latin word: "api" is not in "rapid", "meta" not in "metadata".
_EDGE = r"(?!(?<=[a-z])(?=[a-z]))"
_QUANTIFIERS = ("*", "?", "{")
_CHOICE = "(?:"
_STRETCH = regex.compile(
    r"(?P<group>\((?:[^()\[\]\\]|\\.|\[[^\]]*\]|(?&group))*+\))|\[[^\]]*\]|\\.|\{[^}]*\}|(?P<plain>[^\\.^$*+?{}\[\]|()]+)|.",
    regex.DOTALL,
)


class PatternError(ValueError):
    """A pattern cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One side of a `|`: text without any of `literals` cannot match; with one, `expression` decides (None: a name)."""

    literals: tuple[str, ...]
    expression: regex.Pattern[str] | None

    def is_in(self, text: str) -> bool:
        """Whether it occurs in folded text that holds one of its literals; one that takes too long does not."""
        if self.expression is None:
            return _stands_alone(self.literals[0], text)
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
        self._by_pair = defaultdict[str, list[tuple[str, str, Alternative]]](list)
        for name, alternatives in patterns:
            for alternative in alternatives:
                for literal in alternative.literals:
                    self._by_pair[literal[:2] if len(literal) > 1 else ""].append((literal, name, alternative))

    def find(self, text: str) -> set[str]:
        """The names of the patterns that occur in folded text."""
        found = set[str]()
        pairs = {"", *map(add, text, text[1:])}  # the empty one stands for literals that are shorter
        for pair in pairs & self._by_pair.keys():
            for literal, name, alternative in self._by_pair[pair]:
                if literal in text and name not in found and alternative.is_in(text):
                    found.add(name)
        return found


def _fold_chinese(source: str) -> str:
    """The pattern in the script and width of folded text (昇腾 is 升腾 there); \\D must stay \\D, so not all of it."""
    return "".join(ch if ch.isascii() else regex.escape(fold(ch)) for ch in source)


def _compile(source: str) -> Alternative:
    if not source:
        raise PatternError("an alternative is empty: a `|` too many")
    if len(source) > MAX_CHARACTERS:
        raise PatternError(f'"{source[:20]}…" is longer than {MAX_CHARACTERS} characters')
    literals = _literals(source)
    return Alternative(literals or ("",), None if literals == (source,) else _compile_expression(source))


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


def _literals(source: str) -> tuple[str, ...]:
    """Texts of which every match holds one: the longest plain stretch, or the choices of a group; none can be empty."""
    return max((*_stretches(source), ()), key=lambda texts: min((len(text.encode()) for text in texts), default=0))


def _stretches(source: str) -> Iterator[tuple[str, ...]]:
    for match in _STRETCH.finditer(source):
        is_optional = source[match.end() : match.end() + 1] in _QUANTIFIERS
        plain, group = match["plain"] or "", match["group"] or ""
        if stretch := plain[:-1] if is_optional else plain:
            yield (fold(stretch),)
        elif group.startswith(_CHOICE) and not is_optional:
            choices = [_literals(choice) for choice in _split(group[len(_CHOICE) : -1])]
            if all(choices):
                yield tuple(chain.from_iterable(choices))
