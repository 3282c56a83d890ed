"""The press: a digest printed once for the groups and once for each distinct edition of the private readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.core.cards import group_keyboard, reader_keyboard
from bot.core.edition import Edition, TagFilter, select
from bot.core.format import Links, index_card, publication, reader_card
from bot.core.models import Digest, Say
from bot.core.parts import Part, to_params
from bot.core.retry import Policy
from bot.core.rich import RichPart, rich_publication, to_rich_params
from bot.storage.records import Call, EditionKey, PublicationPlan, Target

EVERYTHING = EditionKey("card")
SEND_RICH = "sendRichMessage"


@dataclass(frozen=True, slots=True)
class Press:
    """Prints with the bot's links and sentences; `policy` goes into every plan. `group_style`: full, card or rich."""

    links: Links
    say: Say
    policy: Policy = Policy.PREFER_DELIVERY
    group_style: str = "full"

    def plan(
        self, digest: Digest, key: str, content_hash: str, targets: Sequence[Target], editions: Iterable[EditionKey]
    ) -> PublicationPlan:
        """The whole publication of a labelled digest; every rich edition has a classic one beside it."""
        wanted = {EVERYTHING, *editions}
        wanted |= {EditionKey("card", edition.filter_key) for edition in wanted if edition.style == "rich"}
        rich = tuple(target for target in targets if self.group_style == "rich" and not target.is_rich_refused)
        return PublicationPlan(
            digest_key=key,
            content_hash=content_hash,
            group_calls=self.group_calls(digest, key),
            targets=tuple(target for target in targets if target not in rich),
            rich_calls=self.rich_calls(digest) if rich else (),
            rich_targets=rich,
            editions={edition: self._edition(digest, key, edition) for edition in wanted},
            policy=self.policy,
        )

    def rich_calls(self, digest: Digest, *, is_corrected: bool = False) -> tuple[Call, ...]:
        """What a group gets in style rich."""
        keyboard = group_keyboard(self.links, self.say)
        return _rich_calls(rich_publication(digest, say=self.say, keyboard=keyboard, corrected=is_corrected))

    def group_calls(self, digest: Digest, key: str) -> tuple[Call, ...]:
        """The card and then the parts of each section, in order; the card alone in style card."""
        if self.group_style == "card":
            return (Call(to_params(self.linked_card(digest, key, {}, is_corrected=False))),)
        printed = publication(digest, key, links=self.links, say=self.say)
        sections = [
            Call(to_params(part), section=section.number) for section in printed.sections for part in section.parts
        ]
        return (Call(to_params(printed.card)), *sections)

    def linked_card(self, digest: Digest, key: str, urls: dict[int, str], *, is_corrected: bool) -> Part:
        """The groups' card with its table of contents linked to the messages of the sections; where there are none, to
        the digest in the private chat."""
        if self.group_style == "card":
            urls = {section.number: self.links.digest(key) for section in digest.sections}
        return index_card(digest, key, links=self.links, say=self.say, section_urls=urls, corrected=is_corrected)

    def _edition(self, digest: Digest, key: str, edition: EditionKey) -> tuple[Call, ...]:
        if edition.style == "full":
            return self.group_calls(digest, key)
        tags = TagFilter.parse(edition.filter_key)
        chosen = None if tags.is_empty else select(digest, tags)
        if edition.style == "rich" and (chosen is None or chosen.items):
            shown = digest if chosen is None else _only(digest, chosen)
            return _rich_calls(rich_publication(shown, say=self.say, keyboard=reader_keyboard(key, self.say)))
        return (Call(to_params(reader_card(digest, key, say=self.say, edition=chosen, links=self.links))),)


def _rich_calls(parts: Iterable[RichPart]) -> tuple[Call, ...]:
    return tuple(Call(to_rich_params(part), SEND_RICH, part.section) for part in parts)


def _only(digest: Digest, edition: Edition) -> Digest:
    """The digest with the items of an edition only."""
    chosen = {item.number for item in edition.items}
    sections = [
        replace(section, entries=tuple(item for item in section.items if item.number in chosen))
        for section in digest.sections
    ]
    return replace(digest, sections=tuple(section for section in sections if section.entries))


def section_urls(calls: Sequence[Call], message_ids: Sequence[int], address: str | None) -> dict[int, str]:
    """The link to each section's first message in a group that can be linked to; `address` as `group_address` says."""
    urls: dict[int, str] = {}
    for call, message_id in zip(calls, message_ids, strict=False):
        if address and message_id and call.section is not None:
            urls.setdefault(call.section, f"{address}/{message_id}")
    return urls


def group_address(chat_id: int, username: str, thread_id: int | None = None) -> str | None:
    """What the links to a group's messages begin with; None for a basic group, whose messages have no links."""
    marker = "-100"
    if username:
        address = f"https://t.me/{username}"
    elif str(chat_id).startswith(marker) and len(str(chat_id)) > len(marker) + 9:
        address = f"https://t.me/c/{str(chat_id).removeprefix(marker)}"
    else:
        return None
    return f"{address}/{thread_id}" if thread_id else address
