"""What the publisher tells and asks the admins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bot.core.format.navigation import callback
from bot.core.format.parts import Button, Keyboard, Part
from bot.core.models import Problem, Say, Severity

MOST_LINES = 8
MOST_NAMES = 5


def refusal(ticket: str, name: str, problems: Sequence[Problem], *, is_text: bool, say: Say) -> Part:
    """A file that is not published as it is; `is_text`: it could be read, so that something can be made of it."""
    lines = [say("publisher.refused", file=printable(name)), *_list(problems, say), say("publisher.mend")]
    if is_text:
        lines.append(say("publisher.makeshift"))
    return Part("\n".join(lines), keyboard=_choices(say, ticket, "fpeek", "fpub", "fdrop"))


def held(key: str, title: str, name: str, problems: Sequence[Problem], *, say: Say) -> Part:
    """A digest that can be read, or guessed, but has errors or looks so wrong that a person decides."""
    lines = [say("publisher.held", title=title, file=printable(name)), *_list(problems, say), say("publisher.mend")]
    return Part("\n".join(lines), keyboard=_choices(say, key, "peek", "pub", "keep"))


def approval(key: str, title: str, *, say: Say) -> Part:
    """A sound digest whose time has come: may it go out?"""
    buttons = (
        Button(say("publisher.button_preview"), callback=f"v1:peek:{key}"),
        Button(say("publisher.button_publish"), callback=f"v1:pub:{key}"),
        Button(say("publisher.button_discard"), callback=f"v1:keep:{key}"),
    )
    return Part(say("publisher.ask_approval", title=title), keyboard=(buttons,))


def no_digest(date: dt.date, time: dt.time, *, is_waiting: bool, say: Say) -> Part:
    """No digest of this date is out at this time; `is_waiting`: there is one about which somebody is to decide."""
    sentence = "publisher.no_digest_decided" if is_waiting else "publisher.no_digest"
    return Part(say(sentence, month=date.month, day=date.day, time=f"{time:%H:%M}"))


def first_start(archived: int, unreadable: Sequence[str], todays: tuple[str, str] | None, *, say: Say) -> Part:
    """The archive that was there before the bot is taken in; `todays`: key and title of a digest of today in it."""
    lines = [say("publisher.archived", count=archived)]
    if unreadable:
        names = "、".join(map(printable, unreadable[:MOST_NAMES]))
        lines.append(say("publisher.unreadable", count=len(unreadable), files=names))
    if todays is None:
        return Part("\n".join(lines))
    question = ask_today(*todays, say=say)
    return Part("\n".join([*lines, question.text]), keyboard=question.keyboard)


def ask_today(key: str, title: str, *, say: Say) -> Part:
    """Today's digest was there before the bot: does it go out now?"""
    buttons = (
        Button(say("publisher.button_publish"), callback=f"v1:pub:{key}"),
        Button(say("publisher.button_keep"), callback=f"v1:keep:{key}"),
    )
    return Part(say("publisher.ask_today", title=title), keyboard=(buttons,))


def printable(name: str) -> str:
    """A file's name for people: what is no text in it is escaped."""
    return name if name.isprintable() else ascii(name)


def sentence(problem: Problem, *, say: Say) -> str:
    """A problem in words, with its line when it has one; a code without words of its own stands for itself."""
    try:
        words = say(f"problem.{problem.code}", **problem.values)
    except KeyError:
        words = problem.code
    return say("publisher.at_line", line=problem.line, words=words) if problem.line else words


def _choices(say: Say, argument: str, *verbs: str) -> Keyboard:
    sentences = ("publisher.button_preview", "publisher.button_publish_anyway", "publisher.button_discard")
    pairs = zip(verbs, sentences, strict=True)
    return (tuple(Button(say(sentence), callback=callback(verb, argument)) for verb, sentence in pairs),)


def _list(problems: Sequence[Problem], say: Say) -> list[str]:
    worst = sorted(problems, key=lambda problem: list(Severity).index(problem.severity))
    lines = [say("publisher.bullet", words=sentence(problem, say=say)) for problem in worst[:MOST_LINES]]
    if len(worst) > MOST_LINES:
        lines.append(say("publisher.more", count=len(worst) - MOST_LINES))
    return lines
