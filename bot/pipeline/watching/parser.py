"""Parsing and printing under a limit that really stops it: a worker process that the kernel ends."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import bot
from bot.core.digest import Parsed
from bot.core.models import Problem, Severity
from bot.pipeline.watching.parse_worker import get, put

LIMIT_S = 0.5
"""Some ten times what the largest real digest takes."""
WALL_FACTOR = 60
IDLE_S = 60.0


class Parser:
    """Parses digests of one category in a worker that is started when needed.

    `limit_s` is processor time for one text, so that a busy machine harms no honest digest. Safe to call from several
    threads; one text is parsed at a time.
    """

    def __init__(self, category: str, *, limit_s: float = LIMIT_S) -> None:
        self._category = category
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._used_at = 0.0

    def __enter__(self) -> Parser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def parse(
        self, raw: bytes, name: str, *, is_named: bool = False, makeshift: dt.date | None = None
    ) -> Parsed | None:
        """What `core.digest.parse_digest` says, or a digest-less `Parsed` with the problem that stopped it.

        A digest that comes back can be printed within the limit, too.
        """
        request = (raw, name, {"category": self._category, "is_named": is_named, "makeshift": makeshift})
        with self._lock:
            worker = self._worker = self._worker or self._start()
            # Processor time does not pass while a process is stopped or swapped out.
            alarm = threading.Timer(self._limit_s * WALL_FACTOR, worker.kill)
            alarm.start()
            try:
                return self._ask(worker, request)
            except (EOFError, BrokenPipeError):
                return Parsed(None, (self._cause_of_death(),))
            finally:
                alarm.cancel()
                self._used_at = time.monotonic()

    @property
    def is_awake(self) -> bool:
        """Whether there is a worker."""
        return self._worker is not None

    def rest(self, idle_s: float = IDLE_S) -> None:
        """Let the worker go when nothing was parsed for `idle_s` seconds."""
        with self._lock:
            if time.monotonic() - self._used_at >= idle_s:
                self._end()

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        # It inherits nothing but the way to our own code: no token, no database.
        home = str(Path(bot.__file__).parents[1])
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "bot.pipeline.watching.parse_worker", str(self._limit_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": home, "PATH": os.defpath, "PYTHONUTF8": "1"},
            process_group=0,  # Ctrl+C in a terminal is for the bot, which then ends its worker
        )

    def _ask(self, worker: subprocess.Popen[bytes], request: object) -> Parsed | None:
        assert worker.stdin is not None and worker.stdout is not None  # noqa: S101, PT018 - opened as pipes
        put(worker.stdin, request)
        answer: Parsed | None = get(worker.stdout)
        return answer

    def _cause_of_death(self) -> Problem:
        code = self._end()
        is_slow = code in (-signal.SIGPROF, -signal.SIGKILL)
        if is_slow:
            return Problem("file.too_slow", Severity.ERROR, values={"limit_s": self._limit_s})
        return Problem("file.unparsable", Severity.ERROR, values={"exit": code})

    def _end(self) -> int:
        worker, self._worker = self._worker, None
        if worker is None:
            return 0
        assert worker.stdin is not None and worker.stdout is not None  # noqa: S101, PT018 - opened as pipes
        with worker.stdout, suppress(BrokenPipeError):
            worker.stdin.close()
        try:
            return worker.wait(self._limit_s * WALL_FACTOR)
        except subprocess.TimeoutExpired:
            worker.kill()
            return worker.wait()
