"""Chinese in one script: two texts are compared by their Simplified characters."""

from __future__ import annotations

import opencc

_TO_SIMPLIFIED = opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """The text with Simplified characters for Traditional ones, word by word where a character stands for several."""
    return text if text.isascii() else str(_TO_SIMPLIFIED.convert(text))
