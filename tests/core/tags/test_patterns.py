"""Patterns of the taxonomy: found quickly, found all, never endless."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.core.search.terms import fold
from bot.core.tags.patterns import PatternError, PatternIndex, parse_pattern


def is_found(pattern: str, text: str) -> bool:
    return bool(PatternIndex([("it", parse_pattern(pattern))]).find(fold(text)))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("meta", "Meta发布", True),
        ("meta", "metadata", False),
        ("meta", "用meta的", True),
        ("api", "rapid", False),
        ("gpt-?\\d", "GPT5来了", True),
        ("gpt-?\\d", "chatgpt5", False),
        ("高德(?!纳)", "高德纳", False),
        ("高德(?!纳)", "高德纳与高德", True),
        ("(?<!聊天)机器人", "聊天机器人", False),
        ("甲|乙", "乙", True),
        ("[甲|乙]丙", "乙丙", True),
        ("(?:甲|乙)丙|丁", "丁", True),
        ("小米 ?su\\d", "小米SU7", True),
        ("昇腾|龍蝦", "昇腾", True),
        ("昇腾|龍蝦", "龙虾", True),
        ("：(?=\\d)", "比分：3", True),
        ("（新）", "(新)", True),
        ("", "任何", False),
    ],
)
def test_patterns_in_folded_text(pattern: str, text: str, expected: bool) -> None:
    """Latin names stand alone, the rest are regular expressions."""
    assert is_found(pattern, text) is expected


PIECES = (
    "a",
    "ab",
    "智能",
    "体",
    "1",
    "-?",
    "\\d",
    "(?:甲|乙)",
    "(?:ab|智能体|(?:丙|x)1)",
    "?",
    "[乙丙]",
    "{2}",
    "b+",
    " ",
    ".",
    "(?!丁)",
    "x*y",
    "|",
)


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5),
    st.text(st.sampled_from("abxy智能体甲乙丙丁1- "), max_size=12),
)
def test_the_index_loses_no_match(pieces: list[str], text: str) -> None:
    """What the regular expression alone would find, the quick index finds, too, and nothing else."""
    source = "".join(pieces)
    try:
        found = is_found(source, text)
    except PatternError:
        return
    edge = r"(?!(?<=[a-z])(?=[a-z]))"
    assert found == bool(regex.search(f"{edge}(?:{source}){edge}", fold(text), regex.IGNORECASE))


@given(st.text(st.characters(), max_size=30) | st.text(st.sampled_from("()[]{}*+?|\\a中^$.-"), max_size=20))
def test_any_text_is_a_pattern_or_refused(source: str) -> None:
    """An operator's slip is a PatternError, never anything else."""
    try:
        PatternIndex([("it", parse_pattern(source))]).find("a中文abc")
    except PatternError as error:
        assert str(error)  # noqa: PT017
