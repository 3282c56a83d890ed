"""The interpreter's own housekeeping, kept out of the event loop's way."""

from __future__ import annotations

import gc


def begin_loading() -> None:
    """What is imported from now on stays: nobody looks for garbage in it, which would take a fifth of the time."""
    gc.disable()


def end_loading() -> None:
    """All is loaded, and never looked at again; nothing happens where no loading was begun."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def settle() -> None:
    """What is loaded by now lives as long as the process: the garbage collector need not go through it again.

    It would stop everything for a tenth of a second every few thousand messages, which nothing makes up for at 970 a
    second: the throttle does not burst.
    """
    gc.collect()
    gc.freeze()
