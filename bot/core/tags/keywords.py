"""Keywords: any word a reader may follow, mute or watch besides the tags; matched as the search matches words.

A keyword stands among tags in quotation marks, `“机器狗”`, in the reader's own spelling, which is also how they see it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import lru_cache

import regex

from bot.core.search.aliases import Aliases
from bot.core.search.query import Word, parse_query
from bot.core.search.terms import Phrase, Run, fold, runs

OPENING, CLOSING = "“”"
MAX_CHARACTERS = 40
_BETWEEN = regex.compile(r"[,，、;；\n]")
_NO_WORDS = regex.compile(r"[\"“”「」『』:：]")
# What Telegram would make a command, a name or a link of, and what nobody sees; the point in 3.5 stays.
_NO_SPELLING = regex.compile(r"[\"“”「」『』:：/@#$]|(?<!\d)\.|\.(?!\d)|[^\P{C}]")
_SOME_DAY = dt.date(2000, 1, 1)  # a keyword has no filters by day


def split_words(text: str) -> list[str]:
    """What was typed as a list: `机器人，OpenAI、H20` are three words; spaces are part of a word."""
    return [word for piece in _BETWEEN.split(text) if (word := " ".join(piece.split()))]


def keyword(text: str) -> str | None:
    """The keyword for `text` as it is spelled; None when nothing in it can be searched or it is longer than
    `MAX_CHARACTERS`."""
    searched = _searched(text)
    if not searched or len(searched) > MAX_CHARACTERS:
        return None
    spelled = " ".join(_NO_SPELLING.sub(" ", text).split())
    is_the_same = len(spelled) <= MAX_CHARACTERS and _searched(spelled) == searched
    return f"{OPENING}{spelled if is_the_same else searched}{CLOSING}"


@lru_cache(4096)
def identity(tag: str) -> str:
    """What a tag is told apart by: the same for all spellings of a keyword (GPT-5, gpt 5)."""
    return f"{OPENING}{_searched(bare(tag))}{CLOSING}" if is_keyword(tag) else tag


def distinct(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags in a fixed order; of several spellings of a keyword the last one stays."""
    return tuple(sorted({identity(tag): tag for tag in tags}.values()))


def without(tags: Iterable[str], tag: str) -> tuple[str, ...]:
    """The others, whatever the spelling."""
    return tuple(other for other in tags if identity(other) != identity(tag))


def is_keyword(tag: str) -> bool:
    """Whether a tag is a reader's own word rather than one of the taxonomy."""
    return tag.startswith(OPENING)


def bare(tag: str) -> str:
    """The tag without the marks of a keyword, for sentences that put quotation marks around it themselves."""
    return tag.removeprefix(OPENING).removesuffix(CLOSING) if is_keyword(tag) else tag


def resolve(text: str, find_tag: Callable[[str], str | None]) -> str | None:
    """The tag that `text` names in any spelling, else the keyword for it; None when it can be neither."""
    return find_tag(text) or keyword(text)


def searched_words(tag: str, aliases: Aliases) -> tuple[Word, ...]:
    """What an item must hold to match a keyword: every word, in any of its names."""
    return _words(bare(tag), aliases)


def holds(indexed: Iterable[str], word: Word) -> bool:
    """Whether one of these texts, as the index writes them, has the word in one of its names."""
    return any(_has(f" {text} ", name) for text in indexed for name in word.names)


def _has(terms: str, wanted: Phrase) -> bool:
    return f" {' '.join(wanted.terms)}{'' if wanted.is_prefix else ' '}" in terms


def _searched(text: str) -> str:
    """The words as they are looked for, with nothing else between them than what tells them apart."""
    found = _normal(text)
    while found != (again := _normal(found)):  # what was apart by a sign may now be one name, or the same word twice
        found = again
    return found


def _normal(text: str) -> str:
    return " ".join(_spelled(runs(word.text)) for word in _words(text, Aliases()))


def _words(text: str, aliases: Aliases) -> tuple[Word, ...]:
    return parse_query(_NO_WORDS.sub(" ", text), _SOME_DAY, aliases).words


def _spelled(found: list[Run]) -> str:
    """The runs of a word with nothing between them but what tells them apart."""
    text = ""
    for place, run in enumerate(found):
        is_one_kind = place > 0 and run.kind == found[place - 1].kind
        between = "." if run.gap == "." and run.kind == "digits" else " "
        text += between + run.text if is_one_kind else run.text
    return fold(text)
