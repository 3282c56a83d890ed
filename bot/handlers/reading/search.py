"""Search: /search and plain text; pages turn in place, a result opens in place, all of it after a restart too."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackContext, CommandHandler, MessageHandler, filters

from bot.core.format.parts import Part
from bot.core.format.rich_text import clean
from bot.core.search.query import MAX_CHARACTERS
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button, fields, number
from bot.handlers.desk import Desk
from bot.handlers.queries import lengthen, shorten
from bot.handlers.readers import message_of, reader_of
from bot.handlers.reading.results import PAGE_SIZE, nothing_found, private_results
from bot.handlers.replies import send, show

THANKS = frozenset({"谢谢", "谢谢你", "谢谢您", "多谢", "谢了", "感谢", "辛苦了", "thanks", "thankyou", "thx"})
HELLO = frozenset({"你好", "您好", "嗨", "哈喽", "早", "早上好", "下午好", "晚上好", "在吗", "hi", "hello", "hey"})


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """/search, plain text, unknown commands and what is no text at all, in private chats."""
    written = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE & ~filters.VIA_BOT
    return [
        CommandHandler("search", partial(_search, desk), written),
        MessageHandler(written & filters.COMMAND, partial(_unknown_command, desk)),
        MessageHandler(written & filters.TEXT, partial(_text, desk)),
        MessageHandler(written & ~filters.StatusUpdate.ALL, partial(_not_text, desk)),
    ]


async def _search(desk: Desk, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, await search_part(desk, " ".join(context.args or ())))


async def _text(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    text = message_of(update).text or ""
    await send(desk, reader.id, _greeting(desk, text) or await search_part(desk, text))


def _greeting(desk: Desk, text: str) -> Part | None:
    word = "".join(ch for ch in text.casefold() if ch.isalnum())
    if word in THANKS:
        return Part(desk.say("greeting.thanks"))
    return Part(desk.say("greeting.hello")) if word in HELLO else None


async def _unknown_command(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, Part(desk.say("error.unknown_command")))


async def _not_text(desk: Desk, update: Update, _context: object) -> None:
    reader = await reader_of(desk, update)
    await send(desk, reader.id, Part(desk.say("error.not_text")))


async def search_part(desk: Desk, words: str, at: int = 0) -> Part:
    """Page `at` (from 0) of the results for what was typed; a friendly sentence for what is no query."""
    query = normal_query(words)
    if not query:
        return Part(desk.say("search.ask"))
    if len(query) > MAX_CHARACTERS:
        return Part(desk.say("error.too_long"))
    page = await desk.archive.search(query, limit=PAGE_SIZE, offset=at * PAGE_SIZE)
    if page.total == 0 and not desk.archive.is_usable:
        return Part(desk.say("error.preparing"))
    if page.total == 0:
        others = await desk.archive.suggest(query)
        buttons = [button(other, "find", f"0.{await shorten(desk, other)}") for other in others]
        return nothing_found(query, buttons, say=desk.say)
    if not page.hits:
        # The page was there when its button was made.
        return await search_part(desk, query, (page.total - 1) // PAGE_SIZE)
    token = await shorten(desk, query)
    return private_results(page, query, token, at, today=desk.today(), say=desk.say)


def normal_query(words: str) -> str:
    """What was typed, without line breaks, doubled spaces and characters Telegram does not keep."""
    return " ".join(clean(words).split())


async def _turn(desk: Desk, tap: Tap) -> Answer:
    """find:<page>.<token> → that page of the results."""
    page, token = fields(tap.argument, 2)
    await show(desk, tap, await search_part(desk, await _query(desk, token), number(page)))
    return QUIET


async def _query(desk: Desk, token: str) -> str:
    query = await lengthen(desk, token)
    if query is None:
        raise RefusedError("search.expired")
    return query


VERBS: Mapping[str, Verb] = {"find": _turn}
