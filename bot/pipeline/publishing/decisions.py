"""What becomes of a digest: the states it may be in for the publisher, and how it gets its first."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot.core.models import Problem, Severity
from bot.core.schedule import Decision, Due, TooOld, Unready
from bot.storage.records import DigestState, Known

DRAFT = "draft"
"""The reason for which a digest waits that its author has not finished."""

APPROVAL = "approval"
"""The reason for which a sound digest is held whose time has come: nobody has said yes yet."""

SHELF = frozenset({DigestState.SEEN, DigestState.ASKED, DigestState.PUBLISHED})
"""Readers may find these by themselves."""

OPEN = frozenset({DigestState.WAITING, DigestState.APPROVED, DigestState.ASKED, DigestState.HELD})
"""Something is still to be done about these."""

ASKING = frozenset({DigestState.ASKED, DigestState.HELD})
"""Somebody is to decide about these."""


class Answer(StrEnum):
    """What became of a person's word about a digest."""

    DONE = "done"
    CORRECTED = "corrected"
    PUBLISHED_BEFORE = "published_before"
    FILE_GONE = "file_gone"
    SETTLED = "settled"
    UNKNOWN = "unknown"


class PublishError(Exception):
    """A file cannot be published; `problems` say why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


def is_reopened(known: Known) -> bool:
    """Whether a changed text makes it a new question if this digest goes out: it was not decided, or was found bad."""
    return known.state in {DigestState.WAITING, DigestState.HELD, DigestState.DISCARDED}


def first_state(
    decision: Decision, doubts: Sequence[Problem], *, is_history: bool, is_todays: bool
) -> tuple[DigestState, str]:
    """The state of a digest that is met for the first time, or anew, with its reason.

    `is_history`: its file was there before the bot was started for the first time. A new file with an error is told
    of, however old it seems: its date may be a guess.
    """
    is_broken = any(problem.severity is Severity.ERROR for problem in doubts)
    is_old = isinstance(decision, TooOld) and (is_history or not is_broken)
    if is_old or (is_history and isinstance(decision, Due) and not is_todays):
        return DigestState.SEEN, ""
    if doubts:
        return DigestState.HELD, ",".join(problem.code for problem in doubts)
    if isinstance(decision, Unready):
        return DigestState.WAITING, DRAFT
    return (DigestState.ASKED if is_history and is_todays else DigestState.WAITING), ""
