"""Methods that answer a tap on a button or an inline query."""

from __future__ import annotations

from typing import Any

from bot.sandbox.answers import bad_request
from bot.sandbox.parameters import Parameters
from bot.sandbox.world import CallbackAnswer, Event, World

ANSWER_LIMIT = 200
RESULT_LIMIT = 50
RESULT_ID_BYTES = 64


def answer_callback_query(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#answercallbackquery"""
    text = params.text("text")
    if len(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    question = world.take_question(params.text("callback_query_id"))
    if question.message_id is None:
        raise bad_request("Query is too old and response timeout expired or query ID is invalid")
    url = params.text("url")
    if url and not url.startswith((f"https://t.me/{world.bot.username}", f"tg://resolve?domain={world.bot.username}")):
        raise bad_request("URL_INVALID")
    answer = CallbackAnswer(text, params.flag("show_alert"), url)
    question.answer = answer
    data = {"query_id": question.id, "user_id": question.user_id, "message_id": question.message_id}
    shown = {"text": answer.text, "is_alert": answer.is_alert, "url": answer.url}
    world.emit(Event("answer", question.chat_id, data | shown))
    return True


def answer_inline_query(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#answerinlinequery"""
    results = params.structure("results", "inline query results")
    if not isinstance(results, list):
        raise bad_request("Can't parse inline query results JSON object")
    if len(results) > RESULT_LIMIT:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [_result_id(result) for result in results]
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    question = world.take_question(params.text("inline_query_id"))
    question.results = results
    world.emit(Event("inline", None, {"query_id": question.id, "user_id": question.user_id}))
    return True


def _result_id(result: object) -> str:
    result_id = result.get("id") if isinstance(result, dict) else None
    if not isinstance(result_id, str) or not 1 <= len(result_id.encode()) <= RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    return result_id


METHODS = {"answercallbackquery": answer_callback_query, "answerinlinequery": answer_inline_query}
