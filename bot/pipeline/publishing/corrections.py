"""What stands in the groups: the card linked to its sections, and the messages edited when the text changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.archive import Archive
from bot.core.delivery.retry import BadContent, BadSource, ChatGone, ChatPaused, Sent
from bot.core.delivery.throttle import Lane
from bot.core.format.parts import Part, to_params
from bot.core.models import Digest
from bot.pipeline.calling.sender import Sender
from bot.pipeline.publishing.press import Press, group_address, section_urls
from bot.storage import Store
from bot.storage.plans import Call, CorrectionPlan, EditionKey, GroupEdition, Target
from bot.storage.records import Campaign, CampaignKind, CampaignState, DeliveryState

EVERY_MS = 60_000
LOOK_BACK = 10
UNDER_WAY = frozenset({DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNKNOWN})
OVER = frozenset({CampaignState.DONE, CampaignState.STOPPED})
EDIT = "editMessageText"
ADDRESS_OF_MESSAGE = "message_id"

log = structlog.get_logger(__name__)


class NotYetError(Exception):
    """Telegram could not be reached or asks to wait: to be tried again later."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it stands in a group now; `message_id` is 0 when Telegram never told it."""

    message_id: int
    params: Mapping[str, Any]


@dataclass(kw_only=True)
class Corrections:
    """Keeps the groups' messages true to the text.

    What a message says now is never stored: it follows from the publication and its corrections in the ledger.
    """

    store: Store
    archive: Archive
    press: Press
    sender: Sender
    _pending: dict[str, int] = field(init=False, default_factory=dict)

    async def open(self) -> None:
        """Find the texts that changed without their messages having been corrected."""
        for campaign in await self.store.campaigns.recent(LOOK_BACK, CampaignKind.DIGEST):
            self.note(campaign.digest_key)

    def note(self, key: str) -> None:
        """The text of a published digest may have changed."""
        self._pending.setdefault(key, 0)

    def due(self, now_ms: int) -> list[str]:
        """The digests whose messages are to be looked at now."""
        return [key for key, at_ms in self._pending.items() if at_ms <= now_ms]

    async def correct(self, key: str, digest: Digest, content_hash: str, now_ms: int) -> bool:
        """Start a correction of what differs; whether one was started. At most one a minute, and none while messages of
        the publication or of an earlier correction are on their way to a group."""
        publication = await self.store.campaigns.of_digest(key)
        if publication is None:
            self._pending.pop(key)
            return False
        history = (publication, *await self.store.campaigns.corrections(publication.id))
        latest = history[-1]
        if latest.content_hash == content_hash:
            self._pending.pop(key)
            return False
        if now_ms - latest.created_at_ms < EVERY_MS or await self._is_under_way(latest):
            self._pending[key] = max(latest.created_at_ms + EVERY_MS, now_ms + 1)
            return False
        plan = CorrectionPlan(key, content_hash, publication.id, await self._calls(publication, digest, key))
        await self.store.campaigns.correct(plan)
        self._pending.pop(key)
        return True

    async def link_card(self, campaign: Campaign, chat_id: int) -> None:
        """All messages of a publication or correction are in a group: link its card to them.

        A text that has changed since is not linked, for its card would tell of what stands in no section yet: its
        correction will be, or itself when the change was taken back.

        Raises:
            NotYetError: it could not be edited just now, or its text has changed.
        """
        publication = campaign if campaign.subject_id is None else await self.store.campaigns.find(campaign.subject_id)
        digest = await self.archive.digest(campaign.digest_key)
        if publication is None or digest is None or await self._is_overtaken(campaign, publication):
            return
        known = await self.store.digests.find(campaign.digest_key)
        if known is not None and known.content_hash != campaign.content_hash:
            raise NotYetError("the text has changed")
        shown = await self._shown(publication, chat_id)
        if not shown or not shown[0].message_id:
            return
        edition = await self.store.campaigns.group_edition(publication.id, chat_id)
        calls = self.press.group_calls(digest, campaign.digest_key, edition)
        is_corrected = campaign.kind is CampaignKind.CORRECTION
        card = await self._card(digest, campaign.digest_key, chat_id, edition, calls, shown, is_corrected=is_corrected)
        if card is None or to_params(card) == shown[0].params:
            return
        match await self.sender.edit_part(chat_id, shown[0].message_id, to_params(card), lane=Lane.GROUP):
            case Sent():
                log.info("card.linked", campaign=campaign.id, chat=chat_id)
            case BadContent() | BadSource() | ChatGone() | ChatPaused() as outcome:
                log.warning("card.not_linked", campaign=campaign.id, chat=chat_id, outcome=repr(outcome))
            case outcome:
                raise NotYetError(repr(outcome))

    async def _is_overtaken(self, campaign: Campaign, publication: Campaign) -> bool:
        corrections = await self.store.campaigns.corrections(publication.id)
        return any(correction.id > campaign.id for correction in corrections)

    async def _is_under_way(self, campaign: Campaign) -> bool:
        # The readers may take hours; the groups' messages do not wait for them.
        groups = await self.store.deliveries.of_groups(campaign.id)
        return campaign.state not in OVER and any(delivery.state in UNDER_WAY for delivery in groups)

    async def _calls(self, publication: Campaign, digest: Digest, key: str) -> dict[Target, tuple[Call, ...]]:
        printed: dict[GroupEdition, tuple[Call, ...]] = {}
        calls = {}
        for delivery in await self.store.deliveries.of_groups(publication.id):
            shown = await self._shown(publication, delivery.chat_id)
            if delivery.state is not DeliveryState.SENT or not shown:
                continue
            # As it was sent there, whatever was chosen since.
            edition = await self.store.campaigns.group_edition(publication.id, delivery.chat_id)
            if edition not in printed:
                renewed = self.press.group_calls(digest, key, edition, is_corrected=True)
                printed[edition] = renewed or self._nothing_left()
            fresh = printed[edition]
            if card := await self._card(digest, key, delivery.chat_id, edition, fresh, shown, is_corrected=True):
                fresh = (replace(fresh[0], params=to_params(card)), *fresh[1:])
            calls[Target(delivery.chat_id, delivery.thread_id)] = tuple(self._changes(fresh, shown))
        return calls

    def _nothing_left(self) -> tuple[Call, ...]:
        """What stands in place of an edition that the corrected text has nothing for."""
        return (Call(to_params(Part(self.press.say("publisher.nothing_left")))),)

    def _changes(self, fresh: Sequence[Call], shown: Sequence[Shown]) -> list[Call]:
        """Message by message in their order: edit what differs, empty what is too many, send what is missing."""
        common = min(len(fresh), len(shown))
        pairs = zip(fresh[:common], shown[:common], strict=True)
        edits = [_edit(old, new.params, new.section) for new, old in pairs if new.params != old.params]
        withdrawn = to_params(Part(self.press.say("publisher.withdrawn"), is_silent=True))
        emptied = [_edit(old, withdrawn) for old in shown[common:] if old.params != withdrawn]
        return [call for call in (*edits, *emptied) if call.params[ADDRESS_OF_MESSAGE]] + list(fresh[common:])

    async def _shown(self, publication: Campaign, chat_id: int) -> list[Shown]:
        delivery = await self.store.deliveries.find(publication.id, chat_id)
        calls = await self.store.ledger.calls(delivery.edition_id) if delivery else ()
        ids = await self.store.deliveries.message_ids(publication.id, chat_id)
        shown = [Shown(message_id, call.params) for call, message_id in zip(calls, ids, strict=False)]
        for correction in await self.store.campaigns.corrections(publication.id):
            changes = await self.store.campaigns.calls(correction.id, EditionKey(f"chat {chat_id}"))
            ids = await self.store.deliveries.message_ids(correction.id, chat_id)
            for call, message_id in zip(changes, ids, strict=False):
                _apply(shown, call, message_id)
        return shown

    async def _card(
        self,
        digest: Digest,
        key: str,
        chat_id: int,
        edition: GroupEdition,
        calls: Sequence[Call],
        shown: Sequence[Shown],
        *,
        is_corrected: bool,
    ) -> Part | None:
        chat = await self.store.chats.get(chat_id)
        address = group_address(chat_id, chat.username, chat.topic)
        urls = section_urls(calls, [one.message_id for one in shown], address)
        return self.press.linked_card(digest, key, edition, urls, is_corrected=is_corrected)


def _edit(old: Shown, params: Mapping[str, Any], section: int | None = None) -> Call:
    # An edit never rings, so it has no say about it.
    said = {name: value for name, value in params.items() if name != "disable_notification"}
    return Call({**said, ADDRESS_OF_MESSAGE: old.message_id}, EDIT, section)


def _apply(shown: list[Shown], call: Call, message_id: int) -> None:
    if call.method != EDIT:
        shown.append(Shown(message_id, call.params))
        return
    for place, old in enumerate(shown):
        if old.message_id == call.params[ADDRESS_OF_MESSAGE]:
            said = {name: value for name, value in call.params.items() if name != ADDRESS_OF_MESSAGE}
            silent = {"disable_notification": True} if "disable_notification" in old.params else {}
            shown[place] = Shown(old.message_id, said | silent)
