"""Which calls had begun when the process died: what the ledger cannot tell of rows that were marked and waited.

A row is committed as `sending` a moment before its turn comes; a kill in that moment leaves it marked although nothing
was sent. Each call that begins is noted here without a sync: the system keeps what a dead process has written, and it
costs a few microseconds instead of a commit. A power cut takes the notes along, so they are believed only within one
run of the system, and only when the one who wrote them was the last to send.
"""

from __future__ import annotations

import os
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from bot.storage.errors import StoreError, StoreFullError

LOGBOOK = "logbook"
"""Its name in the data folder."""
SLOTS = 8_192
"""More calls at once than connections and windows allow."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

HEAD = struct.Struct("16s16s")
NOTE = struct.Struct("<qqq")
NOBODY = bytes(16)
BLANK = bytes(HEAD.size + SLOTS * NOTE.size)


class Flight(NamedTuple):
    """One call: a part of a campaign to a chat."""

    campaign_id: int
    chat_id: int
    part: int


class Logbook:
    """The calls that are under way. Without a file it is forgotten with the process; `boot_id` names this run of the
    system.

    Raises:
        StoreError: the file cannot be written.
    """

    def __init__(self, path: Path | None = None, boot_id: Path = BOOT_ID) -> None:
        self._boot = _read_boot(boot_id)
        self._file = BytesIO(BLANK) if path is None else _open(path)
        self._free = list(range(SLOTS))

    @property
    def owner(self) -> str | None:
        """Who wrote the present page; None when nobody did."""
        self._file.seek(0)
        _, owner = HEAD.unpack(self._file.read(HEAD.size))
        return None if owner == NOBODY else uuid.UUID(bytes=owner).hex

    def flights_of(self, predecessor: str | None) -> frozenset[Flight] | None:
        """What had begun and not ended when `predecessor` died; None when the notes are another's or not to be
        believed, so that anything may have begun."""
        self._file.seek(0)
        page = self._file.read(len(BLANK))
        boot, owner = HEAD.unpack_from(page)
        if predecessor is None or owner != uuid.UUID(predecessor).bytes or boot != self._boot or boot == NOBODY:
            return None
        return frozenset(Flight(*note) for note in NOTE.iter_unpack(page[HEAD.size :]) if note[0])

    def open_for(self, owner: str) -> None:
        """Begin a new page; everything older is forgotten.

        Raises:
            StoreFullError: it cannot be written.
        """
        self._write(0, BLANK)  # nobody's first, so that half a page is not believed
        self._free = list(range(SLOTS))
        self._write(0, HEAD.pack(self._boot, uuid.UUID(owner).bytes))

    @contextmanager
    def flight(self, flight: Flight) -> Iterator[None]:
        """The call is under way for as long as the context lasts: from before it begins until its end is recorded. One
        that is broken off stays noted.

        Raises:
            StoreFullError: it cannot be noted, so it must not be made.
        """
        if not self._free:
            self._write(0, HEAD.pack(NOBODY, NOBODY))  # what it has no room for it must not deny
            yield
            return
        slot = self._free.pop()
        place = HEAD.size + slot * NOTE.size
        self._write(place, NOTE.pack(*flight))
        yield
        with suppress(StoreFullError):  # a note too many is only a doubt too many
            self._write(place, NOTE.pack(0, 0, 0))
            self._free.append(slot)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _write(self, place: int, content: bytes) -> None:
        try:
            self._file.seek(place)
            self._file.write(content)
        except OSError as error:
            raise StoreFullError(
                f"The logbook cannot be written ({error.strerror}). Make room on the disk; sending goes on by itself."
            ) from error


def _open(path: Path) -> BinaryIO:
    try:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
        if path.stat().st_size != len(BLANK):
            file.truncate(0)
            file.write(BLANK)
    except OSError as error:
        raise StoreError(
            f"DATA_DIR: {path} cannot be written ({error.strerror}). Mend its rights, or make room on the disk."
        ) from None
    return cast(BinaryIO, file)


def _read_boot(boot_id: Path) -> bytes:
    """Nobody's where the system has no such name."""
    try:
        return uuid.UUID(boot_id.read_text("ascii").strip()).bytes
    except (OSError, ValueError):
        return NOBODY
