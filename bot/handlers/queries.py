"""Queries in tight places: a button carries 64 bytes and a deep link 64 characters; longer ones leave a note."""

from __future__ import annotations

import base64
from hashlib import sha256

from bot.handlers.desk import Desk

TOKEN_BYTES = 22
"""So much of a query travels as it is: beside it stand a verb, the longest key of an item and a page of it, and the
page of the results in five digits."""

NOTE_MARK = "~"


async def shorten(desk: Desk, query: str) -> str:
    """A token of at most 22 bytes that stands for the query: itself, or the name of a note that outlives restarts."""
    if len(query.encode()) <= TOKEN_BYTES and not query.startswith(NOTE_MARK):
        return query
    name = _name(query)
    await desk.store.meta.put(_slot(name), query)
    return NOTE_MARK + name


async def lengthen(desk: Desk, token: str) -> str | None:
    """The query behind a token; None when its note is gone."""
    if not token.startswith(NOTE_MARK):
        return token
    name = token.removeprefix(NOTE_MARK)
    found = await desk.store.meta.find(_slot(name))
    return found if found is not None and _name(found) == name else None


def to_payload(token: str) -> str:
    """A token as part of a deep link."""
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def from_payload(payload: str) -> str | None:
    """What `to_payload` wrote; None when it is no such thing."""
    try:
        return base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return None


def _name(query: str) -> str:
    return sha256(query.encode()).hexdigest()[:16]


def _slot(name: str) -> str:
    """65,536 notes are kept; a newer one takes the place of an old one, so that nobody can fill the state."""
    return f"query:{name[:4]}"
