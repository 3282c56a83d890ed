"""The press: a digest printed once for the groups and once for each distinct edition of the private readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.edition import TagFilter, select
from bot.core.format import Links, index_card, publication, reader_card
from bot.core.models import Digest, Say
from bot.core.parts import Part, to_params
from bot.core.retry import Policy
from bot.storage.records import Call, EditionKey, PublicationPlan, Target

EVERYTHING = EditionKey("card")


@dataclass(frozen=True, slots=True)
class Press:
    """Prints with the bot's links and sentences; `policy` goes into every plan."""

    links: Links
    say: Say
    policy: Policy = Policy.PREFER_DELIVERY

    def plan(
        self, digest: Digest, key: str, content_hash: str, targets: Sequence[Target], editions: Iterable[EditionKey]
    ) -> PublicationPlan:
        """The whole publication of a labelled digest."""
        return PublicationPlan(
            digest_key=key,
            content_hash=content_hash,
            group_calls=self.group_calls(digest, key),
            targets=tuple(targets),
            editions={edition: self._edition(digest, key, edition) for edition in {EVERYTHING, *editions}},
            policy=self.policy,
        )

    def group_calls(self, digest: Digest, key: str) -> tuple[Call, ...]:
        """The card and then the parts of each section, in order."""
        printed = publication(digest, key, links=self.links, say=self.say)
        sections = [
            Call(to_params(part), section=section.number) for section in printed.sections for part in section.parts
        ]
        return (Call(to_params(printed.card)), *sections)

    def linked_card(self, digest: Digest, key: str, urls: dict[int, str], *, is_corrected: bool) -> Part:
        """The groups' card with its table of contents linked to the messages of the sections."""
        return index_card(digest, key, links=self.links, say=self.say, section_urls=urls, corrected=is_corrected)

    def _edition(self, digest: Digest, key: str, edition: EditionKey) -> tuple[Call, ...]:
        if edition.style == "full":
            return self.group_calls(digest, key)
        tags = TagFilter.parse(edition.filter_key)
        chosen = None if tags.is_empty else select(digest, tags)
        return (Call(to_params(reader_card(digest, key, say=self.say, edition=chosen, links=self.links))),)


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
