"""One process per data folder: a lock that the operating system releases when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.storage.errors import StoreError


class AlreadyRunningError(Exception):
    """Another process works on this data folder."""


def make_folder(data_dir: Path) -> Path:
    """The data folder, created when it is missing.

    Raises:
        StoreError: it cannot be created.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"DATA_DIR: the folder {data_dir} cannot be used ({error.strerror}). Mend its rights, or name another."
        ) from None
    return data_dir


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for as long as the context lasts; creates the folder when it is missing.

    Raises:
        AlreadyRunningError: another process holds it.
        StoreError: the folder cannot be created or written.
    """
    with _open_lock(make_folder(data_dir)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise AlreadyRunningError(
                f"Another instance (process {holder}) already runs on {data_dir}. "
                "Stop it first, or give this one another DATA_DIR."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _open_lock(data_dir: Path) -> TextIO:
    try:
        return (data_dir / "lock").open("a+", encoding="ascii")
    except OSError as error:
        raise StoreError(
            f"DATA_DIR: nothing can be written to {data_dir} ({error.strerror}). Mend its rights, or name another."
        ) from None
