"""Saved items as Markdown."""

from __future__ import annotations

import datetime as dt

from bot.core.format.bookmarks import Bookmark, to_markdown
from bot.core.format.deep_links import Links
from bot.locales import catalogue

LINKS, SAY = Links("ai_daily_bot", None), catalogue()


def test_an_item_is_written_with_its_day_its_link_and_all_its_text() -> None:
    bookmark = Bookmark("20260206_3", "标题", dt.date(2026, 2, 6), "要闻", "https://a.com/x_(1)", "第一行\n\n第二行")

    assert to_markdown([bookmark], links=LINKS, say=SAY) == (
        "# 我的收藏\n\n"
        "## [标题](https://a.com/x_%281%29)\n\n"
        "2026-02-06 · 要闻 · <https://t.me/ai_daily_bot?start=d20260206_3>\n\n"
        "第一行\n\n第二行\n"
    )


def test_an_item_whose_digest_is_gone_keeps_its_headline() -> None:
    text = to_markdown([Bookmark("20260206_3", "标题")], links=LINKS, say=SAY)

    assert "## 标题\n\n（这一期已经不在了" in text


def test_nothing_in_a_text_becomes_markup() -> None:
    bookmark = Bookmark("20260206_3", "a [b](c) *d*\n# e", dt.date(2026, 2, 6), "_x_", None, "- 甲\n1. 乙\n<b>丙</b>")

    text = to_markdown([bookmark], links=LINKS, say=SAY)

    assert "## a \\[b\\](c) \\*d\\* \\# e\n" in text
    assert "\n\\- 甲\n" in text
    assert "\n\\1. 乙\n" in text or "\n1\\. 乙\n" in text
    assert "\\<b\\>丙" in text
