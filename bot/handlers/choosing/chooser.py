"""The chooser of tags: a page of buttons below the line of what the choice leaves today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.core.format.parts import Button, Keyboard, Part
from bot.core.tags.edition import MAX_TAGS, TagFilter
from bot.handlers.callbacks import RefusedError, button, fields, fits, number
from bot.handlers.choosing.places import Place
from bot.handlers.desk import Desk
from bot.handlers.quoting import quoted
from bot.handlers.shelf import edition_of, find_newest, is_todays
from bot.storage.records import Chat

TOPIC_COLUMNS = 3
ENTITY_COLUMNS = 2
ENTITIES_SHOWN = 28
ENTITIES_PAGE = 14
COUNTED_DAYS = 30
MUTING = "mute"
PLACE = "place"
"""The verb that opens the settings of a group or channel."""
SHORT_MARK = "~"


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the reader is in the chooser: page 0 has the topics, those after it companies and products. `place`: the
    group or channel they choose for, None when it is for themselves."""

    is_muting: bool = False
    page: int = 0
    place: Place | None = None

    @property
    def spot(self) -> str:
        """The page, and for whom, in a tag's button, whose verb tells the mode: `0` or `0@-100123`."""
        return f"{self.page}@{self.place}" if self.place else str(self.page)

    @property
    def argument(self) -> str:
        """The spread in a button."""
        return f"{MUTING if self.is_muting else ''}.{self.spot}"

    @classmethod
    def of(cls, argument: str) -> Spread:
        """The spread that a button names; without a page the first."""
        mode, spot = fields(argument, 2)
        return cls.at(spot or "0", is_muting=mode == MUTING)

    @classmethod
    def at(cls, spot: str, *, is_muting: bool) -> Spread:
        """The spread of a spot.

        Raises:
            RefusedError: it is none of ours.
        """
        page, is_theirs, name = spot.partition("@")
        place = Place.parse(name)
        if is_theirs and place is None:
            raise RefusedError("error.old_button")
        return cls(is_muting, number(page), place)


async def chooser(desk: Desk, chat: Chat, spread: Spread | None = None, *, heading: str = "") -> Part:
    """A page of tags as buttons below the line of what the choice of a reader, group or channel leaves today.

    With the topics stands whatever else was chosen, so that all of it can be let go.
    """
    spread = spread or Spread()
    intro = desk.say("place.tags_intro", name=quoted(chat.name)) if spread.place else desk.say("tags.intro")
    lines = [heading, intro, await count_line(desk, chat.filter)]
    rows = await (_entity_rows if spread.page else _topic_rows)(desk, chat.filter, spread)
    keyboard = (_modes(desk, spread), *rows, _ends(desk, spread))
    return Part("\n".join(line for line in lines if line), keyboard=keyboard)


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
        button(_marked(desk, tag, label, tags), verbs[tag], f"{spread.spot}.{short(verbs[tag], tag, spread.place)}")
        for tag, label in labels.items()
    ]


def _marked(desk: Desk, tag: str, label: str, tags: TagFilter) -> str:
    if tag in tags.followed:
        return desk.say("tags.is_followed", tag=label)
    return desk.say("tags.is_muted", tag=label) if tag in tags.muted else label


def short(verb: str, tag: str, place: Place | None = None) -> str:
    """A tag as a button carries it: itself, or where it is too long a mark that names it to those who know the tag."""
    widest = Spread(page=99, place=place).spot
    return tag if fits(verb, f"{widest}.{tag}") else SHORT_MARK + sha256(tag.encode()).hexdigest()[:16]


def find_short(verb: str, argument: str, tags: Iterable[str], place: Place | None = None) -> str:
    """The one of these tags that a button carries.

    Raises:
        RefusedError: it carries none of them.
    """
    for tag in tags:
        if short(verb, tag, place) == argument:
            return tag
    raise RefusedError("error.old_button")


def _in_rows(buttons: list[Button], columns: int) -> Keyboard:
    return tuple(tuple(buttons[at : at + columns]) for at in range(0, len(buttons), columns))


def _ends(desk: Desk, spread: Spread) -> tuple[Button, ...]:
    verb, argument = (PLACE, str(spread.place)) if spread.place else ("tagdone", "")
    return button(desk.say("tags.clear"), "tagclear", spread.argument), button(desk.say("tags.done"), verb, argument)
