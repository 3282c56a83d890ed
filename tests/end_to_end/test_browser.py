"""The chat page in a real browser, on the real process."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import browser_page, needs_chromium
from tests.support.process import GROUP, NEWCOMER, ROOT, sandbox


def _chat(page: Page, chat: int) -> Locator:
    return page.locator(f"[data-chat='{chat}']")


@needs_chromium
def test_a_newcomer_subscribes_by_tapping_and_reads_a_section_in_place(tmp_path: Path) -> None:
    """START, 订阅, the digest arrives in both chats; a tap turns the card into a section and back."""
    with sandbox(tmp_path, ROOT / "posts") as playing, browser_page() as page:
        page.goto(playing.address)
        page.get_by_text("老周").click()
        private, group = _chat(page, NEWCOMER), _chat(page, GROUP)
        private.get_by_role("button", name="开始").click()
        private.get_by_role("button", name=re.compile("订阅")).first.click()
        expect(private.get_by_text("已订阅")).to_be_visible()
        expect(group.get_by_text("更多动态").first).to_be_visible()
        private.get_by_role("textbox").fill("/today")
        private.get_by_role("textbox").press("Enter")
        cards = private.locator("[data-id]").filter(has=page.get_by_role("button", name="全文发我"))
        expect(cards.last).to_be_visible()
        # The published card may come at any moment: the one tapped stays the one looked at.
        card = private.locator(f"[data-id='{cards.last.get_attribute('data-id')}']")

        card.get_by_role("button", name=re.compile("^1 ")).click()
        expect(card.get_by_text("【1/")).to_be_visible()
        card.get_by_role("button", name="目录").click()
        expect(card.get_by_role("button", name="全文发我")).to_be_visible()
