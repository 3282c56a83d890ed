"""Topics and entities of an item, found by the taxonomy's patterns in its headline and the start of its text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from bot.core.models import Digest, Item, Passage, Section
from bot.core.search.aliases import Aliases, spelling
from bot.core.search.terms import fold
from bot.core.tags.patterns import Alternative, PatternError, PatternIndex, parse_pattern
from bot.core.wording import block_lines

HEADLINE_CHARACTERS = 300
TEXT_CHARACTERS = 160
LEAD_CHARACTERS = 80
"""How far into the text words tell the topic; names are looked for in all of `TEXT_CHARACTERS`."""

HEADLINE_ONLY = "="
"""Before an alias: it means the entity in headlines only (GitHub is named in many texts that are not about it)."""

_PLACES = ("title_or_section", "text", "section")


class TaxonomyError(ValueError):
    """A taxonomy file cannot be used; the message names the entry and says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A topic or an entity: where which patterns give it to an item, and the plain names it can be called by."""

    name: str
    headline: tuple[Alternative, ...]
    text: tuple[Alternative, ...] = ()
    section: tuple[Alternative, ...] = ()
    spellings: tuple[str, ...] = ()


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
    _headline: PatternIndex = field(repr=False)
    _text: PatternIndex = field(repr=False)
    _section: PatternIndex = field(repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Taxonomy:
        """Read a taxonomy file (JSON in UTF-8: topics, entities, aliases).

        Raises:
            TaxonomyError: it is not one; the message names the entry.
        """
        root = _table(_load(data), "the file")
        topics = [_topic(name, entry) for name, entry in _entries(root, "topics")]
        entities = [_entity(key, entry) for key, entry in _entries(root, "entities")]
        names = frozenset(spelling(name) for entity in entities for name in entity.spellings)
        aliases = Aliases(tuple(_groups(root.get("aliases", []))), names)
        known = entities + topics
        _require_unique([tagged.name for tagged in known])
        return cls(
            topics=tuple(topic.name for topic in topics),
            entities=tuple(entity.name for entity in entities),
            aliases=aliases,
            fingerprint=sha256(data).hexdigest()[:16],
            _names=dict(_spellings(known, aliases)),
            _headline=PatternIndex((tagged.name, tagged.headline) for tagged in known),
            _text=PatternIndex((tagged.name, tagged.text) for tagged in known),
            _section=PatternIndex((tagged.name, tagged.section) for tagged in known),
        )

    def find(self, word: str) -> str | None:
        """The tag that `word` names in any of its spellings (openai, NVIDIA, ＡＭＤ), or None."""
        return self._names.get(spelling(word))

    def label(self, digest: Digest) -> Digest:
        """The same digest, its items with the topics and entities found in them, in the taxonomy's order."""
        return replace(digest, sections=tuple(map(self._label_section, digest.sections)))

    def _label_section(self, section: Section) -> Section:
        about = self._section.find(fold(section.title[:HEADLINE_CHARACTERS]))
        return replace(section, entries=tuple(self._label_entry(entry, about) for entry in section.entries))

    def _label_entry(self, entry: Item | Passage, about: set[str]) -> Item | Passage:
        if isinstance(entry, Passage):
            return entry
        text = fold(_opening(entry))
        headline = self._headline.find(fold(entry.title[:HEADLINE_CHARACTERS]))
        named = headline | self._text.find(text)
        topics = self._topics(headline, text, about, entry.is_brief)
        return replace(
            entry,
            topics=tuple(topic for topic in self.topics if topic in topics),
            entities=tuple(entity for entity in self.entities if entity in named),
        )

    def _topics(self, headline: set[str], text: str, about: set[str], is_brief: bool) -> set[str]:
        """The farther a word stands from the headline, the less it tells: it is heard where the nearer ones are few."""
        found = headline.intersection(self.topics)
        if len(found) < 2:
            found |= self._text.find(text[:LEAD_CHARACTERS]).intersection(self.topics)
        if not found and is_brief:  # its text is a clause that goes on where the headline ends
            found = self._headline.find(text).intersection(self.topics)
        return found or about


def _opening(item: Item) -> str:
    """The first characters of an item's own text."""
    opening = ""
    for line in block_lines(item.blocks):
        opening += line + "\n"
        if len(opening) >= TEXT_CHARACTERS:
            break
    return opening[:TEXT_CHARACTERS]


def _load(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TaxonomyError(f"the file is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise TaxonomyError(f"line {error.lineno} is not valid JSON: {error.msg}") from error
    except RecursionError as error:
        raise TaxonomyError("the file is nested too deeply to be a taxonomy") from error


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TaxonomyError(f"{where} must be an object {{…}}")
    return value


def _entries(root: dict[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if kind not in root:
        raise TaxonomyError(f'"{kind}" is missing')
    for name, entry in _table(root[kind], f'"{kind}"').items():
        if not spelling(name):
            raise TaxonomyError(f'{kind}: "{name}" has no letter or digit')
        yield name, _table(entry, f"{kind}: {name}")


def _topic(name: str, entry: dict[str, Any]) -> Tagged:
    where = f"topics: {name}"
    if not entry or entry.keys() - set(_PLACES):
        expected = " or ".join(f'"{place}"' for place in _PLACES)
        raise TaxonomyError(f"{where}: expected {expected}, found {sorted(entry)}")
    headline, text, section = (_pattern(entry.get(place, ""), where) for place in _PLACES)
    return Tagged(name, headline, text, section)


def _entity(key: str, entry: dict[str, Any]) -> Tagged:
    where = f"entities: {key}"
    name, aliases = entry.get("name", key), entry.get("aliases")
    if not isinstance(name, str) or not spelling(name):
        raise TaxonomyError(f'{where}: "name" must be a word')
    if not _is_texts(aliases) or not aliases:
        raise TaxonomyError(f'{where}: "aliases" must be a list of patterns')
    anywhere = [alias for alias in aliases if not alias.startswith(HEADLINE_ONLY)]
    everything = [alias.removeprefix(HEADLINE_ONLY) for alias in aliases]
    plain = [alias for alias in everything if all(ch.isalnum() or ch in " -" for ch in alias)]
    headline, text = _pattern("|".join(everything), where), _pattern("|".join(anywhere), where)
    return Tagged(name, headline, text, spellings=(key, *plain, name))


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


def _spellings(known: Iterable[Tagged], aliases: Aliases) -> Iterator[tuple[str, str]]:
    """Every spelling of every tag; what comes later wins, so a tag's own name does."""
    names = {spelling(name): tagged.name for tagged in known for name in tagged.spellings}
    for group in aliases.groups:
        tags = [names[spelled] for name in group if (spelled := spelling(name)) in names]
        yield from ((spelling(name), tag) for name in group for tag in tags[:1])
    yield from names.items()
    yield from ((spelling(tagged.name), tagged.name) for tagged in known)
