"""Topics and entities of an item, found by the taxonomy's patterns in its headline and the start of its text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from bot.core.aliases import Aliases
from bot.core.models import Digest, Item, Passage, Section
from bot.core.patterns import Pattern, PatternError
from bot.core.terms import fold, runs
from bot.core.wording import block_lines

HEADLINE_CHARACTERS = 300
TEXT_CHARACTERS = 160


class TaxonomyError(ValueError):
    """A taxonomy file cannot be used; the message names the entry and says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject, and the patterns that give it to an item: in its headline, its text or its section's title."""

    name: str
    headline: Pattern
    text: Pattern
    section: Pattern


@dataclass(frozen=True, slots=True)
class Entity:
    """A company, person or product. `headline` holds the aliases that mean it in headlines only."""

    key: str
    name: str
    anywhere: Pattern
    headline: Pattern


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """What items can be about. `fingerprint` changes with the file: labels made by another one are out of date."""

    known_topics: tuple[Topic, ...]
    known_entities: tuple[Entity, ...]
    aliases: Aliases
    fingerprint: str
    _names: Mapping[str, str] = field(repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Taxonomy:
        """Read a taxonomy file (JSON in UTF-8: topics, entities, aliases).

        Raises:
            TaxonomyError: it is not one; the message names the entry.
        """
        root = _table(_load(data), "the file")
        topics = tuple(_topic(name, entry) for name, entry in _entries(root, "topics"))
        entities = tuple(_entity(key, entry) for key, entry in _entries(root, "entities"))
        aliases = Aliases(tuple(_groups(root.get("aliases", []))))
        names = [topic.name for topic in topics] + [entity.name for entity in entities]
        _require_unique(names)
        lookup = dict(_spellings(topics, entities, aliases))
        return cls(topics, entities, aliases, sha256(data).hexdigest()[:16], lookup)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics' names in the file's order."""
        return tuple(topic.name for topic in self.known_topics)

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities' names in the file's order."""
        return tuple(entity.name for entity in self.known_entities)

    def find(self, word: str) -> str | None:
        """The tag that `word` names in any of its spellings (openai, NVIDIA, ＡＭＤ), or None."""
        return self._names.get(_spelling(word))

    def label(self, digest: Digest) -> Digest:
        """The same digest, its items with the topics and entities found in them, in the taxonomy's order."""
        return replace(digest, sections=tuple(self._label_section(section) for section in digest.sections))

    def _label_section(self, section: Section) -> Section:
        title = fold(section.title[:HEADLINE_CHARACTERS])
        in_section = [topic for topic in self.known_topics if topic.section.is_in(title)]
        entries = tuple(self._label_item(entry, in_section) for entry in section.entries)
        return replace(section, entries=entries)

    def _label_item(self, entry: Item | Passage, in_section: list[Topic]) -> Item | Passage:
        if isinstance(entry, Passage):
            return entry
        headline = fold(entry.title[:HEADLINE_CHARACTERS])
        text = fold(_opening(entry))
        return replace(
            entry,
            topics=tuple(
                topic.name
                for topic in self.known_topics
                if topic.headline.is_in(headline) or topic.text.is_in(text) or topic in in_section
            ),
            entities=tuple(
                entity.name
                for entity in self.known_entities
                if entity.headline.is_in(headline) or entity.anywhere.is_in(headline) or entity.anywhere.is_in(text)
            ),
        )


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
        if not _spelling(name):
            raise TaxonomyError(f'{kind}: "{name}" has no letter or digit')
        yield name, _table(entry, f"{kind}: {name}")


def _topic(name: str, entry: dict[str, Any]) -> Topic:
    where = f"topics: {name}"
    unknown = entry.keys() - {"title_or_section", "text", "section"}
    if unknown or not entry:
        raise TaxonomyError(f'{where}: expected "title_or_section", "text" or "section", found {sorted(unknown)}')
    headline, text, section = (_pattern(entry.get(part, ""), where) for part in ("title_or_section", "text", "section"))
    return Topic(name, headline, text, section)


def _entity(key: str, entry: dict[str, Any]) -> Entity:
    where = f"entities: {key}"
    name = entry.get("name", key)
    aliases = entry.get("aliases")
    if not isinstance(name, str) or not _spelling(name):
        raise TaxonomyError(f'{where}: "name" must be a word')
    if not _is_texts(aliases) or not aliases:
        raise TaxonomyError(f'{where}: "aliases" must be a list of patterns')
    anywhere = "|".join(alias for alias in aliases if not alias.startswith("="))
    headline = "|".join(alias[1:] for alias in aliases if alias.startswith("="))
    return Entity(key, name, _pattern(anywhere, where), _pattern(headline, where))


def _pattern(source: Any, where: str) -> Pattern:
    if not isinstance(source, str):
        raise TaxonomyError(f"{where}: a pattern must be text, not {json.dumps(source)[:40]}")
    try:
        return Pattern.parse(source)
    except PatternError as error:
        raise TaxonomyError(f"{where}: {error}") from error


def _groups(value: Any) -> Iterator[tuple[str, ...]]:
    if not isinstance(value, list):
        raise TaxonomyError('"aliases" must be a list of lists of names')
    for number, group in enumerate(value, 1):
        if not _is_texts(group) or len(group) < 2 or not all(_spelling(name) for name in group):
            raise TaxonomyError(f"aliases: group {number} must be a list of two names or more")
        yield tuple(group)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) and entry for entry in value)


def _require_unique(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise TaxonomyError(f'the name "{name}" is used twice; tags need different names')


def _spellings(topics: Iterable[Topic], entities: Iterable[Entity], aliases: Aliases) -> Iterator[tuple[str, str]]:
    """Every spelling of every tag; a tag's own name comes last, so that it wins."""
    named = {_spelling(entity.name): entity.name for entity in entities}
    for group in aliases.groups:
        tags = {named[spelling] for name in group if (spelling := _spelling(name)) in named}
        yield from ((_spelling(name), tag) for name in group for tag in tags)
    yield from ((_spelling(entity.key), entity.name) for entity in entities)
    yield from named.items()
    yield from ((_spelling(topic.name), topic.name) for topic in topics)


def _spelling(name: str) -> str:
    return "".join([run.text for run in runs(fold(name))])
