"""Campaigns: their plans, counters and life."""

from __future__ import annotations

from bot.storage.records import (
    BroadcastPlan,
    Call,
    Campaign,
    CampaignKind,
    CorrectionPlan,
    LiveCard,
    PublicationPlan,
)


class Campaigns:
    """The campaigns of the state.

    Their deliveries are written by the engine in chunks (`Delivery.run`) and become visible together.
    """

    async def publish(self, plan: PublicationPlan) -> int:
        """Write a publication and all its parts in one transaction, also marking the digest PUBLISHED; its id.

        The targets must be known to `chats`. The state is BUILDING until the engine has written the deliveries.
        """
        raise NotImplementedError

    async def correct(self, plan: CorrectionPlan) -> int:
        """Write a correction of a publication; its id."""
        raise NotImplementedError

    async def draft(self, plan: BroadcastPlan) -> int:
        """Write a broadcast that waits for the admin's word; its id. Nothing is sent."""
        raise NotImplementedError

    async def revise(self, campaign_id: int, *, is_silent: bool) -> None:
        """Change a draft's ringing; nothing happens to one that is launched."""
        raise NotImplementedError

    async def launch(self, campaign_id: int) -> bool:
        """Confirm a draft; False when it was launched or discarded before, so that a second tap does nothing."""
        raise NotImplementedError

    async def discard(self, campaign_id: int) -> bool:
        """Drop a draft; False when it is none any more."""
        raise NotImplementedError

    async def recall(self, campaign_id: int, author_id: int) -> int:
        """Delete a broadcast's messages where they arrived; the id of the new campaign."""
        raise NotImplementedError

    async def pause(self, campaign_id: int, reason: str = "") -> bool:
        """RUNNING → PAUSED; False when it was not running. Prefer `Delivery.pause`, which stops at once."""
        raise NotImplementedError

    async def resume(self, campaign_id: int) -> bool:
        """PAUSED → RUNNING; False when it was not paused."""
        raise NotImplementedError

    async def stop(self, campaign_id: int) -> bool:
        """End it for good; what is not sent yet is skipped. False when it had ended or was a draft."""
        raise NotImplementedError

    async def find(self, campaign_id: int) -> Campaign | None:
        """The campaign with its counters, or None."""
        raise NotImplementedError

    async def calls(self, campaign_id: int) -> tuple[Call, ...]:
        """The calls of a broadcast or draft; of a publication those for the groups."""
        raise NotImplementedError

    async def of_digest(self, digest_key: str) -> Campaign | None:
        """The latest publication of this digest, or None."""
        raise NotImplementedError

    async def recent(self, limit: int = 10, kind: CampaignKind | None = None) -> tuple[Campaign, ...]:
        """The latest campaigns, newest first, without drafts."""
        raise NotImplementedError

    async def unfinished(self) -> tuple[Campaign, ...]:
        """BUILDING, RUNNING, PAUSED and STOPPED-but-not-swept ones, oldest first."""
        raise NotImplementedError

    async def put_card(self, campaign_id: int, chat_id: int, message_id: int) -> None:
        """Remember a message that shows this campaign to an admin (one a chat; the newest counts)."""
        raise NotImplementedError

    async def cards(self) -> tuple[LiveCard, ...]:
        """The live cards that are still to be kept up to date, also after a restart."""
        raise NotImplementedError

    async def drop_card(self, campaign_id: int, chat_id: int) -> None:
        """The card shows its last state and is not edited any more."""
        raise NotImplementedError
