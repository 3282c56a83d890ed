"""What a reader takes for one character."""

from __future__ import annotations

import regex
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.format.breaks import finer_breaks
from bot.core.format.manuscript import Cut
from bot.core.format.rich_text import Writer
from bot.core.graphemes import GRAPHEME


def test_graphemes_are_whole() -> None:
    """Flags, families, skin tones and letters with marks are one each."""
    assert regex.findall(GRAPHEME, "🇨🇳🇯🇵👨‍👩‍👧👍🏽é中🇨") == ["🇨🇳", "🇯🇵", "👨‍👩‍👧", "👍🏽", "é", "中", "🇨"]


@given(st.lists(st.sampled_from("🇨🇳\u200d\ufe0f\u0301\u093fa中👍🏽\u1100\u1161\n"), max_size=14).map("".join))
@example("🇨🇳\ufe0f🇯🇵")
def test_a_grapheme_is_what_unicode_says(text: str) -> None:
    """A mark behind a flag belongs to it as behind any other."""
    assert regex.findall(GRAPHEME, text) == regex.findall(r"\X", text)


def test_a_flag_is_found_without_looking_back() -> None:
    """Two letters are a flag wherever the match begins, so a page of flags is not counted from its start each time."""
    flags = "🇨🇳" * 20

    assert regex.compile(GRAPHEME).match(flags, 1).span() == (1, 3)
    assert regex.compile(r"\X").match(flags, 1).span() == (1, 2)  # this one has looked


def test_a_page_of_flags_is_cut_between_flags() -> None:
    """Down to single characters a run of flags is cut where one ends."""
    page = Writer().plain("🇨🇳" * 400).finish()

    for level in (Cut.WORD, Cut.GRAPHEME):
        breaks = finer_breaks(page, 0, page.units, level, spacing=4)
        assert breaks
        assert all(spot.start % 4 == 0 for spot in breaks)
