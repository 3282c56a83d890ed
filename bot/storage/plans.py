"""What is to be delivered, as frozen data: calls, who gets which of them, and the keys that tell editions apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from bot.core.delivery.retry import Policy

GROUP_MARK, SILENT_MARK = "group ", " silent"


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


FOR_ANYONE = EditionKey("card")
"""The edition of readers whose own one is missing, and the only one of a broadcast."""
FOR_QUIET = EditionKey("quiet")
"""What readers get whose own editions were empty for a week."""


@dataclass(frozen=True, slots=True)
class Call:
    """One Bot API call of a campaign, the same for every chat of an edition; `chat_id` is added at sending.

    `section` is the digest's section that this part belongs to, None for cards and broadcasts.
    """

    params: Mapping[str, Any]
    method: str = "sendMessage"
    section: int | None = None


@dataclass(frozen=True, slots=True)
class GroupEdition:
    """How a group or channel has a digest: in style full, card or rich, with the items that the tag filter of that key
    admits; `is_silent`: not even its first message rings."""

    style: str = "full"
    filter_key: str = ""
    is_silent: bool = False

    @property
    def key(self) -> EditionKey:
        """The edition in the ledger, apart from those of readers."""
        return EditionKey(f"{GROUP_MARK}{self.style}{SILENT_MARK if self.is_silent else ''}", self.filter_key)

    @property
    def classic(self) -> GroupEdition:
        """What takes its place where rich messages are refused."""
        return replace(self, style="full") if self.style == "rich" else self

    @classmethod
    def parse(cls, key: EditionKey) -> GroupEdition:
        """The edition that has this key.

        Raises:
            ValueError: it is none of a group.
        """
        if not key.style.startswith(GROUP_MARK):
            raise ValueError(f"not the key of a group's edition: {key}")
        style = key.style.removeprefix(GROUP_MARK)
        return cls(style.removesuffix(SILENT_MARK), key.filter_key, style.endswith(SILENT_MARK))


@dataclass(frozen=True, slots=True)
class Target:
    """A group or channel that gets a publication, the forum topic in it, if any, and how it has it."""

    chat_id: int
    thread_id: int | None = None
    edition: GroupEdition = GroupEdition()


@dataclass(frozen=True, slots=True)
class PublicationPlan:
    """A digest to deliver: to every target its edition, and to each active private chat that of its style and filter.

    A reader whose edition is missing gets `FOR_ANYONE`; without that one no reader gets anything. One whose edition is
    an empty tuple gets nothing, or `FOR_QUIET` when that was so for a week. `outcomes` gives, by the key of a watch,
    the key of its outcome; a watch that is not there has none.
    """

    digest_key: str
    content_hash: str
    targets: tuple[Target, ...] = ()
    editions: Mapping[EditionKey, tuple[Call, ...]] = field(default_factory=dict)
    policy: Policy = Policy.PREFER_DELIVERY
    outcomes: Mapping[str, str] = field(default_factory=dict)


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
