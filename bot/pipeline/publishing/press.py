"""The press: a digest printed once for each distinct edition of the groups and of the private readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.delivery.retry import Policy
from bot.core.format import Links, index_card, reader_card, section_parts
from bot.core.format.cards import group_keyboard, reader_keyboard
from bot.core.format.navigation import callback
from bot.core.format.parts import Button, Part, from_params, to_params
from bot.core.format.rich import SEND_RICH, RichPart, announce_rich, rich_publication, to_rich_params
from bot.core.format.watch import ORDINARY, Outcome, Watch, alert_lines, announce, outcome
from bot.core.models import Digest, Say
from bot.core.search.aliases import Aliases
from bot.core.tags.concordance import Concordance
from bot.core.tags.edition import Edition, TagFilter, select
from bot.storage.plans import FOR_QUIET, Call, EditionKey, GroupEdition, PublicationPlan, ReaderKey, Target

EVERYTHING = GroupEdition()
"""What a group gets of which nothing was chosen."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What tells the editions of one digest apart for who prints them."""

    style: str
    filter_key: str = ""
    outcome: Outcome = ORDINARY

    @property
    def key(self) -> EditionKey:
        """The edition in the ledger."""
        return EditionKey(self.style, self.filter_key + self.outcome.key)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A digest as an edition shows it; `chosen_from` counts the items of the whole, 0 when this is the whole."""

    digest: Digest
    chosen_from: int = 0


@dataclass(frozen=True, slots=True)
class Press:
    """Prints with the bot's links and sentences; `policy` goes into every plan."""

    links: Links
    say: Say
    policy: Policy = Policy.PREFER_DELIVERY
    aliases: Aliases = field(default_factory=Aliases)

    def plan(
        self,
        digest: Digest,
        key: str,
        content_hash: str,
        targets: Sequence[Target],
        readers: Iterable[ReaderKey],
        *,
        is_todays: bool = False,
    ) -> PublicationPlan:
        """The whole publication of a labelled digest; every rich edition has a classic one beside it. `is_todays`: it
        goes out on its own day."""
        readers, concordance = list(readers), Concordance(digest, self.aliases)
        outcomes = {watch: outcome(Watch.parse(watch), concordance) for watch in {one.watch_key for one in readers}}
        wanted = {Slip("card")} | {Slip(one.style, one.filter_key, outcomes[one.watch_key]) for one in readers}
        wanted |= {replace(slip, style="card") for slip in wanted if slip.style == "rich"}
        editions = {slip.key: self._edition(digest, key, slip, concordance, is_todays=is_todays) for slip in wanted}
        if not all(editions.values()):
            editions[FOR_QUIET] = (self._quiet_call(key),)
        groups = {target.edition for target in targets}
        for edition in groups | {edition.classic for edition in groups}:
            editions[edition.key] = self.group_calls(digest, key, edition, concordance)
        return PublicationPlan(
            digest_key=key,
            content_hash=content_hash,
            targets=tuple(targets),
            editions=editions,
            policy=self.policy,
            outcomes={watch: told.key for watch, told in outcomes.items() if told != ORDINARY},
        )

    def group_calls(
        self,
        digest: Digest,
        key: str,
        edition: GroupEdition = EVERYTHING,
        concordance: Concordance | None = None,
        *,
        is_corrected: bool = False,
    ) -> tuple[Call, ...]:
        """The card and then the parts of each section, in order; the card alone in style card. None when nothing in the
        digest is for this edition."""
        shown = self._excerpt(digest, edition.filter_key, concordance)
        if shown is None:
            return ()
        if edition.style == "rich":
            return self._rich_group_calls(shown, edition, is_corrected=is_corrected)
        card = Call(to_params(self._card(shown, key, edition, {}, is_corrected=is_corrected)))
        if edition.style == "card":
            return (card,)
        sections = section_parts(shown.digest, say=self.say)
        return (
            card,
            *(Call(to_params(part), section=section.number) for section in sections for part in section.parts),
        )

    def linked_card(
        self, digest: Digest, key: str, edition: GroupEdition, urls: Mapping[int, str], *, is_corrected: bool
    ) -> Part | None:
        """The groups' card with its table of contents linked to the messages of the sections; where there are none, to
        the digest in the private chat. None in style rich, and when nothing in the digest is for this edition."""
        shown = None if edition.style == "rich" else self._excerpt(digest, edition.filter_key)
        return None if shown is None else self._card(shown, key, edition, urls, is_corrected=is_corrected)

    def _card(
        self, shown: Excerpt, key: str, edition: GroupEdition, urls: Mapping[int, str], *, is_corrected: bool
    ) -> Part:
        if edition.style == "card":
            urls = {section.number: self.links.digest(key) for section in shown.digest.sections}
        card = index_card(
            shown.digest,
            key,
            links=self.links,
            say=self.say,
            section_urls=urls,
            corrected=is_corrected,
            chosen_from=shown.chosen_from,
        )
        return replace(card, is_silent=edition.is_silent)

    def _rich_group_calls(self, shown: Excerpt, edition: GroupEdition, *, is_corrected: bool) -> tuple[Call, ...]:
        parts = rich_publication(
            shown.digest,
            say=self.say,
            keyboard=group_keyboard(self.links, self.say),
            corrected=is_corrected,
            chosen_from=shown.chosen_from,
        )
        return _rich_calls(announce_rich(parts, (), is_silent=edition.is_silent))

    def _excerpt(self, digest: Digest, filter_key: str, concordance: Concordance | None = None) -> Excerpt | None:
        """What a group with this filter gets of a digest; None when that is nothing."""
        tags = TagFilter.parse(filter_key)
        if tags.is_empty:
            return Excerpt(digest)
        chosen = select(digest, tags, concordance or Concordance(digest, self.aliases))
        return Excerpt(_only(digest, chosen), len(digest.items)) if chosen.items else None

    def _edition(
        self, digest: Digest, key: str, slip: Slip, concordance: Concordance, *, is_todays: bool
    ) -> tuple[Call, ...]:
        """The calls of an edition; none when nothing in the digest is for its readers."""
        if slip.style == "full":
            return self._announced(self.group_calls(digest, key), digest, slip.outcome)
        tags = TagFilter.parse(slip.filter_key)
        chosen = None if tags.is_empty else select(digest, tags, concordance, is_todays=is_todays)
        if chosen is not None and not chosen.items and not slip.outcome.alerts:
            return ()
        if slip.style == "rich" and (chosen is None or chosen.items):
            shown = Excerpt(digest) if chosen is None else Excerpt(_only(digest, chosen), len(digest.items))
            keyboard = reader_keyboard(key, self.say)
            parts = rich_publication(shown.digest, say=self.say, keyboard=keyboard, chosen_from=shown.chosen_from)
            above = alert_lines(digest, slip.outcome.alerts, self.say)
            return _rich_calls(announce_rich(parts, above, is_silent=slip.outcome.is_silent))
        card = reader_card(digest, key, say=self.say, edition=chosen, links=self.links)
        return (Call(to_params(announce(card, digest, slip.outcome, self.say))),)

    def _announced(self, calls: tuple[Call, ...], digest: Digest, told: Outcome) -> tuple[Call, ...]:
        card = announce(from_params(calls[0].params), digest, told, self.say)
        return (Call(to_params(card)), *calls[1:])

    def _quiet_call(self, key: str) -> Call:
        """The line for readers who have had no item for a week."""
        see = Button(self.say("tags.quiet_see"), callback=callback("card", key))
        choose = Button(self.say("card.tags"), callback=callback("tags", ""))
        return Call(to_params(Part(self.say("tags.quiet"), keyboard=((see, choose),), is_silent=True)))


def _rich_calls(parts: Iterable[RichPart]) -> tuple[Call, ...]:
    return tuple(Call(to_rich_params(part), SEND_RICH, part.section) for part in parts)


def _only(digest: Digest, edition: Edition) -> Digest:
    """The digest with the items of an edition only, its sections counted anew. The summary told of all the others."""
    chosen = {item.number for item in edition.items}
    sections = [
        replace(section, entries=tuple(item for item in section.items if item.number in chosen))
        for section in digest.sections
    ]
    kept = [section for section in sections if section.entries]
    return replace(
        digest,
        sections=tuple(replace(section, number=number) for number, section in enumerate(kept, 1)),
        points=(),
    )


def section_urls(sections: Sequence[int | None], message_ids: Sequence[int], address: str | None) -> dict[int, str]:
    """The link to each section's first message in a group that can be linked to: the messages in their order, and of
    which section each tells; `address` as `group_address` says."""
    urls: dict[int, str] = {}
    for section, message_id in zip(sections, message_ids, strict=False):
        if address and message_id and section is not None:
            urls.setdefault(section, f"{address}/{message_id}")
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
