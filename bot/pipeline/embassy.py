"""Questions to Telegram before the bot runs: whose token this is, and what the bot may do where."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from telegram import Bot, ChatMember, ChatMemberAdministrator, ChatMemberRestricted
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.pipeline.transport import AiohttpRequest

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
            chat = await self._bot.get_chat(chat_ref)
            if chat.type == ChatType.PRIVATE:
                return Place(chat.id, chat.full_name or "")
            me = await self._bot.get_chat_member(chat.id, (await self._bot.get_me()).id)
        except Forbidden as error:
            return Trouble("not_member", str(error))
        except BadRequest as error:
            return Trouble("chat_unknown", str(error))
        except TelegramError as error:
            return Trouble("unreachable", str(error))
        is_channel = chat.type == ChatType.CHANNEL
        silenced = chat.permissions is not None and not chat.permissions.can_send_messages
        return _trouble_with(me, is_channel=is_channel, is_silenced=silenced) or Place(chat.id, chat.title or "")


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


def _trouble_with(member: ChatMember, *, is_channel: bool, is_silenced: bool) -> Trouble | None:
    if member.status in (ChatMember.LEFT, ChatMember.BANNED):
        return Trouble("not_member")
    if isinstance(member, ChatMemberAdministrator):
        return Trouble("no_right") if is_channel and not member.can_post_messages else None
    if isinstance(member, ChatMemberRestricted):
        return None if member.is_member and member.can_send_messages else Trouble("no_right")
    return Trouble("no_right") if is_channel or is_silenced else None
