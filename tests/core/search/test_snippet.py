"""Snippets: a piece of the original text with the hits in bold."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import Inline, Style, plain
from bot.core.search.query import parse_query
from bot.core.search.snippet import ELLIPSIS, cut_snippet, find_hits, mark
from bot.core.search.terms import Phrase, clusters

TEXT = (
    "公司完成D轮融资，由某资本领投。估值达110亿美元，是一年前的三倍。这笔融资将用于语音模型研发与全球扩张。\n"
    "另据报道，H200与H20芯片的出口有了新规定，ＧＰＴ－５与GPT-5.3也在其列。市场反应平淡，機器人概念股上涨。"
)


def phrases(query: str) -> tuple[Phrase, ...]:
    return parse_query(query, dt.date(2026, 2, 10)).phrases


def shown(inline: Inline) -> str:
    return "".join(f"【{run.text}】" if run.style is Style.BOLD else run.text for run in inline)


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("融资", ["融资", "融资"]),
        ("H20", ["H20"]),
        ("gpt5", ["ＧＰＴ－５", "GPT-5"]),
        ("GPT-5.3", ["GPT-5.3"]),
        ("机器人", ["機器人"]),
        ("股", ["股"]),
        ("融资市场", []),
        ("", []),
    ],
)
def test_hits_are_marked_in_the_original(query: str, hits: list[str]) -> None:
    """As the index finds them, in the author's own spelling, and nothing more."""
    marked = mark(TEXT, phrases(query))
    assert plain(marked) == TEXT.replace("\n", " ")
    assert [run.text for run in marked if run.style is Style.BOLD] == hits


def test_a_snippet_shows_the_hits_from_the_start_of_a_sentence() -> None:
    """The window begins at a sentence when one begins near, and says that text is left out."""
    assert shown(cut_snippet(TEXT, phrases("出口 机器人"), 60)).startswith("…另据报道，H200与H20芯片的【出口】")
    assert shown(cut_snippet(TEXT, phrases("领投"), 20)).startswith("公司完成D轮融资，由某资本【领投】。")


def test_a_snippet_begins_and_ends_with_whole_words() -> None:
    """No Latin word or number is cut, and no punctuation of what came before stands first."""
    text = "，原定暂停的融资继续。" + "无" * 20 + "Jane Street领投OpenAI Foundation的项目DeepSeekV4"
    assert shown(cut_snippet(text, phrases("融资"), 34)).endswith("Jane…")
    assert shown(cut_snippet(text, phrases("领投"), 11)) == "…Street【领投】OpenAI…"
    assert shown(cut_snippet(text, phrases("融资"), 34)).startswith("原定")
    assert shown(cut_snippet(text, phrases("火星"), 8)) == "原定暂停的融资…"
    assert len(plain(cut_snippet("a" * 500, phrases("火星"), 30))) < 60


def test_a_snippet_prefers_different_hits() -> None:
    """A place with both words beats a place with one of them twice."""
    text = "融资融资。" + "无关" * 60 + "。谷歌融资。"
    assert "【谷歌融资】" in shown(cut_snippet(text, phrases("谷歌 融资"), 30))


def test_without_a_hit_it_is_the_beginning() -> None:
    """The words were in the headline."""
    assert shown(cut_snippet(TEXT, phrases("火星"), 10)) == TEXT[:10] + ELLIPSIS
    assert cut_snippet("", phrases("火星")) == ()


texts = st.lists(st.sampled_from([*"融资市场aé1-。 \n", "👨‍👩‍👧", "🇨🇳", "e\u0301", "Ａ"]), max_size=80).map("".join)


@given(texts, st.text(st.sampled_from("融资市场a1 "), max_size=6), st.integers(1, 40))
def test_nothing_is_cut_inside_a_character(text: str, query: str, width: int) -> None:
    """A snippet is a stretch of whole graphemes of the text."""
    words = plain(cut_snippet(text, phrases(query), width)).removeprefix(ELLIPSIS).removesuffix(ELLIPSIS)
    flat = list(clusters(text.replace("\n", " ")))
    size = len(list(clusters(words)))
    assert any("".join(flat[at : at + size]) == words for at in range(len(flat) - size + 1))


@given(texts, st.text(st.sampled_from("融资市场a1 "), max_size=6))
def test_hits_are_apart_and_in_order(text: str, query: str) -> None:
    """No two marks touch or overlap."""
    hits = find_hits(text, phrases(query))
    assert all(start < end for start, end in hits)
    assert all(before[1] < after[0] for before, after in pairwise(hits))


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=20))
def test_any_text_can_be_cut(text: str, query: str) -> None:
    """Hostile text and hostile query give a snippet, never an error."""
    cut_snippet(text, phrases(query))
