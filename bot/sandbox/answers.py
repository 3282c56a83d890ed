"""What the Bot API answers: results, refusals in Telegram's own words, and the ways an answer can go missing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Drop(StrEnum):
    """How a connection dies instead of bringing an answer."""

    REFUSED = "refused"  # the connection was never made: certainly not processed
    RESET = "reset"  # the connection was cut: processed or not, the caller cannot know
    TIMEOUT = "timeout"  # nothing came back in time: processed or not, the caller cannot know


class ApiError(Exception):
    """A refusal by the Bot API, with Telegram's own description."""

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters or {}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: an HTTP status and a JSON body.

    `raw` is sent instead of the body when a fault garbles it; with `drop` nothing is sent at all.
    """

    status: int
    body: Json
    raw: bytes | None = None
    drop: Drop | None = None

    @property
    def content(self) -> bytes:
        """The bytes on the wire."""
        return self.raw if self.raw is not None else json.dumps(self.body, ensure_ascii=False).encode()

    @property
    def result(self) -> Any:
        """The `result` field; None in a refusal."""
        return self.body.get("result")


def success(result: Any) -> Answer:
    """A 200 with its result."""
    return Answer(200, {"ok": True, "result": result})


def refusal(error: ApiError) -> Answer:
    """The JSON form of a refusal."""
    body: Json = {"ok": False, "error_code": error.status, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return Answer(error.status, body)


def bad_request(message: str, **parameters: Any) -> ApiError:
    """A 400; Telegram writes the first letter small unless the word is a constant such as BUTTON_DATA_INVALID."""
    is_constant = len(message) > 1 and (message[1].isupper() or message[1] == "_")
    return ApiError(400, "Bad Request: " + (message if is_constant else message[:1].lower() + message[1:]), parameters)


def forbidden(message: str) -> ApiError:
    """A 403 such as `Forbidden: bot was blocked by the user`."""
    return ApiError(403, f"Forbidden: {message}")


def flood(retry_after_s: int) -> ApiError:
    """A 429 that says how many seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after_s}", {"retry_after": retry_after_s})


UNAUTHORIZED = refusal(ApiError(401, "Unauthorized"))
NOT_FOUND = refusal(ApiError(404, "Not Found"))
TWO_POLLERS = refusal(
    ApiError(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
)
WEBHOOK_IS_SET = ApiError(
    409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
