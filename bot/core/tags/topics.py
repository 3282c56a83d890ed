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
LEAD_CHARACTERS = 60
"""How far into the text words tell the topic; names are looked for in all of `TEXT_CHARACTERS`."""

ENOUGH_TOPICS = 3
"""A headline that tells as many needs no text to be understood."""

HEADLINE_ONLY = "="
"""Before an alias: it means the entity in headlines only (GitHub is named in many texts that are not about it)."""

MAX_BYTES = 1024 * 1024
"""No taxonomy is larger; what is, is another file."""

_PLACES = ("title_or_section", "text", "hint", "section")
"""Where patterns are looked for: the headline; the start of the text; either, where those told nothing; the section."""


class TaxonomyError(ValueError):
    """A taxonomy file cannot be used; the message names the entry and says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A topic or an entity: where which patterns give it to an item, and the plain names it can be called by."""

    name: str
    headline: tuple[Alternative, ...]
    text: tuple[Alternative, ...] = ()
    hint: tuple[Alternative, ...] = ()
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
    _hint: PatternIndex = field(repr=False)
    _section: PatternIndex = field(repr=False)

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
            _hint=PatternIndex((tagged.name, tagged.hint) for tagged in known),
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
        title, text = fold(entry.title[:HEADLINE_CHARACTERS]), fold(_opening(entry))
        in_title = self._headline.find(title)
        named = in_title | self._text.find(text)
        topics = self._topics(title, in_title, text, entry.is_brief) or about
        return replace(
            entry,
            topics=tuple(topic for topic in self.topics if topic in topics),
            entities=tuple(entity for entity in self.entities if entity in named),
        )

    def _topics(self, title: str, in_title: set[str], text: str, is_brief: bool) -> set[str]:
        """The farther a word stands from the headline, the less it tells: it is heard where the nearer ones are few."""
        lead, found = text[:LEAD_CHARACTERS], in_title
        if len(found.intersection(self.topics)) < ENOUGH_TOPICS:
            found = found | self._text.find(lead)
        found = found.intersection(self.topics) or self._hint.find(title) or self._hint.find(lead)
        if not found and is_brief:  # its text is a clause that goes on where the headline ends
            found = self._headline.find(text)
        return found.intersection(self.topics)


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


def _topic(name: str, entry: dict[str, Any]) -> Tagged:
    where = f"topics: {name}"
    if not entry:
        raise TaxonomyError(f"{where}: has no patterns, so nothing is about it")
    _require_known(entry, _PLACES, f"{where}: ")
    headline, text, hint, section = (_pattern(entry.get(place, ""), where) for place in _PLACES)
    return Tagged(name, headline, text, hint, section)


def _entity(key: str, entry: dict[str, Any]) -> Tagged:
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
