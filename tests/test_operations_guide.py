"""The operator's guide and the bot say the same things."""

import re
from pathlib import Path

import pytest

from bot.core.delivery.throttle import Lane
from bot.exits import EXIT_BUSY, EXIT_REFUSED
from bot.locales import catalogue
from bot.storage.records import Counter

GUIDE = (Path(__file__).parents[1] / "docs/operations.md").read_text("utf-8")
TOLD = [key for key in catalogue().sentences if key.startswith("alarm.")] + [
    "question.unknown",
    *(f"publisher.{name}" for name in ("refused", "held", "ask_approval", "ask_today", "unreadable")),
    *(f"publisher.{name}" for name in ("no_digest", "no_digest_decided")),
]


@pytest.mark.parametrize("key", TOLD)
def test_every_sentence_the_admins_may_hear_is_explained(key: str) -> None:
    """The longest words of its beginning stand in the guide."""
    sentence = catalogue().sentences[key]
    first = sentence.split("\n")[0].partition("。")[0]
    words = [words.strip() for words in re.split(r"\{\w+\}|[《》（），：]", first)]
    assert max(words, key=len) in GUIDE


def test_exit_codes_and_states_are_those_of_the_bot() -> None:
    """What systemd and Prometheus are told is what happens."""
    assert f"RestartPreventExitStatus={EXIT_REFUSED}" in GUIDE
    assert f"| {EXIT_BUSY} |" in GUIDE
    assert all(str(each) in GUIDE for each in (*Lane, *Counter))
