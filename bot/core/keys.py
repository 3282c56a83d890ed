"""Keys that a digest and its items keep for ever: `20260206`, `20260206-1a2b3c4d`, `20260206_3`."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping

_DATED_STEM = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:-(.*))?", re.DOTALL)
_KEY = re.compile(r"(\d{8})(?:-[0-9a-f]{8,64})?")
_ITEM_KEY = re.compile(r"(\d{8}(?:-[0-9a-f]{8,64})?)_([1-9]\d{0,3})")
_SHORT = 8
YEARS = range(2000, 2100)


def digest_key(date: dt.date, slug: str, taken: Mapping[str, str]) -> str:
    """The key of the digest (date, slug); `taken` maps the keys already given to their slugs.

    A digest that has a key keeps it. The first of a date gets the date alone, others a hash of their slug behind it.
    """
    plain_key = f"{date:%Y%m%d}"
    own = [key for key, owner in taken.items() if owner == slug and key.partition("-")[0] == plain_key]
    if own:
        return min(own, key=len)
    if plain_key not in taken:
        return plain_key
    digits = hashlib.sha256(slug.encode()).hexdigest()
    lengths = range(_SHORT, len(digits) + 1)
    return next(key for length in lengths if (key := f"{plain_key}-{digits[:length]}") not in taken)


def item_key(key: str, number: int) -> str:
    """The key of an item by its digest's key and its number."""
    return f"{key}_{number}"


def parse_item_key(text: str) -> tuple[str, int] | None:
    """The digest's key and the item's number, or None when `text` is no item key."""
    found = _ITEM_KEY.fullmatch(text)
    if found is None or find_date(found[1]) is None:
        return None
    return found[1], int(found[2])


def find_date(key: str) -> dt.date | None:
    """The date of a digest's key, or None when `key` is none."""
    found = _KEY.fullmatch(key)
    try:
        return dt.date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def date_of(key: str) -> dt.date:
    """The date of a digest's key.

    Raises:
        ValueError: `key` is no digest key.
    """
    date = find_date(key)
    if date is None:
        raise ValueError(f"{key!r} is not the key of a digest")
    return date


def stem_date(stem: str) -> dt.date | None:
    """The date that a file's name begins with, or None."""
    found = _DATED_STEM.fullmatch(stem)
    return possible_date(int(found[1]), int(found[2]), int(found[3])) if found else None


def possible_date(year: int, month: int, day: int) -> dt.date | None:
    """The date, or None when there is no such day or no digest can be of it: a year of another century is a typo."""
    if year not in YEARS:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def stem_slug(stem: str) -> str:
    """A file's name without its date: the whole name when it has none, empty when it is nothing else."""
    found = _DATED_STEM.fullmatch(stem)
    return (found[4] or "") if found else stem
