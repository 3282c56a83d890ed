"""What the publisher knows about each digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from bot.storage.database import Database
from bot.storage.dialect import upsert
from bot.storage.records import DigestState, Known
from bot.storage.schema import digests


class Digests:
    """The digests of the state, by key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, key: str) -> Known | None:
        """The digest of this key, or None."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(digests).where(digests.c.key == key))).one_or_none()
        return None if row is None else _known(row)

    async def all(self) -> tuple[Known, ...]:
        """Every digest, oldest first."""
        return await self._select()

    async def in_states(self, states: Iterable[DigestState]) -> tuple[Known, ...]:
        """The digests in any of these states, oldest first."""
        return await self._select(digests.c.state.in_(tuple(states)))

    async def of_date(self, date: dt.date) -> tuple[Known, ...]:
        """The digests of this date, by key."""
        return await self._select(digests.c.date == date)

    async def of_file(self, name: str) -> tuple[Known, ...]:
        """The digests that a file of this name told of last, oldest first."""
        return await self._select(digests.c.name == name)

    async def keys(self) -> Mapping[str, str]:
        """key → slug of every digest, as `digest_key` wants it."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(digests.c.key, digests.c.slug))
            return {key: slug for key, slug in rows}  # noqa: C416 - rows are no pairs to mypy

    async def remember(
        self, key: str, date: dt.date, slug: str, name: str, content_hash: str, state: DigestState, reason: str = ""
    ) -> Known:
        """Write down a digest: a new one, or the new name, content and state of a known one, and its new slug unless
        another of the day has it."""
        now = self._database.now()
        fresh = {"name": name, "content_hash": content_hash, "state": state, "reason": reason, "updated_at_ms": now}
        async with self._database.writing() as connection:
            await connection.execute(
                upsert(connection, digests)
                .values(key=key, date=date, slug=slug, created_at_ms=now, **fresh)
                .on_conflict_do_update(index_elements=["key"], set_=fresh)
            )
            other = digests.alias()
            taken = select(other.c.key).where(other.c.date == date, other.c.slug == slug).exists()
            await connection.execute(update(digests).where(digests.c.key == key, ~taken).values(slug=slug))
            return _known((await connection.execute(select(digests).where(digests.c.key == key))).one())

    async def remember_all(self, fresh: Iterable[Known]) -> None:
        """Write down digests that are new, all in one transaction."""
        now = self._database.now()
        columns = ("key", "date", "slug", "name", "content_hash", "state", "reason")
        moments = {"created_at_ms": now, "updated_at_ms": now}
        rows = [{name: getattr(known, name) for name in columns} | moments for known in fresh]
        if rows:
            async with self._database.writing() as connection:
                await connection.execute(insert(digests), rows)

    async def set_state(self, key: str, state: DigestState, reason: str = "") -> None:
        """Move it on.

        Raises:
            KeyError: no such digest.
        """
        await self._set(key, state=state, reason=reason)

    async def set_told(self, key: str, told_hash: str) -> None:
        """Remember that the admins know about this content.

        Raises:
            KeyError: no such digest.
        """
        await self._set(key, told_hash=told_hash)

    async def _select(self, *conditions: ColumnElement[bool]) -> tuple[Known, ...]:
        query = select(digests).where(*conditions).order_by(digests.c.date, digests.c.key)
        async with self._database.reading() as connection:
            return tuple(_known(row) for row in await connection.execute(query))

    async def _set(self, key: str, **values: Any) -> None:
        changed = values | {"updated_at_ms": self._database.now()}
        async with self._database.writing() as connection:
            result = await connection.execute(update(digests).where(digests.c.key == key).values(changed))
        if result.rowcount == 0:
            raise KeyError(key)


def _known(row: Row[Any]) -> Known:
    return Known(
        key=row.key,
        date=row.date,
        slug=row.slug,
        name=row.name,
        content_hash=row.content_hash,
        state=DigestState(row.state),
        reason=row.reason,
        told_hash=row.told_hash,
        updated_at_ms=row.updated_at_ms,
    )
