"""The sandbox put together: a local Telegram with its chat page, the real bot on it, and a reader who shows the way."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from pathlib import Path

from rich.console import Console

from bot.app import now_ms, run, serve
from bot.config import GroupTarget, Settings, load_settings, source_of
from bot.locales import catalogue
from bot.sandbox.demo import subscribe
from bot.sandbox.redate import PostMirror
from bot.sandbox.server import SandboxServer
from bot.sandbox.telegram import ADMIN, GROUP_NAME, READER, FakeTelegram
from bot.storage.instance import hold

LOOK_EVERY_S = 1.0
KEEP_CALLS = 1000
RELEASE_AFTER_S = 4.0
"""After the page is first opened: long enough to see the empty group, short enough not to wait."""


def sandbox(port: int) -> None:
    """The bot on the local Telegram, until it is told to stop; raises as `app.run` does."""
    asyncio.run(_play(load_settings(), port))


def start(port: int) -> None:
    """What `make run` does: the bot on Telegram when there is a token, else the sandbox."""
    if load_settings().bot_token:
        run()
    else:
        sandbox(port)


async def _play(settings: Settings, port: int) -> None:
    folder = settings.data_dir / "sandbox"
    stop = asyncio.Event()
    telegram = FakeTelegram(now_ms, keep_calls=KEEP_CALLS)
    telegram.start(ADMIN)  # the admin has opened the bot before, so it can tell them things
    with hold(folder):
        _clear(folder)
        mirror = _mirror(settings, folder)
        mirror.sync()
        server, address = await _open(telegram, port)
        try:
            async with asyncio.TaskGroup() as tasks:
                mirroring = tasks.create_task(_keep_mirrored(mirror, server))
                showing = tasks.create_task(subscribe(telegram, READER))
                _announce(address, settings, has_digest=bool(mirror.withheld))
                await serve(_own_settings(settings, folder, telegram, address), stop)
                mirroring.cancel()
                showing.cancel()
        finally:
            await server.stop()


async def _open(telegram: FakeTelegram, port: int) -> tuple[SandboxServer, str]:
    """The server on this port of 127.0.0.1, or on a free one when it is taken."""
    server = SandboxServer(telegram, port=port)
    try:
        return server, await server.start()
    except OSError:
        await server.stop()
        server = SandboxServer(telegram)
        return server, await server.start()


def _announce(address: str, settings: Settings, *, has_digest: bool) -> None:
    say = catalogue()
    arrival = say("sandbox.arrives" if has_digest else "sandbox.no_digest", posts=settings.posts_dir)
    words = say("sandbox.open", address=address, posts=settings.posts_dir, arrival=arrival)
    Console(highlight=False, soft_wrap=True).print(words, markup=False)


def _clear(folder: Path) -> None:
    """Every start begins afresh: the local Telegram remembers nothing, so the bot must not either."""
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != "lock":
            entry.unlink()


def _own_settings(settings: Settings, folder: Path, telegram: FakeTelegram, address: str) -> Settings:
    own = {
        "bot_token": telegram.bot_token,
        "telegram_api_url": address,
        "posts_dir": folder / "posts",
        "data_dir": folder,
        "database_url": "",
        "admin_ids": (ADMIN,),
        "group_chats": (GroupTarget(f"@{GROUP_NAME}"),),
        "publish_at": "now",
        "no_digest_alarm": "off",
        # The chat page shows what happens; the terminal keeps the address in sight.
        "log_level": "WARNING" if source_of("log_level") == "default" else settings.log_level,
    }
    return load_settings(**own)


def _mirror(settings: Settings, folder: Path) -> PostMirror:
    def today() -> dt.date:
        return dt.datetime.now(settings.timezone).date()

    return PostMirror(settings.posts_dir, folder / "posts", today, settings.posts_category)


async def _keep_mirrored(mirror: PostMirror, server: SandboxServer) -> None:
    """Carry posts over as they change; the newest one a few seconds after somebody looks."""
    looked = False
    while True:
        await asyncio.to_thread(mirror.sync)
        if server.first_opened.is_set() and not looked:
            looked = True
            await asyncio.sleep(RELEASE_AFTER_S)
            mirror.release()
        else:
            await asyncio.sleep(LOOK_EVERY_S)
