"""The operator's commands about the state: figures, backup, restore. Each returns the process's exit code."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from rich.console import Console

from bot.app import now_ms
from bot.config import ConfigError, Settings, load_settings
from bot.locales import catalogue
from bot.pipeline.delivering.progress import campaign_line
from bot.storage import Store
from bot.storage.backup import Backup, back_up, examine, put_back
from bot.storage.dialect import file_of, is_missing
from bot.storage.errors import StoreError, WrongBotError
from bot.storage.instance import hold
from bot.storage.logbook import LOGBOOK

TAGS_SHOWN = 10
CAMPAIGNS_SHOWN = 5


def stats() -> int:
    """Print subscribers, the tags most followed and the last campaigns."""
    settings = load_settings()
    if is_missing(settings.database):
        raise ConfigError(catalogue()("stats.no_state"))
    _print(*asyncio.run(_stats(settings)))
    return 0


def backup(target: Path) -> int:
    """Copy the state into a file while the bot runs."""
    state = _state_file(load_settings())
    if not state.exists():
        raise ConfigError(catalogue()("stats.no_state"))
    try:
        copy = back_up(state, target)
    except FileExistsError:
        raise ConfigError(catalogue()("backup.exists", path=target)) from None
    except OSError as error:
        raise ConfigError(catalogue()("backup.unwritable", path=target, reason=error.strerror)) from None
    _print(catalogue()("backup.done", path=target, subscribers=copy.subscribers))
    return 0


def restore(file: Path) -> int:
    """Let a backup take the place of the state; the old one stays beside it."""
    settings = load_settings()
    state = _state_file(settings)
    if not file.is_file():
        raise ConfigError(catalogue()("restore.missing", path=file))
    with hold(settings.data_dir):
        found = examine(file)
        _refuse_strangers(settings, state, found)
        state.parent.mkdir(parents=True, exist_ok=True)
        old = put_back(file, state)
        (settings.data_dir / LOGBOOK).unlink(missing_ok=True)  # it is about the state that was there before
    _print(catalogue()("restore.done", path=file, subscribers=found.subscribers))
    if old is not None:
        _print(catalogue()("restore.kept", path=old))
    return 0


def _state_file(settings: Settings) -> Path:
    state = file_of(settings.database)
    if state is None:
        raise ConfigError(catalogue()("backup.postgresql"))
    return state


def _refuse_strangers(settings: Settings, state: Path, found: Backup) -> None:
    """The readers of one bot are no readers of another: Telegram would refuse every message to them.

    Raises:
        WrongBotError: the backup belongs to another bot than the token or the present state.
    """
    token = settings.bot_token.get_secret_value() if settings.bot_token else ""
    owner = token.partition(":")[0] if token.partition(":")[0].isdecimal() else _owner_of(state)
    if owner and found.bot_id and owner != found.bot_id:
        raise WrongBotError(catalogue()("restore.stranger", theirs=found.bot_id, ours=owner))


def _owner_of(state: Path) -> str:
    try:
        return examine(state).bot_id if state.exists() else ""
    except StoreError:  # it is restored because it is damaged
        return ""


async def _stats(settings: Settings) -> list[str]:
    say = catalogue()
    store = await Store.open(settings.database, clock=now_ms)
    try:
        audience = await store.chats.audience()
        filters = await store.chats.filters()
        campaigns = await store.campaigns.recent(CAMPAIGNS_SHOWN)
    finally:
        await store.close()
    followed = Counter[str]()
    for tags, readers in filters.items():
        followed.update(dict.fromkeys(tags.followed, readers))
    most = say("stats.between").join(f"{tag} {count}" for tag, count in followed.most_common(TAGS_SHOWN))
    return [
        say("stats.audience", active=audience.active, stopped=audience.stopped, blocked=audience.blocked),
        say("stats.tags", tags=most or say("stats.none")),
        say("stats.campaigns") if campaigns else say("stats.no_campaigns"),
        *(campaign_line(campaign, say) for campaign in campaigns),
    ]


def _print(*lines: str) -> None:
    out = Console(highlight=False, soft_wrap=True, emoji=False)
    for line in lines:
        out.print(line, markup=False)
