"""Tags: the chooser of /tags, where a tap follows or mutes, and the deep link that follows one tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.edition import TagFilter, select
from bot.core.parts import Button, Keyboard, Part
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button, fits
from bot.handlers.desk import Desk
from bot.handlers.invitation import subscribe_button
from bot.handlers.quoting import quoted
from bot.handlers.readers import reader_of
from bot.handlers.replies import send, show
from bot.handlers.shelf import find_newest, is_todays
from bot.storage.records import Chat

COLUMNS = 3
MUTING = "mute"


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/tags in a private chat."""
    return [CommandHandler("tags", partial(_tags, desk), filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE)]


async def _tags(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, await chooser(desk, reader))


async def chooser(desk: Desk, reader: Chat, *, is_muting: bool = False, heading: str = "") -> Part:
    """All topics as buttons, and whatever else the reader follows or mutes; the line of what that leaves today."""
    lines = [heading, desk.say("tags.intro"), await _count_line(desk, reader.filter)]
    keyboard = (_modes(desk, is_muting), *_tag_rows(desk, reader.filter, is_muting), _ends(desk, is_muting))
    return Part("\n".join(line for line in lines if line), keyboard=keyboard)


async def follow_by_link(desk: Desk, reader: Chat, tag: str) -> Part:
    """Follow a tag of the taxonomy; the chooser with a line that says so."""
    known = desk.taxonomy.find(tag)
    if known is None:
        return await chooser(desk, reader, heading=desk.say("tags.unknown", tag=quoted(tag)))
    followed = await _remember(desk, reader, _following(reader.filter, known))
    return await chooser(desk, followed, heading=desk.say("tags.now_following", tag=known))


def describe(desk: Desk, tags: TagFilter) -> str:
    """What is followed and muted, one line each."""
    lines = (("tags.followed", tags.followed), ("tags.muted", tags.muted))
    return "\n".join(desk.say(key, tags="、".join(names)) for key, names in lines if names)


async def _count_line(desk: Desk, tags: TagFilter) -> str:
    issue = await find_newest(desk)
    if issue is None:
        return ""
    key = "tags.count" if is_todays(desk, issue) else "tags.count_latest"
    chosen = select(issue.digest, tags).items
    return desk.say(key, all=len(issue.digest.items), chosen=len(chosen))


def _modes(desk: Desk, is_muting: bool) -> tuple[Button, ...]:
    follow = desk.say("tags.mode_follow_off" if is_muting else "tags.mode_follow_on")
    mute = desk.say("tags.mode_mute_on" if is_muting else "tags.mode_mute_off")
    return button(follow, "tags"), button(mute, "tags", MUTING)


def _tag_rows(desk: Desk, tags: TagFilter, is_muting: bool) -> Keyboard:
    topics = desk.taxonomy.topics
    others = sorted({*tags.followed, *tags.muted} - {*topics})
    return (*_in_rows(_buttons(desk, topics, tags, is_muting)), *_in_rows(_buttons(desk, others, tags, is_muting)))


def _buttons(desk: Desk, names: Iterable[str], tags: TagFilter, is_muting: bool) -> list[Button]:
    """The button names the state it leads to, not a change, so a double tap does what one does."""
    on, off, chosen = ("mute", "unmute", tags.muted) if is_muting else ("follow", "unfollow", tags.followed)
    verbs = {name: off if name in chosen else on for name in names}
    return [button(_marked(desk, name, tags), verb, name) for name, verb in verbs.items() if fits(verb, name)]


def _marked(desk: Desk, name: str, tags: TagFilter) -> str:
    if name in tags.followed:
        return desk.say("tags.is_followed", tag=name)
    return desk.say("tags.is_muted", tag=name) if name in tags.muted else name


def _in_rows(buttons: list[Button]) -> Keyboard:
    return tuple(tuple(buttons[at : at + COLUMNS]) for at in range(0, len(buttons), COLUMNS))


def _ends(desk: Desk, is_muting: bool) -> tuple[Button, ...]:
    return (
        button(desk.say("tags.clear"), "tagclear", MUTING if is_muting else ""),
        button(desk.say("tags.done"), "tagdone"),
    )


def _following(tags: TagFilter, tag: str) -> TagFilter:
    return TagFilter((*tags.followed, tag), _without(tags.muted, tag))


def _muting(tags: TagFilter, tag: str) -> TagFilter:
    return TagFilter(_without(tags.followed, tag), (*tags.muted, tag))


def _neither(tags: TagFilter, tag: str) -> TagFilter:
    return TagFilter(_without(tags.followed, tag), _without(tags.muted, tag))


def _without(names: tuple[str, ...], tag: str) -> tuple[str, ...]:
    return tuple(name for name in names if name != tag)


async def _remember(desk: Desk, reader: Chat, tags: TagFilter) -> Chat:
    await desk.store.chats.set_filter(reader.id, tags)
    return replace(reader, filter=tags)


def _switch(change: Callable[[TagFilter, str], TagFilter], *, is_muting: bool) -> Verb:
    """The verb of a tag's button: change the filter, draw the chooser again."""

    async def switch(desk: Desk, tap: Tap) -> Answer:
        reader = await reader_of(desk, tap)
        if desk.taxonomy.find(tap.argument) != tap.argument and tap.argument not in _chosen(reader.filter):
            raise RefusedError("error.old_button")
        changed = await _remember(desk, reader, change(reader.filter, tap.argument))
        await show(desk, tap, await chooser(desk, changed, is_muting=is_muting))
        return QUIET

    return switch


def _chosen(tags: TagFilter) -> tuple[str, ...]:
    return tags.followed + tags.muted


async def _open(desk: Desk, tap: Tap) -> Answer:
    reader = await reader_of(desk, tap)
    await show(desk, tap, await chooser(desk, reader, is_muting=tap.argument == MUTING))
    return QUIET


async def _clear(desk: Desk, tap: Tap) -> Answer:
    reader = await _remember(desk, await reader_of(desk, tap), TagFilter())
    await show(desk, tap, await chooser(desk, reader, is_muting=tap.argument == MUTING))
    return Answer(desk.say("tags.cleared"))


async def _done(desk: Desk, tap: Tap) -> Answer:
    reader = await reader_of(desk, tap)
    await show(desk, tap, _saved(desk, reader))
    return QUIET


def _saved(desk: Desk, reader: Chat) -> Part:
    sentence = desk.say(_saved_key(reader))
    text = "\n".join(line for line in (sentence, describe(desk, reader.filter)) if line)
    look = (button(desk.say("start.see_today"), "today"), button(desk.say("start.tags"), "tags"))
    if reader.is_subscribed:
        return Part(text, keyboard=(look,))
    return Part(text, keyboard=((subscribe_button(desk),), look))


def _saved_key(reader: Chat) -> str:
    if reader.filter.is_empty:
        return "tags.saved_all"
    return "tags.saved" if reader.is_subscribed else "tags.saved_unsubscribed"


VERBS: Mapping[str, Verb] = {
    "tags": _open,
    "follow": _switch(_following, is_muting=False),
    "unfollow": _switch(_neither, is_muting=False),
    "mute": _switch(_muting, is_muting=True),
    "unmute": _switch(_neither, is_muting=True),
    "tagclear": _clear,
    "tagdone": _done,
}
