"""The taxonomy: which topics and names items are labelled with, read from a file and found in items."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from bot.core.models import Digest, Item, Passage, Section
from bot.core.search.aliases import Aliases, spelling
from bot.core.search.terms import fold
from bot.core.tags.evidence import Evidence, Topic, heard
from bot.core.tags.evidence import words as words_of
from bot.core.tags.patterns import Alternative, PatternError, PatternIndex, parse_pattern
from bot.core.wording import block_lines

HEADLINE_CHARACTERS = 300
TEXT_CHARACTERS = 160
HEADLINE_ONLY = "="
"""Before an alias: it means the entity in headlines only (GitHub is named in many texts that are not about it)."""

MOST_NATS = 20
"""A word that says more would decide alone."""

MAX_BYTES = 1024 * 1024
"""No taxonomy is larger; what is, is another file."""

_PLACES = ("title_or_section", "text", "hint", "section")
"""Where the patterns of a topic are looked for, as `Topic` has them."""


class TaxonomyError(ValueError):
    """A taxonomy file cannot be used; the message names the entry and says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A company, person or product: its aliases in headlines and in texts, and the plain names it can be called by."""

    name: str
    headline: tuple[Alternative, ...]
    text: tuple[Alternative, ...]
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """What items can be about: names of topics and entities in the file's order, and the names that mean the same.

    `fingerprint` changes with the file: labels made by another one are out of date.
    """

    topics: tuple[str, ...]
    entities: tuple[str, ...]
    aliases: Aliases
    fingerprint: str
    _names: Mapping[str, str] = field(repr=False)
    _evidence: Evidence = field(repr=False)
    _headline: PatternIndex = field(repr=False)
    _text: PatternIndex = field(repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Taxonomy:
        """Read a taxonomy file (JSON in UTF-8: topics, entities, aliases).

        Raises:
            TaxonomyError: it is not one; the message names the entry.
        """
        root = _table(_load(data), "the file")
        _require_known(root, ("topics", "entities", "aliases"))
        topics = [_topic(name, entry) for name, entry in _entries(root, "topics")]
        entities = [_entity(key, entry) for key, entry in _entries(root, "entities")]
        names = frozenset(spelling(name) for entity in entities for name in entity.spellings)
        aliases = Aliases(tuple(_groups(root.get("aliases", []))), names)
        _require_unique([topic.name for topic in topics] + [entity.name for entity in entities])
        return cls(
            topics=tuple(topic.name for topic in topics),
            entities=tuple(entity.name for entity in entities),
            aliases=aliases,
            fingerprint=sha256(data).hexdigest()[:16],
            _names=dict(_spellings(topics, entities, aliases)),
            _evidence=Evidence(topics),
            _headline=PatternIndex((entity.name, entity.headline) for entity in entities),
            _text=PatternIndex((entity.name, entity.text) for entity in entities),
        )

    def find(self, word: str) -> str | None:
        """The tag that `word` names in any of its spellings (openai, NVIDIA, ＡＭＤ), or None."""
        return self._names.get(spelling(word))

    def label(self, digest: Digest) -> Digest:
        """The same digest, its items with the topics and entities found in them, in the taxonomy's order."""
        return replace(digest, sections=tuple(map(self._label_section, digest.sections)))

    def _label_section(self, section: Section) -> Section:
        title = _folded_title(section.title)
        return replace(section, entries=tuple(self._label_entry(entry, title) for entry in section.entries))

    def _label_entry(self, entry: Item | Passage, section: str) -> Item | Passage:
        if isinstance(entry, Passage):
            return entry
        title, text = _folded(entry)
        about, named = self._evidence.topics(title, text, section), self._headline.find(title) | self._text.find(text)
        return replace(
            entry,
            topics=tuple(topic for topic in self.topics if topic in about),
            entities=tuple(entity for entity in self.entities if entity in named),
        )


def heard_words(item: Item, section: str) -> Mapping[str, float]:
    """How much each word of an item in a section of this title is heard when its topics are told."""
    return heard(*_folded(item), _folded_title(section))


def _folded(item: Item) -> tuple[str, str]:
    return _folded_title(item.title), fold(_opening(item))


def _folded_title(title: str) -> str:
    return fold(title[:HEADLINE_CHARACTERS])


def _opening(item: Item) -> str:
    """The first characters of an item's own text."""
    opening = ""
    for line in block_lines(item.blocks):
        opening += line + "\n"
        if len(opening) >= TEXT_CHARACTERS:
            break
    return opening[:TEXT_CHARACTERS]


def _load(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        raise TaxonomyError(f"the file is larger than {MAX_BYTES // 1024**2} MiB")
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise TaxonomyError(f"the file is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise TaxonomyError(f"line {error.lineno} is not valid JSON: {error.msg}") from error
    except RecursionError as error:
        raise TaxonomyError("the file is nested too deeply to be a taxonomy") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON itself lets the last of two equal names win in silence."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise TaxonomyError(f'"{next(name for name in names if names.count(name) > 1)}" stands twice in one object')
    return found


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TaxonomyError(f"{where} must be an object {{…}}")
    return value


def _require_known(entry: dict[str, Any], expected: tuple[str, ...], where: str = "") -> None:
    for key in entry:
        if key not in expected:
            known = ", ".join(f'"{name}"' for name in expected)
            raise TaxonomyError(f'{where}"{key}" is unknown; known are {known}')


def _entries(root: dict[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if kind not in root:
        raise TaxonomyError(f'"{kind}" is missing')
    for name, entry in _table(root[kind], f'"{kind}"').items():
        if not spelling(name):
            raise TaxonomyError(f'{kind}: "{name}" has no letter or digit')
        yield name, _table(entry, f"{kind}: {name}")


def _topic(name: str, entry: dict[str, Any]) -> Topic:
    where = f"topics: {name}"
    _require_known(entry, (*_PLACES, "words", "before"), f"{where}: ")
    words = _words(entry.get("words", {}), where)
    headline, text, hint, section = (_pattern(entry.get(place, ""), where) for place in _PLACES)
    if not (words or headline or text or hint or section):
        raise TaxonomyError(f"{where}: has no patterns, so nothing is about it")
    return Topic(name, headline, text, hint, section, words, _weight(entry.get("before", 0), f"{where}: before"))


def _words(entry: Any, where: str) -> dict[str, float]:
    words = _table(entry, f'{where}: "words"')
    for word in words:
        if words_of(fold(word)) != {fold(word)}:
            raise TaxonomyError(f'{where}: "{word}" is no word: two Chinese characters, or Latin letters, or digits')
    return {fold(word): _weight(weight, f"{where}: {word}") for word, weight in words.items()}


def _weight(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MOST_NATS:
        raise TaxonomyError(f"{where}: a weight must be a number from -{MOST_NATS} to {MOST_NATS}")
    return float(value)


def _entity(key: str, entry: dict[str, Any]) -> Entity:
    where = f"entities: {key}"
    _require_known(entry, ("name", "aliases"), f"{where}: ")
    name, aliases = entry.get("name", key), entry.get("aliases")
    if not isinstance(name, str) or not spelling(name):
        raise TaxonomyError(f'{where}: "name" must be a word')
    if not _is_texts(aliases) or not aliases:
        raise TaxonomyError(f'{where}: "aliases" must be a list of patterns')
    anywhere = [alias for alias in aliases if not alias.startswith(HEADLINE_ONLY)]
    everything = [alias.removeprefix(HEADLINE_ONLY) for alias in aliases]
    plain = [alias for alias in everything if all(ch.isalnum() or ch in " -" for ch in alias)]
    headline, text = _pattern("|".join(everything), where), _pattern("|".join(anywhere), where)
    return Entity(name, headline, text, (key, *plain, name))


def _pattern(source: Any, where: str) -> tuple[Alternative, ...]:
    if _is_texts(source):
        source = "|".join(source)
    if not isinstance(source, str):
        raise TaxonomyError(f"{where}: a pattern must be text or a list of texts, not {json.dumps(source)[:40]}")
    try:
        return parse_pattern(source)
    except PatternError as error:
        raise TaxonomyError(f"{where}: {error}") from error


def _groups(value: Any) -> Iterator[tuple[str, ...]]:
    if not isinstance(value, list):
        raise TaxonomyError('"aliases" must be a list of lists of names')
    for number, group in enumerate(value, 1):
        if not _is_texts(group) or len(group) < 2 or not all(map(spelling, group)):
            raise TaxonomyError(f"aliases: group {number} must be a list of two names or more")
        yield tuple(group)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) and entry for entry in value)


def _require_unique(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise TaxonomyError(f'the name "{name}" is used twice; tags need different names')


def _spellings(topics: Iterable[Topic], entities: Sequence[Entity], aliases: Aliases) -> Iterator[tuple[str, str]]:
    """Every spelling of every tag; what comes later wins, so a tag's own name does."""
    names = {spelling(name): entity.name for entity in entities for name in entity.spellings}
    for group in aliases.groups:
        tags = [names[spelled] for name in group if (spelled := spelling(name)) in names]
        yield from ((spelling(name), tag) for name in group for tag in tags[:1])
    yield from names.items()
    names_of_tags = [entity.name for entity in entities] + [topic.name for topic in topics]
    yield from ((spelling(name), name) for name in names_of_tags)
