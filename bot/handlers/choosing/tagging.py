"""Tags: the chooser of /tags, where a tap follows or mutes, and the deep link that follows one tag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.format.parts import Button, Keyboard, Part
from bot.core.tags.edition import MAX_TAGS, TagFilter
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button, fields, fits, number
from bot.handlers.choosing.invitation import subscribe_button
from bot.handlers.desk import Desk
from bot.handlers.quoting import quoted
from bot.handlers.readers import reader_of
from bot.handlers.replies import send, show
from bot.handlers.shelf import edition_of, find_newest, is_todays
from bot.storage.records import Chat

TOPIC_COLUMNS = 3
ENTITY_COLUMNS = 2
ENTITIES_SHOWN = 28
ENTITIES_PAGE = 14
COUNTED_DAYS = 30
MUTING = "mute"
SHORT_MARK = "~"


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the reader is in the chooser: page 0 has the topics, those after it companies and products."""

    is_muting: bool = False
    page: int = 0

    @property
    def argument(self) -> str:
        """The spread in a button."""
        return f"{MUTING if self.is_muting else ''}.{self.page}"

    @classmethod
    def of(cls, argument: str) -> Spread:
        """The spread that a button names; without a page the first."""
        mode, page = fields(argument, 2)
        return cls(mode == MUTING, number(page or "0"))


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/tags in a private chat."""
    return [CommandHandler("tags", partial(_tags, desk), filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE)]


async def _tags(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, await chooser(desk, reader))


async def chooser(desk: Desk, reader: Chat, spread: Spread | None = None, *, heading: str = "") -> Part:
    """A page of tags as buttons below the line of what the choice leaves today.

    With the topics stands whatever else the reader has chosen, so that all of it can be let go.
    """
    spread = spread or Spread()
    lines = [heading, desk.say("tags.intro"), await count_line(desk, reader.filter)]
    rows = await (_entity_rows if spread.page else _topic_rows)(desk, reader.filter, spread)
    keyboard = (_modes(desk, spread), *rows, _ends(desk, spread))
    return Part("\n".join(line for line in lines if line), keyboard=keyboard)


async def follow_by_link(desk: Desk, reader: Chat, tag: str) -> Part:
    """Follow a tag of the taxonomy; the chooser with a line that says so."""
    known = desk.taxonomy.find(tag)
    if known is None:
        return await chooser(desk, reader, heading=desk.say("tags.unknown", tag=quoted(tag)))
    if not has_room(reader.filter.follow(known)):
        return await chooser(desk, reader, heading=desk.say("tags.too_many", limit=MAX_TAGS))
    followed = await remember(desk, reader, reader.filter.follow(known))
    return await chooser(desk, followed, heading=desk.say("tags.now_following", tag=known))


def describe(desk: Desk, tags: TagFilter) -> str:
    """What is followed and muted, one line each."""
    lines = (("tags.followed", tags.followed), ("tags.muted", tags.muted))
    return "\n".join(desk.say(key, tags=named(names)) for key, names in lines if names)


def named(tags: Iterable[str]) -> str:
    """Tags and keywords as they may stand in a message of ours."""
    return "、".join(map(quoted, tags))


async def count_line(desk: Desk, tags: TagFilter) -> str:
    """`按此筛选，今天 84 → 13 条`; empty while there is no digest."""
    issue = await find_newest(desk)
    if issue is None:
        return ""
    key = "tags.count" if is_todays(desk, issue) else "tags.count_latest"
    chosen = edition_of(desk, issue, tags).items
    return desk.say(key, all=len(issue.digest.items), chosen=len(chosen))


def has_room(tags: TagFilter) -> bool:
    """Whether a reader may choose so many tags."""
    return len(tags.tags) <= MAX_TAGS


async def remember(desk: Desk, reader: Chat, tags: TagFilter) -> Chat:
    """The reader with this filter from now on."""
    await desk.store.chats.set_filter(reader.id, tags)
    return replace(reader, filter=tags)


def _modes(desk: Desk, spread: Spread) -> tuple[Button, ...]:
    follow = desk.say("tags.mode_follow_off" if spread.is_muting else "tags.mode_follow_on")
    mute = desk.say("tags.mode_mute_on" if spread.is_muting else "tags.mode_mute_off")
    return (
        button(follow, "tags", replace(spread, is_muting=False).argument),
        button(mute, "tags", replace(spread, is_muting=True).argument),
    )


async def _topic_rows(desk: Desk, tags: TagFilter, spread: Spread) -> Keyboard:
    counts = await _counts(desk)
    topics = {topic: _counted(desk, topic, counts) for topic in desk.taxonomy.topics}
    others = sorted({*tags.tags} - {*topics})
    more = button(desk.say("tags.entities"), "tags", replace(spread, page=1).argument)
    buttons = [*_buttons(desk, topics, tags, spread), more]
    chosen = _buttons(desk, {tag: tag for tag in others}, tags, spread)
    return (*_in_rows(buttons, TOPIC_COLUMNS), *_in_rows(chosen, TOPIC_COLUMNS))


async def _entity_rows(desk: Desk, tags: TagFilter, spread: Spread) -> Keyboard:
    entities = list((await _commonest(desk)).items())
    last = max(1, -(-len(entities) // ENTITIES_PAGE))
    page = min(spread.page, last)
    shown = dict(entities[(page - 1) * ENTITIES_PAGE : page * ENTITIES_PAGE])
    rows = _in_rows(_buttons(desk, shown, tags, replace(spread, page=page)), ENTITY_COLUMNS)
    turning = [button(desk.say("tags.topics"), "tags", replace(spread, page=0).argument)]
    if last > 1:
        other = page % last + 1
        label = desk.say("tags.next_page", page=page, pages=last)
        turning.append(button(label, "tags", replace(spread, page=other).argument))
    return (*rows, tuple(turning))


async def _commonest(desk: Desk) -> dict[str, str]:
    """The entities most written about of late with their counts; of a young archive, the first ones there are."""
    counts, known = await _counts(desk), set(desk.taxonomy.entities)
    found = dict.fromkeys([tag for tag in counts if tag in known] + list(desk.taxonomy.entities))
    return {tag: _counted(desk, tag, counts) for tag in list(found)[:ENTITIES_SHOWN]}


async def _counts(desk: Desk) -> dict[str, int]:
    """How many items had each tag of late, the commonest first."""
    return await desk.archive.tag_counts(desk.today() - dt.timedelta(days=COUNTED_DAYS - 1))


def _counted(desk: Desk, tag: str, counts: Mapping[str, int]) -> str:
    return desk.say("tags.counted", tag=tag, count=counts[tag]) if tag in counts else tag


def _buttons(desk: Desk, labels: Mapping[str, str], tags: TagFilter, spread: Spread) -> list[Button]:
    """The button names the state it leads to, not a change, so a double tap does what one does."""
    on, off, chosen = ("mute", "unmute", tags.muted) if spread.is_muting else ("follow", "unfollow", tags.followed)
    verbs = {tag: off if tag in chosen else on for tag in labels}
    return [
        button(_marked(desk, tag, label, tags), verbs[tag], f"{spread.page}.{short(verbs[tag], tag)}")
        for tag, label in labels.items()
    ]


def _marked(desk: Desk, tag: str, label: str, tags: TagFilter) -> str:
    if tag in tags.followed:
        return desk.say("tags.is_followed", tag=label)
    return desk.say("tags.is_muted", tag=label) if tag in tags.muted else label


def short(verb: str, tag: str) -> str:
    """A tag as a button carries it: itself, or where it is too long a mark that names it to those who know the tag."""
    return tag if fits(verb, f"99.{tag}") else SHORT_MARK + sha256(tag.encode()).hexdigest()[:16]


def find_short(verb: str, argument: str, tags: Iterable[str]) -> str:
    """The one of these tags that a button carries.

    Raises:
        RefusedError: it carries none of them.
    """
    for tag in tags:
        if short(verb, tag) == argument:
            return tag
    raise RefusedError("error.old_button")


def _in_rows(buttons: list[Button], columns: int) -> Keyboard:
    return tuple(tuple(buttons[at : at + columns]) for at in range(0, len(buttons), columns))


def _ends(desk: Desk, spread: Spread) -> tuple[Button, ...]:
    return button(desk.say("tags.clear"), "tagclear", spread.argument), button(desk.say("tags.done"), "tagdone")


def _switch(verb: str, change: Callable[[TagFilter, str], TagFilter], *, is_muting: bool) -> Verb:
    """The verb `<verb>:<page>.<tag>` of a tag's button: change the filter, draw the chooser again."""

    async def switch(desk: Desk, tap: Tap) -> Answer:
        reader = await reader_of(desk, tap)
        page, argument = fields(tap.argument, 2)
        offered = (*desk.taxonomy.topics, *desk.taxonomy.entities, *reader.filter.tags)
        tags = change(reader.filter, find_short(verb, argument, offered))
        if not has_room(tags):
            raise RefusedError("tags.too_many", limit=MAX_TAGS)
        changed = await remember(desk, reader, tags)
        await show(desk, tap, await chooser(desk, changed, Spread(is_muting, number(page))))
        return QUIET

    return switch


async def _open(desk: Desk, tap: Tap) -> Answer:
    """tags:[<mode>[.<page>]] → that page of the chooser."""
    reader = await reader_of(desk, tap)
    await show(desk, tap, await chooser(desk, reader, Spread.of(tap.argument)))
    return QUIET


async def _clear(desk: Desk, tap: Tap) -> Answer:
    reader = await remember(desk, await reader_of(desk, tap), TagFilter())
    await show(desk, tap, await chooser(desk, reader, Spread.of(tap.argument)))
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
    "follow": _switch("follow", TagFilter.follow, is_muting=False),
    "unfollow": _switch("unfollow", TagFilter.drop, is_muting=False),
    "mute": _switch("mute", TagFilter.mute, is_muting=True),
    "unmute": _switch("unmute", TagFilter.drop, is_muting=True),
    "tagclear": _clear,
    "tagdone": _done,
}
