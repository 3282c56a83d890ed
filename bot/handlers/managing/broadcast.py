"""/broadcast: an admin shows the bot a message, sees its real copy, and below it an offer to send it to everyone."""

from __future__ import annotations

from functools import partial
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, CommandHandler, MessageHandler, filters

from bot.core.delivery.retry import Sent
from bot.core.format.excerpt import after_command, has_ink
from bot.core.format.parts import Part, utf16_len
from bot.handlers.callbacks import RefusedError
from bot.handlers.desk import Desk
from bot.handlers.managing import offer
from bot.handlers.readers import message_of
from bot.handlers.reading.search import search_part
from bot.handlers.replies import send
from bot.storage.plans import BroadcastPlan, Call

MESSAGE_UTF16 = 4096
A_NUMBER = r"^\s*\d[\d,，]*\s*$"


def handlers(desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """The command for admins in private; for everybody else it does not exist."""
    admins = filters.User(desk.admin_ids) & filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    return [
        CommandHandler("broadcast", partial(_broadcast, desk), admins),
        MessageHandler(admins & filters.CaptionRegex(r"^/broadcast\b"), partial(_refuse_caption, desk)),
        MessageHandler(admins & filters.Regex(A_NUMBER), partial(_number, desk)),
    ]


async def _broadcast(desk: Desk, update: Update, _context: object) -> None:
    message = message_of(update)
    try:
        part = await _preview(desk, message)
    except RefusedError as refusal:
        part = Part(desk.say(refusal.key, **refusal.values))
    await send(desk, message.chat_id, part)


async def _refuse_caption(desk: Desk, update: Update, _context: object) -> None:
    await send(desk, message_of(update).chat_id, Part(desk.say("broadcast.caption")))


async def _number(desk: Desk, update: Update, _context: object) -> None:
    """A number is the answer to our question, when there was one; otherwise an admin searches like anybody else."""
    message = message_of(update)
    text = message.text or ""
    try:
        if not await offer.answer_count(desk, message.chat_id, text):
            await send(desk, message.chat_id, await search_part(desk, text))
    except RefusedError as refusal:
        await send(desk, message.chat_id, Part(desk.say(refusal.key, **refusal.values)))


async def _preview(desk: Desk, message: Message) -> Part:
    """Show the message as readers will get it; the offer to send it."""
    asked = requested_call(message)
    audience = await desk.store.chats.audience()
    if audience.active + audience.groups + audience.channels == 0:
        raise RefusedError("broadcast.nobody")
    if message.reply_to_message is not None and message.reply_to_message.media_group_id is not None:
        await send(desk, message.chat_id, Part(desk.say("broadcast.album")))
    outcome = await desk.sender.call(asked.method, {**asked.params, "chat_id": message.chat_id})
    if not isinstance(outcome, Sent):
        raise offer.refusal(outcome)
    plan = BroadcastPlan((_of_preview(asked, message.chat_id, outcome.message_id),), author_id=message.chat_id)
    draft = await desk.store.campaigns.find(await desk.store.campaigns.draft(plan))
    assert draft is not None  # noqa: S101 - it was written a moment ago
    return await offer.offer_part(desk, draft)


def requested_call(message: Message) -> Call:
    """The call that shows what the admin wants to send: a copy of the replied message, or the text of the command.

    Raises:
        RefusedError: there is nothing to send, or not one clear thing.
    """
    assert message.text is not None  # noqa: S101 - a command is text
    command = message.entities[0]
    text, entities = after_command(message.text, [entity.to_dict() for entity in message.entities], command.length)
    replied = message.reply_to_message
    if replied is not None and text:
        raise RefusedError("broadcast.both")
    if replied is not None:
        return Call({"from_chat_id": message.chat_id, "message_id": replied.message_id}, method="copyMessage")
    if message.external_reply is not None:
        raise RefusedError("broadcast.elsewhere")
    return Call(_text_params(message, text, entities))


def _text_params(message: Message, text: str, entities: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    if not text:
        raise RefusedError("broadcast.usage")
    if not has_ink(text):
        raise RefusedError("broadcast.empty")
    if utf16_len(text) > MESSAGE_UTF16:
        raise RefusedError("broadcast.too_long", length=utf16_len(text), limit=MESSAGE_UTF16)
    params: dict[str, Any] = {"text": text}
    if entities:
        params["entities"] = list(entities)
    if message.link_preview_options is not None:
        params["link_preview_options"] = message.link_preview_options.to_dict()
    return params


def _of_preview(asked: Call, chat_id: int, preview_id: int) -> Call:
    """What readers get is what the admin saw: a copy is made of the preview, so that editing or deleting the message
    it was made of changes nothing any more."""
    if asked.method != "copyMessage":
        return asked
    return Call({"from_chat_id": chat_id, "message_id": preview_id}, method="copyMessage")
