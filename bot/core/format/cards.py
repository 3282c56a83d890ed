"""Cards: one message that stands for a digest. The group's links to the sections, a reader's has buttons for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from bot.core.address import telegram_url
from bot.core.format.blocks import trimmed
from bot.core.format.captions import caption, is_numbered
from bot.core.format.deep_links import Links
from bot.core.format.items import listed_headline, number_mark
from bot.core.format.manuscript import Cut, Manuscript
from bot.core.format.navigation import callback, in_rows, page_row, pages_of
from bot.core.format.parts import Button, Keyboard, Part, Preview
from bot.core.format.rich_text import Text
from bot.core.format.sections import section_title
from bot.core.format.split import fits
from bot.core.models import Digest, Inline, Item, Run, Say, Section, Style
from bot.core.tags.edition import Edition
from bot.core.tags.keywords import bare

OPEN_POINTS = 5
LINES = 12
"""Lines of a reader's edition on one card: as many as a phone shows without scrolling far."""
SECTION_BUTTONS = 94
"""Telegram takes 100 buttons a message; the last ones are ours."""
_BUTTON_COLUMNS = 16
_NO_BREAK = "\u00a0"  # a count never stands alone on a line
_TITLE_MAX = 1000  # UTF-16 units


def index_card(
    digest: Digest,
    key: str,
    *,
    links: Links,
    say: Say,
    section_urls: Mapping[int, str] | None = None,
    corrected: bool = False,
    chosen_from: int = 0,
) -> Part:
    """The group's card: what the digest holds. With `section_urls` each line of contents links to its message.

    `chosen_from`: this is a choice from so many items, and the card says so.
    """
    urls = section_urls or {}
    head = head_line(digest, say, chosen_from)
    texts = (
        _index_text(digest, say, head, urls, amounts, is_corrected=corrected)
        for amounts in _amounts(len(_points(digest)), len(digest.sections))
    )
    return _part(_first_fitting(texts), group_keyboard(links, say), digest)


def group_keyboard(links: Links, say: Say) -> Keyboard:
    """The buttons below a digest in a group: links into the private chat."""
    subscribe = Button(say("card.subscribe"), url=links.subscribe())
    return ((subscribe, Button(say("card.choose_tags"), url=links.tags())),)


def reader_keyboard(key: str, say: Say) -> Keyboard:
    """The buttons below a digest that a reader has in full."""
    return (_last_row(key, say),)


def reader_card(
    digest: Digest,
    key: str,
    *,
    say: Say,
    edition: Edition | None = None,
    page: int = 0,
    links: Links | None = None,
) -> Part:
    """A reader's card: five points and a button a section, or under tags the items of the edition by number.

    An edition of more than `LINES` items has pages. `links` names the group in the footer.
    """
    group = links.public_group if links else None
    if edition is None:
        texts = (_points_text(digest, say, group, count) for count in (OPEN_POINTS, 3, 1, 0))
        return _part(_first_fitting(texts), (*_section_rows(digest, key), _last_row(key, say)), digest)
    pages = pages_of(edition.items, LINES)
    page = min(max(page, 0), len(pages) - 1)
    texts = (_edition_text(digest, say, group, edition, items) for items in _shorter(pages[page]))
    return _part(_first_fitting(texts), _edition_keyboard(key, say, edition, page, len(pages)), digest)


def date_line(digest: Digest, say: Say) -> str:
    """`2026-02-06 周五`."""
    return say("card.date", date=digest.date.isoformat(), weekday=say(f"weekday.{digest.date.weekday()}"))


def head_line(digest: Digest, say: Say, chosen_from: int = 0) -> str:
    """`2026-02-06 周五 · 24 篇解读 · 60 条快讯`, of a choice how many it was chosen from."""
    amounts = say("card.chosen", total=chosen_from, count=len(digest.items)) if chosen_from else counts(digest, say)
    return " · ".join(filter(None, (date_line(digest, say), amounts)))


def counts(digest: Digest, say: Say) -> str:
    """`24 篇解读 · 60 条快讯`; what there is none of is not mentioned."""
    briefs = sum(item.is_brief for item in digest.items)
    stories = len(digest.items) - briefs
    named = [(stories, "card.stories"), (briefs, "card.briefs")]
    return " · ".join(say(sentence, count=count) for count, sentence in named if count)


def _part(text: Text, keyboard: Keyboard, digest: Digest) -> Part:
    cover = telegram_url(digest.cover_url or "")
    return Part(text.text, text.entities, keyboard, Preview(cover) if cover else None)


def _first_fitting(texts: Iterable[Text]) -> Text:
    """The first text that one message holds; the last one is short enough in any case."""
    text = Text()
    for text in texts:
        if fits(text):
            break
    return text


def _amounts(points: int, sections: int) -> Iterator[tuple[int, int, int]]:
    """How many points are open and folded, and how many sections are listed: all, then ever fewer."""
    folded = max(0, points - OPEN_POINTS)
    while folded:
        yield OPEN_POINTS, folded, sections
        folded //= 2
    for opened in (OPEN_POINTS, 3, 1, 0):
        yield opened, 0, sections
    while sections:
        sections //= 2
        yield 0, 0, sections


def _points(digest: Digest) -> Sequence[Inline]:
    """The summary's points; a digest without any is told by its first headlines."""
    points = [point for point in map(trimmed, digest.points) if point]
    headlines = [item.headline for item in digest.items if trimmed(item.headline)]
    return points or [tuple(Run(run.text) for run in trimmed(headline)) for headline in headlines[:OPEN_POINTS]]


def _write_title(page: Manuscript, digest: Digest, mark: str = "") -> None:
    title = " ".join(digest.title.split())
    page.inline((Run(title if len(title) <= _TITLE_MAX else title[:_TITLE_MAX] + "…"),), also=Style.BOLD)
    page.plain(mark)


def _write_points(page: Manuscript, points: Iterable[Inline]) -> None:
    for point in points:
        page.plain("• ").inline(point)
        page.gap(1, Cut.UNIT)


def _index_text(
    digest: Digest,
    say: Say,
    head: str,
    urls: Mapping[int, str],
    amounts: tuple[int, int, int],
    *,
    is_corrected: bool,
) -> Text:
    opened, folded, listed = amounts
    points = _points(digest)
    page = Manuscript()
    _write_title(page, digest, say("card.corrected") if is_corrected else "")
    page.gap(1, Cut.UNIT).plain(head)
    page.gap(2, Cut.UNIT)
    _write_points(page, points[:opened])
    if folded:
        with page.enclosed("expandable_blockquote"):
            page.plain(say("card.more_points", count=folded)).gap(1, Cut.UNIT)
            _write_points(page, points[opened : opened + folded])
    page.gap(2, Cut.UNIT)
    for section in digest.sections[:listed]:
        _write_contents_line(page, digest, section, urls.get(section.number))
    if listed < len(digest.sections):
        page.plain(say("card.more_sections", count=len(digest.sections) - listed))
    return page.finish().text


def _write_contents_line(page: Manuscript, digest: Digest, section: Section, url: str | None) -> None:
    title = section_title(digest, section)
    named = title if is_numbered(title) or not section.entries else f"{section.number} {title}"
    page.inline((Run(named),), url=url)
    if section.items:
        page.plain(f" ·{_NO_BREAK}{len(section.items)}")
    page.gap(1, Cut.UNIT)


def _points_text(digest: Digest, say: Say, group: str | None, count: int) -> Text:
    page = Manuscript()
    _write_title(page, digest)
    page.gap(1, Cut.UNIT).plain(head_line(digest, say))
    page.gap(2, Cut.UNIT)
    _write_points(page, _points(digest)[:count])
    return _footed(page, say, group)


def _edition_text(digest: Digest, say: Say, group: str | None, edition: Edition, items: Sequence[Item]) -> Text:
    page = Manuscript()
    _write_title(page, digest)
    page.gap(1, Cut.UNIT).plain(date_line(digest, say))
    page.gap(1, Cut.UNIT).inline((Run(_selected(digest, edition, say)),))
    page.gap(2, Cut.UNIT)
    for _, chosen in groupby(items, lambda item: digest.section_of(item).number):
        _write_chosen(page, edition, list(chosen))
    if not edition.items:
        page.plain(say("card.nothing_selected"))
    return _footed(page, say, group)


def _write_chosen(page: Manuscript, edition: Edition, items: Sequence[Item]) -> None:
    """Items of one section below its title, each with the tag that brought it here."""
    digest = edition.digest
    title = section_title(digest, digest.section_of(items[0]))
    if len(digest.sections) > 1 and title != items[0].title:  # a section of one item may be called like it
        page.gap(2, Cut.UNIT).inline((Run(title),), also=Style.BOLD).gap(1, Cut.UNIT)
    for item in items:
        reason = edition.reason(item)
        page.plain(number_mark(item)).inline((*listed_headline(item), Run(f" · {reason}" if reason else "")))
        page.gap(1, Cut.UNIT)


def _selected(digest: Digest, edition: Edition, say: Say) -> str:
    day = say("card.today" if edition.is_todays else "card.any_day", total=len(digest.items))
    if edition.asked_for:
        return say("card.selected_by", day=day, tag=bare(edition.asked_for), count=len(edition.items))
    return say("card.selected", day=day, count=len(edition.items))


def _footed(page: Manuscript, say: Say, group: str | None) -> Text:
    if group:
        page.gap(2, Cut.UNIT).plain(say("card.source", group=group))
    return page.finish().text


def _shorter(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The lines, then ever fewer: headlines without measure must not keep a card from being sent."""
    while items:
        yield items
        items = items[: len(items) // 2]
    yield ()


def _section_rows(digest: Digest, key: str) -> Keyboard:
    buttons = [_section_button(digest, section, key) for section in digest.told_sections[:SECTION_BUTTONS]]
    return in_rows(buttons, 2)


def _section_button(digest: Digest, section: Section, key: str) -> Button:
    words = [str(section.number), caption(digest, section, _BUTTON_COLUMNS), str(len(section.items) or "")]
    return Button(" ".join(filter(None, words)), callback=callback("sec", f"{key}.{section.number}.0"))


def _edition_keyboard(key: str, say: Say, edition: Edition, page: int, pages: int) -> Keyboard:
    first = []
    if edition.items:
        first.append(Button(say("card.read_selected"), callback=callback("ed", f"{key}.0")))
    if rest := len(edition.rest):
        first.append(Button(say("card.read_rest", count=rest), callback=callback("rest", f"{key}.0")))
    turning = page_row(page, pages, lambda other: callback("card", f"{key}.{other}" if other else key))
    return tuple(row for row in (turning, tuple(first), _last_row(key, say)) if row)


def _last_row(key: str, say: Say) -> tuple[Button, ...]:
    return (
        Button(say("card.previous"), callback=callback("prev", key)),
        Button(say("card.tags"), callback=callback("tags", "")),
        Button(say("card.send_all"), callback=callback("full", key)),
    )
