"""An author's own numbers before headlines and titles: `1. …`, `2、…`, `③ …`, `（4）…`, `5️⃣ …`."""

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


def without_ordinal(text: str, number: int) -> int:
    """Where the words begin after an ordinal that says `number`; 0 when the text begins otherwise.

    A padded one such as `01` says more than its number, and stays.
    """
    found = find_ordinal(text)
    return found.end if found and found.digits == str(number) else 0
