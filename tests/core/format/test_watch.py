"""Watch-words: what a watch makes of a digest."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.format.parts import Entity, Part
from bot.core.format.watch import NAMED, ORDINARY, Alert, Outcome, Watch, announce, outcome
from bot.core.models import Digest, Item, Run, Section
from bot.core.tags.concordance import Concordance
from bot.locales import catalogue

words = st.lists(st.text()).map(tuple)


def digest_of(*headlines: str) -> Digest:
    items = tuple(
        Item(number, (Run(headline),), url="https://example.com/", entities=("OpenAI",) if "OpenAI" in headline else ())
        for number, headline in enumerate(headlines, 1)
    )
    return Digest(dt.date(2026, 2, 6), "sample", "样刊", (Section(1, "要闻", items),))


DIGEST = digest_of("🚀融资", "机器狗上岗", "OpenAI开会", "OpenAI散会")
CONCORDANCE = Concordance(DIGEST)


def test_the_first_items_come_first_whatever_the_words() -> None:
    """Each word with its first item and how many it has."""
    told = outcome(Watch(("OpenAI", "“机器狗”", "“没有”")), CONCORDANCE)
    assert told == Outcome((Alert("“机器狗”", 2, 1), Alert("OpenAI", 3, 2)))


def test_without_a_hit_only_who_asked_for_it_is_not_rung() -> None:
    """其余静音 is a separate switch."""
    assert outcome(Watch(("“没有”",)), CONCORDANCE) == ORDINARY
    assert outcome(Watch(("“没有”",), mutes_rest=True), CONCORDANCE) == Outcome(is_silent=True)
    assert not outcome(Watch(("OpenAI",), mutes_rest=True), CONCORDANCE).is_silent


def test_a_reader_without_words_is_rung_as_ever() -> None:
    """The switch means nothing without words."""
    assert Watch((), mutes_rest=True) == Watch()
    assert Watch(("a",), mutes_rest=True).drop("a") == Watch()


def test_equal_outcomes_of_different_watches_have_one_key() -> None:
    """So readers who watch for different things share an edition."""
    outcomes = {outcome(Watch(("OpenAI", f"“没有{number}”")), CONCORDANCE).key for number in range(50)}
    assert len(outcomes) == 1
    assert len({ORDINARY.key, Outcome(is_silent=True).key, *outcomes}) == 3


def test_no_more_than_a_few_are_named() -> None:
    """A card is still a card."""
    digest = digest_of(*"甲乙丙丁戊")
    told = outcome(Watch(tuple(f"“{one}”" for one in "甲乙丙丁戊")), Concordance(digest))
    assert [alert.number for alert in told.alerts] == list(range(1, NAMED + 1))


def test_a_card_names_the_hits_above_everything_and_keeps_its_looks() -> None:
    """The lines are linked, and what was formatted stays formatted."""
    card = Part("样刊", (Entity("bold", 0, 2),))
    told = announce(card, DIGEST, outcome(Watch(("“融资”", "OpenAI")), CONCORDANCE), catalogue())
    assert told.text == "🔔 命中“融资”：1. 🚀融资\n🔔 命中“OpenAI”：3. OpenAI开会 等 2 条\n\n样刊"
    assert not told.is_silent
    shown = [
        (e.type, told.text.encode("utf-16-le")[2 * e.offset :][: 2 * e.length].decode("utf-16-le"))
        for e in told.entities
    ]
    assert shown == [("text_link", "🚀融资"), ("text_link", "OpenAI开会"), ("bold", "样刊")]


def test_a_full_card_is_sent_without_the_lines() -> None:
    """Rather than not at all."""
    card = Part("字" * 4096)
    assert announce(card, DIGEST, outcome(Watch(("OpenAI",)), CONCORDANCE), catalogue()) == card


def test_a_silent_outcome_changes_nothing_but_the_sound() -> None:
    """The card itself is everybody's."""
    assert announce(Part("样刊"), DIGEST, Outcome(is_silent=True), catalogue()) == Part("样刊", is_silent=True)


@given(words, st.booleans())
def test_a_key_names_exactly_one_watch(chosen: tuple[str, ...], mutes_rest: bool) -> None:
    """A watch is read back from its key."""
    watch = Watch(chosen, mutes_rest)
    assert Watch.parse(watch.key) == watch
    assert Watch(chosen[::-1] * 2, mutes_rest).key == watch.key


@pytest.mark.parametrize("key", ["x", "{}", "[]", "[1,2]", '[["a"],1]', "[[1],true]", "null"])
def test_a_key_that_no_watch_has_is_refused(key: str) -> None:
    """A damaged key is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        Watch.parse(key)
