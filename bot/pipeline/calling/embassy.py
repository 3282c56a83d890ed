"""Questions to Telegram: whose token this is, what the bot may do where, and who administers a chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telegram import Bot, ChatMember
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.pipeline.calling.inquiry import UnreadableAnswerError, find_administrators, find_chat, find_member
from bot.pipeline.calling.transport import AiohttpRequest

CONNECTIONS = 2


@dataclass(frozen=True, slots=True)
class Trouble:
    """A code of the catalogue (`embassy.<code>`): token_rejected, unreachable, chat_unknown, not_member, no_right."""

    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Telegram knows it."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Place:
    """A chat the bot can write to."""

    id: int
    title: str


class UnreachableError(Exception):
    """Telegram cannot be asked just now."""


class Embassy:
    """Asks; never sends anything to anybody."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def me(self) -> Me | Trouble:
        """Who the token belongs to."""
        try:
            user = await self._bot.get_me()
        except InvalidToken:
            return Trouble("token_rejected")
        except TelegramError as error:
            return Trouble("unreachable", str(error))
        return Me(user.id, user.username or "")

    async def place(self, chat_ref: str | int) -> Place | Trouble:
        """A group, channel or person, when the bot may write there."""
        try:
            chat = await find_chat(self._bot, chat_ref)
            if chat.get("type") == ChatType.PRIVATE:
                return Place(chat["id"], f"{chat.get('first_name', '')} {chat.get('last_name', '')}".strip())
            me = await find_member(self._bot, chat["id"], (await self._bot.get_me()).id)
        except Forbidden as error:
            return Trouble("not_member", str(error))
        except BadRequest as error:
            return Trouble("chat_unknown", str(error))
        except (TelegramError, UnreadableAnswerError) as error:
            return Trouble("unreachable", str(error))
        return _trouble_with(me, chat) or Place(chat["id"], chat.get("title") or "")

    async def administers(self, user_id: int, chat_id: int) -> bool:
        """Whether a person owns or administers a group or channel at this moment, as far as the bot may know.

        Raises:
            UnreachableError: Telegram gives no answer.
        """
        try:
            return await self._administers(user_id, chat_id)
        except (BadRequest, Forbidden):  # the bot is not there, or nothing is told to it
            return False
        except (TelegramError, UnreadableAnswerError) as error:
            raise UnreachableError(str(error)) from error

    async def _administers(self, user_id: int, chat_id: int) -> bool:
        try:
            member = await find_member(self._bot, chat_id, user_id)
        except BadRequest:  # nobody is told about members who are hidden, but everybody who the administrators are
            administrators = await find_administrators(self._bot, chat_id)
            return user_id in [(one.get("user") or {}).get("id") for one in administrators]
        return member.get("status") in (ChatMember.ADMINISTRATOR, ChatMember.OWNER)


@asynccontextmanager
async def embassy(api_url: str, token: str) -> AsyncIterator[Embassy]:
    """Open the connections; nothing is asked yet."""
    requests = AiohttpRequest(CONNECTIONS), AiohttpRequest(CONNECTIONS)
    for request in requests:
        await request.initialize()
    try:
        yield Embassy(Bot(token, base_url=f"{api_url}/bot", request=requests[0], get_updates_request=requests[1]))
    finally:
        for request in requests:
            await request.shutdown()


def _trouble_with(member: Mapping[str, Any], chat: Mapping[str, Any]) -> Trouble | None:
    is_channel = chat.get("type") == ChatType.CHANNEL
    is_silenced = (chat.get("permissions") or {}).get("can_send_messages") is False
    match member.get("status"):
        case ChatMember.LEFT | ChatMember.BANNED:
            return Trouble("not_member")
        case ChatMember.ADMINISTRATOR | ChatMember.OWNER:
            may_write = not is_channel or member.get("can_post_messages", True)
        case ChatMember.RESTRICTED:
            may_write = member.get("is_member") and member.get("can_send_messages")
        case _:
            may_write = not is_channel and not is_silenced
    return None if may_write else Trouble("no_right")
