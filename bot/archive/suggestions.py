"""What to try when a search finds nothing: a near spelling, the same words apart, fewer words."""

from __future__ import annotations

import asyncio
import json
import string
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from difflib import get_close_matches
from itertools import chain

import aiosqlite
import regex

from bot.archive.ranking import phrase_expression
from bot.core.search.query import Query, Word
from bot.core.search.terms import Run, fold, phrase, runs

LONGEST_WORD = 16
TEXTS_READ = 20
PER_WORD = 3


async def alternatives(
    connection: aiosqlite.Connection, query: Query, names: Iterable[str]
) -> AsyncGenerator[str, None]:
    """Other queries, the likeliest first; whether they find anything is yet to be seen. `names`: words known well."""
    texts = [word.text for word in query.words]
    filters = _filters(query)
    for at, word in enumerate(query.words):
        async for other in _instead_of(connection, word, list(names)):
            yield " ".join([*texts[:at], other, *texts[at + 1 :], *filters])
    for at in reversed(range(len(texts))):
        if len(texts) > 1:
            yield " ".join([*texts[:at], *texts[at + 1 :], *filters])
    if filters and texts:
        yield " ".join(texts)


def _filters(query: Query) -> list[str]:
    days = [("after", query.after), ("before", query.before)]
    return [f'tag:"{tag}"' for tag in query.tags] + [f"{name}:{day}" for name, day in days if day]


async def _instead_of(connection: aiosqlite.Connection, word: Word, names: list[str]) -> AsyncIterator[str]:
    found = runs(word.text)
    if len(word.text) > LONGEST_WORD or not found:
        return
    for name in _similar_names(word.text, names):
        yield name
    if len(found) == 1 and found[0].kind == "cjk":
        async for other in _instead_of_chinese(connection, word.text, names):
            yield other
    else:
        async for other in _instead_of_latin(connection, word.text, found):
            yield other


def _similar_names(word: str, names: list[str]) -> list[str]:
    spelled = {fold(name): name for name in names}
    return [spelled[near] for near in get_close_matches(word, spelled, n=2, cutoff=0.75) if near != word]


async def _instead_of_chinese(connection: aiosqlite.Connection, word: str, names: list[str]) -> AsyncIterator[str]:
    for other in await _seen_instead(connection, word):
        yield other
    known = [name for name in map(fold, names) if name in word]
    for other in chain(_apart(word, known), _swapped(word), _without_one(word), _beginnings_and_ends(word, known)):
        yield other


async def _seen_instead(connection: aiosqlite.Connection, word: str) -> list[str]:
    """Words of the texts that differ from this one in one character, the commonest first."""
    seen = Counter[str]()
    for at in range(len(word) if len(word) > 2 else 0):
        parts = [part for part in (word[:at], word[at + 1 :]) if part]
        texts = await _texts_with(connection, parts)
        pattern = regex.compile(regex.escape(word[:at]) + r"\p{Han}" + regex.escape(word[at + 1 :]))
        seen.update(await asyncio.to_thread(_count_words, pattern, texts))
    return [other for other, _ in seen.most_common(PER_WORD + 1) if other != word][:PER_WORD]


async def _texts_with(connection: aiosqlite.Connection, parts: list[str]) -> list[str]:
    wanted = " AND ".join(phrase_expression(found) for part in parts if (found := phrase(part)))
    ids = "select rowid from item_fts where item_fts match ? order by rowid desc limit ?"
    sql = f"select headline || char(10) || body from item where id in ({ids})"  # noqa: S608 - both are ours
    return [row[0] for row in await connection.execute_fetchall(sql, (wanted, TEXTS_READ))]


def _count_words(pattern: regex.Pattern[str], texts: list[str]) -> Counter[str]:
    return Counter(chain.from_iterable(pattern.findall(fold(text)) for text in texts))


def _apart(word: str, names: Iterable[str]) -> Iterator[str]:
    """`英伟达芯片禁令` is 英伟达 and 芯片禁令, or 英伟达 and 芯片, or at least 英伟达."""
    for name in sorted(names, key=len, reverse=True):
        before, found, after = word.partition(name)
        if found and (before or after):
            yield " ".join(part for part in (before, found, after) if part)
            yield from (f"{found} {piece}" for rest in (before, after) for piece in _beginnings_and_ends(rest))
            yield found


def _swapped(word: str) -> Iterator[str]:
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _without_one(word: str) -> Iterator[str]:
    if len(word) > 2:
        yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


def _beginnings_and_ends(word: str, names: Iterable[str] = ()) -> Iterator[str]:
    """What is left of a word cut once, the longest first; none of the names in it is cut."""
    whole = [range(word.find(name) + 1, word.find(name) + len(name)) for name in names]
    for length in range(len(word) - 1, 1, -1):
        for cut, piece in ((length, word[:length]), (len(word) - length, word[-length:])):
            if not any(cut in name for name in whole):
                yield piece


async def _instead_of_latin(connection: aiosqlite.Connection, word: str, found: list[Run]) -> AsyncIterator[str]:
    for run in found:
        if run.kind == "letters" and run.text.isascii() and len(run.text) > 2:
            for other in await _known_near(connection, run.text):
                yield word[: run.start] + other + word[run.end :]
    for run in reversed(found[1:]):
        if len(shorter := word[: run.start].rstrip(" -_./+&")) > 1 and not regex.search(r"[ -]\p{L}$", shorter):
            yield shorter


async def _known_near(connection: aiosqlite.Connection, letters: str) -> list[str]:
    """Words of the index that are one slip away, the commonest first."""
    sql = "select term from json_each(?) join item_terms on term = value order by doc desc limit ?"
    near = json.dumps(sorted(_one_slip(letters)))
    return [row[0] for row in await connection.execute_fetchall(sql, (near, PER_WORD))]


def _one_slip(word: str) -> set[str]:
    """Every word with one letter more, less or other, or two neighbours swapped."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    letters = string.ascii_lowercase
    less = {a + b[1:] for a, b in splits if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    other = {a + letter + b[1:] for a, b in splits if b for letter in letters}
    more = {a + letter + b for a, b in splits for letter in letters}
    return (less | swapped | other | more) - {word}
