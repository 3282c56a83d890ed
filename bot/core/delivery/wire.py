"""From what came over the wire to an outcome, by its cause. Pure; what Telegram did not certainly write is unknown."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.core.delivery.retry import (
    BadContent,
    BadSource,
    ChatGone,
    ChatPaused,
    Conflict,
    Migrated,
    NotSent,
    Outcome,
    RetryAfter,
    Sent,
    Unauthorized,
    Unknown,
    Unpaid,
)


class Cause(StrEnum):
    """Why a call ended without an answer. The first ones happen before a byte of the request is on the wire."""

    REFUSED = "refused"
    DNS = "dns"
    TLS = "tls"
    CONNECT_TIMEOUT = "connect_timeout"
    POOL_TIMEOUT = "pool_timeout"
    WRITE_TIMEOUT = "write_timeout"
    READ_TIMEOUT = "read_timeout"
    RESET = "reset"
    TRUNCATED = "truncated"
    OTHER = "other"


BEFORE_SENDING = frozenset({Cause.REFUSED, Cause.DNS, Cause.TLS, Cause.CONNECT_TIMEOUT, Cause.POOL_TIMEOUT})


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came: nothing says yet that Telegram wrote it."""

    status: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """The call ended without a whole answer."""

    cause: Cause


Wire = Answer | Broken


DEFAULT_WAIT_S = 5
"""For a 429 that does not say how long."""

UNCHANGED = "message is not modified"
DELETED_ALREADY = "message to delete not found"
# Telegram has no list of its sentences. These come from the source of the Bot API server, and from the errors of the
# servers behind it, which it passes on in capitals.
# Sources: https://github.com/tdlib/telegram-bot-api (Client.cpp), https://core.telegram.org/api/errors
NO_STARS = re.compile(r"balance_too_low|not enough stars", re.IGNORECASE)
SOURCE_TROUBLE = re.compile(
    r"message to (copy|forward|edit|delete|be replied|reply)|reply message not found|message (can't|cannot) be "
    r"|message_id_invalid|msg_id_invalid|message_(author_required|delete_forbidden|edit_time_expired)"
    r"|no text in the message|forwards_restricted|protected content",
    re.IGNORECASE,
)
USER_GONE = re.compile(
    r"user_deactivated|user is deactivated|user_is_blocked|blocked by the user|you_blocked_user|user_is_bot"
    r"|privacy_premium_required|payment_required",
    re.IGNORECASE,
)
CHAT_TROUBLE = re.compile(
    r"chat not found|user not found|group not found|channel not found|topic_|message thread not found|not enough rights"
    r"|no rights|no write access|administrator rights|admin_required|write_forbidden|send_(\w+_)?forbidden"
    r"|chat_restricted|peer_id_invalid|deactivated|upgraded to a supergroup|channel_(private|invalid|public_group_na)"
    r"|chat_(id|type)_invalid|user_(id_invalid|banned|restricted)|was kicked|was deleted|not a member"
    r"|voice_messages_forbidden|chat_forbidden|can't (be )?access|channel_monoforum",
    re.IGNORECASE,
)
STATED_WAIT = re.compile(r"retry after (\d+)", re.IGNORECASE)


def classify(wire: Wire) -> Outcome:
    """The outcome by its cause. Whatever Telegram did not certainly write itself is `Unknown`.

    Source: https://core.telegram.org/bots/api#making-requests
    """
    if isinstance(wire, Broken):
        return NotSent(wire.cause) if wire.cause in BEFORE_SENDING else Unknown(wire.cause)
    body = _body(wire.payload)
    if body is None:
        return RetryAfter(DEFAULT_WAIT_S) if wire.status == 429 else Unknown(f"unreadable answer, status {wire.status}")
    if body["ok"] is True:
        return Sent(_message_id(body.get("result")))
    return _refusal(wire.status if wire.status >= 300 else _code(body), body)


def _body(payload: bytes) -> dict[str, Any] | None:
    """The answer as Telegram writes it, or None when a proxy or a broken line wrote something else."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and isinstance(body.get("ok"), bool) else None


def _code(body: dict[str, Any]) -> int:
    code = body.get("error_code")
    return code if isinstance(code, int) else 0


def _message_id(result: Any) -> int:
    if isinstance(result, list) and result:
        result = result[0]
    found = result.get("message_id") if isinstance(result, dict) else None
    return found if isinstance(found, int) else 0


def _refusal(status: int, body: dict[str, Any]) -> Outcome:  # noqa: PLR0911 - one line a case
    description = str(body.get("description", ""))
    parameters = body.get("parameters")
    migrated = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    if isinstance(migrated, int):
        return Migrated(migrated)
    match status:
        case 429 | 420:
            return RetryAfter(_wait_s(parameters, description))
        case 400 | 403:
            return _refused_by_chat_or_content(status, description)
        case 401:
            return Unauthorized(description)
        case 404:
            return BadContent(description) if "method" in description.lower() else Unauthorized(description)
        case 409:
            return Conflict(description)
        case _ if 400 <= status < 500:
            return BadContent(description or f"status {status}")
        case _:
            return Unknown(description or f"status {status}")


def _wait_s(parameters: Any, description: str) -> int:
    stated = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(stated, int | float) and stated > 0:
        return max(1, -int(-stated // 1))
    found = STATED_WAIT.search(description)
    return max(1, int(found[1])) if found else DEFAULT_WAIT_S


def _refused_by_chat_or_content(status: int, description: str) -> Outcome:
    lower = description.lower()
    if UNCHANGED in lower or DELETED_ALREADY in lower:
        return Sent(0)
    if USER_GONE.search(lower):
        return ChatGone(_reason(description))
    if NO_STARS.search(lower):
        return Unpaid(_reason(description))
    if SOURCE_TROUBLE.search(lower):
        return BadSource(description)
    if status == 403:
        rights = re.search(r"rights|forbidden:.*write|_forbidden", lower)
        return ChatPaused(_reason(description)) if rights else ChatGone(_reason(description))
    return ChatPaused(_reason(description)) if CHAT_TROUBLE.search(lower) else BadContent(description)


def _reason(description: str) -> str:
    """Telegram's sentence without the class of the error before it."""
    return re.sub(r"^(bad request|forbidden):\s*", "", description, flags=re.IGNORECASE)
