"""/follow and /mute: any words at once, tags or not, with what that leaves today and a button that takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.format.parts import Part
from bot.core.format.rich_text import clean
from bot.core.tags.edition import MAX_TAGS, TagFilter
from bot.core.tags.keywords import MAX_CHARACTERS, resolve, split_words
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button
from bot.handlers.choosing.chooser import count_line, has_room, named
from bot.handlers.choosing.tagging import remember
from bot.handlers.desk import Desk
from bot.handlers.queries import lengthen, shorten
from bot.handlers.readers import message_of, reader_of
from bot.handlers.replies import send, show
from bot.storage.records import Chat

BETWEEN = "\n"
"""Between the keys of two filters in a note; no key has a line break."""


@dataclass(frozen=True, slots=True)
class Command:
    """What /follow and /mute differ in: the change to the filter, and their sentences."""

    change: Callable[[TagFilter, str], TagFilter]
    usage: str
    done: str


COMMANDS: Mapping[str, Command] = {
    "follow": Command(TagFilter.follow, "follow.usage", "follow.done"),
    "mute": Command(TagFilter.mute, "mute.usage", "mute.done"),
}


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/follow and /mute in a private chat."""
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    return [CommandHandler(name, partial(_choose, desk, command), private) for name, command in COMMANDS.items()]


async def _choose(desk: Desk, command: Command, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    wanted = argument_of(update)
    part = await _chosen(desk, reader, command, wanted) if wanted else _usage(desk, command)
    await send(desk, reader.id, part)


def argument_of(update: Update) -> list[str]:
    """The words after a command, parted by commas."""
    _, *rest = clean(message_of(update).text or "").split(maxsplit=1)
    return split_words(rest[0]) if rest else []


def understood(desk: Desk, words: Iterable[str]) -> tuple[list[str], list[str]]:
    """The tags that words stand for, and the words that can stand for none."""
    found = {word: resolve(word, desk.taxonomy.find) for word in words}
    return [tag for tag in found.values() if tag], [word for word, tag in found.items() if not tag]


def not_understood(desk: Desk, words: Iterable[str]) -> list[str]:
    """A line for words that are none or too long; no line when there are no such words."""
    listed = named(list(words)[:3])
    return [desk.say("tags.unusable", words=listed, limit=MAX_CHARACTERS)] if listed else []


def _usage(desk: Desk, command: Command) -> Part:
    return Part(desk.say(command.usage), keyboard=((button(desk.say("start.tags"), "tags"),),))


async def _chosen(desk: Desk, reader: Chat, command: Command, wanted: list[str]) -> Part:
    tags, unusable = understood(desk, wanted)
    changed = reduce(command.change, tags, reader.filter)
    if not has_room(changed):
        return Part(desk.say("tags.too_many", limit=MAX_TAGS), keyboard=((button(desk.say("start.tags"), "tags"),),))
    lines = not_understood(desk, unusable)
    row = [button(desk.say("start.tags"), "tags")]
    if tags:
        await remember(desk, reader, changed)
        lines = [desk.say(command.done, tags=named(dict.fromkeys(tags))), *lines, await count_line(desk, changed)]
    if changed != reader.filter:
        note = await shorten(desk, reader.filter.key + BETWEEN + changed.key)
        row.insert(0, button(desk.say("tags.undo"), "untag", note))
    return Part("\n".join(line for line in lines if line), keyboard=(tuple(row),))


async def _undo(desk: Desk, tap: Tap) -> Answer:
    """untag:<token of the keys before and after> → as before, unless it was changed again since."""
    reader = await reader_of(desk, tap)
    before, _, after = (await lengthen(desk, tap.argument) or "").partition(BETWEEN)
    if after != reader.filter.key:
        raise RefusedError("tags.changed_since")
    try:
        tags = TagFilter.parse(before)
    except ValueError as error:
        raise RefusedError("error.old_button") from error
    await remember(desk, reader, tags)
    lines = (desk.say("tags.undone"), await count_line(desk, tags))
    await show(desk, tap, Part("\n".join(filter(None, lines)), keyboard=((button(desk.say("start.tags"), "tags"),),)))
    return QUIET


VERBS: Mapping[str, Verb] = {"untag": _undo}
