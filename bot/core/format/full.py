"""A digest as messages: what the group gets (`full`), and what a reader turns over in one message (`card`)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.format.cards import index_card
from bot.core.format.deep_links import Links
from bot.core.format.parts import Part
from bot.core.format.sections import section_messages, section_title
from bot.core.models import Digest, Say


@dataclass(frozen=True, slots=True)
class SectionParts:
    """The messages of one section, in order."""

    number: int
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything the group gets: the card, which rings, and the sections, which do not."""

    card: Part
    sections: tuple[SectionParts, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All messages in order of sending."""
        return (self.card, *(part for section in self.sections for part in section.parts))


def publication(digest: Digest, key: str, *, links: Links, say: Say) -> Publication:
    """The digest in style `full`. The card's lines of contents are linked later, see `index_card`."""
    return Publication(index_card(digest, key, links=links, say=say), section_parts(digest, say=say))


def section_parts(digest: Digest, *, say: Say) -> tuple[SectionParts, ...]:
    """The sections of the digest in style `full`, each as its messages."""
    sections = (
        SectionParts(
            section.number,
            section_title(digest, section),
            tuple(
                Part(text.text, text.entities, is_silent=True)
                for text in section_messages(digest, section, say, has_tags=True)
            ),
        )
        for section in digest.told_sections
    )
    return tuple(sections)
