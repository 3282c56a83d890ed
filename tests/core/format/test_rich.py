"""Rich messages: within every documented limit, with all words, in blocks that the Bot API knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.core.format.parts import Button
from bot.core.format.rich import LIMITS, RichPart, fits, rich_publication, to_rich_params
from bot.core.format.rich_blocks import RichSize, details, measure, paragraph, rich_blocks, rich_text
from bot.core.models import Code, Digest, Item, ListBlock, ListEntry, Paragraph, Quote, Run, Section, Style, Table
from bot.locales import catalogue
from tests.support.samples import digest, digest_of, sample_files, story, words
from tests.support.samples import section as section_of
from tests.support.words import count_words, digest_words

SAY = catalogue()
FIELDS = {
    "paragraph": {"text"},
    "heading": {"text", "size"},
    "pre": {"text", "language"},
    "list": {"items"},
    "blockquote": {"blocks"},
    "details": {"summary", "blocks"},
    "table": {"cells", "is_bordered"},
}
OPTIONAL = {"language", "is_bordered"}
"""Fields of the blocks we make. Source: https://core.telegram.org/bots/api#inputrichblock"""


def every_block(blocks: Any) -> Iterator[Mapping[str, Any]]:
    for block in blocks:
        yield block
        yield from every_block(block.get("blocks", ()))
        for item in block.get("items", ()):
            yield from every_block(item["blocks"])


def texts(node: Any) -> Iterator[str]:
    """All words in a tree of blocks, whatever field they stand in."""
    match node:
        case str():
            yield node
        case list() | tuple():
            for one in node:
                yield from texts(one)
        case dict():
            for name, value in node.items():
                if name not in {"type", "url", "language", "align", "valign"}:
                    yield from texts(value)


def published(made: Digest) -> tuple[RichPart, ...]:
    return rich_publication(made, say=SAY)


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem[:10]) for path in sample_files()])
def test_every_digest_within_the_limits_and_complete(path: Path) -> None:
    """Known blocks with their fields, no message too large, no word lost."""
    made = digest_of(path)
    if made is None:
        pytest.skip("another kind of post")
    parts = published(made)
    for part in parts:
        assert fits(part.blocks)
        for block in every_block(part.blocks):
            assert FIELDS[block["type"]] - OPTIONAL <= set(block) - {"type"} <= FIELDS[block["type"]]
            assert "".join(texts(block)).strip()
    shown = count_words(" ".join(word for part in parts for word in texts(list(part.blocks))))
    assert not digest_words(made) - shown
    assert [part.is_silent for part in parts] == [False] + [True] * (len(parts) - 1)


def test_a_digest_that_fits_is_one_message() -> None:
    """Title, sections, stories; insight behind a line that opens."""
    made = digest(section_of(1, "甲", story(1)), section_of(2, "乙", story(2)), points=2)
    (part,) = published(made)
    assert [block["type"] for block in part.blocks] == [
        "heading", "paragraph", "list", "heading", "heading", "paragraph", "heading", "heading", "paragraph",
    ]  # fmt: skip


def long_story(number: int, units: int) -> Item:
    return Item(number, words(f"标题{number}"), None, (Paragraph(words("字" * units)),))


def test_one_unit_more_than_fits_makes_a_message_a_section() -> None:
    """The border is exact: 32,768 units are one message, one more is a card and a message for each section."""
    small = digest(section_of(1, "甲", long_story(1, 1)), section_of(2, "乙", long_story(2, 1)))
    room = LIMITS.units - measure(published(small)[0].blocks).units
    exact = digest(section_of(1, "甲", long_story(1, 1 + room)), section_of(2, "乙", long_story(2, 1)))
    beyond = digest(section_of(1, "甲", long_story(1, 2 + room)), section_of(2, "乙", long_story(2, 1)))
    assert [len(published(made)) for made in (exact, beyond)] == [1, 3]
    assert measure(published(exact)[0].blocks).units == LIMITS.units


def test_one_block_more_than_fits_makes_a_message_a_section() -> None:
    """The same border for blocks."""

    def made(count: int) -> Digest:
        blocks = tuple(Paragraph(words("字")) for _ in range(count))
        return digest(section_of(1, "甲", Item(1, words("题"), None, blocks)), section_of(2, "乙", story(2)))

    room = LIMITS.blocks - measure(published(made(1))[0].blocks).blocks
    assert [len(published(made(count))) for count in (1 + room, 2 + room)] == [1, 3]


def test_a_section_larger_than_a_message_is_cut_between_blocks() -> None:
    """A headline goes with the first block of its text."""
    made = digest(section_of(1, "甲", *(long_story(n, 9_000) for n in range(1, 8))), section_of(2, "乙", story(8)))
    parts = published(made)
    assert all(fits(part.blocks) for part in parts)
    assert all(part.blocks[-1]["type"] != "heading" for part in parts)
    assert len(parts) == 5


def test_a_block_larger_than_a_message_is_told_in_pieces() -> None:
    """Nothing is lost."""
    made = digest(section_of(1, "甲", long_story(1, 100_000)))
    parts = published(made)
    assert all(fits(part.blocks) for part in parts)
    assert "".join(texts([list(part.blocks) for part in parts])).count("字") == 100_000


def test_entries_rows_and_nesting_are_counted() -> None:
    """List entries and table rows count as blocks; each level of blocks and texts as depth."""
    inner = ListBlock((ListEntry("•", (Paragraph(words("一")),)), ListEntry("•", (Paragraph(words("😀")),))))
    assert measure(rich_blocks([inner])) == RichSize(3, 5, 4)
    table = Table((words("甲"), words("乙")), ((words("一"), words("二")),))
    assert measure(rich_blocks([table])) == RichSize(4, 3, 3)
    assert measure([details("摘要", [paragraph("文")])]) == RichSize(3, 2, 3)


def test_deep_nesting_stays_within_the_levels() -> None:
    """What is deeper is told line by line."""
    block: Quote | Paragraph = Paragraph((Run("底", Style.BOLD | Style.ITALIC, "https://a.com/"),))
    for _ in range(40):
        block = Quote((block,))
    size = measure(rich_blocks([block]))
    assert size.depth <= LIMITS.depth
    assert size.units == 1


def test_looks_and_links_of_a_text() -> None:
    """Styles inside the link; an address that Telegram refuses leaves its words."""
    inline = (Run("甲", Style.BOLD, "https://A.com"), Run("乙"), Run("丙", url="https://localhost/"))
    linked = {"type": "url", "text": {"type": "bold", "text": "甲"}, "url": "https://a.com/"}
    assert rich_text(inline) == [linked, "乙", "丙"]


def test_lists_code_and_tables_have_their_own_blocks() -> None:
    """Numbers of ordered lists are kept, and the boxes of what is done and to do."""
    made = rich_blocks([
        ListBlock((ListEntry("3.", (Paragraph(words("三")),)),)),
        Code("a = 1\n", "python"),
        Table((words("甲"),), ((words("一"),),)),
        ListBlock((ListEntry("☐", (Paragraph(words("待")),)), ListEntry("☑", (Paragraph(words("毕")),)))),
    ])  # fmt: skip
    assert made[0]["items"] == [{"blocks": [paragraph("三")], "value": 3, "type": "1"}]
    assert made[1] == {"type": "pre", "text": "a = 1", "language": "python"}
    assert made[3]["items"] == [
        {"blocks": [paragraph("待")], "has_checkbox": True},
        {"blocks": [paragraph("毕")], "has_checkbox": True, "is_checked": True},
    ]
    assert made[2]["cells"][0][0] == {"text": "甲", "align": "left", "valign": "top", "is_header": True}


def test_parameters_of_the_call() -> None:
    """Telegram looks for no links by itself; only the first message has a keyboard."""
    keyboard = ((Button("标签", callback="v1:tags:"),),)
    made = digest(section_of(1, "甲", long_story(1, 40_000)))
    first, second, *_ = (to_rich_params(part) for part in rich_publication(made, say=SAY, keyboard=keyboard))
    assert first["rich_message"]["skip_entity_detection"] is True
    assert first["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "v1:tags:"
    assert "reply_markup" not in second
    assert second["disable_notification"] is True


def test_a_roundup_folds_its_tail() -> None:
    """The first ten briefs are open."""
    briefs = (Item(n, words(f"快讯{n}"), None, (), is_brief=True) for n in range(1, 31))
    (part,) = published(digest(Section(1, "更多动态", tuple(briefs), is_roundup=True)))
    assert part.blocks[-1]["type"] == "details"
    assert part.blocks[-1]["summary"] == "另外 20 条"
    assert len(part.blocks[-1]["blocks"]) == 20
