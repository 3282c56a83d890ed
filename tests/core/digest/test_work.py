"""Reading and formatting take work in proportion to the text, whatever it repeats."""

from __future__ import annotations

import pytest

from bot.core.digest import parse_digest
from bot.core.format import Links, publication
from bot.locales import catalogue
from tests.support.work import calls_of

LINES = 40


def _work(line: str, times: int) -> int:
    """The calls that a body of so many repetitions takes from its file to its messages."""
    raw = f"---\ntitle: 标题\ndate: 2026-02-06\n---\n{line * times}".encode()

    def publish() -> None:
        parsed = parse_digest(raw, "x.md")
        assert parsed is not None
        assert parsed.digest is not None
        publication(parsed.digest, "20260206", links=Links("bot"), say=catalogue())

    return calls_of(publish)


@pytest.mark.parametrize(
    "line",
    [
        "- **深度解读：** 话\n",
        "- 影响：话\n",
        "- **影响：** 话\n- 要点\n",
        "话\n\n---\n\n**影响：** 话\n\n",
        "**标题**\n\n---\n\n",
        "**标题：**\n\n话\n\n",
        "[标题](https://a.test/x)\n\n话\n\n",
        "### 摘要\n\n话\n\n",
        "## 一\n\n### 摘要\n\n话\n\n",
        "1、标题\n\n话\n\n",
        "[9:30] 标题\n话\n\n",
        "> [!note] 题\n> 话\n\n",
        ":::tip\n话\n:::\n",
        "话[^1]\n\n[^1]: 注\n\n",
        "<details><summary>题</summary>话</details>\n\n",
        "| 列 | 值 |\n|--|--|\n| 一 | 二 |\n\n",
        "🇨🇳🇯🇵",
    ],
)
def test_work_is_linear_in_the_text(line: str) -> None:
    """Four times the text takes at most five times the calls; quadratic work would take up to sixteen times."""
    _work(line, LINES)  # what is made once is made here

    assert _work(line, 4 * LINES) <= 5 * _work(line, LINES)
