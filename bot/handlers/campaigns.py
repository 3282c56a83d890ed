"""The buttons of a broadcast's live card: pause, go on, stop. They take effect at once; the card follows by itself."""

from __future__ import annotations

from collections.abc import Mapping

from bot.handlers.callbacks import Answer, RefusedError, Tap, Verb
from bot.handlers.desk import Desk
from bot.handlers.offer import own_campaign
from bot.storage.records import CampaignState

OVER = (CampaignState.STOPPED, CampaignState.DONE)


async def _pause(desk: Desk, tap: Tap) -> Answer:
    await desk.delivery.pause(await _going(desk, tap))
    return Answer(desk.say("progress.tap_paused"))


async def _resume(desk: Desk, tap: Tap) -> Answer:
    await desk.delivery.resume(await _going(desk, tap))
    return Answer(desk.say("progress.tap_resumed"))


async def _stop(desk: Desk, tap: Tap) -> Answer:
    await desk.delivery.stop(await _going(desk, tap))
    return Answer(desk.say("progress.tap_stopped"))


VERBS: Mapping[str, Verb] = {"bpause": _pause, "bresume": _resume, "bstop": _stop}


async def _going(desk: Desk, tap: Tap) -> int:
    """The id of the broadcast. Two presses of one button are as good as one: only when it is over that is said."""
    campaign = await own_campaign(desk, tap)
    if campaign.state in OVER:
        raise RefusedError("progress.tap_over")
    return campaign.id
