"""An author's own numbers and times before headlines and titles: `1. …`, `2、…`, `③ …`, `（4）…`, `5️⃣ …`, `[9:30] …`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_ORDINAL = re.compile(
    r"""\s*(?:
        (?P<figures>\d{1,3})(?:\ufe0f?\u20e3|[.．](?!\d)|[、)）])   # 1. 2、 3） 4️⃣, and not 3.14
      | [(（【\[](?P<enclosed>\d{1,3})[)）】\]]                    # （1） 【2】
      | (?P<sign>[①-⑳⑴-⒇])
    )\s*(?=\S)""",
    re.VERBOSE,
)


_TIME = re.compile(r"[^\w\s]{0,3}\s*(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?(?![\d:：])[^\w\s]{0,3}\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Ordinal:
    """What a text begins with: the number `value`, written in the text up to `end`; `digits` as they stand there."""

    value: int
    digits: str
    end: int


def find_ordinal(text: str) -> Ordinal | None:
    """The number that a headline begins with, or None."""
    found = _ORDINAL.match(text)
    if found is None:
        return None
    digits = found["figures"] or found["enclosed"] or unicodedata.normalize("NFKC", found["sign"]).strip("()")
    return Ordinal(int(digits), digits, found.end())


def is_ordinal(text: str) -> bool:
    """Whether a text is a number and nothing else: `1、`."""
    found = find_ordinal(f"{text.rstrip()} x")
    return found is not None and found.end > len(text.rstrip())


def begins_with_mark(text: str) -> bool:
    """Whether a line is one of several that their author numbers or gives a time."""
    return find_ordinal(text) is not None or _TIME.match(text) is not None


def without_ordinal(text: str, number: int) -> int:
    """Where the words begin after an ordinal that says `number`; 0 when the text begins otherwise.

    A padded one such as `01` says more than its number, and stays.
    """
    found = find_ordinal(text)
    return found.end if found and found.digits == str(number) else 0
