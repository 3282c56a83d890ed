"""Durations as a person says them."""

from __future__ import annotations

import pytest

from bot.core.durations import spell_duration
from bot.locales import catalogue


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 秒"), (0.2, "1 秒"), (59.5, "1 分 0 秒"), (437.9, "7 分 18 秒"), (35_088, "9 小时 44 分")],
)
def test_durations_are_spelt_and_rounded_up(seconds: float, words: str) -> None:
    assert spell_duration(seconds, catalogue("zh")) == words
