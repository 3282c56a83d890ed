"""The groups and channels that get every digest: configured by name or wanted by their administrators, known to the
ledger by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import structlog
from telegram import Bot
from telegram.constants import ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.pipeline.calling.inquiry import UnreadableAnswerError, find_chat
from bot.pipeline.publishing.corrections import NotYetError
from bot.storage.chats import Chats
from bot.storage.plans import GroupEdition, Target
from bot.storage.records import Chat, ChatKind

log = structlog.get_logger(__name__)


class Wanted(Protocol):
    """A group as the operator wrote it."""

    @property
    def chat(self) -> str | int: ...

    @property
    def thread(self) -> int | None: ...


class Groups:
    """Where publications go: the configured groups, each looked up once, and those whose own administrators want them.

    One that Telegram does not know is left out and said so in the log. `style` is for who chose none.
    """

    def __init__(self, wanted: Sequence[Wanted], bot: Bot, chats: Chats, style: str = "full") -> None:
        self._wanted = wanted
        self._bot = bot
        self._chats = chats
        self._style = style
        self._found: dict[str | int, int] = {}

    async def targets(self) -> tuple[Target, ...]:
        """Where a publication goes now, and in which form.

        Raises:
            NotYetError: Telegram cannot be asked just now.
        """
        ids = [await self._resolve(wanted.chat) for wanted in self._wanted]
        homes = {
            chat_id: wanted.thread for chat_id, wanted in zip(ids, self._wanted, strict=True) if chat_id is not None
        }
        await self._chats.set_homes(homes, is_complete=None not in ids)
        chats = [await self._chats.get(chat_id) for chat_id in homes] + [*await self._chats.invited()]
        return tuple(Target(chat.id, chat.topic, self._edition(chat)) for chat in chats)

    def _edition(self, chat: Chat) -> GroupEdition:
        edition = GroupEdition(chat.style or self._style, chat.filter.key, chat.is_silent)
        return edition.classic if chat.is_rich_refused else edition

    async def _resolve(self, name: str | int) -> int | None:
        chat_id = self._found.get(name)
        # One that became a supergroup is known by another number meanwhile.
        if chat_id is None or await self._chats.find(chat_id) is None:
            chat_id = await self._look_up(name)
        if chat_id is not None:
            self._found[name] = chat_id
        return chat_id

    async def _look_up(self, name: str | int) -> int | None:
        try:
            chat = await find_chat(self._bot, name)
        except ChatMigrated as moved:
            return await self._look_up(moved.new_chat_id)
        except (BadRequest, Forbidden) as error:
            log.error("group.unknown", group=str(name), reason=str(error))
            return None
        except UnreadableAnswerError as error:
            if isinstance(name, str):
                raise NotYetError(f"group {name}: {error}") from None
            chat = {"id": name}  # its number is all that sending needs
        except TelegramError as error:
            raise NotYetError(f"group {name}: {type(error).__name__}") from None
        return await self._remember(chat)

    async def _remember(self, chat: Mapping[str, Any]) -> int:
        chat_id, username = chat["id"], chat.get("username") or ""
        kind = ChatKind.CHANNEL if chat.get("type") == ChatType.CHANNEL else ChatKind.GROUP
        await self._chats.ensure(chat_id, kind, chat.get("title") or "", username)
        log.info("group.found", group=username or chat_id, chat_id=chat_id)
        return int(chat_id)
