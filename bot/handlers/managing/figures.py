"""/stats: an admin sees who reads, how today's digest is getting on, and when the next one goes out."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.durations import spell_duration
from bot.core.format.parts import Part
from bot.handlers.desk import Desk
from bot.handlers.readers import message_of
from bot.handlers.replies import send
from bot.pipeline.publishing.decisions import DRAFT
from bot.storage.records import DigestState


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """The command for admins in private; for everybody else it does not exist."""
    admins = filters.User(desk.admin_ids) & filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    return [CommandHandler("stats", partial(_show, desk), admins)]


async def _show(desk: Desk, update: Update, _context: object) -> None:
    audience = await desk.store.chats.audience()
    lines = [
        desk.say("stats.audience", active=audience.active, stopped=audience.stopped, blocked=audience.blocked),
        *await _todays(desk),
        await _next(desk),
        desk.say("figures.fanout", duration=spell_duration(desk.delivery.estimate_s(audience.active), desk.say)),
    ]
    await send(desk, message_of(update).chat_id, Part("\n".join(lines)))


async def _todays(desk: Desk) -> list[str]:
    """Every publication of today with its progress."""
    lines = []
    for known in await desk.store.digests.of_date(desk.today()):
        campaign = await desk.store.campaigns.of_digest(known.key)
        progress = await desk.delivery.progress(campaign.id) if campaign else None
        if progress is None:
            continue
        shown = progress.campaign
        lines.append(
            desk.say(
                "figures.today",
                sent=shown.sent,
                total=shown.total,
                failed=shown.failed,
                unknown=shown.unknown,
                state=desk.say(f"stats.state.{shown.state}"),
            )
        )
        if progress.left_s is not None:
            lines.append(desk.say("figures.left", duration=spell_duration(progress.left_s, desk.say)))
    return lines or [desk.say("figures.nothing_today")]


async def _next(desk: Desk) -> str:
    """When the next digest goes out, and whether its file is there."""
    waiting = await desk.store.digests.in_states({DigestState.WAITING})
    ready = [known.date for known in waiting if known.reason != DRAFT]
    if ready:
        return desk.say("figures.next", when=_spoken(desk, min(ready)))
    if desk.publish_at == "now":
        return desk.say("figures.next_any_time")
    today = desk.today()
    is_over = desk.publisher.timetable.due_ms(today) <= desk.clock()
    return desk.say("figures.next_missing", when=_spoken(desk, today + dt.timedelta(is_over)))


def _spoken(desk: Desk, date: dt.date) -> str:
    at = dt.datetime.fromtimestamp(desk.publisher.timetable.due_ms(date) / 1000, desk.timezone)
    return desk.say("figures.when", month=at.month, day=at.day, time=f"{at:%H:%M}")
