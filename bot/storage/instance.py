"""One process per data folder: a lock that the operating system releases when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunningError(Exception):
    """Another process works on this data folder."""


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for as long as the context lasts; creates the folder when it is missing.

    Raises:
        AlreadyRunningError: another process holds it.
        OSError: the folder cannot be created or written.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("a+", encoding="ascii") as file:
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
