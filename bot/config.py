"""Settings from the environment and `.env`; every mistake is reported at once, in plain words.

Only the entry point reads them; everything else receives the values it needs.
"""

from __future__ import annotations

import datetime as dt
import difflib
import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

ENV_FILE = Path(".env")
WEBHOOK_PORTS = (443, 80, 88, 8443)
SECRETS = ("bot_token", "database_url", "webhook_secret")
LARGEST_ID = (1 << 52) - 1
"""Telegram's ids have at most 52 significant bits."""
PLAIN_WORDS = {
    "int_parsing": "is not a whole number",
    "float_parsing": "is not a number",
    "bool_parsing": "is neither on nor off",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "is not {expected}",
}
"""What pydantic finds, by its kind, as people say it."""

logging.getLogger("dotenv").setLevel(logging.ERROR)  # lines it cannot read are named by us, with all other mistakes


class ConfigError(Exception):
    """Settings that cannot be used. The message names every mistake with its remedy, one a line."""


@dataclass(frozen=True, slots=True)
class GroupTarget:
    """A group or channel that gets every publication: `@name` or a numeric id, and the forum topic, if any."""

    chat: str | int
    thread: int | None = None

    def __str__(self) -> str:
        return f"{self.chat}:{self.thread}" if self.thread else str(self.chat)


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [piece.strip() for piece in value.replace("，", ",").split(",") if piece.strip()]


def _group(value: object) -> object:
    if not isinstance(value, str):
        return value
    name, _, thread = re.sub(r"^(https?://)?t\.me/(?=\w+$)", "@", value).partition(":")
    if thread and not thread.isdecimal():
        raise ValueError(f"{value!r}: what follows ':' is the number of a forum topic, e.g. @name:17")
    topic = int(thread) if thread else None
    if name.lstrip("-").isdecimal():
        return GroupTarget(int(name), topic)
    if not re.fullmatch(r"@[A-Za-z]\w{2,31}", name, re.ASCII):
        raise ValueError(f"{value!r} is neither @name nor a numeric id such as -1001234567890")
    return GroupTarget(name, topic)


def _time_or(word: str) -> Callable[[object], object]:
    def parse(value: object) -> object:
        if not isinstance(value, str) or value.lower() == word:
            return word if isinstance(value, str) else value
        try:
            return dt.datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone of its own
        except ValueError:
            raise ValueError(f"{value!r} is neither a time of day such as 08:00 nor `{word}`") from None

    return parse


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone such as Asia/Shanghai") from None


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(f"{value!r} does not begin with http:// or https://")
    return value.rstrip("/")


def _webhook(value: str) -> str:
    parts = urlsplit(_url(value))
    if parts.scheme != "https" or (parts.port or 443) not in WEBHOOK_PORTS:
        raise ValueError(f"{value!r}: Telegram calls https addresses on the ports 443, 80, 88 and 8443 only")
    return value


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
        raise ValueError("it must be 16 to 256 letters, digits, _ and -; leave it empty and one is made")
    return value


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"{value!r} is not host:port such as 127.0.0.1:8080")
    return value


def _database(value: SecretStr) -> SecretStr:
    # Only who names a database waits for this: most commands do without one.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        driver = make_url(value.get_secret_value()).drivername
    except ArgumentError:
        driver = ""
    if driver not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise ValueError("it begins with sqlite+aiosqlite:/// or postgresql+asyncpg://")
    if driver.endswith("asyncpg") and find_spec("asyncpg") is None:
        raise ValueError("PostgreSQL needs one package more: .venv/bin/pip install asyncpg")
    return value


Text = PlainSerializer(str)
AnyCase = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
Url = Annotated[str, AfterValidator(_url)]
Listen = Annotated[str, AfterValidator(_listen)]
ListenOrOff = Annotated[str, AnyCase, AfterValidator(lambda value: value if value == "off" else _listen(value))]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone), Text]
TimeOrNow = Annotated[dt.time | Literal["now"], BeforeValidator(_time_or("now"))]
TimeOrOff = Annotated[dt.time | Literal["off"], BeforeValidator(_time_or("off"))]


class FileSecrets(PydanticBaseSettingsSource):
    """`NAME_FILE` names a file that holds the value of the secret `NAME` (Docker and systemd hand secrets over so)."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = _raw_environment().get(f"{field_name.upper()}_FILE") if field_name in SECRETS else None
        if not path:
            return None, field_name, False
        return Path(path).read_text("utf-8").strip(), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """Every setting with its default; names are those of the environment in lower case."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", arbitrary_types_allowed=True, frozen=True
    )

    bot_token: SecretStr | None = None
    telegram_api_url: Url = "https://api.telegram.org"
    posts_dir: Path = Path("posts")
    posts_category: str = "AI 日报"
    data_dir: Path = Path("var")
    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = None
    admin_ids: Annotated[tuple[Annotated[int, Field(ge=1, le=LARGEST_ID)], ...], NoDecode, BeforeValidator(_split)] = ()
    group_chats: Annotated[
        tuple[Annotated[GroupTarget, BeforeValidator(_group), Text], ...], NoDecode, BeforeValidator(_split)
    ] = ()
    group_invites: Annotated[Literal["admins", "anyone", "off"], AnyCase] = "admins"
    group_style: Annotated[Literal["full", "card", "rich"], AnyCase] = "full"
    timezone: Zone = ZoneInfo("Asia/Shanghai")
    publish_at: TimeOrNow = dt.time(8, 0)
    publish_max_age_days: Annotated[int, Field(ge=0, le=3650)] = 2
    publish_settle_s: Annotated[float, Field(ge=0, le=3600)] = 2
    publish_approval: bool = False
    no_digest_alarm: TimeOrOff = dt.time(12, 0)
    rate_per_second: Annotated[float, Field(gt=0, le=30)] = 28.5
    paid_broadcast: bool = False
    webhook_url: Annotated[str, AfterValidator(_webhook)] | None = None
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = None
    webhook_listen: Listen = "127.0.0.1:8080"
    delivery_policy: Annotated[Literal["prefer_delivery", "prefer_once"], AnyCase] = "prefer_delivery"
    http_listen: ListenOrOff = "off"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Upper] = "INFO"
    log_format: Annotated[Literal["console", "json"], AnyCase] = "console"
    taxonomy_file: Path | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Given values win over the environment, then `.env`, then secret files."""
        return init_settings, env_settings, dotenv_settings, FileSecrets(settings_cls)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(cls, values: dict[str, Any]) -> dict[str, Any]:
        # An empty category is a choice (every post); an empty anything else is a line not filled in.
        return {name: value for name, value in values.items() if value != "" or name == "posts_category"}

    @property
    def database(self) -> str:
        """The state's database as an SQLAlchemy URL."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{(self.data_dir / 'state.db').as_posix()}"


def load_settings(**overrides: Any) -> Settings:
    """Read all settings.

    Raises:
        ConfigError: at least one cannot be used; the message names all of them.
    """
    try:
        complaints = _unreadable_lines()
        settings = Settings(**overrides)
    except ValidationError as error:
        complaints += [_complaint(detail) for detail in error.errors(include_url=False)]
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be read ({error.strerror}). Mend its rights or its name.") from None
    except UnicodeDecodeError:
        raise ConfigError("A settings file is not UTF-8 text. Save .env again as UTF-8.") from None
    if complaints:
        raise ConfigError("\n".join([*complaints, *near_misses()]))
    return settings


def near_misses() -> list[str]:
    """A sentence for each name in `.env` that is nearly a setting's: it was meant and has no effect."""
    return [
        f".env: {name} is no setting of the bot; did you mean {near}?" for name, near in unknown_names().items() if near
    ]


def source_of(name: str) -> str:
    """Where the value of a setting comes from: `environment`, `.env`, `NAME_FILE` or `default`."""
    key = name.upper()
    if _has(os.environ, key):
        return "environment"
    if ENV_FILE.is_file() and _has(dotenv_values(ENV_FILE), key):
        return ".env"
    if name in SECRETS and _raw_environment().get(f"{key}_FILE"):
        return f"{key}_FILE"
    return "default"


def unknown_names() -> dict[str, str]:
    """Names in `.env` that are no setting of ours, with the nearest that is ('' when none is near)."""
    known = {name.upper() for name in Settings.model_fields}
    files = {f"{name.upper()}_FILE" for name in SECRETS}
    found = dotenv_values(ENV_FILE) if ENV_FILE.is_file() else {}
    return {
        name: next(iter(difflib.get_close_matches(name.upper(), known, n=1)), "")
        for name in found
        if name.upper() not in known | files
    }


def _has(values: Mapping[str, str | None], key: str) -> bool:
    return any(name.upper() == key and (value or key == "POSTS_CATEGORY") for name, value in values.items())


def _raw_environment() -> dict[str, str | None]:
    from_file = dotenv_values(ENV_FILE) if ENV_FILE.is_file() else {}
    return {name.upper(): value for name, value in (*from_file.items(), *os.environ.items())}


def _unreadable_lines() -> list[str]:
    if not ENV_FILE.is_file():
        return []
    with ENV_FILE.open(encoding="utf-8") as lines:
        wrong = [binding.original.line for binding in parse_stream(lines) if binding.error]
    return [f".env: line {line} cannot be read. Write NAME=value, and close what is quoted." for line in wrong]


def _complaint(detail: ErrorDetails) -> str:
    name = str(detail["loc"][0])
    given = "" if name in SECRETS or detail["type"] == "value_error" else f"{detail['input']!r} "
    plain = PLAIN_WORDS.get(detail["type"])
    words = plain.format(**detail.get("ctx", {})) if plain else detail["msg"].removeprefix("Value error, ")
    return f"{name.upper()}: {given}{words}. Mend it in .env or the environment."
