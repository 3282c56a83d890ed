"""Story threads: the items among which an earlier telling of a story may be, and what is known of their words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import aiosqlite

from bot.archive import lookup
from bot.archive.records import Filed
from bot.core.tags.threads import DAYS, OPENING_CHARACTERS, Telling, Usage, earlier_tellings, telling_words, words_of

HISTORY_DAYS, HISTORY_ITEMS = 90, 400
"""How much of what was told about the same entities is looked at to tell which words are common."""
WORDS_LOOKED_FOR = 6
"""So many words of a headline without any entity find what it may go on with."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """A story and those that may be earlier tellings of it."""

    story: Telling
    others: tuple[Telling, ...]
    usage: Usage

    def earlier(self) -> tuple[Telling, ...]:
        """The earlier tellings, one a day, newest first. Takes some milliseconds."""
        return earlier_tellings(self.story, self.others, self.usage)


async def candidates(connection: aiosqlite.Connection, item: Filed, entities: Iterable[str]) -> Candidates:
    """What may be told of this story before; `entities` are the tags that name one."""
    known = frozenset(entities)
    story = _telling(item, known)
    usage = await lookup.usage(connection, words_of(story))
    history, recent = (item.date - dt.timedelta(days=days) for days in (HISTORY_DAYS, DAYS))
    others = await lookup.about(connection, story.entities, history, item.date, HISTORY_ITEMS)
    if item.url:
        others += await lookup.of_page(connection, item.url, recent, item.date)
    if not story.entities:
        words = telling_words(story, usage, WORDS_LOOKED_FOR)
        others += await lookup.with_words(connection, words, recent, item.date, HISTORY_ITEMS)
    return Candidates(story, tuple(_telling(other, known) for other in others), usage)


def _telling(item: Filed, entities: frozenset[str]) -> Telling:
    named = entities.intersection(item.tags)
    return Telling(item.item_key, item.date, item.headline, item.body[:OPENING_CHARACTERS], item.url, named)
