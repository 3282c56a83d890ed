"""Watch-words: which items of a digest a reader wants to be rung for, and the lines that name them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.format.captions import clipped
from bot.core.format.parts import Part, utf16_len
from bot.core.format.rich_text import Text, Writer
from bot.core.format.split import fits
from bot.core.models import Digest, Inline, Item, Run, Say
from bot.core.tags.concordance import Concordance
from bot.core.tags.keywords import bare, distinct, without

MAX_WATCHED = 10
NAMED = 3
"""So many of the words that hit are named on a card."""
HEADLINE_COLUMNS = 80


@dataclass(frozen=True, slots=True)
class Watch:
    """The tags and keywords a reader watches for. `mutes_rest`: a digest without any of them comes silently; without
    words there is no such thing. Equal choices have equal keys."""

    words: tuple[str, ...] = ()
    mutes_rest: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", distinct(self.words))
        object.__setattr__(self, "mutes_rest", bool(self.words) and self.mutes_rest)

    @property
    def key(self) -> str:
        """The watch as text, the same for the same choices; empty when nothing is watched."""
        if not self.words:
            return ""
        return json.dumps([self.words, self.mutes_rest], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def parse(cls, key: str) -> Watch:
        """The watch that has this key.

        Raises:
            ValueError: no watch has such a key.
        """
        if not key:
            return cls()
        match json.loads(key):
            case [list(words), bool(mutes_rest)] if all(isinstance(word, str) for word in words):
                return cls(tuple(words), mutes_rest)
        raise ValueError(f"not the key of a watch: {key!r}")

    def add(self, word: str) -> Watch:
        """The same with one more word."""
        return replace(self, words=(*self.words, word))

    def drop(self, word: str) -> Watch:
        """The same without this word."""
        return replace(self, words=without(self.words, word))


@dataclass(frozen=True, slots=True)
class Alert:
    """A watched word that a digest has: the number of its first item, and in how many it is."""

    word: str
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a watch makes of one digest: the items to be named first, or that it comes silently. Readers with equal
    outcomes get equal cards, whatever else they watch for."""

    alerts: tuple[Alert, ...] = ()
    is_silent: bool = False

    @property
    def key(self) -> str:
        """The outcome as text to be put after the key of a filter, with which it can never be confused; empty when the
        digest comes as it does to everybody."""
        if not self.alerts:
            return "\nsilent" if self.is_silent else ""
        named = [[alert.word, alert.number, alert.count] for alert in self.alerts]
        return "\n" + json.dumps(named, ensure_ascii=False, separators=(",", ":"))


ORDINARY = Outcome()


def outcome(watch: Watch, concordance: Concordance) -> Outcome:
    """What the watch makes of a digest; the words of the first items come first."""
    found = [(word, concordance.numbers(word)) for word in watch.words]
    alerts = sorted((Alert(word, min(numbers), len(numbers)) for word, numbers in found if numbers), key=_place)
    return Outcome(tuple(alerts[:NAMED]), is_silent=watch.mutes_rest and not alerts)


def alert_lines(digest: Digest, alerts: Sequence[Alert], say: Say) -> list[Inline]:
    """`🔔 命中“机器人”：8. …`, a line for each alert."""
    found = ((alert, digest.find_item(alert.number)) for alert in alerts)
    return [_line(alert, item, say) for alert, item in found if item is not None]


def _line(alert: Alert, item: Item, say: Say) -> Inline:
    lead = say("watch.hit", word=bare(alert.word), number=item.number)
    more = (Run(say("watch.hit_more", count=alert.count)),) if alert.count > 1 else ()
    return (Run(lead), Run(clipped(item.title, HEADLINE_COLUMNS), url=item.url), *more)


def announce(part: Part, digest: Digest, told: Outcome, say: Say) -> Part:
    """A card below the lines of what was watched for; silent where the reader wants it so. When there is no room for
    the lines, the card stays as it is."""
    part = replace(part, is_silent=part.is_silent or told.is_silent)
    writer = Writer()
    for line in alert_lines(digest, told.alerts, say):
        writer.inline(line).plain("\n")
    above = writer.finish()
    if not above.text:
        return part
    lead = above.text.rstrip() + "\n\n"
    moved = tuple(replace(entity, offset=entity.offset + utf16_len(lead)) for entity in part.entities)
    text = Text(lead + part.text, (*above.entities, *moved))
    return replace(part, text=text.text, entities=text.entities) if fits(text) else part


def _place(alert: Alert) -> tuple[int, str]:
    return alert.number, alert.word
