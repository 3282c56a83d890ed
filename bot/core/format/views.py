"""Pages that a reader turns in one message: a section, an edition in full, the rest of a digest, a single item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.format.cards import reader_card
from bot.core.format.items import NOTHING_EARLIER, Earlier, listed_headline, number_mark, write_item
from bot.core.format.manuscript import Cut, Manuscript
from bot.core.format.navigation import BACK, ON, callback, page_row
from bot.core.format.parts import Button, Keyboard, Part
from bot.core.format.rich_text import Text, Writer
from bot.core.format.sections import item_style, section_messages, section_title
from bot.core.format.split import Frame, Limits, split
from bot.core.models import Digest, Item, Run, Say, Section, Style
from bot.core.tags.edition import Edition
from bot.core.tags.keywords import bare

LAST = 99
"""As a page's number: the last one, whatever there are."""
REST_PAGE = Limits(units=1600)
"""Headlines are skimmed: a page of them is about two screens of a phone."""


def section_view(
    digest: Digest, key: str, section_number: int, page: int, *, say: Say, earlier: Earlier = NOTHING_EARLIER
) -> Part:
    """A page of a section. ‹ and › lead through its pages and on to the neighbouring sections.

    `earlier` says of items by number when their stories were told before. Numbers out of range, from a button older
    than a correction, give the nearest page there is.
    """
    if not digest.told_sections:
        return reader_card(digest, key, say=say)
    section = min(digest.told_sections, key=lambda section: abs(section.number - section_number))
    pages = section_messages(digest, section, say, has_tags=False, earlier=earlier)
    page = _clamped(page, pages)
    back = _section_target(digest, key, section, page - 1, pages)
    on = _section_target(digest, key, section, page + 1, pages)
    buttons = (
        Button(BACK, callback=back) if back else None,
        _contents_button(key, say),
        Button(ON, callback=on) if on else None,
    )
    return _page(pages[page], (tuple(button for button in buttons if button),))


def edition_view(
    digest: Digest, key: str, edition: Edition, page: int, *, say: Say, earlier: Earlier = NOTHING_EARLIER
) -> Part:
    """A page of an edition's items in full, in the digest's order; `earlier` as in a section."""
    if not edition.items:
        return reader_card(digest, key, say=say, edition=edition)
    paper = Manuscript()
    style = item_style(digest, say, earlier)
    for item in edition.items:
        paper.gap(2, Cut.UNIT)
        write_item(paper, item, style)
    pages = split(paper.finish(), _frame(_edition_title(edition, say), say))
    return _turned(pages, page, key, "ed", say)


def rest_view(digest: Digest, key: str, edition: Edition, page: int, *, say: Say) -> Part:
    """A page of the headlines that an edition leaves out, under the titles of their sections."""
    rest = edition.rest
    if not rest:
        return reader_card(digest, key, say=say, edition=edition)
    paper = Manuscript()
    for section in digest.sections:
        _write_headlines(paper, digest, section, {item.number for item in rest})
    pages = split(paper.finish(), _frame(say("edition.rest", count=len(rest)), say), REST_PAGE)
    return _turned(pages, page, key, "rest", say)


def item_view(
    digest: Digest,
    key: str,
    number: int,
    *,
    say: Say,
    page: int = 0,
    earlier: Earlier = NOTHING_EARLIER,
    place: str = "",
) -> Part:
    """One item with all its text; an item larger than a message has pages.

    `earlier` as in a section. `place` travels in the buttons that turn the pages.

    Raises:
        KeyError: the digest has no item of that number.
    """
    item = digest.find_item(number)
    if item is None:
        raise KeyError(number)
    title = section_title(digest, digest.section_of(item))
    paper = Manuscript()
    write_item(paper, item, replace(item_style(digest, say, earlier), quote="blockquote"))
    opening = Writer().plain(f"{digest.date.isoformat()} · ").inline((Run(title),)).finish()
    pages = split(paper.finish(), Frame(opening, _continuation(title, say)))
    page = _clamped(page, pages)
    tail = f".{place}" if place else ""
    turning = page_row(page, len(pages), lambda other: callback("item", f"{key}_{number}.{other}{tail}"))
    return _page(pages[page], tuple(row for row in (turning, _item_row(item, key, say)) if row))


def _item_row(item: Item, key: str, say: Say) -> tuple[Button, ...]:
    is_web = item.url is not None and item.url.startswith("http")
    source = (Button(say("item.source"), url=item.url),) if is_web else ()
    return (*source, Button(say("item.open_digest"), callback=callback("card", key)))


def _section_target(digest: Digest, key: str, section: Section, page: int, pages: Sequence[Text]) -> str | None:
    """The data of a button to a page of this section, or to the last or first page of its neighbour."""
    if 0 <= page < len(pages):
        return callback("sec", f"{key}.{section.number}.{page}")
    told = digest.told_sections
    place = told.index(section) + (1 if page > 0 else -1)
    if not 0 <= place < len(told):
        return None
    return callback("sec", f"{key}.{told[place].number}.{0 if page > 0 else LAST}")


def _write_headlines(paper: Manuscript, digest: Digest, section: Section, numbers: set[int]) -> None:
    items = [item for item in section.items if item.number in numbers]
    if not items:
        return
    paper.gap(2, Cut.UNIT).inline((Run(section_title(digest, section)),), also=Style.BOLD)
    for place, item in enumerate(items):
        paper.gap(1, Cut.UNIT, binds=place == 0).plain(number_mark(item)).inline(listed_headline(item))


def _edition_title(edition: Edition, say: Say) -> str:
    if edition.asked_for:
        return say("edition.title_by", tag=bare(edition.asked_for), count=len(edition.items))
    return say("edition.title", count=len(edition.items))


def _frame(title: str, say: Say) -> Frame:
    return Frame(Writer().inline((Run(title),), also=Style.BOLD).finish(), _continuation(title, say))


def _continuation(title: str, say: Say) -> Text:
    return Writer().inline((Run(say("section.continued", title=title)),), also=Style.BOLD).finish()


def _turned(pages: Sequence[Text], page: int, key: str, verb: str, say: Say) -> Part:
    page = _clamped(page, pages)
    row = page_row(page, len(pages), lambda other: callback(verb, f"{key}.{other}"), _contents_button(key, say))
    return _page(pages[page], (row,))


def _contents_button(key: str, say: Say) -> Button:
    return Button(say("card.contents"), callback=callback("card", key))


def _clamped(page: int, pages: Sequence[Text]) -> int:
    return min(max(page, 0), len(pages) - 1)


def _page(text: Text, keyboard: Keyboard) -> Part:
    return Part(text.text, text.entities, keyboard)
