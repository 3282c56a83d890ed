"""What a reader would call sections, items, briefs and commentary, whatever the author's habits: files as cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.digest import parse_digest
from bot.core.models import Digest, Item
from tests.support.outline import outline_text

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))


def _digest(body: str) -> Digest:
    parsed = parse_digest(f"---\ntitle: 标题\ndate: 2026-02-06\n---\n{body}".encode(), "x.md")
    assert parsed is not None
    assert parsed.digest is not None
    return parsed.digest


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    """Each Markdown file in `cases` has the outline written beside it; problems stand at its end."""
    parsed = parse_digest(path.read_bytes(), path.name)
    assert parsed is not None
    assert parsed.digest is not None
    problems = [f"! {problem.line} {problem.severity.value} {problem.code}\n" for problem in parsed.problems]

    assert outline_text(parsed.digest) + "".join(problems) == path.with_suffix(".txt").read_text("utf-8")


def test_items_are_numbered_through_the_digest() -> None:
    """Numbers count items, implied items and briefs of all sections, from 1."""
    digest = _digest("## 一\n\n### 甲\n\n话\n\n## 二\n\n只有话\n\n## 更多动态\n\n- 丙\n- 丁")

    assert [item.number for item in digest.items] == [1, 2, 3, 4]
    assert [digest.find_item(number) for number in (1, 4)] == [digest.items[0], digest.items[3]]


def test_repeat_needs_address_and_words() -> None:
    """A brief repeats an item with its address and alike words; one of the two is not enough."""
    digest = _digest(
        "## 一\n\n### [可灵发布三点零视频模型](https://news.test/a)\n\n话\n\n## 更多动态\n\n"
        "- [可灵三点零视频模型上线](https://news.test/a?utm_source=x)，很快\n"
        "- [某公司宣布裁员](https://news.test/a)\n"
        "- [可灵发布三点零视频模型](https://news.test/b)\n"
    )

    assert [item.repeats for item in digest.items] == [None, 1, None, None]


def test_home_page_is_no_link_of_a_headline() -> None:
    """A headline linked to a site's front page has no link, and keeps its words."""
    digest = _digest("## 一\n\n### [新闻](https://hub.test/)\n\n看 [官网](https://hub.test/)\n\n- x")
    item = digest.items[0]

    assert (item.title, item.url) == ("新闻", None)
    assert [run.url for run in item.blocks[0].inline] == [None, "https://hub.test/"]  # type: ignore[union-attr]


def test_source_line_links_the_headline_above() -> None:
    """`[来源](…)` under an unlinked headline is the headline's address, and still shown."""
    digest = _digest("## 一\n\n### 新闻\n[来源](https://news.test/a)\n\n- 要点")

    assert digest.items[0].url == "https://news.test/a"
    assert digest.items[0].blocks[0].inline[0].text == "来源"  # type: ignore[union-attr]


def test_text_after_commentary_stays_with_its_item_in_order() -> None:
    """What follows a commentary label up to the next headline is told after it, by the same item."""
    digest = _digest("## 一\n\n### 新闻\n\n前\n\n**深度解读：** 中\n\n后\n\n---\n\n### 下一条\n\n话")
    item = digest.items[0]

    assert [block.inline[0].text for block in item.commentary[0].blocks] == ["中", "后"]  # type: ignore[union-attr]
    assert len(digest.items) == 2


def test_link_within_a_sentence_is_no_headline() -> None:
    """A link on a line of its own, where the sentence above has not ended, belongs to it."""
    digest = _digest("## 一\n\n这是个会无限生成的游戏（\n\n[第四百期](https://a.test/400)\n\n）里说过。")

    assert [item.is_implied for item in digest.items] == [True]


def test_story_of_a_chapter_is_called_like_the_chapter() -> None:
    """The author's number before a chapter's title is dropped in both, or in neither."""
    digest = _digest("## 1. 开源模型的一天\n\n" + "话" * 900 + "\n\n## 2. 芯片\n\n" + "话" * 900)

    assert [(section.title, section.items[0].title) for section in digest.sections] == [
        ("开源模型的一天", "开源模型的一天"),
        ("芯片", "芯片"),
    ]


def test_closing_remark_after_a_rule_is_nobodys_story() -> None:
    """Text under the last rule belongs to no item."""
    digest = _digest("## 一\n\n### 新闻\n\n话\n\n---\n\n以上是今天的全部。")

    assert [type(entry) is Item for entry in digest.sections[0].entries] == [True, False]


def test_english_levels_are_read_like_chinese_ones() -> None:
    """The highest level present is the section's, the next the item's."""
    for first, second in (("#", "##"), ("##", "###"), ("###", "####")):
        digest = _digest(
            f"{first} One\n\n{second} A\n\ntext\n\n{second} B\n\ntext\n\n{first} Two\n\n{second} C\n\ntext"
        )
        assert [(section.title, len(section.items)) for section in digest.sections] == [("One", 2), ("Two", 1)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("苹果发布M5芯片，性能提升三成", "苹果发布M6芯片，性能提升三成"),
        ("特斯拉宣布裁员10%并调整组织", "特斯拉宣布裁员20%并调整组织"),
        ("第1家公司发布了第1个机器人产品", "第2家公司发布了第2个机器人产品"),
    ],
)
def test_other_figures_make_another_story_in_spite_of_a_shared_address(first: str, second: str) -> None:
    """Same URL and like words are not enough when a model or a number differs."""
    made = _digest(f"## 更多动态\n\n- [{first}](https://example.org/a)，一\n- [{second}](https://example.org/a)，二\n")
    assert [item.repeats for item in made.items] == [None, None]
