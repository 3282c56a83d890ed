"""Keywords: a reader's own words, spelled one way and matched as the search matches."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.format.watch import Watch
from bot.core.models import Digest, Item, Paragraph, Run, Section
from bot.core.search.aliases import Aliases
from bot.core.tags.concordance import Concordance
from bot.core.tags.edition import TagFilter, select
from bot.core.tags.keywords import MAX_CHARACTERS, bare, identity, is_keyword, keyword, resolve, split_words


def digest_of(*stories: tuple[str, str]) -> Digest:
    items = tuple(
        Item(number, (Run(headline),), blocks=(Paragraph((Run(text),)),), topics=("模型",) if number == 1 else ())
        for number, (headline, text) in enumerate(stories, 1)
    )
    return Digest(dt.date(2026, 2, 6), "sample", "样刊", (Section(1, "要闻", items),))


@pytest.mark.parametrize("spelling", ["GPT-5", "gpt5", "GPT 5", "ＧＰＴ－５", " gpt-5 ", "“GPT-5”"])
def test_all_spellings_are_one_keyword(spelling: str) -> None:
    """Width, case, spaces and hyphens make no other filter; the last spelling is the one that is shown."""
    found = keyword(spelling)
    assert found is not None
    assert identity(found) == "“gpt5”"
    assert TagFilter(("“gpt5”",)).follow(found) == TagFilter((found,))
    assert TagFilter((found,)).mute("“Gpt5”") == TagFilter((), ("“Gpt5”",))
    assert Watch(("“gpt5”",)).add(found).drop("“GPT5”") == Watch()


@pytest.mark.parametrize(
    ("text", "folded"),
    [("機器人", "机器人"), ("Open Source", "open source"), ("3.5", "3.5"), ("GPT-5.2", "gpt5.2")],
)
def test_a_keyword_keeps_its_spelling_and_what_tells_words_apart(text: str, folded: str) -> None:
    """Traditional is the same as simplified; two words of one kind stay two."""
    assert keyword(text) == f"“{text}”"
    assert identity(f"“{text}”") == f"“{folded}”"


@pytest.mark.parametrize(
    ("text", "shown"), [("/start", "start"), ("@everyone", "everyone"), ("ai.com", "ai com"), ("甲\u202e乙", "甲乙")]
)
def test_no_spelling_is_a_link_a_name_or_a_trick(text: str, shown: str) -> None:
    """It stands in our messages, and in cards."""
    assert keyword(text) == f"“{shown}”"


@pytest.mark.parametrize("text", ["", "……", "🤖", "“”", "字" * (MAX_CHARACTERS + 1)])
def test_what_cannot_be_searched_is_no_keyword(text: str) -> None:
    """Neither signs alone nor a whole sentence."""
    assert keyword(text) is None


@given(st.text(max_size=60))
def test_a_keyword_is_its_own_spelling(text: str) -> None:
    """Made again from what it shows it is the same, and it is never too long."""
    found = keyword(text)
    assert found is None or (keyword(bare(found)) == found and is_keyword(found))
    assert found is None or len(bare(found)) <= MAX_CHARACTERS


def test_a_tag_comes_before_a_keyword() -> None:
    """What the taxonomy knows is followed as a tag, whatever it is called."""
    tags = {"英伟达": "NVIDIA"}
    assert resolve("英伟达", tags.get) == "NVIDIA"
    assert resolve("黄仁勋的皮衣", tags.get) == "“黄仁勋的皮衣”"


def test_words_are_parted_by_commas_of_any_kind() -> None:
    """Spaces belong to a word."""
    assert split_words(" 机器人，Open  Source、H20;芯片 ,, ") == ["机器人", "Open Source", "H20", "芯片"]


def test_a_keyword_matches_headline_and_text_as_the_search_does() -> None:
    """Parts of Chinese words count, H20 is not in H200, and all words of a keyword must be there."""
    concordance = Concordance(
        digest_of(("H200到货", "价格未定"), ("一款人形机器狗", "用了 H20 芯片"), ("机器狗上岗", "巡逻"))
    )
    assert concordance.numbers("“h20”") == {2}
    assert concordance.numbers("“机器狗”") == {2, 3}
    assert concordance.numbers("“机器狗 芯片”") == {2}
    assert concordance.numbers("“没有”") == frozenset()
    assert concordance.numbers("模型") == {1}


def test_a_keyword_matches_a_name_in_its_other_forms() -> None:
    """As a search for it would."""
    concordance = Concordance(digest_of(("NVIDIA的工厂", "")), Aliases((("英伟达", "NVIDIA"),)))
    assert concordance.numbers("“英伟达工厂”") == frozenset()
    assert concordance.numbers("“英伟达 工厂”") == {1}


def test_an_edition_says_which_keyword_brought_an_item() -> None:
    """Tags and keywords choose alike, and a muted keyword excludes."""
    digest = digest_of(("新模型", "会写诗"), ("机器狗上岗", ""), ("机器狗写诗", ""))
    edition = select(digest, TagFilter(followed=("模型", "“机器狗”"), muted=("“上岗”",)))
    assert [(item.number, edition.reason(item)) for item in edition.items] == [(1, "模型"), (3, "“机器狗”")]
    assert edition.reason(digest.items[1]) == "“上岗”"


def test_following_takes_a_tag_off_the_muted_ones_and_back() -> None:
    """A tag is followed or muted, never both."""
    muted = TagFilter(muted=("社会",))
    assert muted.follow("社会") == TagFilter(followed=("社会",))
    assert muted.follow("社会").mute("社会") == muted
    assert muted.drop("社会").is_empty
