"""How a process ends: its exit code, and for what it cannot go on from a sentence instead of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

EXIT_REFUSED = 78
"""EX_CONFIG: starting again does not help before somebody has mended something."""
EXIT_BUSY = 75
"""EX_TEMPFAIL: another instance is at work."""


def explained(command: Callable[[], int | None]) -> int:
    """Run a command and return the exit code; an expected failure is told on standard error."""
    try:
        code = command() or 0
        sys.stdout.flush()  # what cannot be written is to be found here, not while Python ends
        return code
    except tuple(_codes()) as error:
        return _tell(error)
    except BaseExceptionGroup as group:
        expected, rest = group.split(tuple(_codes()))
        if expected is None or rest is not None:
            raise
        return max(_tell(error) for error in _leaves(expected))


def told_of_file(error: OSError) -> int:
    """Tell of a full disk or a folder without rights that no command has answered; the exit code."""
    where = f"{error.filename}: " if error.filename else ""
    sys.stderr.write(f"{where}{error.strerror or error}. Check the disk, the folder and its rights, then try again.\n")
    return EXIT_REFUSED


def _codes() -> Mapping[type[Exception], int]:
    """What is expected, with its exit code; loaded when something fails, for most commands know none of it."""
    from bot.config import ConfigError
    from bot.pipeline.delivering.hooks import AnotherInstanceError, DeliveryError
    from bot.storage.errors import StoreError
    from bot.storage.instance import AlreadyRunningError

    return {
        AlreadyRunningError: EXIT_BUSY,
        AnotherInstanceError: EXIT_BUSY,
        ConfigError: EXIT_REFUSED,
        DeliveryError: EXIT_REFUSED,
        StoreError: EXIT_REFUSED,
    }


def _tell(error: BaseException) -> int:
    sys.stderr.write(f"{error}\n")
    return next(code for kind, code in _codes().items() if isinstance(error, kind))


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
