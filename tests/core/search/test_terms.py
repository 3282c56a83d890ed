"""Terms: one way of reading text for index, queries and marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.search.terms import fold, fold_with_origin, index_text, phrase


@pytest.mark.parametrize("spelling", ["GPT5", "GPT-5", "gpt 5", "ＧＰＴ－５", "GPT‑5", "Gpt_5"])
def test_spellings_of_a_name_are_one(spelling: str) -> None:
    """Width, case and the joint between letters and digits do not matter."""
    assert index_text(spelling) == "gpt 5"


def test_a_chinese_run_becomes_pairs_and_its_last_character() -> None:
    """So every part of it can be found, whatever a dictionary would call a word."""
    assert index_text("融资市场") == "融资 资市 市场 场"


def test_traditional_is_simplified() -> None:
    """Both scripts find each other."""
    assert fold("機器學習與龍蝦") == "机器学习与龙虾"


def test_numbers_are_whole() -> None:
    """H20 is not in H200, 5.3 is neither 53 nor the end of a list `5，3`."""
    assert index_text("H20 H200 5.3 5，3 4,000亿") == "h 20 h 200 5 ·3 5 ¶ 3 4000 亿"


def test_a_language_of_one_letter_keeps_its_sign() -> None:
    """C++ and C# are not C, also between Chinese characters; other signs part words."""
    assert index_text("用C++写，C#和C端，a++b") == "用 c＋＋ 写 ¶ c＃ 和 c 端 ¶ a ¶ b"


def test_a_phrase_ends_at_punctuation() -> None:
    """What a comma separates is not one name: `GPT，5月` is not GPT-5."""
    assert index_text("GPT，5月") == "gpt ¶ 5 月"


def test_accents_come_off_latin_letters_only() -> None:
    """Café is cafe; й and が are letters of their own."""
    assert fold("Café") == "cafe"
    assert fold("й") != fold("и")
    assert fold("か\u3099") == fold("が") != fold("か")


@pytest.mark.parametrize(
    ("text", "wanted", "is_prefix"),
    [
        ("融", ("融",), True),
        ("融资", ("融资",), False),
        ("资市场", ("资市", "市场"), False),
        ("H20", ("h", "20"), False),
    ],
)
def test_a_phrase_is_what_the_index_holds(text: str, wanted: tuple[str, ...], is_prefix: bool) -> None:
    """A single Chinese character is the beginning of a pair; longer words are their pairs."""
    found = phrase(text)
    assert found is not None
    assert (found.terms, found.is_prefix) == (wanted, is_prefix)


@pytest.mark.parametrize("text", ["", " ", "🤖", '"', "。。", "\x00", "\ud800"])
def test_nothing_to_search_is_no_phrase(text: str) -> None:
    """Signs alone are nothing to look for."""
    assert phrase(text) is None


@given(st.text(st.characters(), max_size=60))
def test_folding_remembers_where_each_character_came_from(text: str) -> None:
    """Every folded character has a stretch of the original, in order, never outside it."""
    folded = fold_with_origin(text)
    assert folded.text == fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@given(st.text(st.characters(), max_size=60))
def test_terms_are_safe_to_store(text: str) -> None:
    """No term holds what the index would take for something else: quotes, spaces, NUL, half a character."""
    for term in index_text(text).split(" "):
        assert not set(term) & set("\"' \x00*():")
        term.encode()
