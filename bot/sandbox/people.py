"""Who is there: people, groups and channels, and who belongs to which."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ChatKind(StrEnum):
    """Telegram's kinds of chats."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Membership(StrEnum):
    """What someone is in a chat."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    RESTRICTED = "restricted"
    LEFT = "left"
    KICKED = "kicked"


PRESENT = frozenset({Membership.CREATOR, Membership.ADMINISTRATOR, Membership.MEMBER, Membership.RESTRICTED})
ADMINISTRATORS = frozenset({Membership.CREATOR, Membership.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class User:
    """A person, or the bot itself."""

    id: int
    first_name: str
    username: str | None = None
    language: str = "zh-hans"
    is_bot: bool = False

    def json(self) -> dict[str, Any]:
        """Its form in the Bot API."""
        found: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            found["username"] = self.username
        if not self.is_bot:
            found["language_code"] = self.language
        return found


ANONYMOUS = User(1_087_968_824, "Group", "GroupAnonymousBot", is_bot=True)
"""Who seems to write where an administrator stays anonymous. Source: https://core.telegram.org/bots/api#message"""


@dataclass(slots=True)
class Chat:
    """A place for messages. In a private chat `title` is the person's name and `id` the person's id.

    `is_started`: the person has opened the chat with the bot; `is_blocked`, `is_deactivated`: the bot may not write.
    `migrated_to`: the supergroup that a basic group became. `closed_topics`: threads nobody may write to. `hidden`:
    who writes as the group itself while an administrator.
    """

    id: int
    kind: ChatKind
    title: str
    username: str | None = None
    members: dict[int, Membership] = field(default_factory=dict)
    is_forum: bool = False
    is_started: bool = False
    is_blocked: bool = False
    is_deactivated: bool = False
    migrated_to: int | None = None
    topics: set[int] = field(default_factory=set)
    closed_topics: set[int] = field(default_factory=set)
    pinned: list[int] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    @property
    def is_private(self) -> bool:
        """Whether this is a person's own chat with the bot."""
        return self.kind is ChatKind.PRIVATE

    def membership(self, user_id: int) -> Membership:
        """What that user is here."""
        return self.members.get(user_id, Membership.LEFT)

    def is_hidden(self, user_id: int) -> bool:
        """Whether that user is an administrator who writes as the group."""
        return user_id in self.hidden and self.membership(user_id) in ADMINISTRATORS

    def json(self) -> dict[str, Any]:
        """Its short form in the Bot API."""
        name = "first_name" if self.is_private else "title"
        found: dict[str, Any] = {"id": self.id, "type": self.kind.value, name: self.title}
        if self.username:
            found["username"] = self.username
        if self.is_forum:
            found["is_forum"] = True
        return found


def private_chat(user: User) -> Chat:
    """The chat of a person with the bot, not started yet."""
    return Chat(user.id, ChatKind.PRIVATE, user.first_name, user.username)


_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_pin_messages", "can_post_messages", "can_edit_messages", "can_manage_topics",
)  # fmt: skip
_PERMISSIONS = (
    "can_change_info", "can_invite_users", "can_pin_messages", "can_send_messages", "can_send_polls",
    "can_send_other_messages", "can_add_web_page_previews", "can_manage_topics", "can_send_audios",
    "can_send_documents", "can_send_photos", "can_send_videos", "can_send_video_notes", "can_send_voice_notes",
    "can_edit_tag", "can_react_to_messages",
)  # fmt: skip


def member_json(user: User, membership: Membership, *, is_hidden: bool = False) -> dict[str, Any]:
    """A ChatMember of the Bot API."""
    found: dict[str, Any] = {"user": user.json(), "status": membership.value}
    match membership:
        case Membership.CREATOR:
            found["is_anonymous"] = is_hidden
        case Membership.ADMINISTRATOR:
            found |= {"can_be_edited": False, "is_anonymous": is_hidden} | dict.fromkeys(_RIGHTS, True)
        case Membership.RESTRICTED:
            found |= {"is_member": True, "until_date": 0} | dict.fromkeys(_PERMISSIONS, False)
        case Membership.KICKED:
            found["until_date"] = 0
        case Membership.MEMBER | Membership.LEFT:
            pass
    return found
