"""Debian's chromium, headless, driven by playwright; where it is absent the test is skipped, but never in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Page, expect, sync_playwright

PATIENCE_MS = 60_000
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


def chromium() -> str | None:
    """The path of Debian's chromium, or None."""
    return shutil.which("chromium")


needs_chromium = pytest.mark.skipif(
    chromium() is None and not os.environ.get("CI"), reason="needs Debian's chromium: apt-get install chromium"
)


@contextmanager
def browser_page(
    width: int = 1180, height: int = 900, scheme: Literal["light", "dark"] = "light", scale: float = 1
) -> Iterator[Page]:
    """A fresh page of a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=scale, locale="zh-CN"
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        try:
            yield context.new_page()
        finally:
            browser.close()
