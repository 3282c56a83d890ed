"""How a process ends: its exit code, and for what it cannot go on from a sentence instead of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bot.config import ConfigError
from bot.pipeline.delivering.hooks import AnotherInstanceError, DeliveryError
from bot.storage.errors import StoreError
from bot.storage.instance import AlreadyRunningError

EXIT_REFUSED = 78
"""EX_CONFIG: starting again does not help before somebody has mended something."""
EXIT_BUSY = 75
"""EX_TEMPFAIL: another instance is at work."""
EXPECTED = (ConfigError, StoreError, DeliveryError, AlreadyRunningError)


def explained(command: Callable[[], int | None]) -> int:
    """Run a command and return the exit code; an expected failure is told on standard error."""
    try:
        code = command() or 0
        sys.stdout.flush()  # what cannot be written is to be found here, not while Python ends
        return code
    except EXPECTED as error:
        return _tell(error)
    except BaseExceptionGroup as group:
        expected, rest = group.split(EXPECTED)
        if expected is None or rest is not None:
            raise
        return max(_tell(error) for error in _leaves(expected))


def told_of_file(error: OSError) -> int:
    """Tell of a full disk or a folder without rights that no command has answered; the exit code."""
    where = f"{error.filename}: " if error.filename else ""
    sys.stderr.write(f"{where}{error.strerror or error}. Check the disk, the folder and its rights, then try again.\n")
    return EXIT_REFUSED


def _tell(error: BaseException) -> int:
    sys.stderr.write(f"{error}\n")
    return EXIT_BUSY if isinstance(error, AlreadyRunningError | AnotherInstanceError) else EXIT_REFUSED


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
