"""Structured logs: one event, one line, one stable name. A secret never reaches one."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Literal

import structlog

# Whatever looks like a bot token is hidden too: libraries put it into URLs and messages of their own.
TOKEN = re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}")
HIDDEN = "[hidden]"
CHATTY = ("httpx", "httpcore", "telegram", "aiohttp.access", "watchfiles", "alembic", "sqlalchemy", "aiosqlite")

Event = MutableMapping[str, Any]
Processor = Callable[[Any, str, Event], Event]


def configure_logs(level: str, form: Literal["console", "json"], secrets: Iterable[str] = ()) -> None:
    """Send our events and those of the libraries to standard error, each on one line, without any of `secrets`."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide(secrets),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, hide(secrets), _renderer(form)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def hide(secrets: Iterable[str]) -> Processor:
    """A processor that replaces every secret, and whatever looks like a bot token, in all values of an event."""
    known = [secret for secret in secrets if secret]

    def clean(value: Any) -> Any:
        if isinstance(value, (int, float, bool)) or value is None:
            return value
        if isinstance(value, dict):
            return {key: clean(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [clean(inner) for inner in value]
        text = str(value)
        for secret in known:
            text = text.replace(secret, HIDDEN)
        return TOKEN.sub(HIDDEN, text)

    def process(_logger: Any, _method: str, event: Event) -> Event:
        return {key: value if key.startswith("_") else clean(value) for key, value in event.items()}

    return process


def _renderer(form: Literal["console", "json"]) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
