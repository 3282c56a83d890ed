"""The desk: everything the handlers work with, built once by the composition root."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from bot.core.models import Say

if TYPE_CHECKING:
    from bot.archive import Archive
    from bot.core.format import Links
    from bot.core.tags.topics import Taxonomy
    from bot.pipeline.calling.embassy import Embassy
    from bot.pipeline.calling.sender import Sender
    from bot.pipeline.delivering.delivery import Delivery
    from bot.pipeline.publishing.publisher import Publisher
    from bot.storage import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """The collaborators and settings of all handlers.

    `clock` gives milliseconds UTC. `publish_at` is the time of day in `timezone` at which a digest goes out, or `now`
    when it goes out as soon as it is there. `home_groups` are those of the settings, by number or `@name` in small
    letters; `group_style` is how groups get a digest that chose nothing else; `group_invites` says who may add the bot
    to others. `has_inline_mode`: @BotFather has switched it on, so items are shared as cards. `sending` keeps a digest
    from being sent in full twice: (chat id, digest key) → until when, in milliseconds UTC.
    """

    archive: Archive
    store: Store
    sender: Sender
    embassy: Embassy
    delivery: Delivery
    publisher: Publisher
    taxonomy: Taxonomy
    links: Links
    say: Say
    clock: Callable[[], int]
    timezone: ZoneInfo
    publish_at: dt.time | Literal["now"]
    admin_ids: frozenset[int]
    home_groups: frozenset[str | int] = frozenset()
    group_style: str = "full"
    has_inline_mode: bool = False
    group_invites: Literal["admins", "anyone", "off"] = "admins"
    sending: dict[tuple[int, str], float] = field(default_factory=dict)

    def missing(self, key: str) -> str:
        """The sentence for what is not there: `key`, or that it may yet come while the archive is being built."""
        return key if self.archive.is_usable else "error.preparing"

    def now(self) -> dt.datetime:
        """The present moment in the bot's own time zone."""
        return dt.datetime.fromtimestamp(self.clock() / 1000, self.timezone)

    def today(self) -> dt.date:
        """The date in the bot's own time zone."""
        return self.now().date()
