"""The admins' ear: what the bot tells and asks the people who run it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog

from bot.core.delivery.retry import BadContent, ChatGone, ChatPaused, Sent
from bot.core.format.parts import Button, Part, to_params
from bot.core.models import Say
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.hooks import Alarm, Question
from bot.pipeline.publishing.corrections import Corrections, NotYetError
from bot.pipeline.publishing.noticeboard import Place
from bot.storage.records import Campaign

log = structlog.get_logger(__name__)


class Admins:
    """Sends a part to each admin's private chat. One who never opened the bot cannot be told and is passed over."""

    def __init__(self, admin_ids: Iterable[int], sender: Sender) -> None:
        self._admin_ids = sorted(admin_ids)
        self._sender = sender

    async def tell(self, part: Part) -> list[Place]:
        """Tell every admin; where those who have heard it can read it.

        Raises:
            NotYetError: nobody has, and one could not be reached just now; tell it again later.
        """
        places: list[Place] = []
        missed = ""
        for admin_id in self._admin_ids:
            match await self._sender.send_part(admin_id, to_params(part)):
                case Sent(message_id):
                    places.append(Place(admin_id, message_id))
                case outcome:
                    log.warning("admin.unreachable", admin=admin_id, outcome=type(outcome).__name__)
                    if not isinstance(outcome, ChatGone | ChatPaused | BadContent):
                        missed = f"admin {admin_id}: {type(outcome).__name__}"
        if missed and not places:
            raise NotYetError(missed)
        return places

    async def amend(self, places: Sequence[Place], part: Part) -> None:
        """Show a part in the place of what was told; a message that cannot be edited any more stays as it is."""
        for place in places:
            outcome = await self._sender.edit_part(*place, to_params(part))
            if not isinstance(outcome, Sent):
                log.info("admin.not_amended", admin=place.chat_id, outcome=type(outcome).__name__)


class DeliveryHooks:
    """What happens when the delivery has finished a group, has a question or is in trouble."""

    def __init__(self, admins: Admins, corrections: Corrections, say: Say) -> None:
        self._admins = admins
        self._corrections = corrections
        self._say = say

    async def on_chat_done(self, campaign: Campaign, chat_id: int, _message_ids: tuple[int, ...]) -> None:
        """Link the card's table of contents to the messages that are there now."""
        await self._corrections.link_card(campaign, chat_id)

    async def on_question(self, question: Question) -> bool:
        """Ask whether a part that may have arrived is to be sent once more; False when there is nobody to ask."""
        place = f"{question.campaign_id}.{question.chat_id}"
        buttons = (
            Button(self._say("question.repeat"), callback=f"v1:again:{place}"),
            Button(self._say("question.leave"), callback=f"v1:leave:{place}"),
        )
        sentence = self._say("question.unknown", part=question.part + 1, campaign=question.campaign_id)
        return bool(await self._admins.tell(Part(sentence, keyboard=(buttons,))))

    async def on_alarm(self, alarm: Alarm) -> None:
        """Tell of trouble, once."""
        await self._admins.tell(Part(self._say(f"alarm.{alarm.code}", **alarm.values)))
