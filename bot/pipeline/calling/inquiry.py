"""Questions to Telegram, answered in plain JSON: what a server adds to a chat or leaves out of it is no trouble."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from telegram import Bot
from telegram.request import RequestData

from bot.pipeline.calling.transport import Template


class UnreadableAnswerError(Exception):
    """Telegram answered with something else than what was asked for."""


async def find_chat(bot: Bot, chat: int | str) -> Mapping[str, Any]:
    """`getChat`: `id` is there and a number, everything else may be missing.

    Raises:
        TelegramError: Telegram cannot be asked, or does not know the chat.
        UnreadableAnswerError: the answer is no chat.
    """
    found = await _ask(bot, "getChat", chat)
    if not isinstance(found.get("id"), int):
        raise UnreadableAnswerError("getChat: no id")
    return found


async def find_member(bot: Bot, chat: int | str, user_id: int) -> Mapping[str, Any]:
    """`getChatMember`: anything in it may be missing.

    Raises:
        TelegramError, UnreadableAnswerError: as for `find_chat`.
    """
    return await _ask(bot, "getChatMember", chat, user_id=user_id)


async def _ask(bot: Bot, method: str, chat: int | str, **params: Any) -> Mapping[str, Any]:
    body = cast(RequestData, Template(params).body(chat))
    answer: object = await bot.request.post(f"{bot.base_url}/{method}", body)
    if not isinstance(answer, dict):
        raise UnreadableAnswerError(f"{method}: no object")
    return answer
