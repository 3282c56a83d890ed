"""The interpreter's own housekeeping, kept out of the event loop's way."""

from __future__ import annotations

import gc


def settle() -> None:
    """What is loaded by now lives as long as the process: the garbage collector need not go through it again.

    It would stop everything for a tenth of a second every few thousand messages, which nothing makes up for at 970 a
    second: the throttle does not burst.
    """
    gc.collect()
    gc.freeze()
