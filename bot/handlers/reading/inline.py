"""Inline mode: `@bot 词` in any chat shows items as cards; without a word, those of the newest digest.

An item's key, as 分享 has it, shows that item.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    MessageEntity,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import BaseHandler, InlineQueryHandler

from bot.archive.records import Filed, Hit, Page
from bot.core.format.rich_text import Text, Writer
from bot.core.keys import date_of, parse_item_key
from bot.core.models import Run, Style, plain
from bot.core.search.query import MAX_CHARACTERS
from bot.handlers.callbacks import Verb
from bot.handlers.desk import Desk
from bot.handlers.quoting import clipped
from bot.handlers.reading.search import normal_query

PAGE_SIZE = 10
FOUND_FOR_S, NEWEST_FOR_S, PREPARING_FOR_S = 300, 60, 1
"""How long Telegram may show the same answer to others: a new digest is there within a minute."""
TITLE_CHARACTERS, DESCRIPTION_CHARACTERS, LEAD_CHARACTERS = 100, 120, 300
LONGEST_OFFSET = 6

VERBS: Mapping[str, Verb] = {}
log = structlog.get_logger()


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """Inline queries."""
    return [InlineQueryHandler(partial(_answer, desk))]


async def _answer(desk: Desk, update: Update, _context: object) -> None:
    asked = update.inline_query
    assert asked is not None  # noqa: S101 - the handler is only called for inline queries
    query, offset = normal_query(asked.query), _offset(asked.offset)
    page = await _find(desk, query, offset)
    on = offset + len(page.hits)
    try:
        await asked.answer(
            [_card(desk, hit) for hit in page.hits],
            cache_time=_cache_s(desk, query),
            is_personal=False,
            next_offset=str(on) if page.hits and on < page.total else "",
        )
    except TelegramError as error:
        # Whoever types on no longer waits for this answer.
        log.info("inline.unanswered", reason=type(error).__name__)


def _cache_s(desk: Desk, query: str) -> int:
    if not desk.archive.is_usable:
        return PREPARING_FOR_S
    return FOUND_FOR_S if query else NEWEST_FOR_S


async def _find(desk: Desk, query: str, offset: int) -> Page:
    if not query:
        newest = await desk.archive.latest()
        day = date_of(newest).isoformat() if newest else ""
        return await desk.archive.search(f"after:{day} before:{day}", limit=PAGE_SIZE, offset=offset) if day else Page()
    if filed := (await desk.archive.items([query])).get(query):
        return Page(1, (_hit(filed),))
    if len(query) > MAX_CHARACTERS or not _says_enough(query):
        return Page()
    return await desk.archive.search(query, limit=PAGE_SIZE, offset=offset)


def _hit(filed: Filed) -> Hit:
    lead = filed.body.partition("\n")[0]
    shown = (Run(lead),)
    return Hit(
        item_key=filed.item_key,
        date=filed.date,
        number=filed.number,
        headline=filed.headline,
        url=filed.url,
        section=filed.section,
        tags=filed.tags,
        marked=(),
        snippet=shown,
        lead=lead,
    )


def _says_enough(query: str) -> bool:
    """One Chinese character, or two letters or figures."""
    return not query.isascii() or sum(ch.isalnum() for ch in query) > 1


def _offset(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_OFFSET else 0


def _card(desk: Desk, hit: Hit) -> InlineQueryResultArticle:
    message = _message(desk, hit)
    return InlineQueryResultArticle(
        id=hit.item_key,
        title=hit.headline[:TITLE_CHARACTERS] or hit.item_key,
        description=f"{hit.date.isoformat()} · {plain(hit.snippet)}"[:DESCRIPTION_CHARACTERS],
        input_message_content=InputTextMessageContent(
            message.text,
            entities=[MessageEntity(each.type, each.offset, each.length, url=each.url) for each in message.entities],
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
        reply_markup=_link(desk, hit),
    )


def _message(desk: Desk, hit: Hit) -> Text:
    """The item as it is sent to the chat: linked headline, first line, day and source."""
    text = Writer().inline(clipped((Run(hit.headline),)), also=Style.BOLD, url=hit.url)
    lead = hit.lead if len(hit.lead) <= LEAD_CHARACTERS else f"{hit.lead[:LEAD_CHARACTERS]}…"
    if lead.strip():
        text.plain("\n").inline((Run(lead.strip()),))
    group = desk.links.public_group
    source = f" · {desk.say('card.source', group=group)}" if group else ""
    return text.plain(f"\n{hit.date.isoformat()}{source}").finish()


def _link(desk: Desk, hit: Hit) -> InlineKeyboardMarkup | None:
    found = parse_item_key(hit.item_key)
    if found is None:
        return None
    return InlineKeyboardMarkup.from_button(InlineKeyboardButton(desk.say("inline.open"), url=desk.links.item(*found)))
