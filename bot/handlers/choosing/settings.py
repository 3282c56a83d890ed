"""/settings: how a reader's digest comes, on one screen whose buttons change it in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.format.parts import Button, Part
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button
from bot.handlers.choosing.chooser import describe, named
from bot.handlers.choosing.invitation import subscribe_button
from bot.handlers.desk import Desk
from bot.handlers.hours import clock_time
from bot.handlers.readers import reader_of
from bot.handlers.replies import send, show
from bot.storage.records import Chat

STYLES = ("card", "rich")
"""Of each a private digest is as few messages as can be; `full` comes on demand, by 全文发我."""


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/settings in a private chat."""
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    return [CommandHandler("settings", partial(_settings, desk), private)]


async def _settings(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, settings_part(desk, reader))


def settings_part(desk: Desk, reader: Chat) -> Part:
    """Everything the reader has chosen, and the ways to change it."""
    styles = tuple(_style_button(desk, style, is_on=style == reader.style) for style in STYLES)
    more = (button(desk.say("card.tags"), "tags"), button(desk.say("settings.privacy"), "privacy"))
    leave = button(desk.say("start.unsubscribe"), "unsub") if reader.is_subscribed else subscribe_button(desk)
    return Part("\n".join(_lines(desk, reader)), keyboard=(styles, more, (leave,)))


def _style_button(desk: Desk, style: str, *, is_on: bool) -> Button:
    return button(desk.say("settings.on" if is_on else "settings.off", name=_name(desk, style)), "style", style)


def _lines(desk: Desk, reader: Chat) -> Iterator[str]:
    yield desk.say("settings.title")
    yield _subscription(desk, reader)
    yield desk.say("settings.style", name=_name(desk, reader.style), about=desk.say(f"settings.about.{reader.style}"))
    if reader.style == "rich" and reader.is_rich_refused:
        yield desk.say("settings.rich_refused")
    if chosen := describe(desk, reader.filter):
        yield chosen
    if reader.watch.words:
        yield desk.say("settings.watched", words=named(reader.watch.words))


def _subscription(desk: Desk, reader: Chat) -> str:
    if not reader.is_subscribed:
        return desk.say("settings.not_subscribed")
    if desk.publish_at == "now":
        return desk.say("settings.subscribed_any_time")
    return desk.say("settings.subscribed", at=clock_time(desk.publish_at))


def _name(desk: Desk, style: str) -> str:
    return desk.say(f"settings.name.{style}")


async def _choose_style(desk: Desk, tap: Tap) -> Answer:
    """style:<card|rich>; chosen anew, rich messages are tried again where they were refused."""
    if tap.argument not in STYLES:
        raise RefusedError("error.old_button")
    reader = await reader_of(desk, tap)
    await desk.store.chats.set_style(reader.id, tap.argument)
    await show(desk, tap, settings_part(desk, await desk.store.chats.get(reader.id)))
    return QUIET


VERBS: Mapping[str, Verb] = {"style": _choose_style}
