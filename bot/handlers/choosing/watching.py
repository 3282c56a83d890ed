"""/watch: words that make the digest ring and name their item first; with 其余静音 the others come silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial, reduce
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.format.parts import Part
from bot.core.format.watch import MAX_WATCHED, Watch
from bot.core.tags.keywords import bare
from bot.handlers.callbacks import QUIET, Answer, Tap, Verb, button
from bot.handlers.choosing.chooser import find_short, named, short
from bot.handlers.choosing.following import argument_of, not_understood, understood
from bot.handlers.choosing.invitation import subscribe_button
from bot.handlers.desk import Desk
from bot.handlers.quoting import quoted
from bot.handlers.readers import reader_of
from bot.handlers.replies import send, show
from bot.storage.records import Chat

DROP = "unwatch"
SILENT, LOUD = "silent", "loud"


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/watch in a private chat."""
    return [CommandHandler("watch", partial(_watch, desk), filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE)]


async def _watch(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    wanted = argument_of(update)
    part = await _added(desk, reader, wanted) if wanted else watch_list(desk, reader)
    await send(desk, reader.id, part)


def watch_list(desk: Desk, reader: Chat, *, heading: str = "") -> Part:
    """The words that are watched for, each with a button that drops it, and the switch for the rest."""
    watch = reader.watch
    if not watch.words:
        return Part("\n".join(filter(None, (heading, desk.say("watch.usage").strip()))))
    lines = [heading, desk.say("watch.title") + named(watch.words)]
    lines += [desk.say("watch.rest_is_silent")] if watch.mutes_rest else []
    rows = [(button(desk.say("watch.drop", word=bare(word)), DROP, short(DROP, word)),) for word in watch.words]
    rest = desk.say("watch.rest_silent" if watch.mutes_rest else "watch.rest_loud")
    rows.append((button(rest, "watchrest", LOUD if watch.mutes_rest else SILENT),))
    if not reader.is_subscribed:
        lines.append(desk.say("watch.unsubscribed"))
        rows.append((subscribe_button(desk),))
    return Part("\n".join(filter(None, lines)), keyboard=tuple(rows))


async def _added(desk: Desk, reader: Chat, wanted: list[str]) -> Part:
    words, unusable = understood(desk, wanted)
    watch = reduce(Watch.add, words, reader.watch)
    if len(watch.words) > MAX_WATCHED:
        return watch_list(desk, reader, heading=desk.say("watch.too_many", limit=MAX_WATCHED))
    added = "、".join(f"“{quoted(bare(word))}”" for word in dict.fromkeys(words))
    lines = [desk.say("watch.added", words=added)] if words else []
    heading = "\n".join([*lines, *not_understood(desk, unusable)])
    return watch_list(desk, await _remember(desk, reader, watch), heading=heading)


async def _remember(desk: Desk, reader: Chat, watch: Watch) -> Chat:
    await desk.store.chats.set_watch(reader.id, watch)
    return replace(reader, watch=watch)


async def _drop(desk: Desk, tap: Tap) -> Answer:
    """unwatch:<tag as a button carries it>"""
    reader = await reader_of(desk, tap)
    word = find_short(DROP, tap.argument, reader.watch.words)
    reader = await _remember(desk, reader, reader.watch.drop(word))
    heading = desk.say("watch.dropped", word=quoted(bare(word)))
    await show(desk, tap, watch_list(desk, reader, heading=heading))
    return QUIET


async def _switch_rest(desk: Desk, tap: Tap) -> Answer:
    """watchrest:silent or watchrest:loud: the button names the state it leads to."""
    reader = await reader_of(desk, tap)
    reader = await _remember(desk, reader, replace(reader.watch, mutes_rest=tap.argument == SILENT))
    await show(desk, tap, watch_list(desk, reader))
    return QUIET


VERBS: Mapping[str, Verb] = {DROP: _drop, "watchrest": _switch_rest}
