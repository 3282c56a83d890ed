"""The private card as one reader gets it: under their tags or one tag on demand, with what the moment adds to it."""

from __future__ import annotations

from dataclasses import replace

from bot.core import format as layout
from bot.core.edition import TagFilter, select
from bot.core.parts import Button, Part, utf16_len
from bot.handlers.callbacks import button, fits, parse_callback
from bot.handlers.desk import Desk
from bot.handlers.hours import clock_time
from bot.handlers.invitation import subscribe_button
from bot.handlers.shelf import Issue, day_name
from bot.storage.records import Chat

MESSAGE_UTF16 = 4096
CARRIES_TAG = ("card", "ed", "rest")


def card_part(desk: Desk, reader: Chat, issue: Issue, page: int = 0) -> Part:
    """A page of the reader's card of a digest, with an offer to subscribe while they have not."""
    card = _card(desk, issue, reader.filter, page)
    return card if reader.is_subscribed else with_row(card, (subscribe_button(desk, issue.key),))


def tagged_card(desk: Desk, issue: Issue, tag: str, page: int = 0) -> Part:
    """A page of the card of a digest under one tag, whatever the reader follows."""
    tags = TagFilter(followed=(tag,))
    if not select(issue.digest, tags).items:
        sentence = desk.say("today.nothing_under_tag", day=day_name(desk, issue), tag=tag)
        return Part(sentence, keyboard=((button(desk.say("today.all_of_it"), "card", issue.key),),))
    return with_heading(carrying_tag(_card(desk, issue, tags, page), tag), desk.say("today.only", tag=tag))


def _card(desk: Desk, issue: Issue, tags: TagFilter, page: int) -> Part:
    edition = None if tags.is_empty else select(issue.digest, tags)
    return layout.reader_card(issue.digest, issue.key, say=desk.say, edition=edition, page=page, links=desk.links)


def carrying_tag(part: Part, tag: str) -> Part:
    """The part with the tag in its buttons, so that they stay with it."""
    rows = tuple(tuple(_carrying_tag(each, tag) for each in row) for row in part.keyboard)
    return replace(part, keyboard=rows)


def _carrying_tag(each: Button, tag: str) -> Button:
    verb, argument = parse_callback(each.callback) or ("", "")
    key, _, page = argument.partition(".")
    tagged = f"{key}.{page or 0}.{tag}"
    return button(each.text, verb, tagged) if verb in CARRIES_TAG and fits(verb, tagged) else each


def with_row(part: Part, row: tuple[Button, ...]) -> Part:
    """The part with one more row of buttons below."""
    return replace(part, keyboard=(*part.keyboard, row))


def with_heading(part: Part, heading: str) -> Part:
    """The part below a line of ours; as it was when there is no room for the line."""
    lead = f"{heading}\n\n"
    if utf16_len(lead) + utf16_len(part.text) > MESSAGE_UTF16:
        return part
    moved = tuple(replace(entity, offset=entity.offset + utf16_len(lead)) for entity in part.entities)
    return replace(part, text=lead + part.text, entities=moved)


def not_yet(desk: Desk, issue: Issue) -> str:
    """Today's digest is not out: when it usually comes, and whose day is shown instead."""
    if desk.publish_at == "now":
        return desk.say("today.not_yet_any_time", day=day_name(desk, issue))
    return desk.say("today.not_yet", at=clock_time(desk.publish_at), day=day_name(desk, issue))
