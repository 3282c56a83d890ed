"""The absence of today's digest: by noon or so somebody should know that there is none."""

from __future__ import annotations

import datetime as dt

import structlog

from bot.core.models import Say
from bot.core.schedule import Timetable
from bot.pipeline.publishing import notices
from bot.pipeline.publishing.decisions import ASKING, DRAFT
from bot.pipeline.publishing.noticeboard import Ear
from bot.storage import Store
from bot.storage.records import DigestState

GRACE_MS = 150_000
"""After a start the folder is looked at twice before anything is called missing."""
NOTE = "no_digest_alarm"

log = structlog.get_logger(__name__)


class Absence:
    """Tells the admins once a day; what was told is remembered in the state."""

    def __init__(self, store: Store, timetable: Timetable, admins: Ear, say: Say) -> None:
        self._store = store
        self._timetable = timetable
        self._admins = admins
        self._say = say
        self._looking_since_ms: int | None = None

    async def look(self, now_ms: int) -> None:
        """Tell them when it is late and nothing is out. Raises when they could not be told just now."""
        if self._looking_since_ms is None:
            self._looking_since_ms = now_ms
        alarm_at = self._timetable.alarm_at
        if alarm_at == "off" or now_ms - self._looking_since_ms < GRACE_MS:
            return
        today = self._timetable.today(now_ms)
        of_today = await self._store.digests.of_date(today)
        published = [known.date for known in of_today if known.state is DigestState.PUBLISHED]
        waiting = [known.date for known in of_today if known.state is DigestState.WAITING and known.reason != DRAFT]
        if self._timetable.is_overdue(now_ms, published=published, waiting=waiting):
            await self._tell(today, alarm_at, is_waiting=any(known.state in ASKING for known in of_today))

    async def _tell(self, today: dt.date, alarm_at: dt.time, *, is_waiting: bool) -> None:
        if await self._store.meta.find(NOTE) == today.isoformat():
            return
        log.warning("digest.missing", date=today.isoformat())
        await self._admins.tell(notices.no_digest(today, alarm_at, is_waiting=is_waiting, say=self._say))
        await self._store.meta.put(NOTE, today.isoformat())
