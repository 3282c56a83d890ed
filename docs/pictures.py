"""The README's pictures, taken from the chat page: `make pictures` (needs Debian's chromium and CJK fonts)."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.browser import browser_page  # noqa: E402 - the checkout is put on the path first
from tests.support.process import ADMIN, GROUP, READER, Sandbox, sandbox  # noqa: E402

IMAGES = Path(__file__).parent / "images"


def main() -> None:
    """Take every picture anew."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sandbox(Path(folder), ROOT / "posts") as playing:
        with browser_page(width=1180, height=900, scale=1.5) as page:
            _wait_for_digest(page, playing)
            _shoot(page, "sandbox")
        with browser_page(width=960, height=820, scheme="dark", scale=1.5) as page:
            page.goto(f"{playing.address}/?as={READER}")
            _read_section(page)
            _shoot(page, "section-dark", READER)
        with browser_page(width=960, height=820, scale=1.5) as page:
            page.goto(f"{playing.address}/?as={READER}")
            _search(page)
            _shoot(page, "search", READER)
            page.goto(f"{playing.address}/?as={ADMIN}")
            _broadcast(page)
            _shoot(page, "broadcast", ADMIN)
        with browser_page(width=1000, height=620, scale=1.5) as page:
            page.goto(f"{playing.address}/?as={ADMIN}")
            _group_settings(page)
            _shoot(page, "group-settings")


def _wait_for_digest(page: Page, playing: Sandbox) -> None:
    page.goto(playing.address)
    playing.await_button(READER, "全文发我")
    playing.await_text(GROUP, "更多动态\n")
    playing.eventually(lambda: _is_linked(playing), "a card with linked contents")
    page.locator(f"[data-chat='{GROUP}'] [data-id]").first.evaluate("node => node.scrollIntoView({block: 'start'})")


def _is_linked(playing: Sandbox) -> bool:
    return "t.me/ai_news_plus" in str(playing.messages(GROUP)[0].get("entities"))


def _search(page: Page) -> None:
    private = page.locator(f"[data-chat='{READER}']")
    private.get_by_role("textbox").fill("/search 英伟达")
    private.get_by_role("textbox").press("Enter")
    private.get_by_text(re.compile("^🔍")).last.wait_for()


def _broadcast(page: Page) -> None:
    private = page.locator(f"[data-chat='{ADMIN}']")
    private.get_by_role("textbox").fill("/broadcast 今晚 22 点维护十分钟，明早的日报照常。")
    private.get_by_role("textbox").press("Enter")
    private.get_by_role("button", name="☐ 群").click()
    private.get_by_text("群 1 个").wait_for()


def _group_settings(page: Page) -> None:
    private, group = (page.locator(f"[data-chat='{chat}']") for chat in (ADMIN, GROUP))
    group.get_by_role("textbox").fill("/settings")
    group.get_by_role("textbox").press("Enter")
    group.get_by_text("打开设置").last.click()
    private.get_by_role("button", name="○ 静音").click()
    private.get_by_role("button", name="● 静音").wait_for()


def _read_section(page: Page) -> None:
    private = page.locator(f"[data-chat='{READER}']")
    private.get_by_role("button", name=re.compile("^2 ")).first.click()
    private.get_by_role("button", name="目录").first.wait_for()
    private.get_by_role("button", name="目录").first.scroll_into_view_if_needed()


def _shoot(page: Page, name: str, chat: int | None = None) -> None:
    """The whole page, or one chat of it."""
    page.wait_for_timeout(2_000)  # scrolling and fading have come to rest
    shown = page.locator(f"[data-chat='{chat}']") if chat else page
    shown.screenshot(path=IMAGES / f"{name}.png")
    sys.stdout.write(f"{IMAGES / name}.png\n")


if __name__ == "__main__":
    main()
