"""Copies of a SQLite state: made while the bot runs, looked into before they take its place."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.storage.errors import NewerSchemaError, StoreDamagedError, StoreError
from bot.storage.meta import BOT_ID
from bot.storage.scripts import known_revisions

PRIVATE = 0o600
COMPANIONS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a file of a state says of itself. `bot_id` is "" when no bot has claimed it yet."""

    revision: str
    bot_id: str
    subscribers: int


def back_up(state: Path, target: Path) -> Backup:
    """Write a consistent copy, whatever the running bot writes meanwhile; only its owner may read it.

    Raises:
        FileExistsError: there is something at `target`; nothing is ever replaced.
        StoreError: the state cannot be read, or the copy not written.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    try:
        with _open(state) as source:
            source.execute("VACUUM INTO ?", (str(target),))
        _sync(target)
        return examine(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def examine(file: Path) -> Backup:
    """Look through the whole file.

    Raises:
        StoreDamagedError: it is damaged, or no state of this bot.
        NewerSchemaError: a newer version of the bot wrote it.
    """
    with _open(file) as connection:
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise StoreDamagedError(f"{file} is damaged ({verdict}). Take another backup.")
        (revision,) = connection.execute("SELECT coalesce(max(version_num), '') FROM alembic_version").fetchone()
        owner = connection.execute("SELECT value FROM meta WHERE name = ?", (BOT_ID,)).fetchone()
        (subscribers,) = connection.execute(
            "SELECT count(*) FROM chats WHERE kind = 'private' AND status = 'active'"
        ).fetchone()
    if revision not in known_revisions():
        raise NewerSchemaError(
            f"{file} was written by a newer version of the bot (schema {revision}). Install that version first."
        )
    return Backup(revision, owner[0] if owner else "", subscribers)


def put_back(file: Path, state: Path) -> Path | None:
    """Let a copy of `file` take the place of the state, which nobody may have open; where the old one lies now, None
    when there was none.

    Raises:
        StoreError: it cannot be written; the old state is still in its place.
    """
    fresh = state.with_name(state.name + ".new")
    fresh.unlink(missing_ok=True)
    back_up(file, fresh)
    old = _free_name(state) if state.exists() else None
    if old is not None:
        for suffix in ("", *COMPANIONS):
            part = state.with_name(state.name + suffix)
            if part.exists():
                part.rename(old.with_name(old.name + suffix))
    fresh.rename(state)
    return old


def _free_name(state: Path) -> Path:
    number, name = 1, state.with_name(state.name + ".bak")
    while name.exists():
        number += 1
        name = state.with_name(f"{state.name}.bak{number}")
    return name


@contextmanager
def _open(file: Path) -> Iterator[sqlite3.Connection]:
    """Read a file that nobody else may be made to wait for.

    Raises:
        StoreDamagedError: it is no database.
        StoreError: it cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            yield connection
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise StoreDamagedError(f"{file} is no backup of this bot's state ({error}).") from None
        raise StoreError(f"{file}: {error}. Look at the folder, its rights and the room on the disk.") from None
    except sqlite3.DatabaseError as error:
        raise StoreDamagedError(f"{file} is no sound database ({error}). Take another backup.") from None


def _sync(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
