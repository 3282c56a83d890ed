"""The groups and channels that get every digest: configured by name, known to the ledger by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import structlog
from telegram import Bot
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.pipeline.calling.inquiry import UnreadableAnswerError, find_chat
from bot.pipeline.publishing.corrections import NotYetError
from bot.storage.chats import Chats
from bot.storage.plans import Target
from bot.storage.records import ChatKind, ChatStatus

log = structlog.get_logger(__name__)


class Wanted(Protocol):
    """A group as the operator wrote it."""

    @property
    def chat(self) -> str | int: ...

    @property
    def thread(self) -> int | None: ...


class Groups:
    """Looks the configured groups up, each once; one that Telegram does not know is left out and said so in the log."""

    def __init__(self, wanted: Sequence[Wanted], bot: Bot, chats: Chats) -> None:
        self._wanted = wanted
        self._bot = bot
        self._chats = chats
        self._found: dict[str | int, int] = {}

    async def targets(self) -> tuple[Target, ...]:
        """Where a publication goes.

        Raises:
            NotYetError: Telegram cannot be asked just now.
        """
        targets = [await self._target(wanted) for wanted in self._wanted]
        return tuple(target for target in targets if target is not None)

    async def _target(self, wanted: Wanted) -> Target | None:
        chat_id = self._found.get(wanted.chat) or await self._look_up(wanted)
        if chat_id is None:
            return None
        self._found[wanted.chat] = chat_id
        chat = await self._chats.find(chat_id)
        return Target(chat_id, wanted.thread, chat is not None and chat.is_rich_refused)

    async def _look_up(self, wanted: Wanted) -> int | None:
        try:
            chat = await find_chat(self._bot, wanted.chat)
        except (BadRequest, Forbidden) as error:
            log.error("group.unknown", group=str(wanted.chat), reason=str(error))
            return None
        except UnreadableAnswerError as error:
            if isinstance(wanted.chat, str):
                raise NotYetError(f"group {wanted.chat}: {error}") from None
            chat = {"id": wanted.chat}  # its number is all that sending needs
        except TelegramError as error:
            raise NotYetError(f"group {wanted.chat}: {type(error).__name__}") from None
        return await self._remember(chat, wanted.thread)

    async def _remember(self, chat: Mapping[str, Any], thread: int | None) -> int:
        chat_id, username = chat["id"], chat.get("username") or ""
        kind = ChatKind.CHANNEL if chat.get("type") == ChatType.CHANNEL else ChatKind.GROUP
        known = await self._chats.ensure(chat_id, kind, chat.get("title") or "", username, thread)
        if known.status is ChatStatus.NEW:
            await self._chats.subscribe(chat_id)
        log.info("group.found", group=username or chat_id, chat_id=chat_id)
        return int(chat_id)
