"""Tags: the chooser of /tags, where a tap follows or mutes, and the deep link that follows one tag."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.format.parts import Part
from bot.core.tags.edition import MAX_TAGS, TagFilter
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button, fields
from bot.handlers.choosing.chooser import Spread, chooser, describe, find_short, has_room
from bot.handlers.choosing.invitation import subscribe_button
from bot.handlers.choosing.places import administered
from bot.handlers.desk import Desk
from bot.handlers.quoting import quoted
from bot.handlers.readers import reader_of
from bot.handlers.replies import send, show
from bot.storage.records import Chat


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/tags in a private chat."""
    return [CommandHandler("tags", partial(_tags, desk), filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE)]


async def _tags(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, await chooser(desk, reader))


async def follow_by_link(desk: Desk, reader: Chat, tag: str) -> Part:
    """Follow a tag of the taxonomy; the chooser with a line that says so."""
    known = desk.taxonomy.find(tag)
    if known is None:
        return await chooser(desk, reader, heading=desk.say("tags.unknown", tag=quoted(tag)))
    if not has_room(reader.filter.follow(known)):
        return await chooser(desk, reader, heading=desk.say("tags.too_many", limit=MAX_TAGS))
    followed = await remember(desk, reader, reader.filter.follow(known))
    return await chooser(desk, followed, heading=desk.say("tags.now_following", tag=known))


async def remember(desk: Desk, reader: Chat, tags: TagFilter) -> Chat:
    """The reader with this filter from now on."""
    await desk.store.chats.set_filter(reader.id, tags)
    return replace(reader, filter=tags)


async def _owner(desk: Desk, tap: Tap, spread: Spread) -> Chat:
    """Whose tags a button changes: the reader's own, or those of a group or channel that they administer."""
    return await administered(desk, tap.user_id, spread.place) if spread.place else await reader_of(desk, tap)


def _switch(verb: str, change: Callable[[TagFilter, str], TagFilter], *, is_muting: bool) -> Verb:
    """The verb `<verb>:<spot>.<tag>` of a tag's button: change the filter, draw the chooser again."""

    async def switch(desk: Desk, tap: Tap) -> Answer:
        spot, argument = fields(tap.argument, 2)
        spread = Spread.at(spot, is_muting=is_muting)
        owner = await _owner(desk, tap, spread)
        offered = (*desk.taxonomy.topics, *desk.taxonomy.entities, *owner.filter.tags)
        tags = change(owner.filter, find_short(verb, argument, offered, spread.place))
        if not has_room(tags):
            raise RefusedError("tags.too_many", limit=MAX_TAGS)
        await show(desk, tap, await chooser(desk, await remember(desk, owner, tags), spread))
        return QUIET

    return switch


async def _open(desk: Desk, tap: Tap) -> Answer:
    """tags:[<mode>[.<spot>]] → that page of the chooser."""
    spread = Spread.of(tap.argument)
    await show(desk, tap, await chooser(desk, await _owner(desk, tap, spread), spread))
    return QUIET


async def _clear(desk: Desk, tap: Tap) -> Answer:
    spread = Spread.of(tap.argument)
    owner = await remember(desk, await _owner(desk, tap, spread), TagFilter())
    await show(desk, tap, await chooser(desk, owner, spread))
    return Answer(desk.say("place.tags_cleared" if spread.place else "tags.cleared"))


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
    "follow": _switch("follow", TagFilter.follow, is_muting=False),
    "unfollow": _switch("unfollow", TagFilter.drop, is_muting=False),
    "mute": _switch("mute", TagFilter.mute, is_muting=True),
    "unmute": _switch("unmute", TagFilter.drop, is_muting=True),
    "tagclear": _clear,
    "tagdone": _done,
}
