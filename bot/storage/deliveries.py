"""Deliveries: one row per campaign and chat, the ledger of what was sent."""

from __future__ import annotations

from bot.storage.records import Delivery, Incident


class Deliveries:
    """What others read of the ledger; the engine alone writes it."""

    async def find(self, campaign_id: int, chat_id: int) -> Delivery | None:
        """The delivery, or None."""
        raise NotImplementedError

    async def message_ids(self, campaign_id: int, chat_id: int) -> tuple[int, ...]:
        """The messages of a campaign in a chat, one a part in order; 0 where Telegram never told the id."""
        raise NotImplementedError

    async def of_groups(self, campaign_id: int) -> tuple[Delivery, ...]:
        """The deliveries of a campaign to groups and channels."""
        raise NotImplementedError

    async def incidents(self, campaign_id: int, limit: int = 50, offset: int = 0) -> tuple[Incident, ...]:
        """What a person may have to look at, in order of time."""
        raise NotImplementedError
