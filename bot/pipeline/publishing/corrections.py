"""What stands in the groups: the card linked to its sections, and the messages edited when the text changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import structlog

from bot.archive import Archive
from bot.core.delivery.retry import BadContent, BadSource, ChatGone, ChatPaused, Sent
from bot.core.delivery.throttle import Lane
from bot.core.format.parts import Part, to_params
from bot.core.models import Digest
from bot.core.tags.concordance import Concordance
from bot.pipeline.calling.sender import Sender
from bot.pipeline.publishing.press import Press, group_address, section_urls
from bot.storage import Store
from bot.storage.plans import Call, CorrectionPlan, GroupEdition, Target
from bot.storage.records import Campaign, CampaignKind, CampaignState, Delivery, DeliveryState

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
    """A message as it stands in a group now; `message_id` is 0 when Telegram never told it, `section` None for the
    card and for what tells of no section any more."""

    message_id: int
    params: Mapping[str, Any]
    section: int | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """A group that has a publication: in which edition, and what stands there now."""

    target: Target
    edition: GroupEdition
    shown: Sequence[Shown]


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
        """Start a correction of what differs in the groups' messages; whether one was started. At most one a minute,
        and none while messages of the publication or of an earlier correction are on their way to a group."""
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
        calls = await self._calls(await self._groups(publication), digest, key)
        if calls:
            await self.store.campaigns.correct(CorrectionPlan(key, content_hash, publication.id, calls))
        self._pending.pop(key)
        return bool(calls)

    async def link_card(self, campaign: Campaign, chat_id: int) -> None:
        """All messages of a publication or correction are in a group: link its card to them.

        Not where the text has changed for this group since, for its card would tell of what stands in no section yet:
        the correction links it, or this does when the change was taken back.

        Raises:
            NotYetError: it could not be edited just now, or the group's text has changed.
        """
        key, digest = campaign.digest_key, await self.archive.digest(campaign.digest_key)
        group = await self._to_be_linked(campaign, chat_id)
        if digest is None or group is None:
            return
        known = await self.store.digests.find(key)
        is_changed = known is not None and known.content_hash != campaign.content_hash
        if is_changed and await self._calls([group], digest, key):
            raise NotYetError("the text has changed")
        sections = [one.section for one in group.shown]
        card = await self._card(digest, key, group, sections, is_corrected=campaign.kind is CampaignKind.CORRECTION)
        if card is None or to_params(card) == group.shown[0].params:
            return
        match await self.sender.edit_part(chat_id, group.shown[0].message_id, to_params(card), lane=Lane.GROUP):
            case Sent():
                log.info("card.linked", campaign=campaign.id, chat=chat_id)
            case BadContent() | BadSource() | ChatGone() | ChatPaused() as outcome:
                log.warning("card.not_linked", campaign=campaign.id, chat=chat_id, outcome=repr(outcome))
            case outcome:
                raise NotYetError(repr(outcome))

    async def _to_be_linked(self, campaign: Campaign, chat_id: int) -> _Group | None:
        """The group, unless a later correction is on its way there, which will link the card itself."""
        publication = campaign if campaign.subject_id is None else await self.store.campaigns.find(campaign.subject_id)
        delivery = await self.store.deliveries.find(publication.id, chat_id) if publication else None
        if publication is None or delivery is None:
            return None
        for correction in await self.store.campaigns.corrections(publication.id):
            if correction.id > campaign.id and await self.store.deliveries.find(correction.id, chat_id):
                return None
        group = await self._group(publication, delivery)
        return group if group.shown and group.shown[0].message_id else None

    async def _is_under_way(self, campaign: Campaign) -> bool:
        # The readers may take hours; the groups' messages do not wait for them.
        groups = await self.store.deliveries.of_groups(campaign.id)
        return campaign.state not in OVER and any(delivery.state in UNDER_WAY for delivery in groups)

    async def _calls(self, groups: Sequence[_Group], digest: Digest, key: str) -> dict[Target, tuple[Call, ...]]:
        """What has to be done so that every group shows the text, marked as corrected where it showed another; nothing
        where it does show it, marked or not: blanks that moved in the file are no news."""
        editions = {group.edition for group in groups}
        printed = await asyncio.to_thread(self._print, digest, key, editions)
        changed = [bool(self._changes(printed[group.edition][0], group.shown)) for group in groups]
        calls = {}
        for group, is_changed in zip(groups, changed, strict=True):
            # A card alone stands for a whole text, whatever of it is on the card.
            if not (is_changed or (group.edition.style == "card" and any(changed))):
                continue
            fresh = printed[group.edition][1]
            if card := await self._card(digest, key, group, [call.section for call in fresh], is_corrected=True):
                fresh = (replace(fresh[0], params=to_params(card)), *fresh[1:])
            if changes := self._changes(fresh, group.shown):
                calls[group.target] = tuple(changes)
        return calls

    def _print(
        self, digest: Digest, key: str, editions: Iterable[GroupEdition]
    ) -> dict[GroupEdition, tuple[tuple[Call, ...], tuple[Call, ...]]]:
        """The messages of each edition, unmarked and marked as corrected; when the text has nothing for one any more,
        what stands in their place."""
        nothing_left = (Call(to_params(Part(self.press.say("publisher.nothing_left")))),)
        concordance = Concordance(digest, self.press.aliases)
        printed = {}
        for edition in editions:
            plain = self.press.group_calls(digest, key, edition, concordance)
            marked = self.press.group_calls(digest, key, edition, concordance, is_corrected=True)
            printed[edition] = plain or nothing_left, marked or nothing_left
        return printed

    async def _groups(self, publication: Campaign) -> list[_Group]:
        """The groups that have all messages."""
        deliveries = await self.store.deliveries.of_groups(publication.id)
        sent = [delivery for delivery in deliveries if delivery.state is DeliveryState.SENT]
        groups = [await self._group(publication, delivery) for delivery in sent]
        return [group for group in groups if group.shown]

    async def _group(self, publication: Campaign, delivery: Delivery) -> _Group:
        # As it was sent there, whatever was chosen since.
        edition = await self.store.campaigns.group_edition(publication.id, delivery.chat_id)
        shown = await self._shown(publication, delivery)
        return _Group(Target(delivery.chat_id, delivery.thread_id), edition, shown)

    def _changes(self, fresh: Sequence[Call], shown: Sequence[Shown]) -> list[Call]:
        """Message by message in their order: edit what differs, empty what is too many, send what is missing."""
        common = min(len(fresh), len(shown))
        pairs = zip(fresh[:common], shown[:common], strict=True)
        edits = [_edit(old, new.params, new.section) for new, old in pairs if new.params != old.params]
        withdrawn = to_params(Part(self.press.say("publisher.withdrawn"), is_silent=True))
        emptied = [_edit(old, withdrawn) for old in shown[common:] if old.params != withdrawn]
        return [call for call in (*edits, *emptied) if call.params[ADDRESS_OF_MESSAGE]] + list(fresh[common:])

    async def _shown(self, publication: Campaign, delivery: Delivery) -> list[Shown]:
        shown: list[Shown] = []
        for call, message_id in await self._sent(delivery):
            _apply(shown, call, message_id)
        for correction in await self.store.campaigns.corrections(publication.id):
            if changes := await self.store.deliveries.find(correction.id, delivery.chat_id):
                for call, message_id in await self._sent(changes):
                    _apply(shown, call, message_id)
        return shown

    async def _sent(self, delivery: Delivery) -> list[tuple[Call, int]]:
        calls = await self.store.ledger.calls(delivery.edition_id)
        return list(zip(calls, delivery.messages, strict=False))

    async def _card(
        self,
        digest: Digest,
        key: str,
        group: _Group,
        sections: Sequence[int | None],
        *,
        is_corrected: bool,
    ) -> Part | None:
        chat = await self.store.chats.get(group.target.chat_id)
        address = group_address(chat.id, chat.username, group.target.thread_id)
        urls = section_urls(sections, [one.message_id for one in group.shown], address)
        return await asyncio.to_thread(
            partial(self.press.linked_card, digest, key, group.edition, urls, is_corrected=is_corrected)
        )


def _edit(old: Shown, params: Mapping[str, Any], section: int | None = None) -> Call:
    # An edit never rings, so it has no say about it.
    said = {name: value for name, value in params.items() if name != "disable_notification"}
    return Call({**said, ADDRESS_OF_MESSAGE: old.message_id}, EDIT, section)


def _apply(shown: list[Shown], call: Call, message_id: int) -> None:
    if call.method != EDIT:
        shown.append(Shown(message_id, call.params, call.section))
        return
    for place, old in enumerate(shown):
        if old.message_id == call.params[ADDRESS_OF_MESSAGE]:
            said = {name: value for name, value in call.params.items() if name != ADDRESS_OF_MESSAGE}
            silent = {"disable_notification": True} if "disable_notification" in old.params else {}
            shown[place] = Shown(old.message_id, said | silent, call.section)
