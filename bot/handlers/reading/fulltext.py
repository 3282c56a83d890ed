"""全文发我: all messages of a digest, sent to one reader as a group gets them, once for however many taps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telegram.ext import BaseHandler

from bot.core.format import publication
from bot.handlers.callbacks import Answer, Tap, Verb
from bot.handlers.desk import Desk
from bot.handlers.replies import send
from bot.handlers.shelf import Issue, get_issue

QUIET_MS = 60_000
"""So long after the last message another tap on the same button is taken for the impatience of the first."""


def handlers(_desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """There is a button only."""
    return []


async def _send_full(desk: Desk, tap: Tap) -> Answer:
    """full:<key>"""
    issue = await get_issue(desk, tap.argument)
    wanted = (tap.chat_id, issue.key)
    if (until_ms := desk.sending.get(wanted, 0)) > desk.clock():
        return Answer(desk.say("today.already_sending" if until_ms == math.inf else "today.just_sent"))
    _begin(desk, wanted)
    tap.spawn(_send_all(desk, wanted, issue))
    return Answer(desk.say("today.sending"))


def _begin(desk: Desk, wanted: tuple[int, str]) -> None:
    for old in [key for key, until_ms in desk.sending.items() if until_ms <= desk.clock()]:
        del desk.sending[old]
    desk.sending[wanted] = math.inf


async def _send_all(desk: Desk, wanted: tuple[int, str], issue: Issue) -> None:
    """In order, silently; it ends at the first message that does not arrive."""
    chat_id, key = wanted
    try:
        for part in publication(issue.digest, key, links=desk.links, say=desk.say).parts:
            if not await send(desk, chat_id, replace(part, keyboard=(), is_silent=True)):
                return
    finally:
        desk.sending[wanted] = desk.clock() + QUIET_MS


VERBS: Mapping[str, Verb] = {"full": _send_full}
