"""Digest → messages: the styles `full`, `card` and `rich`, within every limit of Telegram's."""

from bot.core.format.cards import index_card, reader_card
from bot.core.format.deep_links import Links
from bot.core.format.full import Publication, SectionParts, publication, section_parts
from bot.core.format.views import edition_view, item_view, rest_view, section_view

__all__ = [
    "Links",
    "Publication",
    "SectionParts",
    "edition_view",
    "index_card",
    "item_view",
    "publication",
    "reader_card",
    "rest_view",
    "section_parts",
    "section_view",
]
