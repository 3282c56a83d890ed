"""What the state remembers, as frozen data. Times are integer milliseconds UTC."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from bot.core.delivery.retry import Policy
from bot.core.format.watch import Watch
from bot.core.tags.edition import TagFilter


class ChatKind(StrEnum):
    """What sort of chat this is; a supergroup is a group."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


class ChatStatus(StrEnum):
    """Whether a chat gets digests: NEW has never asked, STOPPED said no, BLOCKED shut the bot out, PAUSED cannot
    be written to until somebody mends it (rights, a closed topic). Only ACTIVE gets anything by itself."""

    NEW = "new"
    ACTIVE = "active"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Chat:
    """A reader, group or channel with its preferences.

    `reason` says why it is blocked or paused. `deliver_at_min` is the reader's own minute of the day, None: with
    everybody. `is_rich_refused`: its last rich message was refused, so it gets classic ones.

    Of groups and channels: `style` is empty while nobody chose one; `is_home`: the operator gives it every digest, in
    the topic `home_thread_id` if one is named; `thread_id` is the topic its administrators chose; `is_silent`: nothing
    rings there.
    """

    id: int
    kind: ChatKind
    status: ChatStatus = ChatStatus.NEW
    reason: str = ""
    name: str = ""
    username: str = ""
    style: str = "card"
    language: str = "zh"
    filter: TagFilter = field(default_factory=TagFilter)
    thread_id: int | None = None
    is_home: bool = False
    home_thread_id: int | None = None
    is_silent: bool = False
    deliver_at_min: int | None = None
    watch: Watch = field(default_factory=Watch)
    is_rich_refused: bool = False
    created_at_ms: int = 0
    subscribed_at_ms: int | None = None

    @property
    def is_subscribed(self) -> bool:
        """Gets every digest."""
        return self.status is ChatStatus.ACTIVE

    @property
    def topic(self) -> int | None:
        """The topic that digests go to: what the operator names wins."""
        return self.thread_id if self.home_thread_id is None else self.home_thread_id


class Audience(NamedTuple):
    """Whom a broadcast could reach: private chats by what it would do with them, and active groups and channels."""

    active: int
    stopped: int
    blocked: int
    groups: int = 0
    channels: int = 0


class DigestState(StrEnum):
    """How far the publisher is with a digest: SEEN is archived only, WAITING for its time, ASKED the admins whether,
    HELD for its shape or errors, APPROVED by an admin or the command line, PUBLISHED, DISCARDED."""

    SEEN = "seen"
    WAITING = "waiting"
    ASKED = "asked"
    HELD = "held"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Known:
    """A digest the publisher has met. `content_hash` is of the file as last judged; `told_hash` of the one the admins
    were last told about."""

    key: str
    date: dt.date
    slug: str
    name: str
    content_hash: str
    state: DigestState
    reason: str = ""
    told_hash: str = ""
    updated_at_ms: int = 0


class CampaignKind(StrEnum):
    """What is being delivered: a digest, a correction of its messages, or an admin's broadcast."""

    DIGEST = "digest"
    CORRECTION = "correction"
    BROADCAST = "broadcast"


class CampaignState(StrEnum):
    """DRAFT is not confirmed; BUILDING writes its deliveries, invisible to the engine until all are there."""

    DRAFT = "draft"
    BUILDING = "building"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class DeliveryState(StrEnum):
    """States of one campaign in one chat. UNKNOWN: a message went out and its answer was lost."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Campaign:
    """Something being delivered to many chats, with its counters: `total` chats of which the others are settled.

    `repeated` counts parts that were sent a second time because the first answer was lost. `subject_id` is the
    campaign that a correction is about. `audience` are the kinds of chats that get it besides those named when it was
    made. `reason` says why it is paused or stopped. Only chats that had subscribed by `counted_at_ms` get a broadcast;
    while it is a draft, `total` is their number. `started_at_ms` may lie ahead while it is BUILDING: it begins then.
    """

    id: int
    kind: CampaignKind
    state: CampaignState
    policy: Policy
    digest_key: str = ""
    content_hash: str = ""
    subject_id: int | None = None
    author_id: int | None = None
    audience: frozenset[ChatKind] = frozenset()
    is_silent: bool = False
    reason: str = ""
    total: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0
    blocked: int = 0
    repeated: int = 0
    counted_at_ms: int | None = None
    created_at_ms: int = 0
    started_at_ms: int | None = None
    finished_at_ms: int | None = None

    @property
    def settled(self) -> int:
        """Chats that need nothing more."""
        return self.sent + self.failed + self.unknown + self.skipped + self.blocked

    @property
    def left(self) -> int:
        """Chats that still wait."""
        return self.total - self.settled

    def begins_after(self, now_ms: int) -> bool:
        """Whether it is launched but does not begin yet, so that it may be taken back."""
        return self.state is CampaignState.BUILDING and (self.started_at_ms or 0) > now_ms


NO_MESSAGE = 0
REFUSED = -1


@dataclass(frozen=True, slots=True)
class Delivery:
    """One campaign to one chat, as claimed by the engine.

    `message_ids[i]` is the message of part i: `NO_MESSAGE` when the answer was lost, `REFUSED` when Telegram refused
    the part. `attempts` counts calls for the present part that failed without being sent; `repeats` parts sent again
    after a lost answer, `is_repeat` tells that the present one is such. UNKNOWN with a `not_before_ms` waits for a
    decision until then.
    """

    campaign_id: int
    chat_id: int
    edition_id: int
    thread_id: int | None = None
    next_part: int = 0
    attempts: int = 0
    repeats: int = 0
    is_repeat: bool = False
    message_ids: tuple[int, ...] = ()
    state: DeliveryState = DeliveryState.PENDING
    reason: str = ""
    not_before_ms: int = 0
    leased_until_ms: int = 0

    @property
    def is_group(self) -> bool:
        """A group or channel: the ids of these are negative."""
        return self.chat_id < 0

    @property
    def messages(self) -> tuple[int, ...]:
        """The message of each part, `NO_MESSAGE` where there is none that we know of."""
        return tuple(max(NO_MESSAGE, number) for number in self.message_ids)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something about a delivery that a person may have to look at: an unknown or repeated part, a failure."""

    campaign_id: int
    chat_id: int
    part: int
    kind: IncidentKind
    reason: str
    at_ms: int


class IncidentKind(StrEnum):
    """UNKNOWN: sent, answer lost, not sent again; REPEATED: sent a second time; PLAIN: sent without formatting;
    FAILED: given up; SKIPPED: the chat could not be written to."""

    UNKNOWN = "unknown"
    REPEATED = "repeated"
    PLAIN = "plain"
    FAILED = "failed"
    SKIPPED = "skipped"


class Counter(StrEnum):
    """The counters of a campaign that a settled delivery may add to; also the names of their columns."""

    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the ledger: the delivery as it is from now on, the counter it adds to when it is settled, what is
    to be listed about it, what its chat becomes (with the delivery's reason), and whether it refuses rich messages."""

    delivery: Delivery
    counter: Counter | None = None
    incident: Incident | None = None
    chat_status: ChatStatus | None = None
    is_rich_refused: bool = False


@dataclass(frozen=True, slots=True)
class LiveCard:
    """A message that shows a campaign to an admin and is edited while it goes on."""

    campaign_id: int
    chat_id: int
    message_id: int
