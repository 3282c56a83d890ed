"""The worker process that reads hostile text: it has no token, little memory and little time.

Speaks pickles over its standard streams, each after its length; ends when its input ends.
"""

from __future__ import annotations

import gc
import pickle
import resource
import signal
import struct
import sys
from typing import IO, Any

from bot.core.digest import Parsed, parse_digest
from bot.core.format import Links, publication
from bot.core.models import Problem, Severity
from bot.locales import catalogue

LENGTH = struct.Struct(">Q")
MEMORY_BYTES = 1 << 30


def put(stream: IO[bytes], value: Any) -> None:
    """Write one value."""
    data = pickle.dumps(value)
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def get(stream: IO[bytes]) -> Any:
    """Read one value.

    Raises:
        EOFError: the other side is gone.
    """
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    return pickle.loads(_exactly(stream, length))  # noqa: S301 - both sides are this file


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def understand(raw: bytes, name: str, **options: Any) -> Parsed | None:
    """What `parse_digest` says, once its digest has been printed on trial: what takes too long, or cannot be cut into
    messages at all, does so here and not where messages are sent."""
    parsed = parse_digest(raw, name, **options)
    if parsed is None or parsed.digest is None:
        return parsed
    try:
        publication(parsed.digest, "", links=Links(""), say=catalogue())
    except ValueError:
        return Parsed(None, (*parsed.problems, Problem("file.unprintable", Severity.ERROR, parsed.digest.first_line)))
    return parsed


def work(limit_s: float) -> None:
    """Understand what comes in until the input ends.

    The kernel ends this process when one digest takes more than `limit_s` seconds of processor time: the timer's
    signal keeps its default action, so no running C code can put it off.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    gc.disable()  # a digest leaves no cycles behind, and looking for them is a tenth of its time
    while True:
        try:
            raw, name, options = get(sys.stdin.buffer)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, limit_s)
        answer = understand(raw, name, **options)
        signal.setitimer(signal.ITIMER_PROF, 0)
        put(sys.stdout.buffer, answer)


if __name__ == "__main__":
    work(float(sys.argv[1]))
