"""Readers, groups and channels with their preferences."""

from __future__ import annotations

from bot.core.edition import TagFilter
from bot.storage.records import Audience, Chat, ChatKind, ChatStatus, EditionKey


class Chats:
    """The chats of the state. Everything that changes a chat needs `ensure` before."""

    async def find(self, chat_id: int) -> Chat | None:
        """The chat, or None when it has never been met."""
        raise NotImplementedError

    async def get(self, chat_id: int) -> Chat:
        """The chat.

        Raises:
            KeyError: it has never been met.
        """
        raise NotImplementedError

    async def ensure(
        self, chat_id: int, kind: ChatKind, name: str = "", username: str = "", thread_id: int | None = None
    ) -> Chat:
        """The chat, made as NEW when it is met for the first time; name, username and topic are brought up to date."""
        raise NotImplementedError

    async def subscribe(self, chat_id: int) -> Chat:
        """Make it ACTIVE, from whatever it was."""
        raise NotImplementedError

    async def unsubscribe(self, chat_id: int) -> Chat:
        """Make it STOPPED; the preferences stay."""
        raise NotImplementedError

    async def deactivate(self, chat_id: int, reason: str) -> None:
        """Telegram says it is closed to us: BLOCKED with the reason, remembering whether it was subscribed."""
        raise NotImplementedError

    async def revive(self, chat_id: int) -> Chat:
        """It can be written to again: BLOCKED and PAUSED become what they were before; others stay as they are."""
        raise NotImplementedError

    async def set_status(self, chat_id: int, status: ChatStatus, reason: str = "") -> None:
        """Set the status as it is."""
        raise NotImplementedError

    async def set_filter(self, chat_id: int, tags: TagFilter) -> None:
        """Remember what the reader follows and mutes."""
        raise NotImplementedError

    async def set_style(self, chat_id: int, style: str) -> None:
        """Remember how the chat wants its digest: card, full or rich."""
        raise NotImplementedError

    async def set_language(self, chat_id: int, language: str) -> None:
        """Remember the language of the bot's own sentences."""
        raise NotImplementedError

    async def set_rich_refused(self, chat_id: int, is_refused: bool) -> None:
        """Remember that rich messages do not work here."""
        raise NotImplementedError

    async def migrate(self, old_id: int, new_id: int) -> None:
        """A group became a supergroup: rewrite its id everywhere in one transaction."""
        raise NotImplementedError

    async def forget(self, chat_id: int) -> None:
        """Remove everything that is known about the chat."""
        raise NotImplementedError

    async def count_subscribers(self, kind: ChatKind = ChatKind.PRIVATE) -> int:
        """How many active chats of this kind there are."""
        raise NotImplementedError

    async def audience(self) -> Audience:
        """Private chats by status."""
        raise NotImplementedError

    async def editions(self) -> tuple[EditionKey, ...]:
        """The distinct styles and filters of active private chats; `TagFilter.parse(key.filter_key)` reads one."""
        raise NotImplementedError
