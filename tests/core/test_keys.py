"""Keys of digests and items: short, stable, and told apart."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.keys import date_of, digest_key, item_key, parse_item_key, stem_date, stem_slug

DATE = dt.date(2026, 2, 6)


def test_first_of_a_date_is_the_date_alone() -> None:
    """The second gets a hash of its slug, and everybody keeps what they have."""
    first = digest_key(DATE, "a", {})
    second = digest_key(DATE, "b", {first: "a"})

    assert first == "20260206"
    assert second.startswith("20260206-")
    assert len(second) == 17
    assert digest_key(DATE, "b", {second: "b"}) == second
    assert digest_key(DATE, "a", {first: "a", second: "b"}) == first


def test_same_slug_of_another_date_is_another_digest() -> None:
    """A slug alone identifies nothing."""
    assert digest_key(DATE, "", {"20260205": ""}) == "20260206"


@given(st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(2199, 1, 1)), st.text(), st.integers(1, 999))
def test_item_key_leads_back_to_digest_and_number(date: dt.date, slug: str, number: int) -> None:
    """Whatever the slug, an item key is read as it was made."""
    for key in (digest_key(date, slug, {}), digest_key(date, slug, {f"{date:%Y%m%d}": slug + "x"})):
        assert parse_item_key(item_key(key, number)) == (key, number)
        assert date_of(key) == date


@pytest.mark.parametrize("text", ["", "20260206", "20260206_0", "20260206_x", "20261306_1", "2026_1", "20260206-zz_1"])
def test_what_is_no_item_key_is_none(text: str) -> None:
    """Deep links come from anywhere."""
    assert parse_item_key(text) is None


def test_no_key_has_no_date() -> None:
    """Asking for the date of something else is a mistake of the caller."""
    with pytest.raises(ValueError, match="is not the key"):
        date_of("today")


@pytest.mark.parametrize(
    ("stem", "date", "slug"),
    [
        ("2026-02-05-3f995af9", dt.date(2026, 2, 5), "3f995af9"),
        ("2026-02-05", dt.date(2026, 2, 5), ""),
        ("about", None, "about"),
        ("2026-02-30-x", None, "x"),
    ],
)
def test_name_gives_date_and_slug(stem: str, date: dt.date | None, slug: str) -> None:
    """A file's name may begin with a date."""
    assert (stem_date(stem), stem_slug(stem)) == (date, slug)
