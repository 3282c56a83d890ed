"""/campaigns, and the buttons of a broadcast's live card: pause, go on, stop; when it is over, take its messages back
and see whose answers were lost. They take effect at once; the card follows by itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.core.format.parts import Part
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button
from bot.handlers.desk import Desk
from bot.handlers.managing.offer import own_campaign
from bot.handlers.readers import message_of
from bot.handlers.replies import send, show
from bot.pipeline.delivering.progress import campaign_line, progress_part, recall_part, recall_question
from bot.storage.recalls import is_recallable
from bot.storage.records import Campaign, CampaignKind, CampaignState

OVER = (CampaignState.STOPPED, CampaignState.DONE)
LISTED = 20
"""Chats in one message: their names can be long."""
CAMPAIGNS = 10


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """The command for admins in private; for everybody else it does not exist."""
    admins = filters.User(desk.admin_ids) & filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    return [CommandHandler("campaigns", partial(_list, desk), admins)]


async def _list(desk: Desk, update: Update, _context: object) -> None:
    """The latest campaigns; a broadcast of this admin's own opens its card again."""
    admin_id = message_of(update).chat_id
    latest = await desk.store.campaigns.recent(CAMPAIGNS)
    lines = [campaign_line(campaign, desk.say) for campaign in latest] or [desk.say("stats.no_campaigns")]
    own = [one for one in latest if one.kind is CampaignKind.BROADCAST and one.author_id == admin_id]
    row = tuple(button(f"#{campaign.id}", "bcard", str(campaign.id)) for campaign in own[:5])
    await send(desk, admin_id, Part("\n".join(lines), keyboard=(row,) if row else ()))


async def _pause(desk: Desk, tap: Tap) -> Answer:
    await desk.delivery.pause(await _going(desk, tap))
    return Answer(desk.say("progress.tap_paused"))


async def _resume(desk: Desk, tap: Tap) -> Answer:
    await desk.delivery.resume(await _going(desk, tap))
    return Answer(desk.say("progress.tap_resumed"))


async def _stop(desk: Desk, tap: Tap) -> Answer:
    await desk.delivery.stop(await _going(desk, tap))
    return Answer(desk.say("progress.tap_stopped"))


async def _ask_recall(desk: Desk, tap: Tap) -> Answer:
    campaign = await _recallable(desk, tap)
    await show(desk, tap, recall_question(campaign, desk.say))
    return QUIET


async def _recall(desk: Desk, tap: Tap) -> Answer:
    campaign = await _recallable(desk, tap)
    await desk.store.cards.put(campaign.id, tap.chat_id, tap.message_id)
    if not await desk.store.recalls.begin(campaign.id):
        raise RefusedError("recall.begun")
    if recall := await desk.store.recalls.find(campaign.id):
        await show(desk, tap, recall_part(recall, desk.say))
    return QUIET


async def _recallable(desk: Desk, tap: Tap) -> Campaign:
    """The broadcast, when it is over to its last delivery and young enough."""
    campaign = await own_campaign(desk, tap)
    if campaign.state not in OVER or campaign.id in {one.id for one in await desk.store.campaigns.unfinished()}:
        raise RefusedError("recall.unfinished")
    if not is_recallable(campaign, desk.clock()):
        raise RefusedError("recall.too_late")
    return campaign


async def _card(desk: Desk, tap: Tap) -> Answer:
    """The card in place of the message: alive when there is still something to see."""
    campaign = await own_campaign(desk, tap)
    progress = await desk.delivery.progress(campaign.id)
    if progress is None or campaign.state is CampaignState.DRAFT:
        raise RefusedError("broadcast.unknown")
    recall = await desk.store.recalls.find(campaign.id)
    if recall is None:
        part, is_alive = progress_part(progress, now_ms=desk.clock(), say=desk.say), campaign.state not in OVER
    else:
        part, is_alive = recall_part(recall, desk.say), not recall.is_over
    await show(desk, tap, part)
    if is_alive:
        await desk.store.cards.put(campaign.id, tap.chat_id, tap.message_id)
    return QUIET


async def _show_unknown(desk: Desk, tap: Tap) -> Answer:
    campaign = await own_campaign(desk, tap)
    chats = await desk.store.deliveries.unknown(campaign.id, LISTED)
    lines = [desk.say("progress.unknown", count=campaign.unknown)]
    lines += [desk.say("progress.unknown_chat", name=name, id=chat_id).strip() for chat_id, name in chats]
    if campaign.unknown > len(chats):
        lines.append(desk.say("progress.unknown_more", count=campaign.unknown - len(chats)))
    await send(desk, tap.chat_id, Part("\n".join(lines)))
    return QUIET


VERBS: Mapping[str, Verb] = {
    "bpause": _pause,
    "bresume": _resume,
    "bstop": _stop,
    "brecall": _ask_recall,
    "bwipe": _recall,
    "bcard": _card,
    "bunknown": _show_unknown,
}


async def _going(desk: Desk, tap: Tap) -> int:
    """The id of the broadcast. Two presses of one button are as good as one: only when it is over that is said."""
    campaign = await own_campaign(desk, tap)
    if campaign.state in OVER:
        raise RefusedError("progress.tap_over")
    return campaign.id
