"""What a person chooses among the answers to an inline query, sent in their own name by way of the bot."""

from __future__ import annotations

from typing import Any

from bot.sandbox.acts import ActError, require_place
from bot.sandbox.answers import ApiError
from bot.sandbox.keyboards import read_keyboard
from bot.sandbox.messages import Message
from bot.sandbox.methods.sending import read_preview, read_text
from bot.sandbox.parameters import Parameters
from bot.sandbox.people import PRESENT
from bot.sandbox.world import World


def choose(world: World, user_id: int, chat_id: int, query_id: str, result_id: str) -> Message:
    """A person sends an article of their inline query into a chat.

    Raises:
        ActError: there is no such answer, the person is not there, or Telegram would refuse the message.
    """
    chat = require_place(world, user_id, chat_id)
    question = world.questions.get(query_id)
    answers = question.results if question and question.user_id == user_id else None
    chosen = next((answer for answer in answers or () if answer["id"] == result_id), None)
    if chosen is None:
        raise ActError(f"there is no answer {result_id!r}")
    params = Parameters(_as_message(chosen))
    try:
        text, entities = read_text(params)
        keyboard, preview = read_keyboard(params), read_preview(params)
    except ApiError as error:
        raise ActError(str(error)) from error
    message = Message(
        id=world.next_message_id(chat_id),
        chat_id=chat_id,
        sender_id=user_id,
        sent_at_ms=world.clock(),
        text=text,
        entities=entities,
        keyboard=keyboard,
        preview=preview,
        via_bot=True,
    )
    world.post(message)
    if chat.is_private or chat.membership(world.bot.id) in PRESENT:
        world.notify_bot("message", world.message_json(message))
    return message


def _as_message(article: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = article.get("input_message_content", {})
    return content | {"text": content.get("message_text", ""), "reply_markup": article.get("reply_markup")}
