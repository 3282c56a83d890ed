"""What only admins may do: broadcasts, and the word on what the publisher and the delivery ask about."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram.ext import BaseHandler

from bot.core.format.parts import Part
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb
from bot.handlers.desk import Desk
from bot.handlers.managing import broadcast, campaigns, figures, offer, peek
from bot.handlers.replies import show
from bot.pipeline.publishing.decisions import Answer as Word
from bot.pipeline.publishing.decisions import PublishError
from bot.pipeline.publishing.notices import sentence

A_PLACE = re.compile(r"([0-9]{1,12})\.(-?[0-9]{1,16})")


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """The commands of admins in private; for everybody else they do not exist."""
    return [
        *broadcast.handlers(desk),
        *campaigns.handlers(desk),
        *peek.handlers(desk),
        *figures.handlers(desk),
    ]


async def _publish(desk: Desk, tap: Tap) -> Answer:
    return await _decide(desk, tap, desk.publisher.approve, "decision.published")


async def _keep(desk: Desk, tap: Tap) -> Answer:
    return await _decide(desk, tap, desk.publisher.discard, "decision.kept")


async def _overrule(desk: Desk, tap: Tap) -> Answer:
    try:
        return await _decide(desk, tap, desk.publisher.overrule, "decision.published")
    except PublishError as error:
        raise RefusedError("decision.unreadable", reason=sentence(error.problems[0], say=desk.say)) from None


async def _drop(desk: Desk, tap: Tap) -> Answer:
    return await _decide(desk, tap, desk.publisher.drop, "decision.dropped")


async def _decide(desk: Desk, tap: Tap, decision: Callable[[str], Awaitable[Word]], done: str) -> Answer:
    became = await decision(tap.argument)
    return await _settle(desk, tap, done if became == "done" else f"decision.{became}")


async def _repeat(desk: Desk, tap: Tap) -> Answer:
    return await _resolve(desk, tap, "question.repeated", is_to_repeat=True)


async def _leave(desk: Desk, tap: Tap) -> Answer:
    return await _resolve(desk, tap, "question.left", is_to_repeat=False)


async def _resolve(desk: Desk, tap: Tap, done: str, *, is_to_repeat: bool) -> Answer:
    """Say what happens to a message that may or may not have reached a group; the button names campaign and chat."""
    place = A_PLACE.fullmatch(tap.argument)
    if place is None:
        raise RefusedError("error.old_button")
    was_open = await desk.delivery.answer(int(place[1]), int(place[2]), is_to_repeat=is_to_repeat)
    return await _settle(desk, tap, done if was_open else "question.settled")


async def _settle(desk: Desk, tap: Tap, verdict: str) -> Answer:
    """The question stays readable, what came of it stands below in place of the buttons."""
    await show(desk, tap, Part(f"{tap.text}\n{desk.say(verdict)}".strip()))
    return QUIET


def _for_admins(verb: Verb) -> Verb:
    async def checked(desk: Desk, tap: Tap) -> Answer:
        if tap.user_id not in desk.admin_ids:
            raise RefusedError("error.old_button")
        return await verb(desk, tap)

    return checked


_OPEN: Mapping[str, Verb] = {
    **offer.VERBS,
    **campaigns.VERBS,
    **peek.VERBS,
    "pub": _publish,
    "keep": _keep,
    "fpub": _overrule,
    "fdrop": _drop,
    "again": _repeat,
    "leave": _leave,
}
VERBS: Mapping[str, Verb] = {name: _for_admins(verb) for name, verb in _OPEN.items()}
