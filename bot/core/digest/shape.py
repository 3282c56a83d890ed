"""Whether a digest looks like one at all: a broken generation is held back and shown to the admins instead.

No sign is enough by itself: a short digest can be sound, and a digest in English too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from bot.core.models import (
    Block,
    Code,
    Digest,
    Item,
    Label,
    ListBlock,
    Paragraph,
    Problem,
    Quote,
    Section,
    Severity,
    Table,
    plain,
    walk,
)

# The median digest has 4,100 letters and digits, the shortest sound one 1,900, the broken ones 140 to 370.
USUAL_LETTERS = 4_000
_SHORT = USUAL_LETTERS // 10
_STUB = USUAL_LETTERS // 4
_ENDLESS = USUAL_LETTERS * 15  # the largest real one has 19,000, in 21,000 characters and 84 items
_MOST_ITEMS = 500
_MOST_SECTIONS = 100
_UNFINISHED_MIN = 20
_STRETCH = 1_500
_LOOPED = 0.15  # of its size when packed; the stretches of real digests keep half of it, loops a fiftieth
_LETTER = re.compile(r"[^\W_]")
_HAN = re.compile("[\u3400-\u9fff]")
_FINISHED = re.compile(r"[\W_]\Z")


def shape_problem(digest: Digest) -> Problem | None:
    """Why the digest should be held, or None."""
    text = "\n".join(_texts(digest))
    letters = len(_LETTER.findall(text))
    line = digest.first_line
    sections = len(digest.sections)
    values = {
        "letters": letters,
        "sections": sections,
        "usual": USUAL_LETTERS,
        "items": len(digest.items),
        "points": len(digest.points),
    }
    if letters > _ENDLESS or len(text) > 2 * _ENDLESS or len(digest.items) > _MOST_ITEMS or sections > _MOST_SECTIONS:
        return Problem("shape.too_long", Severity.WARNING, line, values)
    if 0 < letters < _STUB and _is_chinese(digest) and not _HAN.search(text):
        return Problem("shape.no_chinese", Severity.WARNING, line, values)
    if letters < _SHORT and all(item.is_implied for item in digest.items):
        return Problem("shape.no_item", Severity.WARNING, line, values)
    if letters < _SHORT and _is_cut_off(digest):
        return Problem("shape.cut_off", Severity.WARNING, line, values)
    return None


def is_looped(digest: Digest) -> bool:
    """Whether some stretch of the text says the same over and over, as a language model does that got stuck. Rows of
    figures and refrains may be such, too, so nobody is kept from publishing it."""
    text = "\n".join(_texts(digest))
    starts = range(0, len(text), _STRETCH // 2)
    return any(_packed_share(text[start : start + _STRETCH].encode()) < _LOOPED for start in starts)


def _packed_share(stretch: bytes) -> float:
    return len(zlib.compress(stretch)) / len(stretch)


def _is_chinese(digest: Digest) -> bool:
    return _HAN.search(digest.title + "".join(map(plain, digest.points))) is not None


def _is_cut_off(digest: Digest) -> bool:
    """Whether the summary promises far more than there is, or the last sentence has no end."""
    stories = len(digest.items)
    if stories * 4 < len(digest.points):
        return True
    last = next((text for text in reversed(list(_texts(digest))) if text.strip()), "").rstrip()
    return stories * 2 < len(digest.points) and len(last) >= _UNFINISHED_MIN and not _FINISHED.search(last)


def _texts(digest: Digest) -> Iterator[str]:
    for section in digest.sections:
        yield from _section_texts(section)


def _section_texts(section: Section) -> Iterator[str]:
    for entry in section.entries:
        if isinstance(entry, Item):
            yield "" if entry.is_implied else entry.title
        yield from _block_texts(entry.blocks)
        if isinstance(entry, Item):
            for commentary in entry.commentary:
                yield commentary.label
                yield from _block_texts(commentary.blocks)


def _block_texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in walk(blocks):
        match block:
            case Paragraph(inline) | Label(inline):
                yield plain(inline)
            case Code(text):
                yield text
            case Table(header, rows):
                yield " ".join(plain(cell) for row in (header, *rows) for cell in row)
            case ListBlock() | Quote():
                pass  # what is in them is walked
