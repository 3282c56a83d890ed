"""Queries in tight places: a button carries 64 bytes and a deep link 64 characters; longer ones leave a note."""

from __future__ import annotations

import base64
from hashlib import sha256

from bot.handlers.desk import Desk

TOKEN_BYTES = 32
"""So much of a query travels as it is: beside it stand a verb, an item's key and a page."""

NOTE_MARK = "~"


async def shorten(desk: Desk, query: str) -> str:
    """A token of at most 32 bytes that stands for the query: itself, or the name of a note that outlives restarts."""
    if len(query.encode()) <= TOKEN_BYTES and not query.startswith(NOTE_MARK):
        return query
    name = sha256(query.encode()).hexdigest()[:16]
    await desk.store.meta.put(_note(name), query)
    return NOTE_MARK + name


async def lengthen(desk: Desk, token: str) -> str | None:
    """The query behind a token; None when its note is gone."""
    if not token.startswith(NOTE_MARK):
        return token
    return await desk.store.meta.find(_note(token.removeprefix(NOTE_MARK)))


def to_payload(token: str) -> str:
    """A token as part of a deep link."""
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def from_payload(payload: str) -> str | None:
    """What `to_payload` wrote; None when it is no such thing."""
    try:
        return base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return None


def _note(name: str) -> str:
    return f"query:{name}"
