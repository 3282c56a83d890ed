"""The watcher: what has changed in the folder of posts since it was last told, once it has settled.

Events of the operating system are a hint that it is worth looking; the look itself is the truth, and happens every
minute anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from watchfiles import awatch

from bot.core.models import Problem
from bot.pipeline.watching.posts import Post, Signature, list_posts, read_post

SCAN_EVERY_S = 60.0
FIRST_SCANS_S = 1.0
"""A file that comes while the system begins to watch is in no event: at first there are scans more often."""
POLL_EVERY_MS = 2000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """A file is new or says something else than before, and nobody is writing to it any more."""

    name: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot or must not be read."""

    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Gone:
    """A file that was there is not there any more."""

    name: str


Change = Settled | Refused | Gone


@dataclass(slots=True)
class _Sighting:
    """A file as it was last seen, since when it has looked so, and whether that was told."""

    signature: Signature
    since_ms: int
    is_told: bool = False


class Watcher:
    """Tells `on_change` about each change, one after the other.

    `known` gives, once, the content hashes by name of what was told before this process began: only differences are
    told. A change whose `on_change` raises is told again with the next scan. A folder that cannot be listed changes
    nothing.
    """

    def __init__(
        self,
        posts_dir: Path,
        *,
        settle_s: float,
        on_change: Callable[[Change], Awaitable[None]],
        clock: Callable[[], int],
        known: Callable[[], Awaitable[Mapping[str, str]]] | None = None,
    ) -> None:
        self._posts_dir = posts_dir
        self._settle_ms = round(settle_s * 1000)
        self._on_change = on_change
        self._clock = clock
        self._known = known
        self._told: dict[str, str] = {}
        self._sightings: dict[str, _Sighting] = {}
        self._hint = asyncio.Event()
        self._is_listable = True
        self._scan_every_s = SCAN_EVERY_S

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set."""
        self._scan_every_s = FIRST_SCANS_S
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(stop))
            stopped = tasks.create_task(stop.wait())
            while not stop.is_set():
                wait_s = await self.scan()
                await self._rest(wait_s, stopped)
                self._scan_every_s = min(SCAN_EVERY_S, 2 * self._scan_every_s)

    async def scan(self) -> float:
        """Look at the whole folder once and tell what has settled; seconds until looking again is worth while."""
        self._hint.clear()
        if self._known is not None:
            self._told, self._known = dict(await self._known()), None
        try:
            present = await asyncio.to_thread(list_posts, self._posts_dir)
        except OSError as error:
            if self._is_listable:
                log.error("watcher.folder_unreadable", folder=str(self._posts_dir), reason=error.strerror)
            self._is_listable = False
            return self._scan_every_s
        self._is_listable = True
        for name in [name for name in {**self._told, **self._sightings} if name not in present]:
            await self._lose(name)
        for name, signature in present.items():
            await self._look_at(name, signature)
        return self._next_look_s()

    async def _lose(self, name: str) -> None:
        if name not in self._told or await self._tell(Gone(name)):
            self._told.pop(name, None)
            self._sightings.pop(name, None)

    async def _look_at(self, name: str, signature: Signature) -> None:
        now = self._clock()
        sighting = self._sightings.get(name)
        if sighting is None or sighting.signature != signature:
            sighting = self._sightings[name] = _Sighting(signature, now)
        sighting.since_ms = min(sighting.since_ms, now)
        if not sighting.is_told and now - sighting.since_ms >= self._settle_ms:
            await self._settle(name, sighting)

    async def _settle(self, name: str, sighting: _Sighting) -> None:
        match await asyncio.to_thread(read_post, self._posts_dir, name):
            case Problem() as problem:
                await self._tell_of(name, sighting, "", Refused(name, problem))
            case Post(signature=signature) if signature != sighting.signature:
                self._sightings[name] = _Sighting(signature, self._clock())
            case Post(content_hash=content_hash):
                await self._tell_of(name, sighting, content_hash, Settled(name, content_hash))
            case None:
                pass

    async def _tell_of(self, name: str, sighting: _Sighting, content_hash: str, change: Change) -> None:
        is_known = bool(content_hash) and self._told.get(name) == content_hash
        sighting.is_told = is_known or await self._tell(change)
        if sighting.is_told:
            self._told[name] = content_hash

    async def _tell(self, change: Change) -> bool:
        try:
            await self._on_change(change)
        except Exception:
            log.exception("watcher.change_failed", file=ascii(change.name), change=type(change).__name__)
            return False
        return True

    def _next_look_s(self) -> float:
        since = [sighting.since_ms for sighting in self._sightings.values() if not sighting.is_told]
        waits = [(moment + self._settle_ms - self._clock()) / 1000 for moment in since]
        # What should have settled by now has failed: it is tried again with the next full scan.
        return min((wait for wait in waits if wait > 0), default=self._scan_every_s)

    async def _rest(self, wait_s: float, stopped: asyncio.Task[bool]) -> None:
        hinted = asyncio.ensure_future(self._hint.wait())
        await asyncio.wait({hinted, stopped}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        hinted.cancel()
        with suppress(asyncio.CancelledError):
            await hinted

    async def _listen(self, stop: asyncio.Event) -> None:
        for is_polling in (None, True):
            try:
                async for _ in awatch(
                    self._posts_dir,
                    watch_filter=None,
                    stop_event=stop,
                    recursive=False,
                    force_polling=is_polling,
                    poll_delay_ms=POLL_EVERY_MS,
                ):
                    self._hint.set()
            except Exception as error:
                # No watches left, an exotic file system, no such folder yet: the scans do without.
                log.warning("watcher.events_failed", polling=bool(is_polling), reason=str(error))
            else:
                return
