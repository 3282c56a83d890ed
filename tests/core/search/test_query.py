"""Queries: what a person typed, understood."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.search.aliases import Aliases
from bot.core.search.query import MAX_WORDS, Query, parse_query

TODAY = dt.date(2026, 2, 10)
ALIASES = Aliases((("英伟达", "NVIDIA"), ("Hugging Face", "抱抱脸")))


def words(text: str) -> list[str]:
    return [word.text for word in parse_query(text, TODAY).words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("英伟达 融资", ["英伟达", "融资"]),
        ("英伟达H200发布", ["英伟达", "h200", "发布"]),
        ("GPT 5.3", ["gpt 5.3"]),
        ("MiniCPM-o 4.5", ["minicpm-o 4.5"]),
        ("OpenAI 2026", ["openai", "2026"]),
        ("OpenAI,Google", ["openai", "google"]),
        ("A股 D轮 5月", ["a股", "d轮", "5月"]),
        ('"漂移 模型" 开源', ["漂移 模型", "开源"]),
        ("“漂移 模型”", ["漂移 模型"]),
        ("a AND b OR NOT c", ["a", "and", "b", "or", "not", "c"]),
    ],
)
def test_words_of_a_query(text: str, expected: list[str]) -> None:
    """Spaces, a change of script and quotes part the words; a version belongs to its name."""
    assert words(text) == expected


def test_a_name_brings_its_aliases() -> None:
    """Names are looked up in any spelling, also over several words."""
    nvidia, face = parse_query("ｎｖｉｄｉａ hugging face", TODAY, ALIASES).words
    assert {phrase.terms for phrase in nvidia.names} == {("英伟", "伟达"), ("nvidia",)}
    assert ("抱抱", "抱脸") in {phrase.terms for phrase in face.names}


@pytest.mark.parametrize("typed", ["DeepSeekV4", "deepseek v4", "DeepSeek-V4"])
def test_a_known_name_is_found_apart_from_its_version_and_together(typed: str) -> None:
    """Both ways of writing are looked for, whichever was typed; a word that is no name stays as it is."""
    aliases = Aliases((), frozenset({"deepseek", "openai"}))
    (word,) = parse_query(typed, TODAY, aliases).words
    assert {phrase.terms for phrase in word.names} == {("deepseek", "v", "4"), ("deepseekv", "4")}
    (name,) = parse_query("open AI", TODAY, aliases).words
    assert ("openai",) in {phrase.terms for phrase in name.names}
    (other,) = parse_query("seekdeepv4", TODAY, aliases).words
    assert len(other.names) == 1


def test_filters_are_understood() -> None:
    """Days as people name them; tags quoted or not; a full-width colon is a colon."""
    query = parse_query('融资 tag：模型 tag:"Hugging Face" after:上周五 before:2026-02-09', TODAY)
    assert query.tags == ("模型", "Hugging Face")
    assert (query.after, query.before) == (dt.date(2026, 2, 6), dt.date(2026, 2, 9))
    assert [word.text for word in query.words] == ["融资"]


def test_filters_take_months_years_and_a_space() -> None:
    """after: from the first day of it, before: up to the last."""
    query = parse_query("tag: 模型 after:2025-12 before:1月", TODAY)
    assert query == Query((), ("模型",), dt.date(2025, 12, 1), dt.date(2026, 1, 31))


def test_a_filter_that_makes_no_sense_is_searched() -> None:
    """Nothing typed is lost."""
    assert words("before:noon") == ["before", "noon"]


def test_a_query_of_signs_is_empty() -> None:
    """Nothing to look for."""
    assert parse_query("。。。 🤖", TODAY).is_empty
    assert parse_query("", TODAY) == Query()


@given(st.text(st.characters(), max_size=300))
def test_anything_is_a_query(text: str) -> None:
    """No input raises, and no input makes an endless query."""
    assert len(parse_query(text, TODAY, ALIASES).words) <= MAX_WORDS
