"""Groups: short answers below the question, with links only; everything longer goes on in private."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, CallbackContext, CommandHandler, filters

from bot.core.format.parts import Button, Part
from bot.core.format.rich_text import Writer
from bot.core.models import Run
from bot.core.search.query import MAX_CHARACTERS
from bot.handlers.callbacks import RefusedError, Verb
from bot.handlers.choosing.places import Place, is_administrator
from bot.handlers.desk import Desk
from bot.handlers.membership import meet
from bot.handlers.queries import shorten, to_payload
from bot.handlers.quoting import clipped
from bot.handlers.readers import message_of
from bot.handlers.reading.results import group_results, nothing_found
from bot.handlers.reading.search import normal_query
from bot.handlers.replies import reply
from bot.handlers.shelf import Issue, find_newest, is_todays
from bot.pipeline.publishing.press import group_address

HITS_SHOWN = 3

VERBS: Mapping[str, Verb] = {}


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/today, /search, /help and, for administrators, /settings in groups."""
    in_group = filters.ChatType.GROUPS & filters.UpdateType.MESSAGE
    return [
        CommandHandler("today", partial(_today, desk), in_group),
        CommandHandler("search", partial(_search, desk), in_group),
        CommandHandler("help", partial(_help, desk), in_group),
        CommandHandler("settings", partial(_settings, desk), in_group),
    ]


async def _today(desk: Desk, update: Update, _context: object) -> None:
    message = message_of(update)
    issue = await find_newest(desk)
    if issue is None:
        await reply(desk, message, Part(desk.say(desk.missing("today.none"))))
        return
    title = Writer().plain(desk.say("group.today" if is_todays(desk, issue) else "group.latest"))
    text = title.inline(clipped((Run(issue.digest.title),))).finish()
    link = Button(desk.say("group.open"), url=await _card_url(desk, message, issue))
    await reply(desk, message, Part(text.text, text.entities, keyboard=((link,),)))


async def _search(desk: Desk, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
    message = message_of(update)
    await reply(desk, message, await _results(desk, normal_query(" ".join(context.args or ()))))


async def _help(desk: Desk, update: Update, _context: object) -> None:
    talk = Button(desk.say("help.talk"), url=desk.links.subscribe())
    await reply(desk, message_of(update), Part(desk.say("help.group").strip(), keyboard=((talk,),)))


async def _settings(desk: Desk, update: Update, _context: object) -> None:
    message = message_of(update)
    try:
        is_theirs = await _is_administrator(desk, message)
    except RefusedError as refusal:
        await reply(desk, message, Part(desk.say(refusal.key)))
        return
    if is_theirs:
        await meet(desk, message.chat)
        await reply(desk, message, _settings_link(desk, message))
    else:
        talk = Button(desk.say("help.talk"), url=desk.links.subscribe())
        await reply(desk, message, Part(desk.say("group.not_admin"), keyboard=((talk,),)))


async def _is_administrator(desk: Desk, message: Message) -> bool:
    if message.sender_chat is not None:
        # Who writes as the group itself is an administrator who stays anonymous; a channel is nobody's administrator.
        return message.sender_chat.id == message.chat_id
    return message.from_user is not None and await is_administrator(desk, message.from_user.id, message.chat_id)


def _settings_link(desk: Desk, message: Message) -> Part:
    """The way into private; from a topic, where the digest may then be sent to it."""
    place = Place(message.chat_id, message.message_thread_id if message.is_topic_message else None)
    is_main = message.chat.is_forum and place.thread_id is None
    link = Button(desk.say("group.settings_open"), url=desk.links.settings(str(place)))
    return Part(desk.say("group.settings_topic" if is_main else "group.settings"), keyboard=((link,),))


async def _results(desk: Desk, query: str) -> Part:
    if not query:
        return Part(desk.say("search.ask"))
    if len(query) > MAX_CHARACTERS:
        return Part(desk.say("error.too_long"))
    page = await desk.archive.search(query, limit=HITS_SHOWN)
    if page.total == 0 and not desk.archive.is_usable:
        return Part(desk.say("error.preparing"))
    if page.total == 0:
        others = await desk.archive.suggest(query)
        return nothing_found(
            query, [Button(other, url=await _search_url(desk, other)) for other in others], say=desk.say
        )
    return group_results(page, query, today=desk.today(), url=await _search_url(desk, query), say=desk.say)


async def _search_url(desk: Desk, query: str) -> str:
    return f"https://t.me/{desk.links.bot}?start=s_{to_payload(await shorten(desk, query))}"


async def _card_url(desk: Desk, message: Message, issue: Issue) -> str:
    """The digest's card in this very group, or the digest in private where it was never sent."""
    campaign = await desk.store.campaigns.of_digest(issue.key)
    sent = await desk.store.deliveries.message_ids(campaign.id, message.chat_id) if campaign else ()
    address = group_address(message.chat_id, message.chat.username or "")
    return f"{address}/{sent[0]}" if address and sent and sent[0] else desk.links.digest(issue.key)
