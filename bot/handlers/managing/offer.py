"""The offer: the message below a broadcast's preview that says who gets it, and the buttons that decide.

A press changes the draft in the state and redraws the offer from it, so it works after a restart and cannot work twice.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from bot.core.delivery.retry import BadContent, BadSource, Outcome, Sent
from bot.core.durations import spell_duration
from bot.core.format.parts import Button, Keyboard, Part, to_params
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button, fields
from bot.handlers.desk import Desk
from bot.handlers.replies import send, show
from bot.pipeline.delivering.progress import progress_part
from bot.storage.records import Audience, Campaign, CampaignState, ChatKind

TYPED_ABOVE = 1_000
"""Over so many recipients the admin has to type their number."""

GRACE_MS = 5_000
"""So long after the confirmation nothing happens yet and it can be taken back."""

ASKED_FOR_MS = 10 * 60_000
"""So long after the question another number is taken for a mistake rather than for a search."""

CAPTION_TOO_LONG = "caption is too long"
COPY_NOT_FOUND = "message to copy not found"


async def offer_part(desk: Desk, draft: Campaign, *, is_asked: bool = False) -> Part:
    """Recipients, time to deliver and buttons of a draft; `is_asked`: the number of recipients has to be typed now."""
    audience = await desk.store.chats.audience()
    offer = desk.say(
        "broadcast.offer",
        targets=_targets(desk, draft, audience),
        duration=spell_duration(desk.delivery.estimate_s(draft.total), desk.say),
        left_out=_left_out(desk, draft),
        ring=desk.say("broadcast.ring_off" if draft.is_silent else "broadcast.ring_on"),
    )
    cancel = button(desk.say("broadcast.button_cancel"), "bdrop", str(draft.id))
    if is_asked:
        return Part(f"{offer}\n{desk.say('broadcast.ask', recipients=draft.total)}", keyboard=((cancel,),))
    return Part(offer, keyboard=_buttons(desk, draft))


async def answer_count(desk: Desk, admin_id: int, text: str) -> bool:
    """Take an admin's message for the number they were asked for; False when they were not asked."""
    draft = await _asked_draft(desk, admin_id)
    if draft is None:
        return False
    if parse_count(text) == draft.total:
        await _launch_asked(desk, draft)
        return True
    is_mistake = desk.clock() - (draft.counted_at_ms or 0) < ASKED_FOR_MS
    if is_mistake:
        await send(desk, admin_id, Part(desk.say("broadcast.wrong_number", recipients=draft.total)))
    return is_mistake


def parse_count(text: str) -> int | None:
    """The number in `12480`, `12,480` or `１２４８０`; None when it is no plain number."""
    digits = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None


def refusal(outcome: Outcome) -> RefusedError:
    """Why Telegram would not show the admin the message, as a sentence."""
    match outcome:
        case BadSource(description) if COPY_NOT_FOUND in description.lower():
            return RefusedError("broadcast.gone")
        case BadSource():
            return RefusedError("broadcast.uncopyable")
        case BadContent(description) if CAPTION_TOO_LONG in description.lower():
            return RefusedError("broadcast.caption_too_long")
        case BadContent(description):
            return RefusedError("broadcast.refused", reason=description)
    return RefusedError("broadcast.unreached")


async def _ring(desk: Desk, tap: Tap) -> Answer:
    draft = await _own_draft(desk, tap)
    await desk.store.campaigns.revise(draft.id, is_silent=not draft.is_silent)
    await _redraw(desk, tap, draft.id)
    return QUIET


async def _aim(desk: Desk, tap: Tap) -> Answer:
    """Take a kind of chats in or leave it out; the last one stays."""
    campaign_id, kind = fields(tap.argument, 2)
    draft = await _own_draft(desk, replace(tap, argument=campaign_id))
    tapped = {each for each in ChatKind if each == kind}
    if not tapped:
        raise RefusedError("error.old_button")
    chosen = draft.audience ^ tapped
    if not chosen:
        raise RefusedError("broadcast.no_target")
    await desk.store.campaigns.aim(draft.id, chosen)
    await _redraw(desk, tap, draft.id)
    return QUIET


async def _to_self(desk: Desk, tap: Tap) -> Answer:
    draft = await _own_draft(desk, tap)
    for call in await desk.store.campaigns.calls(draft.id):
        params = {**call.params, "chat_id": tap.chat_id, "disable_notification": draft.is_silent}
        outcome = await desk.sender.call(call.method, params)
        if not isinstance(outcome, Sent):
            raise refusal(outcome)
    return Answer(desk.say("broadcast.sent_to_self"))


async def _confirm(desk: Desk, tap: Tap) -> Answer:
    """The audience is counted again at the tap: the number agreed to is the number that gets it."""
    shown = await _own_draft(desk, tap)
    await desk.store.campaigns.recount(shown.id)
    draft = await _own_draft(desk, tap)
    if draft.total == 0:
        raise RefusedError("broadcast.nobody_there")
    if draft.total > TYPED_ABOVE:
        await _ask(desk, tap, draft)
        return QUIET
    if draft.total != shown.total:
        await show(desk, tap, await offer_part(desk, draft))
        raise RefusedError("broadcast.recounted", before=shown.total, now=draft.total)
    await _launch(desk, draft.id, tap.chat_id, tap.message_id)
    return QUIET


async def _cancel(desk: Desk, tap: Tap) -> Answer:
    draft = await _own_draft(desk, tap)
    if not await desk.store.campaigns.discard(draft.id):
        raise RefusedError("broadcast.already_sent")
    await desk.store.cards.drop(draft.id, tap.chat_id)
    await desk.store.meta.drop(_note(tap.user_id))
    await show(desk, tap, Part(desk.say("broadcast.cancelled")))
    return QUIET


async def _undo(desk: Desk, tap: Tap) -> Answer:
    """The seconds before a broadcast begins: it becomes the offer again."""
    campaign = await own_campaign(desk, tap)
    if not await desk.store.campaigns.take_back(campaign.id):
        raise RefusedError("broadcast.begun")
    await desk.store.cards.drop(campaign.id, tap.chat_id)
    await _redraw(desk, tap, campaign.id)
    return Answer(desk.say("broadcast.undone"))


VERBS: Mapping[str, Verb] = {
    "bring": _ring,
    "baim": _aim,
    "bself": _to_self,
    "bsend": _confirm,
    "bdrop": _cancel,
    "bundo": _undo,
}


async def _ask(desk: Desk, tap: Tap, draft: Campaign) -> None:
    await desk.store.cards.put(draft.id, tap.chat_id, tap.message_id)
    await desk.store.meta.put(_note(tap.user_id), str(draft.id))
    await show(desk, tap, await offer_part(desk, draft, is_asked=True))


async def _asked_draft(desk: Desk, admin_id: int) -> Campaign | None:
    note = await desk.store.meta.find(_note(admin_id))
    draft = await desk.store.campaigns.find(int(note)) if note else None
    return draft if draft is not None and draft.state is CampaignState.DRAFT else None


async def _launch_asked(desk: Desk, draft: Campaign) -> None:
    for card in await desk.store.cards.all():
        if card.campaign_id == draft.id:
            await desk.store.meta.drop(_note(card.chat_id))
            await _launch(desk, draft.id, card.chat_id, card.message_id)


async def _launch(desk: Desk, campaign_id: int, chat_id: int, message_id: int) -> None:
    # The card is remembered first: nobody could stop a broadcast whose card is lost.
    await desk.store.cards.put(campaign_id, chat_id, message_id)
    if not await desk.store.campaigns.launch(campaign_id, after_ms=GRACE_MS):
        raise RefusedError("broadcast.already_sent")
    desk.delivery.wake()
    if progress := await desk.delivery.progress(campaign_id):
        part = progress_part(progress, now_ms=desk.clock(), say=desk.say)
        await desk.sender.edit_part(chat_id, message_id, to_params(part))


async def _redraw(desk: Desk, tap: Tap, draft_id: int) -> None:
    draft = await desk.store.campaigns.find(draft_id)
    if draft is not None and draft.state is CampaignState.DRAFT:
        await show(desk, tap, await offer_part(desk, draft))


async def _own_draft(desk: Desk, tap: Tap) -> Campaign:
    campaign = await own_campaign(desk, tap)
    if campaign.state is not CampaignState.DRAFT:
        raise RefusedError("broadcast.already_sent")
    return campaign


async def own_campaign(desk: Desk, tap: Tap) -> Campaign:
    """The broadcast that a button is about.

    Raises:
        RefusedError: it is gone, or another admin made it.
    """
    campaign = await desk.store.campaigns.find(parse_count(tap.argument) or 0)
    if campaign is None or campaign.author_id != tap.user_id:
        raise RefusedError("broadcast.unknown")
    return campaign


def _buttons(desk: Desk, draft: Campaign) -> Keyboard:
    def press(sentence: str, verb: str) -> Button:
        return button(desk.say(f"broadcast.{sentence}"), verb, str(draft.id))

    def target(kind: ChatKind) -> Button:
        box = desk.say("broadcast.chosen" if kind in draft.audience else "broadcast.not_chosen")
        return button(f"{box} {desk.say(f'broadcast.kind.{kind}')}", "baim", f"{draft.id}.{kind}")

    return (
        (*map(target, ChatKind), press("button_ring_off" if draft.is_silent else "button_ring_on", "bring")),
        (press("button_self", "bself"),),
        (press("button_confirm", "bsend"), press("button_cancel", "bdrop")),
    )


def _targets(desk: Desk, draft: Campaign, audience: Audience) -> str:
    """Who gets it, with numbers that add up to the one agreed to."""
    others = {ChatKind.GROUP: audience.groups, ChatKind.CHANNEL: audience.channels}
    counts = {kind: count for kind, count in others.items() if kind in draft.audience}
    named = [desk.say(f"broadcast.to.{kind}", count=count) for kind, count in counts.items()]
    if ChatKind.PRIVATE in draft.audience:
        readers = max(0, draft.total - sum(counts.values()))
        gone = {"stopped": audience.stopped, "blocked": audience.blocked}
        named.insert(0, desk.say("broadcast.to.private", count=readers, **gone))
    return desk.say("broadcast.between").join(named)


def _left_out(desk: Desk, draft: Campaign) -> str:
    kinds = [desk.say(f"broadcast.kind.{kind}") for kind in ChatKind if kind not in draft.audience]
    return desk.say("broadcast.left_out", kinds=desk.say("broadcast.and").join(kinds)) if kinds else ""


def _note(admin_id: int) -> str:
    return f"broadcast.asked.{admin_id}"
