"""Over every digest at hand: accepted unaltered, complete, well cut. Real ones are read from $REAL_DIGESTS."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from bot.core.format import (
    Links,
    Publication,
    edition_view,
    index_card,
    item_view,
    publication,
    reader_card,
    rest_view,
    section_view,
)
from bot.core.format.blocks import is_lead_in, write_blocks
from bot.core.format.guard import WORD_JOINER
from bot.core.format.items import write_item
from bot.core.format.manuscript import Cut, Manuscript
from bot.core.format.parts import Part, to_params, utf16_len
from bot.core.format.sections import folded, is_heading, item_style, section_draft
from bot.core.format.split import Frame, Limits, split
from bot.core.models import Digest, Item, Passage, Section
from bot.core.tags.edition import TagFilter, select
from bot.locales import catalogue
from tests.support.oracle import judge
from tests.support.samples import digest_of, sample_files
from tests.support.words import count_words, rendered_words

PageView = Callable[..., Part]

KEY = "20260206-0a1b2c3d"
LINKS = Links("ai_daily_bot", "@ai_news_plus")
SAY = catalogue()
MESSAGE_ROOM = 3900
"""UTF-16 units that certainly remain beside a heading."""
_FRONT_MATTER = re.compile(r"\A\ufeff?---\r?\n.*?\r?\n---\r?\n", re.DOTALL)
_MISSPELT = re.compile(r"(深度解读\s*&\s*)\w\w")

files = pytest.mark.parametrize("path", [pytest.param(path, id=path.stem[:10]) for path in sample_files()])


def digest_in(path: Path) -> Digest:
    digest = digest_of(path)
    if digest is None:
        pytest.skip("another kind of post")
    return digest


def published(digest: Digest) -> Publication:
    return publication(digest, KEY, links=LINKS, say=SAY)


@files
def test_every_message_is_accepted_unaltered(path: Path) -> None:
    """TDLib changes no message of the publication, and links nothing by itself but the #tags."""
    for part in published(digest_in(path)).parts:
        verdict = judge(to_params(part))
        assert verdict.is_clean, (part.text[:40], verdict)
        assert {kind for kind, _ in verdict.automatic} <= {"hashtag"}


@files
def test_every_word_reaches_the_reader(path: Path) -> None:
    """A stock CommonMark parser finds no word in the file that the messages lack."""
    body = _MISSPELT.sub(r"\1洞察", _FRONT_MATTER.sub("", path.read_text("utf-8")))
    digest = digest_in(path)
    texts = [part.text for section in published(digest).sections for part in section.parts]
    assert not rendered_words(body) - count_words("\n".join([digest.title, *texts]))


@files
def test_items_are_whole_and_keep_to_their_section(path: Path) -> None:
    """An item that a message can hold stands in one message, below its own section's heading."""
    digest = digest_in(path)
    for section, sent in zip(digest.sections, published(digest).sections, strict=True):
        for item in section.items:
            whole = "\n" + item_text(digest, item)
            is_heading = item.is_implied or item.title == section.title
            if utf16_len(whole) < MESSAGE_ROOM and not is_heading:
                assert sum(whole in part.text for part in sent.parts) == 1


@files
@pytest.mark.parametrize("size", [800, 1600])
def test_no_section_takes_more_messages_than_it_needs(path: Path, size: int) -> None:
    """Filling small messages one after the other with whole entries, as far as they go, takes as many: none is wasted.

    At the full size nearly every section is one message, which proves little.
    """
    digest = digest_in(path)
    for section in digest.told_sections:
        units = list(units_of(digest, section))
        assert "".join(units).rstrip() == section_draft(digest, section, SAY).text.text
        if all(utf16_len(unit) <= size - 2 for unit in units):
            messages = split(section_draft(digest, section, SAY), Frame(), Limits(units=size))
            assert len(messages) == filled(units, size)


@files
def test_no_headline_or_label_ends_a_message(path: Path) -> None:
    """The last line of a message is text, unless an item is nothing but its headline."""
    digest = digest_in(path)
    bare = {item.title for item in digest.items if not item.blocks and not item.commentary}
    for part in published(digest).parts[1:]:
        last = re.sub(r"\n\n#[^\n]*\Z", "", part.text).rpartition("\n")[2]
        assert not last.endswith(("：", ":"))
        assert not is_bold(part, last) or re.sub(r"^\d+\. ", "", last) in bare


@files
def test_only_the_card_rings_and_the_first_message_of_a_section_counts(path: Path) -> None:
    """Sections are silent and without previews; `【2/8】` stands once in each section, `（续）` on what follows."""
    sent = published(digest_in(path))
    assert not sent.card.is_silent
    for section in sent.sections:
        assert all(part.is_silent and part.preview is None and not part.keyboard for part in section.parts)
        if len(sent.sections) > 1:
            heading = f"【{section.number}/{len(sent.sections)}】{section.title}\n"
            assert section.parts[0].text.replace(WORD_JOINER, "").startswith(heading)
        assert all("（续）" in part.text.split("\n")[0] for part in section.parts[1:])


@files
def test_every_view_is_accepted_unaltered(path: Path) -> None:
    """Cards, and every page of sections, editions, rests and items."""
    digest = digest_in(path)
    for part in [*cards(digest), *section_pages(digest), *edition_pages(digest), *item_pages(digest)]:
        verdict = judge(to_params(part))
        assert verdict.is_clean, (part.text[:40], verdict)
        assert {words for kind, words in verdict.automatic} <= {"@ai_news_plus"}


@files
def test_section_pages_lead_through_the_whole_digest(path: Path) -> None:
    """Tapping › from the first page visits every section's pages in order, tapping ‹ the same way back."""
    digest = digest_in(path)
    there = list(section_pages(digest))
    expected = [part for number in range(1, len(digest.sections) + 1) for part in pages_of_section(digest, number)]
    assert [part.text for part in there] == [part.text for part in expected]
    assert [part.text for part in section_pages(digest, sign="‹")] == [part.text for part in reversed(expected)]


def units_of(digest: Digest, section: Section) -> Iterator[str]:
    """What may not be torn: an entry, or a line with the entry it announces; each with the empty line before it."""
    opened, rest = folded(section)
    page = Manuscript()
    for entry in [*opened, *rest]:
        if isinstance(entry, Item):
            write_item(page, entry, item_style(digest, SAY), is_titled=not is_heading(entry, section))
        else:
            write_blocks(page, entry.blocks)
        is_announcing = isinstance(entry, Passage) and is_lead_in(entry.blocks[-1])
        is_folded = bool(rest) and entry not in opened[:-1]
        page.gap(1 if is_announcing or is_folded else 2, Cut.UNIT).plain("")
        if not is_announcing:
            yield page.finish().text.text
            page = Manuscript()


def filled(units: Sequence[str], size: int) -> int:
    """How many messages the units take when each is filled before the next is begun."""
    count = used = 0
    for unit in units:
        if not count or used + utf16_len(unit.rstrip()) > size:
            count, used = count + 1, 0
        used += utf16_len(unit)
    return count


def item_text(digest: Digest, item: Item) -> str:
    page = Manuscript()
    write_item(page, item, item_style(digest, SAY))
    return page.finish().text.text


def is_bold(part: Part, line: str) -> bool:
    end = utf16_len(re.sub(r"\n\n#[^\n]*\Z", "", part.text))
    start = end - utf16_len(re.sub(r"^\d+\. ", "", line))
    return any(e.type == "bold" and e.offset <= start and e.offset + e.length >= end for e in part.entities)


def cards(digest: Digest) -> Iterator[Part]:
    yield reader_card(digest, KEY, say=SAY, links=LINKS)
    urls = {section.number: f"https://t.me/ai_news_plus/{section.number + 100}" for section in digest.sections}
    yield index_card(digest, KEY, links=LINKS, say=SAY, section_urls=urls, corrected=True)


def section_pages(digest: Digest, sign: str = "›") -> Iterator[Part]:
    """The pages as a reader sees them who keeps tapping one arrow."""
    number, page = (1, 0) if sign == "›" else (len(digest.sections), 99)
    while True:
        part = section_view(digest, KEY, number, page, say=SAY)
        yield part
        data = next((b.callback for row in part.keyboard for b in row if b.text == sign and b.callback), None)
        if data is None:
            return
        _, number, page = _argument(data)


def pages_of_section(digest: Digest, number: int) -> Iterator[Part]:
    page = 0
    while True:
        part = section_view(digest, KEY, number, page, say=SAY)
        yield part
        buttons = [b.callback for row in part.keyboard for b in row if b.text == "›" and b.callback]
        if not buttons or _argument(buttons[0])[1] != number:
            return
        page += 1


def edition_pages(digest: Digest) -> Iterator[Part]:
    """Every page of three editions under tags drawn at random, and of what they leave out."""
    tags = sorted({tag for item in digest.items for tag in item.tags})
    chance = random.Random(digest.title)  # noqa: S311 - a repeatable choice
    for _ in range(3):
        followed = tuple(chance.sample(tags, min(2, len(tags))))
        edition = select(digest, TagFilter(followed, tuple(chance.sample(tags, min(1, len(tags))))))
        yield from turned(partial(reader_card, digest, KEY, say=SAY, edition=edition, links=LINKS))
        yield from turned(partial(edition_view, digest, KEY, edition, say=SAY))
        yield from turned(partial(rest_view, digest, KEY, edition, say=SAY))


def item_pages(digest: Digest) -> Iterator[Part]:
    for item in digest.items:
        yield from turned(partial(item_view, digest, KEY, item.number, say=SAY))


def turned(view: PageView) -> Iterator[Part]:
    page = 0
    while True:
        part = view(page=page)
        yield part
        if not any(button.text == "›" for row in part.keyboard for button in row):
            return
        page += 1


def _argument(data: str) -> tuple[str, int, int]:
    key, number, page = data.removeprefix("v1:sec:").rsplit(".", 2)
    return key, int(number), int(page)
