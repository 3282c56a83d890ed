"""The private card as one reader gets it: under their tags or one tag on demand, with what the moment adds to it."""

from __future__ import annotations

from dataclasses import replace

from bot.core import format as layout
from bot.core.format.parts import Button, Part, utf16_len
from bot.core.format.watch import Outcome, announce, outcome
from bot.core.tags.concordance import Concordance
from bot.core.tags.edition import TagFilter
from bot.core.tags.keywords import bare
from bot.handlers.callbacks import RefusedError, button, parse_callback
from bot.handlers.choosing.invitation import subscribe_button
from bot.handlers.desk import Desk
from bot.handlers.hours import clock_time
from bot.handlers.queries import lengthen, shorten
from bot.handlers.quoting import quoted
from bot.handlers.shelf import Issue, day_name, edition_of
from bot.storage.records import Chat

MESSAGE_UTF16 = 4096
CARRIES_TAG = ("card", "ed", "rest")


def card_part(desk: Desk, reader: Chat, issue: Issue, page: int = 0) -> Part:
    """A page of the reader's card of a digest, with an offer to subscribe while they have not."""
    card = _card(desk, reader, issue, page)
    return card if reader.is_subscribed else with_row(card, (subscribe_button(desk, issue.key),))


async def tagged_card(desk: Desk, issue: Issue, tag: str, page: int = 0) -> Part:
    """A page of the card of a digest under one tag or keyword, whatever the reader follows."""
    edition = edition_of(desk, issue, TagFilter(followed=(tag,)), asked_for=tag)
    if edition.items:
        card = layout.reader_card(issue.digest, issue.key, say=desk.say, edition=edition, page=page, links=desk.links)
        return await carrying_tag(desk, card, tag)
    sentence = desk.say("today.nothing_under_tag", day=day_name(desk, issue), tag=quoted(bare(tag)))
    search = button(desk.say("tags.search_it"), "find", f"0.{await shorten(desk, bare(tag))}")
    return Part(sentence, keyboard=((button(desk.say("today.all_of_it"), "card", issue.key), search),))


def _card(desk: Desk, reader: Chat, issue: Issue, page: int) -> Part:
    edition = None if reader.filter.is_empty else edition_of(desk, issue, reader.filter)
    card = layout.reader_card(issue.digest, issue.key, say=desk.say, edition=edition, page=page, links=desk.links)
    told = outcome(reader.watch, Concordance(issue.digest, desk.taxonomy.aliases))
    return announce(card, issue.digest, Outcome(told.alerts), desk.say)


async def carrying_tag(desk: Desk, part: Part, tag: str) -> Part:
    """The part with the tag in its buttons, so that they stay with it; `carried_tag` reads it again."""
    token = await shorten(desk, tag)
    rows = tuple(tuple(_carrying(each, token) for each in row) for row in part.keyboard)
    return replace(part, keyboard=rows)


async def carried_tag(desk: Desk, token: str) -> str:
    """The tag in the data of a button; empty when there is none.

    Raises:
        RefusedError: it was too long to stand there itself, and what it was is forgotten.
    """
    tag = await lengthen(desk, token) if token else ""
    if tag is None:
        raise RefusedError("error.old_button")
    return tag


def _carrying(each: Button, token: str) -> Button:
    verb, argument = parse_callback(each.callback) or ("", "")
    key, _, page = argument.partition(".")
    return button(each.text, verb, f"{key}.{page or 0}.{token}") if verb in CARRIES_TAG else each


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
