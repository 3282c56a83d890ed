"""Names do not become links by Telegram's own detection."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.format.guard import WORD_JOINER, guard
from bot.core.models import Run, Style, plain
from tests.support.oracle import automatic_links

NAMES = [
    "README.md", "Comma.ai", "见 README.md ", "公司.中国", "a.co.uk", "v1.5.ai", "t.me/x", "a.com:80/x", "Ｘ.ai",
    "https://ai.hubtoday.app/", "http://a.com/x.html?y=b.com", "tg://resolve?domain=x", "ton://x", "127.0.0.1:80",
    "a@b.com", "foo.bar@b.co.uk", "@durov", "（@durov）", "#tag", "#标签", "#1a", "$NVDA", "/start", "（/start@bot）",
    "4242424242424242", "4111 1111 1111 1111", "（5555-5555-5555-4444）", "30569309025904", "371449635398431",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_link(name: str) -> None:
    """TDLib finds it in the author's text and nothing in ours."""
    assert automatic_links(name)
    assert automatic_links(plain(guard((Run(name),)))) == []


@pytest.mark.parametrize(
    "text", ["3.14", "GPT-5.5", "1,000.50", "U.S.A.", "8月1日。好", "a/b", "C#", "50%", "12:30", "2026020612345678"]
)
def test_other_words_are_left_alone(text: str) -> None:
    """Numbers and abbreviations get no invisible character."""
    assert plain(guard((Run(text),))) == text


def test_a_name_over_several_runs_is_guarded() -> None:
    """Telegram looks at the text, not at the formatting."""
    assert plain(guard((Run("README", Style.BOLD), Run(".md")))) == f"README{WORD_JOINER}.md"


def test_links_and_code_are_left_alone() -> None:
    """Nothing is looked for inside them, and code may be copied."""
    inline = (Run("README.md", Style.CODE), Run(" "), Run("a.com", url="https://a.com/"))
    assert guard(inline) == inline


@given(st.text(st.sampled_from("aAiIoO1中.@#$/:·- _~?"), max_size=14))
@settings(max_examples=500)
def test_nothing_is_ever_linked(text: str) -> None:
    """Whatever the author wrote, Telegram links no word of it by itself."""
    assert automatic_links(plain(guard((Run(text),)))) == []


@given(st.text(st.sampled_from("12345678909- 中.+"), min_size=12, max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_number_is_ever_taken_for_a_card(text: str) -> None:
    """Telegram's other automatic kind of link: 13 to 19 digits with a valid check digit."""
    assert automatic_links(plain(guard((Run(text),)))) == []


@given(st.text())
def test_words_are_kept(text: str) -> None:
    """Only word joiners are added."""
    assert plain(guard((Run(text),))).replace(WORD_JOINER, "") == text.replace(WORD_JOINER, "")
