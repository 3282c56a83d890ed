"""A note in the data folder that there is a state: one that is gone later is missed, not replaced by an empty one."""

from __future__ import annotations

from pathlib import Path

from bot.storage.dialect import file_of, is_missing
from bot.storage.errors import StoreMissingError

NOTE = "state.known"


def require_known(url: str, folder: Path) -> None:
    """Look for the state that was here at the last start.

    Raises:
        StoreMissingError: its file is gone.
    """
    note = folder / NOTE
    if is_missing(url) and note.is_file() and note.read_text("utf-8").strip() == _name(url):
        raise StoreMissingError(
            f"The state {_name(url)} is gone: subscribers and what was sent stand in it. Put it back (from a backup: "
            f"python -m bot restore FILE), or delete {note} to begin anew without subscribers."
        )


def note_known(url: str, folder: Path) -> None:
    """From now on this state is missed when it is gone."""
    note, name = folder / NOTE, _name(url)
    if name and not (note.is_file() and note.read_text("utf-8").strip() == name):
        note.write_text(f"{name}\n", "utf-8")


def _name(url: str) -> str:
    path = file_of(url)
    return "" if path is None else str(path.absolute())
