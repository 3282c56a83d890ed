"""What state a digest gets when it is first met. Pure."""

from __future__ import annotations

import pytest

from bot.core.models import Problem, Severity
from bot.core.schedule import TooOld
from bot.pipeline.publishing.decisions import first_state
from bot.storage.records import DigestState

BROKEN = Problem("date.impossible", Severity.ERROR)


@pytest.mark.parametrize(
    ("doubts", "is_history", "state"),
    [
        ((), False, DigestState.SEEN),
        ((BROKEN,), False, DigestState.HELD),
        ((BROKEN,), True, DigestState.SEEN),
    ],
    ids=["sound", "broken", "broken but there before the bot"],
)
def test_an_old_file_is_archived_silently_but_a_new_broken_one_is_told_of(
    doubts: tuple[Problem, ...], is_history: bool, state: DigestState
) -> None:
    """The date of a broken file may be a guess, and its author waits for an answer."""
    assert first_state(TooOld(), doubts, is_history=is_history, is_todays=False)[0] is state
