"""Reading: /today, the private card and everything its buttons turn it into, in place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackContext, CommandHandler, filters

from bot.core import format as layout
from bot.core.format.parts import Part
from bot.core.tags.edition import Edition, TagFilter
from bot.core.tags.keywords import resolve
from bot.handlers.callbacks import QUIET, Answer, Tap, Verb, fields, number
from bot.handlers.choosing.chooser import chooser
from bot.handlers.desk import Desk
from bot.handlers.quoting import quoted
from bot.handlers.readers import reader_of
from bot.handlers.reading import cards
from bot.handlers.reading.threads import earlier_of_stories
from bot.handlers.replies import send, show
from bot.handlers.shelf import Issue, edition_of, find_newest, find_previous, get_issue, is_todays
from bot.storage.records import Chat


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/today in a private chat."""
    return [CommandHandler("today", partial(_today, desk), filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE)]


async def _today(desk: Desk, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
    reader = await reader_of(desk, update)
    wanted = " ".join(context.args or ())
    await send(desk, reader.id, await (_under_tag(desk, reader, wanted) if wanted else today_part(desk, reader)))


async def today_part(desk: Desk, reader: Chat) -> Part:
    """Today's card; before publication the newest one, below a line that says so."""
    issue = await find_newest(desk)
    if issue is None:
        return Part(desk.say(desk.missing("today.none")))
    card = cards.card_part(desk, reader, issue)
    return card if is_todays(desk, issue) else cards.with_heading(card, cards.not_yet(desk, issue))


async def _under_tag(desk: Desk, reader: Chat, wanted: str) -> Part:
    tag = resolve(wanted, desk.taxonomy.find)
    if tag is None:
        return await chooser(desk, reader, heading=desk.say("tags.no_word", word=quoted(wanted)))
    issue = await find_newest(desk)
    return await cards.tagged_card(desk, issue, tag) if issue else Part(desk.say(desk.missing("today.none")))


async def _open_today(desk: Desk, tap: Tap) -> Answer:
    await show(desk, tap, await today_part(desk, await reader_of(desk, tap)))
    return QUIET


async def _open_card(desk: Desk, tap: Tap) -> Answer:
    """card:<key>[.<page>[.<token of a tag>]]"""
    key, page, token = fields(tap.argument, 3)
    issue = await get_issue(desk, key)
    at = number(page or "0")
    if tag := await cards.carried_tag(desk, token):
        await show(desk, tap, await cards.tagged_card(desk, issue, tag, at))
    else:
        await show(desk, tap, cards.card_part(desk, await reader_of(desk, tap), issue, at))
    return QUIET


async def _open_previous(desk: Desk, tap: Tap) -> Answer:
    issue = await find_previous(desk, tap.argument)
    if issue is None:
        return Answer(desk.say("today.first"))
    await show(desk, tap, cards.card_part(desk, await reader_of(desk, tap), issue))
    return QUIET


async def _open_section(desk: Desk, tap: Tap) -> Answer:
    """sec:<key>.<section>.<page>"""
    key, at, page = fields(tap.argument, 3)
    issue, wanted = await get_issue(desk, key), number(at)
    items = [item for section in issue.digest.sections if section.number == wanted for item in section.items]
    earlier = await earlier_of_stories(desk, key, items)
    part = layout.section_view(issue.digest, key, wanted, number(page), say=desk.say, earlier=earlier)
    await show(desk, tap, part)
    return QUIET


async def _open_edition(desk: Desk, tap: Tap) -> Answer:
    """ed:<key>.<page>[.<token of a tag>] → the edition's items in full."""
    issue, edition, page = await _edition_of(desk, tap)
    earlier = await earlier_of_stories(desk, issue.key, edition.items)
    part = layout.edition_view(issue.digest, issue.key, edition, page, say=desk.say, earlier=earlier)
    return await _turn(desk, tap, part, edition)


async def _open_rest(desk: Desk, tap: Tap) -> Answer:
    """rest:<key>.<page>[.<token of a tag>] → what the edition leaves out."""
    issue, edition, page = await _edition_of(desk, tap)
    return await _turn(desk, tap, layout.rest_view(issue.digest, issue.key, edition, page, say=desk.say), edition)


async def _edition_of(desk: Desk, tap: Tap) -> tuple[Issue, Edition, int]:
    """The digest, the edition of it and the page that a button asks for."""
    key, page, token = fields(tap.argument, 3)
    issue, tag = await get_issue(desk, key), await cards.carried_tag(desk, token)
    tags = TagFilter(followed=(tag,)) if tag else (await reader_of(desk, tap)).filter
    return issue, edition_of(desk, issue, tags, asked_for=tag), number(page)


async def _turn(desk: Desk, tap: Tap, part: Part, edition: Edition) -> Answer:
    tag = edition.asked_for
    await show(desk, tap, await cards.carrying_tag(desk, part, tag) if tag else part)
    return QUIET


VERBS: Mapping[str, Verb] = {
    "today": _open_today,
    "card": _open_card,
    "prev": _open_previous,
    "sec": _open_section,
    "ed": _open_edition,
    "rest": _open_rest,
}
