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
    found = _object("getChat", await _ask(bot, "getChat", chat))
    if not isinstance(found.get("id"), int):
        raise UnreadableAnswerError("getChat: no id")
    return found


async def find_member(bot: Bot, chat: int | str, user_id: int) -> Mapping[str, Any]:
    """`getChatMember`: anything in it may be missing.

    Raises:
        TelegramError, UnreadableAnswerError: as for `find_chat`.
    """
    return _object("getChatMember", await _ask(bot, "getChatMember", chat, user_id=user_id))


async def find_administrators(bot: Bot, chat: int | str) -> list[Mapping[str, Any]]:
    """`getChatAdministrators`: those who are people; anything in each may be missing.

    Raises:
        TelegramError, UnreadableAnswerError: as for `find_chat`.
    """
    method = "getChatAdministrators"
    found = await _ask(bot, method, chat)
    if not isinstance(found, list):
        raise UnreadableAnswerError(f"{method}: no list")
    return [_object(method, one) for one in found]


async def _ask(bot: Bot, method: str, chat: int | str, **params: Any) -> object:
    body = cast(RequestData, Template(params).body(chat))
    answer: object = await bot.request.post(f"{bot.base_url}/{method}", body)
    return answer


def _object(method: str, answer: object) -> Mapping[str, Any]:
    if not isinstance(answer, dict):
        raise UnreadableAnswerError(f"{method}: no object")
    return answer
