"""How a digest looks in the group and on a reader's card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.digest import parse_digest
from bot.core.format import (
    Links,
    edition_view,
    index_card,
    item_view,
    publication,
    reader_card,
    rest_view,
    section_view,
)
from bot.core.format.parts import Entity, Part, Preview, to_params, utf16_len
from bot.core.models import (
    Code,
    Commentary,
    CommentaryKind,
    Digest,
    Item,
    Label,
    ListBlock,
    ListEntry,
    Paragraph,
    Passage,
    Quote,
    Run,
    Section,
    Style,
    Table,
)
from bot.core.tags.edition import TagFilter, select
from bot.locales import catalogue
from tests.support.oracle import judge
from tests.support.samples import URL, brief, digest, said, section, story, words
from tests.support.words import count_words, digest_words

KEY = "20260206"
SAY = catalogue()
LINKS = Links("ai_daily_bot", "@ai_news_plus")


def sent(*sections: Section) -> list[Part]:
    return list(publication(digest(*sections), KEY, links=LINKS, say=SAY).parts[1:])


def body(*entries: Item | Passage) -> str:
    """The text below the heading of a section with these entries."""
    (part,) = sent(section(1, "标题", *entries))
    assert judge(to_params(part)).is_clean
    return part.text.removeprefix("标题\n\n").removesuffix("\n\n#AI日报")


def shown(part: Part, kind: str) -> list[str]:
    return [covered(part, entity) for entity in part.entities if entity.type == kind]


def covered(part: Part, entity: Entity) -> str:
    return part.text.encode("utf-16-le")[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def test_index_card_says_what_the_digest_holds() -> None:
    """Title, date, counts, five points, the others folded, contents with counts, two links into the bot."""
    made = digest(section(1, "架构", story(1)), section(2, "更多动态", brief(2), brief(3), is_roundup=True), points=7)
    card = index_card(made, KEY, links=LINKS, say=SAY)
    assert card.text == (
        "AI架构突破\n2026-02-06 周五 · 1 篇解读 · 2 条快讯\n\n"
        "• 第 1 点\n• 第 2 点\n• 第 3 点\n• 第 4 点\n• 第 5 点\n"
        "另外 2 条要点\n• 第 6 点\n• 第 7 点\n\n"
        "1 架构 ·\u00a01\n2 更多动态 ·\u00a02"
    )
    assert shown(card, "bold") == ["AI架构突破"]
    assert shown(card, "expandable_blockquote") == ["另外 2 条要点\n• 第 6 点\n• 第 7 点"]
    assert [button.url for button in card.keyboard[0]] == [LINKS.subscribe(), LINKS.tags()]
    assert card.preview == Preview("https://a.com/cover.png")
    assert not card.is_silent


def test_contents_are_linked_once_the_sections_are_sent() -> None:
    """Only lines whose message is known are links, and a correction says so."""
    made = digest(section(1, "架构", story(1)), section(2, "战略", story(2)))
    card = index_card(made, KEY, links=LINKS, say=SAY, section_urls={2: "https://t.me/ai_news_plus/7"}, corrected=True)
    assert shown(card, "text_link") == ["2 战略"]
    assert card.text.startswith("AI架构突破（更正）\n")


def test_own_numbers_of_titles_are_not_doubled() -> None:
    """`七、更多动态` needs no 7 before it; on a button ours is shorter."""
    made = digest(section(1, "一、AI架构与记忆技术的全面突破", story(1)), section(2, "02 论文", story(2)))
    assert index_card(made, KEY, links=LINKS, say=SAY).text.endswith(
        "一、AI架构与记忆技术的全面突破 ·\u00a01\n02 论文 ·\u00a01"
    )
    assert [b.text for b in reader_card(made, KEY, say=SAY).keyboard[0]] == ["1 AI架构 1", "2 论文 1"]


def test_a_digest_without_summary_is_told_by_its_headlines() -> None:
    """The card is never bare."""
    assert "• 英伟达发布新芯片\n" in index_card(digest(section(1, "架构", story(1))), KEY, links=LINKS, say=SAY).text


@pytest.mark.parametrize("count", [30, 60, 150])
def test_cards_of_many_sections_still_fit(count: int) -> None:
    """Points and lines are left out before Telegram refuses a card."""
    long = "一个相当长的章节标题，讲的是许多公司在同一天发布的许多模型"
    made = digest(*(section(n, long, story(n)) for n in range(1, count + 1)), points=40)
    urls = {n: f"https://t.me/ai_news_plus/{n}" for n in range(1, count + 1)}
    for card in (index_card(made, KEY, links=LINKS, say=SAY, section_urls=urls), reader_card(made, KEY, say=SAY)):
        assert judge(to_params(card)).is_clean


def test_an_item_is_headline_text_and_one_quote() -> None:
    """Number, bold linked headline, lead, bullets with bold labels; insight and impact folded in one quote."""
    bullets = ListBlock((ListEntry("•", (Paragraph((Run("能力", Style.BOLD), Run("：审查"))),)),))
    remarks = (
        Commentary(CommentaryKind.INSIGHT, "深度解读", (said("观点。"),)),
        Commentary(CommentaryKind.IMPACT, "影响", (ListBlock((ListEntry("•", (said("利好"),)),)),)),
    )
    item = story(6, "Claude插件", said("导语。"), bullets, commentary=remarks)
    (part,) = sent(section(1, "企业战略", item))
    assert part.text == (
        "企业战略\n\n6. Claude插件\n导语。\n• 能力：审查\n💡 深度解读　观点。\n\n影响\n• 利好\n\n#AI日报"
    )
    assert shown(part, "text_link") == ["Claude插件"]
    assert shown(part, "bold") == ["企业战略", "Claude插件", "能力", "深度解读", "影响"]
    assert shown(part, "expandable_blockquote") == ["💡 深度解读　观点。\n\n影响\n• 利好"]
    assert part.is_silent
    assert part.preview is None


def test_a_roundup_opens_ten_briefs_and_folds_the_others() -> None:
    """The rest stands in one quote; there are no tags."""
    briefs = [brief(n, topics=("模型",)) for n in range(1, 61)]
    (part,) = sent(section(1, "更多动态", *briefs, is_roundup=True))
    (quote,) = shown(part, "expandable_blockquote")
    assert quote.startswith("11. 快讯标题，后文。\n12. ")
    assert "10. 快讯标题，后文。\n11. " in part.text
    assert "#" not in part.text
    assert judge(to_params(part)).is_clean


def test_a_huge_roundup_reopens_its_quote() -> None:
    """More links than one message keeps: the quote is closed, and opened again below the continuation."""
    parts = sent(section(1, "更多动态", *(brief(n) for n in range(1, 151)), is_roundup=True))
    assert len(parts) == 2
    assert parts[1].text.startswith("更多动态（续）\n\n")
    assert all(len(shown(part, "expandable_blockquote")) == 1 for part in parts)
    assert all(judge(to_params(part)).is_clean for part in parts)


def test_hashtags_are_the_most_frequent_topics() -> None:
    """At most three beside the digest's own, none that Telegram would break."""
    topics = [("智能体", "模型"), ("智能体", "GPT-5", "a.b"), ("模型", "开源", "研究")]
    parts = sent(section(1, "标题", *(story(n, topics=names) for n, names in enumerate(topics, 1))))
    assert parts[-1].text.endswith("\n\n#AI日报 #智能体 #模型 #开源")
    assert judge(to_params(parts[-1])).automatic == [("hashtag", f"#{t}") for t in ("AI日报", "智能体", "模型", "开源")]


def test_a_repeat_is_marked() -> None:
    """With the item's sign, its number beyond twenty, or its section when it is shown without a number."""
    first = Item(1, words("导言"), None, (said("正文。"),), is_implied=True)
    entries = [story(4), brief(5, repeats=4), brief(21, repeats=21), brief(22, repeats=1)]
    text = "\n".join(part.text for part in sent(section(1, "导言", first), section(2, "甲", *entries)))
    assert "5. 快讯标题，后文。（详见 ④）" in text
    assert "21. 快讯标题，后文。（详见 21）" in text
    assert "22. 快讯标题，后文。（详见第 1 节）" in text


def test_plain_prose_needs_no_second_headline() -> None:
    """The section's title is its headline, and carries its link."""
    item = Item(1, words("标题"), URL, (said("甲。"), said("乙。")), is_implied=True)
    (part,) = sent(section(1, "标题", item))
    assert part.text == "标题\n\n甲。\n\n乙。\n\n#AI日报"
    assert shown(part, "text_link") == ["标题"]


def test_an_introduction_stands_apart_from_the_prose() -> None:
    """A passage before the only story is a unit of its own."""
    item = Item(1, words("标题"), None, (said("正文。"),), is_implied=True)
    assert body(Passage((said("引子。"),)), item) == "引子。\n\n正文。"


def test_a_section_named_after_its_only_item_says_it_once() -> None:
    """No silly doubles."""
    (part,) = sent(section(1, "英伟达发布新芯片", story(1)))
    assert part.text == "英伟达发布新芯片\n\n正文。\n\n#AI日报"


def test_sections_are_counted_in_one_place_only() -> None:
    """`【2/2】` on the first message of a section, `（续）` on the next."""
    long = [story(n, "标题", *(said("一句不长不短的话。" * 30) for _ in range(5))) for n in range(2, 6)]
    parts = sent(section(1, "甲", story(1)), section(2, "乙", *long))
    assert [part.text.split("\n")[0] for part in parts] == ["【1/2】甲", "【2/2】乙", "乙（续）"]


def test_counters_have_no_gap_where_a_title_stands_alone() -> None:
    """A title with nothing below it gets no message, so none is counted for it; the contents name it unnumbered."""
    parsed = parse_digest(b"---\ntitle: t\ndate: 2026-02-06\n---\n## A\n\n- a\n\n## Empty\n\n## B\n\n- b\n", "x.md")
    assert parsed is not None
    assert parsed.digest is not None
    card, *parts = publication(parsed.digest, KEY, links=LINKS, say=SAY).parts
    assert [part.text.split("\n")[0] for part in parts] == ["【1/2】A", "【2/2】B"]
    assert card.text.endswith("1 A ·\u00a01\nEmpty\n2 B ·\u00a01")


def test_a_brief_is_bold_where_its_author_made_it() -> None:
    """In the messages; a list of headlines has none that is bolder than the others."""
    made = digest(section(1, "甲", replace(brief(1), headline=(Run("粗体快讯", Style.BOLD),)), is_roundup=True))
    (part,) = publication(made, KEY, links=LINKS, say=SAY).parts[1:]
    assert shown(part, "bold") == ["甲", "粗体快讯"]
    listed = rest_view(made, KEY, select(made, TagFilter(followed=frozenset({"机器人"}))), 0, say=SAY)
    assert "粗体快讯" not in shown(listed, "bold")


def test_an_untitled_section_goes_by_the_digest() -> None:
    """There is always a heading."""
    assert sent(section(1, "", story(1)))[0].text.startswith("AI架构突破\n\n1. ")


def test_lists_keep_numbers_and_indentation() -> None:
    """Nested entries stand one character further in, with a mark of their own."""
    inner = ListBlock((ListEntry("•", (said("内"), ListBlock((ListEntry("1)", (said("深\n折行"),)),)))),))
    outer = ListBlock((ListEntry("3.", (said("外"), inner)), ListEntry("4.", (said("后"), said("段")))))
    assert body(Passage((outer,))) == "3. 外\n　◦ 内\n　　1) 深\n　　　折行\n4. 后\n\n　段"


def test_a_narrow_table_is_drawn() -> None:
    """Columns stand under each other, a Chinese character counting as two."""
    table = Table((words("档位"), words("价")), ((words("旗舰"), words("58")), (words("A"), words("0.9"))))
    assert body(Passage((table,))) == "档位  价\n---------\n旗舰  58\nA     0.9"


def test_a_wide_or_linked_table_is_spelled_out() -> None:
    """`列：值`, without empty values; links survive."""
    header = (words("名称"), words("说明"))
    table = Table(header, (((Run("甲", url=URL),), words("一")), (words("乙"), ())))
    assert body(Passage((table,))) == "• 名称：甲\n　说明：一\n• 名称：乙"
    table = Table(header, (((Run("甲", url=URL),), words("一\n二")),))
    assert body(Passage((table,))) == "• 名称：甲\n　说明：一\n　二"
    table = Table((words("#"), *header), ((words("1"), (Run("甲", url=URL),), words("一")),))
    assert body(Passage((table,))) == "1. 名称：甲\n　说明：一"
    wide = Table(header, ((words("甲"), words("很长的说明" * 8)),))
    assert body(Passage((wide,))) == f"• 名称：甲\n　说明：{'很长的说明' * 8}"


def test_a_column_without_values_keeps_its_name() -> None:
    """No word of a table is lost."""
    table = Table((words("甲" * 20), words("乙" * 20)), ((words("一"), ()),))
    assert "乙" * 20 in body(Passage((table,)))


def test_pictures_stand_close_below_what_they_show() -> None:
    """Pictures follow the text without an empty line, and each other too."""
    said_then = [Paragraph(words(text)) for text in ("话", "🖼 一", "🖼 二", "还有")]

    assert body(Passage(tuple(said_then))) == "话\n🖼 一\n🖼 二\n\n还有"


def test_quotes_and_code_keep_their_look() -> None:
    """A quote in a quote is drawn as one, as Telegram does."""
    blocks = (Quote((said("引"), Quote((said("内"),)))), Code("a = 1\n\tb\n", "python x"))
    (part,) = sent(section(1, "标题", Passage(blocks), story(1)))
    assert shown(part, "blockquote") == ["引\n内"]
    assert shown(part, "pre") == ["a = 1\n    b"]
    assert judge(to_params(part)).is_clean


def test_blank_blocks_leave_no_trace() -> None:
    """Nor do they leave empty lines or empty quotes."""
    empty = (said(" "), Quote((said(""),)), Code(" \n"), ListBlock((ListEntry("•", ()),)), Table((words(""),), ()))
    assert body(Passage(empty), story(1, "标题二", *empty)) == "1. 标题二"


def test_a_label_stays_with_what_it_names() -> None:
    """Even between two messages."""
    fill = said("字" * 4080)
    parts = sent(section(1, "标题", Passage((fill,)), Passage((Label(words("模型")),)), brief(1)))
    assert parts[0].text.endswith("字")
    assert parts[1].text.startswith("标题（续）\n\n模型\n1. 快讯标题")


def test_a_torn_item_keeps_its_headline_with_its_first_sentence() -> None:
    """An item larger than a message begins with headline and text."""
    parts = sent(section(1, "标题", story(1, "长文", said("一个完整的句子，有二十来个字这么长。" * 400))))
    assert len(parts) > 1
    assert parts[0].text.startswith("标题\n\n1. 长文\n一个")
    assert all(part.text.endswith(("。", "#AI日报")) for part in parts)


def test_a_title_longer_than_a_message_is_still_said() -> None:
    """The heading is short, the whole title follows as text."""
    title = "很长的标题" * 1000
    parts = sent(section(1, title, story(1)))
    assert all(judge(to_params(part)).is_clean for part in parts)
    assert "\n\n1. 英伟达发布新芯片\n" in parts[-1].text
    assert sum(part.text.count("很长的标题") for part in parts) >= 1000 - len(parts)


def test_a_reader_without_tags_gets_points_and_a_button_a_section() -> None:
    """Two columns of sections, then the card's own row."""
    made = digest(*(section(n, f"章节{n}", story(n)) for n in range(1, 4)), points=7)
    card = reader_card(made, KEY, say=SAY, links=LINKS)
    assert card.text.endswith("• 第 5 点\n\n来自 @ai_news_plus")
    assert [[button.callback for button in row] for row in card.keyboard] == [
        ["v1:sec:20260206.1.0", "v1:sec:20260206.2.0"],
        ["v1:sec:20260206.3.0"],
        ["v1:prev:20260206", "v1:tags:", "v1:full:20260206"],
    ]
    assert card.preview == Preview("https://a.com/cover.png")


def tagged(count: int) -> Digest:
    entries = [story(n, f"标题{n}", topics=("机器人",) if n % 2 else ("模型",)) for n in range(1, count + 1)]
    return digest(section(1, "甲", *entries))


def test_a_reader_with_tags_gets_their_edition() -> None:
    """Items by number with the tag that brought them, how many of how many, and the rest a tap away."""
    made = tagged(5)
    card = reader_card(made, KEY, say=SAY, edition=select(made, TagFilter(("机器人",))), links=LINKS)
    assert "这期 5 条，按你的标签送 3 条" in card.text
    assert "\n1. 标题1 · 机器人\n3. 标题3 · 机器人\n5. 标题5 · 机器人\n" in card.text
    assert [button.text for button in card.keyboard[0]] == ["逐条细读", "看其余 2 条"]
    assert [button.callback for button in card.keyboard[0]] == ["v1:ed:20260206.0", "v1:rest:20260206.0"]


def test_an_edition_is_listed_by_section() -> None:
    """A bold title above the items of each; none above those of the only section, and never a headline said twice."""
    entries = [story(n, f"标题{n}", topics=("机器人",)) for n in range(1, 5)]
    made = digest(section(1, "甲", *entries[:2]), section(2, "乙", story(5)), section(3, "标题4", entries[3]))
    card = reader_card(made, KEY, say=SAY, edition=select(made, TagFilter(("机器人",))))
    listed = "\n\n甲\n1. 标题1 · 机器人\n2. 标题2 · 机器人\n4. 标题4 · 机器人"
    assert card.text.endswith(listed)
    bold = [card.text[each.offset : each.offset + each.length] for each in card.entities if each.type == "bold"]
    assert bold == [made.title, "甲"]


def test_a_long_edition_has_pages() -> None:
    """Twelve lines a card."""
    made = tagged(60)
    edition = select(made, TagFilter(("机器人",)))
    pages = [reader_card(made, KEY, say=SAY, edition=edition, page=page) for page in range(3)]
    assert [page.text.count(" · 机器人") for page in pages] == [12, 12, 6]
    assert [[b.callback for b in page.keyboard[0]] for page in pages] == [
        ["v1:card:20260206.1"],
        ["v1:card:20260206", "v1:card:20260206.2"],
        ["v1:card:20260206.1"],
    ]


def test_an_empty_edition_offers_the_rest() -> None:
    """It says so, and there is nothing to read one by one."""
    made = tagged(5)
    card = reader_card(made, KEY, say=SAY, edition=select(made, TagFilter(("芯片算力",))))
    assert "这期没有你关心的内容。" in card.text
    assert [button.text for button in card.keyboard[0]] == ["看其余 5 条"]


def test_section_pages_lead_to_their_neighbours() -> None:
    """‹ goes to the last page of the section before; the first and the last page have one arrow."""
    long = [story(n, "标题", *(said("一句不长不短的话。" * 30) for _ in range(5))) for n in range(1, 5)]
    made = digest(section(1, "甲", *long), section(2, "乙", story(5)))
    first, middle, last = (section_view(made, KEY, n, page, say=SAY) for n, page in ((1, 0), (1, 1), (2, 0)))
    assert [b.callback for b in first.keyboard[0]] == ["v1:card:20260206", "v1:sec:20260206.1.1"]
    assert [b.callback for b in middle.keyboard[0]] == [
        "v1:sec:20260206.1.0",
        "v1:card:20260206",
        "v1:sec:20260206.2.0",
    ]
    assert [b.callback for b in last.keyboard[0]] == ["v1:sec:20260206.1.99", "v1:card:20260206"]
    assert section_view(made, KEY, 1, 99, say=SAY) == middle
    assert first.preview is None


@pytest.mark.parametrize(("number", "page"), [(0, 0), (99, 0), (1, -5), (1, 99)])
def test_a_stale_button_gives_the_nearest_page(number: int, page: int) -> None:
    """After a correction a section may be gone."""
    made = digest(section(1, "甲", story(1)), section(2, "乙", story(2)))
    assert section_view(made, KEY, number, page, say=SAY).text


def test_an_edition_is_read_in_full_and_its_rest_by_headlines() -> None:
    """Both lead back to the card."""
    made = tagged(5)
    edition = select(made, TagFilter(("机器人",)))
    full, rest = (view(made, KEY, edition, 0, say=SAY) for view in (edition_view, rest_view))
    assert full.text.startswith("按你的标签 · 3 条\n\n1. 标题1\n正文。\n\n3. ")
    assert rest.text == "其余 2 条\n\n甲\n2. 标题2\n4. 标题4"
    assert [b.callback for b in full.keyboard[0]] == [b.callback for b in rest.keyboard[0]] == ["v1:card:20260206"]


def test_an_item_opens_with_its_section_source_and_digest() -> None:
    """The commentary is open, and the source a button."""
    remarks = (Commentary(CommentaryKind.INSIGHT, "深度解读", (said("观点。"),)),)
    made = digest(section(1, "甲", story(1, commentary=remarks)))
    part = item_view(made, KEY, 1, say=SAY)
    assert part.text == "2026-02-06 · 甲\n\n1. 英伟达发布新芯片\n正文。\n💡 深度解读　观点。"
    assert shown(part, "blockquote") == ["💡 深度解读　观点。"]
    assert [(b.text, b.url or b.callback) for b in part.keyboard[0]] == [
        ("原文", URL),
        ("打开这期", "v1:card:20260206"),
    ]


def test_an_item_larger_than_a_message_has_pages() -> None:
    """The second page continues."""
    made = digest(section(1, "甲", story(1, "长文", said("一个完整的句子，有二十来个字这么长。" * 400))))
    assert item_view(made, KEY, 1, say=SAY).keyboard[0][0].callback == "v1:item:20260206_1.1"
    assert item_view(made, KEY, 1, say=SAY, page=1).text.startswith("甲（续）\n\n一个")


def test_an_item_that_is_not_there_is_refused() -> None:
    """The caller says so to the reader."""
    with pytest.raises(KeyError):
        item_view(digest(section(1, "甲", story(1))), KEY, 2, say=SAY)


FRAGMENTS = [
    "# 标题", "## 章节", "## 更多动态", "### [故事](https://a.com/x)", "### 故事 `code` README.md", "#### 小节",
    "**粗体：**文字", "**一个相当长的粗体标题行**", "- 条目", "  - 内层", "    1. 更深", "3. 第三", "> 引用", "> > 套",
    "```py\ncode 1\n```", "    缩进码", "| a | b |\n|---|---|\n| 1 | [x](https://b.com) |", "**深度解读 & 洞察：**",
    "**影响：**", "---", "![图](https://a.com/i.png)", "<div>块</div>\n", "<br>",
    "<b>x</b> <!-- y -->", "[^1]",
    "[^1]: 注", "文字 @name #tag /cmd https://c.com/y_(z) 😀👨‍👩‍👧", "*a **b `c` d* e**", "[链 **粗** `码`](https://d.com/p)",
    "句子。" * 40, "word " * 300, "", "", "\\", "“引”（括）",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25), st.sampled_from(["\n", "\n\n"]))
@settings(max_examples=150)
def test_random_markdown_is_accepted_unaltered_and_complete(fragments: Sequence[str], between: str) -> None:
    """Whatever an author or a model writes: no message refused or altered, no word lost."""
    source = "---\ntitle: 任意\ndate: 2026-02-06\ncategory: AI 日报\n---\n" + between.join(fragments) + "\n"
    parsed = parse_digest(source.encode(), "2026-02-06-x.md")
    if parsed is None or parsed.digest is None:
        return
    parts = publication(parsed.digest, KEY, links=LINKS, say=SAY).parts
    for part in parts:
        verdict = judge(to_params(part))
        assert verdict.is_clean
        assert {kind for kind, _ in verdict.automatic} <= {"hashtag"}
    said_once = [made.title for made in parsed.digest.sections if [i.title for i in made.items] == [made.title]]
    listed = [made.title for made in parsed.digest.sections if not made.entries]
    assert not count_words("\n".join(listed)) - count_words(parts[0].text)
    held = count_words("\n".join([*(part.text for part in parts[1:]), parsed.digest.title, *said_once, *listed]))
    assert not digest_words(parsed.digest) - held


def test_every_part_of_a_card_counts_utf16() -> None:
    """Emoji do not shift the formatting behind them."""
    made = replace(digest(section(1, "😀😀", story(1))), title="👨‍👩‍👧 家庭")
    part = publication(made, KEY, links=LINKS, say=SAY).parts[1]
    assert shown(part, "bold")[0] == "😀😀"
    assert part.entities[0].length == utf16_len("😀😀")


def test_a_title_with_nothing_below_is_listed_but_gets_no_message() -> None:
    """The card's contents name it; a message of a headline alone, and a button to it, are spared."""
    made = digest(section(1, "空的一节"), section(2, "满的一节", story(1)))
    printed = publication(made, KEY, links=LINKS, say=SAY)
    assert "空的一节" in printed.card.text
    assert [sent.title for sent in printed.sections] == ["满的一节"]
    buttons = [button for row in reader_card(made, KEY, say=SAY).keyboard for button in row]
    assert not [button for button in buttons if "空的" in button.text]
    assert "满的一节" in section_view(made, KEY, 1, 0, say=SAY).text
