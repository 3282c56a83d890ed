"""Editions: what a reader gets under their tags."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import Digest, Item, Run, Section
from bot.core.tags.edition import TagFilter, select

TAGS = ("OpenAI", "英伟达", "模型", "社会")
some_tags = st.lists(st.sampled_from(TAGS)).map(tuple)
any_words = st.lists(st.text()).map(tuple)


def digest_of(*tags: tuple[str, ...]) -> Digest:
    items = tuple(Item(number, (Run(f"第{number}条"),), entities=found) for number, found in enumerate(tags, 1))
    return Digest(dt.date(2026, 2, 6), "sample", "样刊", (Section(1, "要闻", items),))


def numbers(items: tuple[Item, ...]) -> list[int]:
    return [item.number for item in items]


def test_without_tags_the_edition_is_the_whole_digest() -> None:
    """Nothing chosen means everything, for no reason in particular."""
    digest = digest_of(("OpenAI",), ())
    edition = select(digest, TagFilter())
    assert edition.items == digest.items
    assert edition.rest == ()
    assert edition.reason(digest.items[0]) == ""


def test_followed_tags_choose_and_name_the_reason() -> None:
    """Only items with a followed tag are in, each with the tags that brought it."""
    digest = digest_of(("OpenAI", "模型"), ("英伟达",), ("模型", "社会"))
    edition = select(digest, TagFilter(followed=("模型", "OpenAI")))
    assert numbers(edition.items) == [1, 3]
    assert numbers(edition.rest) == [2]
    assert [edition.reason(item) for item in edition.items] == ["OpenAI、模型", "模型"]


def test_a_muted_tag_wins_over_a_followed_one() -> None:
    """An item with both is left out, and the muted tag is why."""
    digest = digest_of(("OpenAI", "社会"), ("OpenAI",))
    edition = select(digest, TagFilter(followed=("OpenAI",), muted=("社会",)))
    assert numbers(edition.items) == [2]
    assert edition.reason(digest.items[0]) == "社会"


def test_only_muted_tags_keep_everything_else() -> None:
    """With nothing followed, all but the muted is in, untagged items too."""
    edition = select(digest_of(("社会",), (), ("模型",)), TagFilter(muted=("社会",)))
    assert numbers(edition.items) == [2, 3]


@given(st.lists(some_tags, max_size=6), some_tags, some_tags)
def test_items_and_rest_part_the_digest(
    tags: list[tuple[str, ...]], followed: tuple[str, ...], muted: tuple[str, ...]
) -> None:
    """Whatever the filter, every item is either in or left out, never both."""
    digest = digest_of(*tags)
    edition = select(digest, TagFilter(followed, muted))
    assert sorted(numbers(edition.items + edition.rest)) == numbers(digest.items)


@given(any_words, any_words)
def test_a_key_names_exactly_one_filter(followed: tuple[str, ...], muted: tuple[str, ...]) -> None:
    """A filter is read back from its key, and order or repetition of tags makes no other key."""
    tag_filter = TagFilter(followed, muted)
    assert TagFilter.parse(tag_filter.key) == tag_filter
    assert TagFilter(followed[::-1] * 2, muted[::-1]).key == tag_filter.key


def test_the_empty_filter_has_the_empty_key() -> None:
    """The common case is the empty string."""
    assert TagFilter().key == ""
    assert TagFilter.parse("").is_empty


@pytest.mark.parametrize("key", ["x", "{}", "[]", "[1,2]", '[["a"],[1]]', "null", '["a","b"]'])
def test_a_key_that_no_filter_has_is_refused(key: str) -> None:
    """A damaged key is a ValueError, never some other filter."""
    with pytest.raises(ValueError, match=r".+"):
        TagFilter.parse(key)
