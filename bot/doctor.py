"""`doctor`: whether everything is there that the bot needs. One line a thing, what is wrong with its remedy."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

import aiohttp
from rich.console import Console

from bot.app import now_ms
from bot.config import Settings, load_settings
from bot.core.models import Say
from bot.locales import catalogue
from bot.pipeline.calling.embassy import Embassy, Me, Place, embassy
from bot.pipeline.publishing.noticeboard import refused_files
from bot.storage import Store
from bot.storage.dialect import is_missing
from bot.storage.errors import StoreError
from bot.storage.records import DigestState

CLOCK_OFF_S = 60
PATIENCE_S = 5
MARKS = {True: "✓", False: "✗", None: "–"}


class Finding(NamedTuple):
    """One thing that was looked at; `words` hold the remedy when it is not sound. None: it could not be tried."""

    is_sound: bool | None
    words: str


def doctor() -> int:
    """Look at everything; 1 when something has to be mended."""
    findings = asyncio.run(examine_all(load_settings()))
    out = Console(highlight=False, soft_wrap=True, emoji=False)
    for finding in findings:
        out.print(f"{MARKS[finding.is_sound]} {finding.words}", markup=False)
    return int(any(finding.is_sound is False for finding in findings))


async def examine_all(settings: Settings) -> list[Finding]:
    """Everything in order."""
    say = catalogue()
    findings = [finding async for finding in _telegram(settings, say)]
    findings += [_posts(settings.posts_dir, say), _data(settings.data_dir, say)]
    findings += [finding async for finding in _state(settings, say)]
    return [*findings, await _clock(settings, say)]


async def _telegram(settings: Settings, say: Say) -> AsyncIterator[Finding]:
    if settings.bot_token is None:
        yield Finding(None, say("doctor.no_token"))
        return
    async with embassy(settings.telegram_api_url, settings.bot_token.get_secret_value()) as ask:
        me = await ask.me()
        if not isinstance(me, Me):
            yield Finding(False, say(f"embassy.{me.code}", reason=me.reason, chat=""))
            return
        yield Finding(True, say("doctor.token", username=me.username))
        if not settings.group_chats:
            yield Finding(True, say("doctor.no_groups"))
        for group in settings.group_chats:
            yield await _place(ask, group.chat, "doctor.group", say)
        if not settings.admin_ids:
            yield Finding(True, say("doctor.no_admins"))
        for admin_id in settings.admin_ids:
            yield await _place(ask, admin_id, "doctor.admin", say)


async def _place(ask: Embassy, chat: str | int, sound: str, say: Say) -> Finding:
    place = await ask.place(chat)
    if isinstance(place, Place):
        return Finding(True, say(sound, chat=chat, title=place.title))
    code = "admin_unknown" if sound == "doctor.admin" and place.code == "chat_unknown" else place.code
    return Finding(False, say(f"embassy.{code}", chat=chat, reason=place.reason))


def _posts(folder: Path, say: Say) -> Finding:
    if not folder.is_dir():
        return Finding(False, say("doctor.posts_missing", path=folder))
    if not os.access(folder, os.R_OK | os.X_OK):
        return Finding(False, say("doctor.posts_unreadable", path=folder))
    return Finding(True, say("doctor.posts", path=folder, count=sum(1 for _ in folder.glob("*.md"))))


def _data(folder: Path, say: Say) -> Finding:
    nearest = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Finding(False, say("doctor.data_unwritable", path=folder))
    return Finding(True, say("doctor.data", path=folder))


async def _state(settings: Settings, say: Say) -> AsyncIterator[Finding]:
    if is_missing(settings.database):
        yield Finding(True, say("doctor.no_state"))
        return
    try:
        store = await Store.open(settings.database, clock=now_ms)
        try:
            audience = await store.chats.audience()
            held = await store.digests.in_states({DigestState.HELD, DigestState.ASKED})
            refused = await refused_files(store.meta)
        finally:
            await store.close()
    except StoreError as error:
        yield Finding(False, say("doctor.state", reason=error))
        return
    yield Finding(True, say("doctor.state_sound", subscribers=audience.active))
    for known in held:
        sentence = (
            "doctor.approval" if known.reason == "approval" or known.state is DigestState.ASKED else "doctor.held"
        )
        path = settings.posts_dir / known.name
        yield Finding(False, say(sentence, key=known.key, file=path, reason=known.reason))
    for words in refused:
        yield Finding(False, words)


async def _clock(settings: Settings, say: Say) -> Finding:
    """The server's own clock decides when a digest goes out; Telegram's is right."""
    here = dt.datetime.now(settings.timezone)
    words = {"time": f"{here:%Y-%m-%d %H:%M}", "zone": settings.timezone.key}
    theirs = await _their_time(settings.telegram_api_url)
    if theirs is None:
        return Finding(None, say("doctor.clock_alone", **words))
    off_s = round((here - theirs).total_seconds())
    if abs(off_s) > CLOCK_OFF_S:
        return Finding(False, say("doctor.clock_off", seconds=abs(off_s), **words))
    return Finding(True, say("doctor.clock", **words))


async def _their_time(api_url: str) -> dt.datetime | None:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.head(api_url) as response:
            return parsedate_to_datetime(response.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
        return None
