"""What is to be delivered, as frozen data: calls, who gets which of them, and the keys that tell editions apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.core.delivery.retry import Policy


class ReaderKey(NamedTuple):
    """What decides which edition a reader gets: the style, and the keys of the tag filter and of the watch."""

    style: str
    filter_key: str = ""
    watch_key: str = ""


class EditionKey(NamedTuple):
    """What tells the editions of one publication apart: the style, and the key of the tag filter followed by that of
    what the digest makes of the reader's watch."""

    style: str
    filter_key: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One Bot API call of a campaign, the same for every chat of an edition; `chat_id` is added at sending.

    `section` is the digest's section that this part belongs to, None for cards and broadcasts.
    """

    params: Mapping[str, Any]
    method: str = "sendMessage"
    section: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A group or channel that gets a publication, and the forum topic in it, if any. `is_rich_refused`: its last rich
    message was refused."""

    chat_id: int
    thread_id: int | None = None
    is_rich_refused: bool = False


@dataclass(frozen=True, slots=True)
class PublicationPlan:
    """A digest to deliver: `group_calls` to every target in order, to the rich targets `rich_calls` instead, and to
    each active private chat the edition of its style and filter. A chat whose edition is missing gets that of
    `EditionKey("card", "")`; one whose edition is an empty tuple gets nothing, or `quiet_calls` when that was so for a
    week. `outcomes` gives, by the key of a watch, the key of its outcome; a watch that is not there has none.
    """

    digest_key: str
    content_hash: str
    group_calls: tuple[Call, ...] = ()
    targets: tuple[Target, ...] = ()
    editions: Mapping[EditionKey, tuple[Call, ...]] = field(default_factory=dict)
    policy: Policy = Policy.PREFER_DELIVERY
    rich_calls: tuple[Call, ...] = ()
    rich_targets: tuple[Target, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    quiet_calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """Edits of messages already sent: for each target its own calls, with `message_id` inside their params."""

    digest_key: str
    content_hash: str
    corrects: int
    calls: Mapping[Target, tuple[Call, ...]]


@dataclass(frozen=True, slots=True)
class BroadcastPlan:
    """The same calls (copyMessage, sendMessage …) to every active private chat; always delivered at most once.
    `is_silent` adds `disable_notification` to each."""

    calls: tuple[Call, ...]
    author_id: int
    is_silent: bool = True
