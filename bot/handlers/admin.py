"""What only admins may do: broadcasts, and the word on a digest that the publisher asks about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from telegram.ext import BaseHandler

from bot.core.parts import Part
from bot.handlers import broadcast, campaigns, offer
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb
from bot.handlers.desk import Desk
from bot.handlers.replies import show

if TYPE_CHECKING:
    from bot.pipeline.publisher import Answer as Word


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """The commands of admins in private; for everybody else they do not exist."""
    return broadcast.handlers(desk)


async def _publish(desk: Desk, tap: Tap) -> Answer:
    return await _decide(desk, tap, desk.publisher.approve, "decision.published")


async def _keep(desk: Desk, tap: Tap) -> Answer:
    return await _decide(desk, tap, desk.publisher.discard, "decision.kept")


async def _decide(desk: Desk, tap: Tap, decision: Callable[[str], Awaitable[Word]], done: str) -> Answer:
    """The question stays readable, what came of it stands below in place of the buttons."""
    became = await decision(tap.argument)
    verdict = desk.say(done if became == "done" else f"decision.{became}")
    await show(desk, tap, Part(f"{tap.text}\n{verdict}".strip()))
    return QUIET


def _for_admins(verb: Verb) -> Verb:
    async def checked(desk: Desk, tap: Tap) -> Answer:
        if tap.user_id not in desk.admin_ids:
            raise RefusedError("error.old_button")
        return await verb(desk, tap)

    return checked


_OPEN: Mapping[str, Verb] = {**offer.VERBS, **campaigns.VERBS, "pub": _publish, "keep": _keep}
VERBS: Mapping[str, Verb] = {name: _for_admins(verb) for name, verb in _OPEN.items()}
