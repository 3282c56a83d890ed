"""`init`: asks for the token, the group and the admin, tries each on Telegram, and writes `.env`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import typer

from bot.config import ENV_FILE, ConfigError, load_settings
from bot.core.models import Say
from bot.locales import catalogue
from bot.pipeline.calling.embassy import Embassy, Trouble, embassy

TRIES = 3
PRIVATE = 0o600

Ask = Callable[[str, bool], str]
"""A question and whether its answer must not be shown; the answer."""
Tell = Callable[[str], None]


def init() -> int:
    """Ask on the terminal, then write `.env`."""
    settings = load_settings()
    say = catalogue()
    answers = asyncio.run(Interview(_ask, typer.echo, say).hold(settings.telegram_api_url))
    write_settings(ENV_FILE, answers)
    typer.echo(say("init.done", path=ENV_FILE))
    return 0


class Interview:
    """Three questions, each asked again when Telegram does not agree with the answer."""

    def __init__(self, ask: Ask, tell: Tell, say: Say) -> None:
        self._ask = ask
        self._tell = tell
        self._say = say

    async def hold(self, api_url: str) -> Mapping[str, str]:
        """The settings that came out of it.

        Raises:
            ConfigError: Telegram cannot be reached, or three answers in a row were no good.
        """

        async def whose(token: str) -> str | Trouble:
            async with embassy(api_url, token or "0:") as telegram:
                me = await telegram.me()
            return me if isinstance(me, Trouble) else self._say("init.bot", username=me.username)

        token = await self._settle("token", whose, is_secret=True)
        async with embassy(api_url, token) as telegram:
            group = await self._settle("group", lambda answer: self._group(telegram, answer))
            admin = await self._settle("admin", lambda answer: self._admin(telegram, answer))
        return {"BOT_TOKEN": token, "GROUP_CHATS": group, "ADMIN_IDS": admin}

    async def _settle(
        self, name: str, check: Callable[[str], Awaitable[str | Trouble]], *, is_secret: bool = False
    ) -> str:
        for _ in range(TRIES):
            answer = self._ask(self._say(f"init.{name}"), is_secret).strip()
            found = await check(answer)
            if isinstance(found, str):
                self._tell(f"✓ {found}")
                return answer
            sentence = self._say(f"embassy.{found.code}", chat=answer if not is_secret else "", reason=found.reason)
            if found.code == "unreachable":
                raise ConfigError(sentence)
            self._tell(f"✗ {sentence}")
        raise ConfigError(self._say("init.given_up"))

    async def _group(self, telegram: Embassy, answer: str) -> str | Trouble:
        if not answer:
            return self._say("init.no_group")
        if not answer.startswith("@") and _number(answer) is None:
            return Trouble("no_group_name")
        place = await telegram.place(_number(answer) or answer)
        return place if isinstance(place, Trouble) else self._say("doctor.group", chat=answer, title=place.title)

    async def _admin(self, telegram: Embassy, answer: str) -> str | Trouble:
        number = _number(answer)
        if number is None or number <= 0:
            return Trouble("no_admin_id")
        place = await telegram.place(number)
        if isinstance(place, Trouble):
            return Trouble("admin_unknown", place.reason) if place.code == "chat_unknown" else place
        return self._say("doctor.admin", chat=answer, title=place.title)


def write_settings(file: Path, settings: Mapping[str, str]) -> None:
    """Set these lines of a `.env` and keep its others; only its owner may read it.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        kept = [line for line in lines if line.partition("=")[0].strip() not in settings]
        text = "\n".join([*kept, *(f"{name}={value}" for name, value in settings.items())]) + "\n"
        fresh = file.with_name(file.name + ".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "w", encoding="utf-8") as out:
            out.write(text)
        fresh.replace(file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(catalogue()("init.unwritable", path=file, reason=error)) from None


def _ask(question: str, is_secret: bool) -> str:
    # Out of a pipe nothing is echoed, and there is no terminal to hide it on.
    is_hidden = is_secret and sys.stdin.isatty()
    answer: str = typer.prompt(question, default="", hide_input=is_hidden, show_default=False)
    return answer


def _number(text: str) -> int | None:
    return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal() else None
