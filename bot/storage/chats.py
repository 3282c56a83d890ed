"""Readers, groups and channels with their preferences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Update, and_, case, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.format.watch import Watch
from bot.core.tags.edition import TagFilter
from bot.storage.database import Database
from bot.storage.dialect import upsert
from bot.storage.plans import ReaderKey
from bot.storage.records import Audience, Chat, ChatKind, ChatStatus
from bot.storage.schema import campaigns, chats, deliveries, holds, incidents

STYLE_IN_USE = case((and_(chats.c.style == "rich", chats.c.is_rich_refused), "card"), else_=chats.c.style)
"""What a chat really gets: rich messages that were refused once are not tried again."""

TOPIC = func.coalesce(chats.c.home_thread_id, chats.c.thread_id)
"""The topic that a group's digests go to: what the operator names wins."""

UNREACHABLE = (ChatStatus.BLOCKED, ChatStatus.PAUSED)
MET = (ChatStatus.NEW, ChatStatus.STOPPED)


class Chats:
    """The chats of the state. Everything that changes a chat does nothing to one that was never met."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, chat_id: int) -> Chat | None:
        """The chat, or None when it has never been met."""
        async with self._database.reading() as connection:
            return await _find(connection, chat_id)

    async def get(self, chat_id: int) -> Chat:
        """The chat.

        Raises:
            KeyError: it has never been met.
        """
        chat = await self.find(chat_id)
        if chat is None:
            raise KeyError(chat_id)
        return chat

    async def ensure(self, chat_id: int, kind: ChatKind, name: str = "", username: str = "") -> Chat:
        """The chat, made as NEW when it is met for the first time; name and username are brought up to date."""
        known = await self.find(chat_id)
        if known is not None and (known.name, known.username) == (name, username):
            return known
        now = self._database.now()
        fresh = {"name": name, "username": username, "updated_at_ms": now}
        style = "card" if kind is ChatKind.PRIVATE else ""
        async with self._database.writing() as connection:
            await connection.execute(
                upsert(connection, chats)
                .values(id=chat_id, kind=kind, status=ChatStatus.NEW, style=style, created_at_ms=now, **fresh)
                .on_conflict_do_update(index_elements=["id"], set_=fresh)
            )
            return await _get(connection, chat_id)

    async def subscribe(self, chat_id: int) -> Chat:
        """Make it ACTIVE, from whatever it was.

        Raises:
            KeyError: it has never been met.
        """
        now = self._database.now()
        return await self._change(
            chat_id,
            status=ChatStatus.ACTIVE,
            status_before=None,
            reason="",
            quiet_since_ms=None,
            subscribed_at_ms=case((chats.c.status == ChatStatus.ACTIVE, chats.c.subscribed_at_ms), else_=now),
        )

    async def unsubscribe(self, chat_id: int) -> Chat:
        """Make it STOPPED; the preferences stay.

        Raises:
            KeyError: it has never been met.
        """
        return await self._change(chat_id, status=ChatStatus.STOPPED, status_before=None, reason="")

    async def deactivate(self, chat_id: int, reason: str) -> None:
        """Telegram says it is closed to us: BLOCKED with the reason, remembering what it was."""
        await self.set_status(chat_id, ChatStatus.BLOCKED, reason)

    async def revive(self, chat_id: int) -> Chat:
        """It can be written to again: BLOCKED and PAUSED become what they were before; others stay as they are.

        Raises:
            KeyError: it has never been met.
        """
        back = case(
            (chats.c.status.in_(UNREACHABLE), func.coalesce(chats.c.status_before, "new")), else_=chats.c.status
        )
        return await self._change(chat_id, status=back, status_before=None, reason="")

    async def set_status(self, chat_id: int, status: ChatStatus, reason: str = "") -> None:
        """Set the status; BLOCKED and PAUSED remember what was before for `revive`."""
        async with self._database.writing() as connection:
            await connection.execute(change_status(chat_id, status, reason, self._database.now()))

    async def set_filter(self, chat_id: int, tags: TagFilter) -> None:
        """Remember what the reader follows and mutes; a week without anything of it begins anew."""
        await self._set(chat_id, filter_key=tags.key, quiet_since_ms=None)

    async def set_watch(self, chat_id: int, watch: Watch) -> None:
        """Remember what the reader watches for."""
        await self._set(chat_id, watch_key=watch.key)

    async def set_style(self, chat_id: int, style: str) -> None:
        """Remember how the chat wants its digest: card, full or rich."""
        await self._set(chat_id, style=style, is_rich_refused=False)

    async def set_silent(self, chat_id: int, is_silent: bool) -> None:
        """Remember whether a group's digest comes without a sound."""
        await self._set(chat_id, is_silent=is_silent)

    async def set_topic(self, chat_id: int, thread_id: int | None) -> None:
        """Remember which topic of a forum the digest goes to; None: the main one."""
        await self._set(chat_id, thread_id=thread_id)

    async def set_homes(self, topics: Mapping[int, int | None], *, is_complete: bool) -> None:
        """The groups and channels to which the operator gives every digest, with the topic each is fixed to, if any.

        They are ACTIVE, whatever was chosen before. When these are all there are (`is_complete`), those that were such
        before get nothing any more until somebody there wants it.
        """
        async with self._database.writing() as connection:
            for chat_id, thread_id in topics.items():
                home = {"is_home": True, "home_thread_id": thread_id, **_moved(MET, ChatStatus.ACTIVE)}
                home["subscribed_at_ms"] = case(
                    (chats.c.status.in_(MET), self._database.now()), else_=chats.c.subscribed_at_ms
                )
                await connection.execute(update(chats).where(chats.c.id == chat_id).values(home))
            if is_complete:
                left = {"is_home": False, "home_thread_id": None, **_moved((ChatStatus.ACTIVE,), ChatStatus.STOPPED)}
                is_left = and_(chats.c.is_home, chats.c.id.not_in(topics))
                await connection.execute(update(chats).where(is_left).values(left))

    async def set_rich_refused(self, chat_id: int, is_refused: bool) -> None:
        """Remember that rich messages do not work here."""
        await self._set(chat_id, is_rich_refused=is_refused)

    async def migrate(self, old_id: int, new_id: int) -> None:
        """A group became a supergroup: rewrite its id everywhere in one transaction. A second time it does nothing.

        Where both are known, what was chosen stays with the one that was met first: the other came with the change, or
        when something asked for the old number again.
        """
        async with self._database.writing() as connection:
            old, new = await _find(connection, old_id), await _find(connection, new_id)
            if old is not None and new is not None:
                newcomer = new_id if old.created_at_ms <= new.created_at_ms else old_id
                await connection.execute(delete(chats).where(chats.c.id == newcomer))
            await connection.execute(update(chats).where(chats.c.id == old_id).values(id=new_id))
            await _migrate_deliveries(connection, old_id, new_id)
            await connection.execute(delete(holds).where(holds.c.chat_id == old_id))

    async def forget(self, chat_id: int) -> None:
        """Remove everything that is known about the chat, but deliveries that are still going on: these are skipped."""
        async with self._database.writing() as connection:
            for table, column in ((chats, chats.c.id), (incidents, incidents.c.chat_id), (holds, holds.c.chat_id)):
                await connection.execute(delete(table).where(column == chat_id))
            await connection.execute(
                delete(deliveries).where(
                    deliveries.c.campaign_id.in_(select(campaigns.c.id).where(campaigns.c.finished_at_ms.is_not(None))),
                    deliveries.c.chat_id == chat_id,
                )
            )

    async def count_subscribers(self, kind: ChatKind = ChatKind.PRIVATE) -> int:
        """How many active chats of this kind there are."""
        async with self._database.reading() as connection:
            return await _count(connection, kind, ChatStatus.ACTIVE)

    async def audience(self) -> Audience:
        """Private chats by status, and the active groups and channels."""
        async with self._database.reading() as connection:
            counts = [
                await _count(connection, ChatKind.PRIVATE, status)
                for status in (ChatStatus.ACTIVE, ChatStatus.STOPPED, ChatStatus.BLOCKED)
            ]
            counts += [await _count(connection, kind, ChatStatus.ACTIVE) for kind in (ChatKind.GROUP, ChatKind.CHANNEL)]
        return Audience(*counts)

    async def filters(self) -> Mapping[TagFilter, int]:
        """How many active private chats have each choice of tags."""
        query = (
            select(chats.c.filter_key, func.count())
            .where(chats.c.kind == ChatKind.PRIVATE, chats.c.status == ChatStatus.ACTIVE)
            .group_by(chats.c.filter_key)
        )
        async with self._database.reading() as connection:
            return {TagFilter.parse(key): count for key, count in await connection.execute(query)}

    async def editions(self) -> tuple[ReaderKey, ...]:
        """The distinct styles, filters and watches of active private chats; `TagFilter.parse` and `Watch.parse` read
        the keys."""
        query = (
            select(STYLE_IN_USE, chats.c.filter_key, chats.c.watch_key)
            .where(chats.c.kind == ChatKind.PRIVATE, chats.c.status == ChatStatus.ACTIVE)
            .distinct()
        )
        async with self._database.reading() as connection:
            return tuple(sorted(ReaderKey(*row) for row in await connection.execute(query)))

    async def invited(self) -> Sequence[Chat]:
        """The groups and channels whose own administrators want every digest."""
        is_theirs = and_(chats.c.kind != ChatKind.PRIVATE, chats.c.status == ChatStatus.ACTIVE, ~chats.c.is_home)
        query = select(chats).where(is_theirs).order_by(chats.c.id)
        async with self._database.reading() as connection:
            return [_chat(row) for row in await connection.execute(query)]

    async def _set(self, chat_id: int, **values: Any) -> None:
        changed = values | {"updated_at_ms": self._database.now()}
        async with self._database.writing() as connection:
            await connection.execute(update(chats).where(chats.c.id == chat_id).values(changed))

    async def _change(self, chat_id: int, **values: Any) -> Chat:
        changed = values | {"updated_at_ms": self._database.now()}
        async with self._database.writing() as connection:
            await connection.execute(update(chats).where(chats.c.id == chat_id).values(changed))
            return await _get(connection, chat_id)


def change_status(chat_id: int, status: ChatStatus, reason: str, now_ms: int) -> Update:
    """`Chats.set_status` for a transaction that does more."""
    if status in UNREACHABLE:
        before: Any = case((chats.c.status.in_(UNREACHABLE), chats.c.status_before), else_=chats.c.status)
    else:
        before = None
    changed = {"status": status, "status_before": before, "reason": reason, "updated_at_ms": now_ms}
    return update(chats).where(chats.c.id == chat_id).values(changed)


def _moved(states: Sequence[ChatStatus], state: ChatStatus) -> dict[str, Any]:
    """Another status for those that are, or when they can be written to again will be, one of `states`."""
    columns = (chats.c.status, chats.c.status_before)
    return {column.name: case((column.in_(states), state), else_=column) for column in columns}


async def _find(connection: AsyncConnection, chat_id: int) -> Chat | None:
    row = (await connection.execute(select(chats).where(chats.c.id == chat_id))).one_or_none()
    return None if row is None else _chat(row)


async def _get(connection: AsyncConnection, chat_id: int) -> Chat:
    chat = await _find(connection, chat_id)
    if chat is None:
        raise KeyError(chat_id)
    return chat


async def _count(connection: AsyncConnection, kind: ChatKind, status: ChatStatus) -> int:
    query = select(func.count()).select_from(chats).where(chats.c.kind == kind, chats.c.status == status)
    return (await connection.execute(query)).scalar_one()


async def _migrate_deliveries(connection: AsyncConnection, old_id: int, new_id: int) -> None:
    mine = and_(deliveries.c.campaign_id.in_(select(campaigns.c.id)), deliveries.c.chat_id == old_id)
    other = deliveries.alias()
    is_double = exists().where(other.c.campaign_id == deliveries.c.campaign_id, other.c.chat_id == new_id)
    await connection.execute(update(deliveries).where(mine, ~is_double).values(chat_id=new_id))
    await connection.execute(delete(deliveries).where(mine))


def _chat(row: Row[Any]) -> Chat:
    return Chat(
        id=row.id,
        kind=ChatKind(row.kind),
        status=ChatStatus(row.status),
        reason=row.reason,
        name=row.name,
        username=row.username,
        style=row.style,
        language=row.language,
        filter=TagFilter.parse(row.filter_key),
        thread_id=row.thread_id,
        is_home=row.is_home,
        home_thread_id=row.home_thread_id,
        is_silent=row.is_silent,
        deliver_at_min=row.deliver_at_min,
        watch=Watch.parse(row.watch_key),
        is_rich_refused=row.is_rich_refused,
        created_at_ms=row.created_at_ms,
        subscribed_at_ms=row.subscribed_at_ms,
    )
