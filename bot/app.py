"""The composition root: builds everything, owns the order of start and stop."""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import structlog
from telegram.ext import ApplicationBuilder

from bot import memory
from bot.archive import Archive
from bot.config import ConfigError, Settings, load_settings, near_misses
from bot.core.delivery.retry import Policy
from bot.core.delivery.throttle import PAID_PER_SECOND, Limits, Throttle
from bot.core.format import Links
from bot.core.models import Say
from bot.core.schedule import Timetable
from bot.core.tags.topics import Taxonomy
from bot.handlers import Desk, publish_commands, register
from bot.listener import listening
from bot.locales import catalogue
from bot.logs import configure_logs
from bot.pipeline.admins import Admins, DeliveryHooks
from bot.pipeline.calling.embassy import Embassy
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.pipeline.calling.traffic import Traffic
from bot.pipeline.calling.transport import AiohttpRequest
from bot.pipeline.calling.updates import Inbox, InboxBot, InboxProcessor
from bot.pipeline.calling.webhook import Address, Webhook
from bot.pipeline.delivering.delivery import Delivery
from bot.pipeline.delivering.livecard import LiveCards
from bot.pipeline.delivering.recaller import Recaller
from bot.pipeline.health import Health
from bot.pipeline.metrics import Gauges
from bot.pipeline.publishing.corrections import Corrections
from bot.pipeline.publishing.press import Press
from bot.pipeline.publishing.publisher import Publisher
from bot.pipeline.publishing.targets import Groups
from bot.pipeline.reception import AnyApplication, Reception, meet
from bot.pipeline.watching.intake import Intake
from bot.pipeline.watching.parser import Parser
from bot.pipeline.watching.watcher import Watcher
from bot.resources import digest_reader, existing_posts_dir, load_taxonomy
from bot.storage import Store
from bot.storage.instance import hold
from bot.storage.logbook import LOGBOOK, Logbook
from bot.storage.witness import note_known, require_known

REPLY_CONNECTIONS, BULK_CONNECTIONS, POLL_CONNECTIONS = 32, 192, 2
WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - the name under which the state keeps it

log = structlog.get_logger(__name__)


def run() -> None:
    """The bot on Telegram with the settings as they are, until it is told to stop.

    Raises:
        ConfigError, StoreError, DeliveryError, AlreadyRunningError: it cannot go on; the message says what to do.
    """
    settings = load_settings()
    if settings.bot_token is None:
        raise ConfigError("BOT_TOKEN is empty. Ask @BotFather for one, or start the sandbox: python -m bot sandbox")
    existing_posts_dir(settings)
    with hold(settings.data_dir):
        asyncio.run(serve(settings))


@dataclass(frozen=True, slots=True)
class Machine:
    """The built bot: what runs until the stop, and the application that answers what the reception hears."""

    application: AnyApplication
    reception: Reception
    desk: Desk
    delivery: Delivery
    publisher: Publisher
    watcher: Watcher
    cards: LiveCards
    recaller: Recaller

    def loops(self, stop: asyncio.Event) -> tuple[Coroutine[Any, Any, None], ...]:
        """Everything that runs for hours; each ends by itself after the stop."""
        workers = (self.delivery, self.publisher, self.watcher, self.cards, self.recaller)
        return tuple(worker.run(stop) for worker in workers)


async def serve(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Run the bot until `stop`, SIGTERM or SIGINT; then finish what is in flight.

    Raises:
        ConfigError, StoreError, DeliveryError: it cannot go on; the message says why and what to do. Several may come
            in a group.
    """
    stop = stop or asyncio.Event()
    _obey_signals(stop)
    configure_logs(settings.log_level, settings.log_format, _secrets(settings))
    for hint in near_misses():
        log.warning("setting.unknown", hint=hint)
    async with AsyncExitStack() as closing:
        store = await _open_store(settings, closing)
        limiter = Limiter(Throttle(_limits(settings)), store.holds, clock=now_ms)
        inbox, traffic = Inbox(store.updates), Traffic(now_ms)
        health = Health(traffic, now_ms)
        if settings.http_listen != "off":
            gauges = Gauges(store, traffic, limiter, inbox)
            await closing.enter_async_context(listening(settings.http_listen, health, gauges))
        replies = AiohttpRequest(REPLY_CONNECTIONS, traffic=traffic)
        polling = AiohttpRequest(POLL_CONNECTIONS, traffic=traffic)
        for request in (replies, polling):
            closing.push_async_callback(request.shutdown)
        bot = InboxBot(
            inbox,
            _token(settings),
            base_url=f"{settings.telegram_api_url}/bot",
            request=replies,
            get_updates_request=polling,
            rate_limiter=limiter,
        )
        if not await meet(bot, stop):
            return
        closing.push_async_callback(bot.shutdown)
        await store.meta.claim_bot(bot.id)
        machine = await _build(settings, store, bot, inbox, limiter, traffic, closing)
        health.watch(store, machine.desk.archive, machine.desk.sender.is_reachable)
        if await machine.delivery.stand_by(stop):
            await machine.publisher.open()
            await _run(machine, stop)
    log.info("bot.stopped")


async def _run(machine: Machine, stop: asyncio.Event) -> None:
    async with machine.application:
        await publish_commands(machine.application.bot, machine.desk)
        async with asyncio.TaskGroup() as tasks:
            for loop in machine.loops(stop):
                tasks.create_task(loop)
            tasks.create_task(machine.reception.run(stop))
            log.info("bot.ready", bot=machine.application.bot.username)
            memory.settle()


@dataclass(frozen=True, slots=True)
class _Base:
    """What everything else is built on: what is set, what is remembered and found, and the way to Telegram."""

    settings: Settings
    store: Store
    archive: Archive
    bot: InboxBot
    sender: Sender
    taxonomy: Taxonomy
    links: Links
    say: Say


async def _build(
    settings: Settings,
    store: Store,
    bot: InboxBot,
    inbox: Inbox,
    limiter: Limiter,
    traffic: Traffic,
    closing: AsyncExitStack,
) -> Machine:
    taxonomy, say = load_taxonomy(settings.taxonomy_file), catalogue()
    links = Links(bot.username, next((str(group.chat) for group in settings.group_chats), None))
    archive = await _open_archive(settings, taxonomy, closing)
    bulk = AiohttpRequest(BULK_CONNECTIONS, traffic=traffic)
    await bulk.initialize()
    closing.push_async_callback(bulk.shutdown)
    sender = Sender(bot, limiter, request=bulk, is_paid=settings.paid_broadcast)
    base = _Base(settings, store, archive, bot, sender, taxonomy, links, say)
    press = Press(links, say, Policy(settings.delivery_policy), taxonomy.aliases)
    corrections = Corrections(store=store, archive=archive, press=press, sender=sender)
    admins = Admins(settings.admin_ids, sender)
    parser = closing.enter_context(Parser(settings.posts_category))
    delivery = _delivery(base, DeliveryHooks(admins, corrections, say), closing)
    publisher = _publisher(base, press, corrections, admins, delivery, parser)
    desk = _desk(base, delivery, publisher)
    application = _application(bot, inbox, desk)
    reception = Reception(inbox, application, await _webhook(settings, store, bot, inbox), delivery.report_conflict)
    cards = LiveCards(store, delivery, sender, say=say, clock=now_ms)
    recaller = Recaller(store, delivery, sender, clock=now_ms)
    return Machine(application, reception, desk, delivery, publisher, _watcher(settings, publisher), cards, recaller)


async def _open_archive(settings: Settings, taxonomy: Taxonomy, closing: AsyncExitStack) -> Archive:
    reader = digest_reader(settings.posts_category)
    archive = Archive(settings.data_dir / "archive.db", taxonomy, now_ms, reader, settings.timezone)
    closing.push_async_callback(archive.close)
    await archive.open()
    return archive


def _delivery(base: _Base, hooks: DeliveryHooks, closing: AsyncExitStack) -> Delivery:
    logbook = Logbook(base.settings.data_dir / LOGBOOK)
    closing.callback(logbook.close)
    return Delivery(base.store, base.sender, hooks, clock=now_ms, logbook=logbook)


def _publisher(
    base: _Base, press: Press, corrections: Corrections, admins: Admins, delivery: Delivery, parser: Parser
) -> Publisher:
    settings = base.settings
    return Publisher(
        store=base.store,
        archive=base.archive,
        intake=Intake(settings.posts_dir, parser, base.taxonomy, base.store.digests),
        press=press,
        corrections=corrections,
        timetable=Timetable(
            settings.timezone, settings.publish_at, settings.publish_max_age_days, settings.no_digest_alarm
        ),
        clock=now_ms,
        targets=Groups(settings.group_chats, base.bot, base.store.chats, settings.group_style).targets,
        admins=admins,
        wake=delivery.wake,
        asks_first=settings.publish_approval,
    )


def _watcher(settings: Settings, publisher: Publisher) -> Watcher:
    return Watcher(
        settings.posts_dir,
        settle_s=settings.publish_settle_s,
        on_change=publisher.on_change,
        clock=now_ms,
        known=publisher.known,
    )


def _desk(base: _Base, delivery: Delivery, publisher: Publisher) -> Desk:
    settings = base.settings
    return Desk(
        archive=base.archive,
        store=base.store,
        sender=base.sender,
        embassy=Embassy(base.bot),
        delivery=delivery,
        publisher=publisher,
        taxonomy=base.taxonomy,
        links=base.links,
        say=base.say,
        clock=now_ms,
        timezone=settings.timezone,
        publish_at=settings.publish_at,
        admin_ids=frozenset(settings.admin_ids),
        home_groups=frozenset(_home(group.chat) for group in settings.group_chats),
        group_style=settings.group_style,
        has_inline_mode=bool(base.bot.bot.supports_inline_queries),
        group_invites=settings.group_invites,
    )


async def _webhook(settings: Settings, store: Store, bot: InboxBot, inbox: Inbox) -> Webhook | None:
    if settings.webhook_url is None:
        return None
    host, _, port = settings.webhook_listen.rpartition(":")
    given = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    secret = given or await store.meta.keep(WEBHOOK_SECRET, secrets.token_urlsafe(32))
    return Webhook(inbox, bot, Address(settings.webhook_url, host.strip("[]"), int(port)), secret)


def _application(bot: InboxBot, inbox: Inbox, desk: Desk) -> AnyApplication:
    processor = InboxProcessor(inbox)
    application = ApplicationBuilder().bot(bot).update_queue(inbox.queue).concurrent_updates(processor).build()
    register(application, desk)
    return application


async def _open_store(settings: Settings, closing: AsyncExitStack) -> Store:
    require_known(settings.database, settings.data_dir)
    store = await Store.open(settings.database, clock=now_ms)
    closing.push_async_callback(store.close)
    await store.migrate()
    note_known(settings.database, settings.data_dir)
    return store


def now_ms() -> int:
    """Milliseconds UTC."""
    return time.time_ns() // 1_000_000


def _limits(settings: Settings) -> Limits:
    return Limits(per_second=PAID_PER_SECOND if settings.paid_broadcast else settings.rate_per_second)


def _home(chat: str | int) -> str | int:
    return chat.lower() if isinstance(chat, str) else chat


def _token(settings: Settings) -> str:
    return settings.bot_token.get_secret_value() if settings.bot_token else ""


def _secrets(settings: Settings) -> list[str]:
    hidden = (settings.bot_token, settings.database_url, settings.webhook_secret)
    return [secret.get_secret_value() for secret in hidden if secret]


def _obey_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
