"""The page of search results as a message: headlines with their hits in bold, days, snippets, buttons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from bot.archive.records import Page
from bot.core.format.parts import Button, Keyboard, Part
from bot.core.format.rich_text import Text, Writer
from bot.core.models import Say
from bot.handlers.callbacks import button
from bot.handlers.quoting import clipped, quoted
from bot.handlers.reading.opened import FOUND, opening

PAGE_SIZE = 5


def private_results(page: Page, query: str, token: str, number: int, *, today: dt.date, say: Say) -> Part:
    """Page `number` (from 0) of the results: each opens in place, and so do the pages before and after."""
    text = _results(page, query, today=today, first=number * PAGE_SIZE + 1, say=say)
    place = f"{FOUND}{number}.{token}"
    opened = tuple(opening(str(at), hit.item_key, place) for at, hit in enumerate(page.hits, number * PAGE_SIZE + 1))
    return _part(text, (opened, _paging(number, _page_count(page.total), token, say)))


def group_results(page: Page, query: str, *, today: dt.date, url: str, say: Say) -> Part:
    """The first hits, and a link that goes on in private: in a group no button turns everybody's page."""
    text = _results(page, query, today=today, first=1, say=say)
    return _part(text, ((Button(say("search.in_private"), url=url),),))


def nothing_found(query: str, suggestions: Iterable[Button], *, say: Say) -> Part:
    """No hit: what else to try, a button each."""
    rows = tuple((suggestion,) for suggestion in suggestions)
    return Part(say("search.none_try" if rows else "search.none", query=quoted(query)), keyboard=rows)


def _results(page: Page, query: str, *, today: dt.date, first: int, say: Say) -> Text:
    writer = Writer().plain(say("search.title", query=quoted(query), total=page.total))
    for number, hit in enumerate(page.hits, first):
        writer.plain(f"\n\n{number}. ").inline(clipped(hit.marked)).plain(_day(hit.date, today, say))
        if hit.snippet:
            writer.plain("\n").inline(clipped(hit.snippet))
    return writer.finish()


def _day(date: dt.date, today: dt.date, say: Say) -> str:
    key = "search.dated" if date.year == today.year else "search.dated_year"
    return say(key, year=date.year, month=date.month, day=date.day)


def _page_count(total: int) -> int:
    return -(-total // PAGE_SIZE)


def _paging(number: int, count: int, token: str, say: Say) -> tuple[Button, ...]:
    """‹ 2/8 ›: the count itself leads to the first page."""
    if count < 2:
        return ()
    before = [button(say("search.backward"), "find", f"{number - 1}.{token}")] if number > 0 else []
    after = [button(say("search.forward"), "find", f"{number + 1}.{token}")] if number + 1 < count else []
    here = button(say("search.pages", page=number + 1, pages=count), "find", f"0.{token}")
    return (*before, here, *after)


def _part(text: Text, rows: Keyboard) -> Part:
    return Part(text.text, text.entities, tuple(row for row in rows if row))
