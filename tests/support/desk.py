"""A desk to sit at: the real handlers, core, state and archive, with `FakeTelegram` at the edge and a hand-moved clock.

async with open_desk(tmp_path) as bot:
    await bot.shelve(newspaper(TODAY))
    await bot.start(READER)
    await bot.tap(READER, "订阅")
    assert "已订阅" in bot.last(READER).text
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from telegram.ext import Application, ExtBot

from bot.archive import Archive, PostSource, content_hash
from bot.config import GroupTarget
from bot.core.delivery.throttle import Throttle
from bot.core.digest import parse_digest
from bot.core.format import Links
from bot.core.models import Digest
from bot.core.schedule import Timetable
from bot.handlers import Desk, register
from bot.locales import catalogue
from bot.pipeline.admins import Admins, DeliveryHooks
from bot.pipeline.calling.embassy import Embassy
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.pipeline.delivering.delivery import Delivery
from bot.pipeline.publishing.corrections import Corrections
from bot.pipeline.publishing.press import Press
from bot.pipeline.publishing.publisher import Publisher
from bot.pipeline.publishing.targets import Groups
from bot.pipeline.watching.intake import Intake
from bot.sandbox.messages import Message
from bot.sandbox.telegram import ADMIN, BOT_USERNAME, GROUP, GROUP_NAME, FakeTelegram
from bot.sandbox.world import CallbackAnswer
from bot.storage import Store
from bot.storage.records import CampaignState, ChatKind, DigestState
from tests.support.archives import TAXONOMY
from tests.support.parsing import shared_parser
from tests.support.states import blank_state
from tests.support.telegram import HandClock, build_application, deliver, running

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = dt.date(2026, 2, 6)
YESTERDAY = dt.date(2026, 2, 5)
EIGHT = dt.time(8)
HOME = (GroupTarget(GROUP),)

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


def newspaper(date: dt.date, title: str = "模型与芯片", items: Iterable[str] = (), points: int = 2) -> str:
    """A digest as Markdown: two stories, whatever `items` adds (headlines), and three briefs."""
    summary = "\n".join(f"  - 要点{number}" for number in range(1, points + 1))
    added = "\n\n".join(
        f"### [{headline}](https://example.com/{n})\n\n{headline}的正文。" for n, headline in enumerate(items)
    )
    return f"""---
title: {title}
date: {date.isoformat()}
category: AI 日报
summary: |
{summary}
---

## 模型

### [OpenAI发布新的大模型](https://example.com/a)

OpenAI发布了新的大模型，推理更快。

### [英伟达推出新的芯片](https://example.com/b)

英伟达推出了新的芯片，算力翻倍。

{added}

## 更多动态

- [一家机器人公司完成融资](https://example.com/c)
- [一部电影用上了视频生成](https://example.com/d)
- [一项研究谈到安全](https://example.com/e)
"""


@dataclass
class Bot:
    """The bot as a test holds it: people act on one side, the stores of its desk lie open on the other."""

    telegram: FakeTelegram
    clock: HandClock
    application: AnyApplication
    desk: Desk
    posts_dir: Path

    async def shelve(self, markdown: str, name: str = "") -> str:
        """Put a digest on the shelf as the publisher leaves it once it is out; its key."""
        digest = _parse(markdown)
        key = f"{digest.date:%Y%m%d}"
        raw, name = markdown.encode(), name or f"{digest.date.isoformat()}.md"
        (self.posts_dir / name).write_bytes(raw)
        await self.desk.archive.index(PostSource(key, name, raw, TAXONOMY.label(digest)))
        await self.desk.store.digests.remember(
            key, digest.date, digest.slug, name, content_hash(raw), DigestState.PUBLISHED
        )
        return key

    async def publish(self, markdown: str) -> str:
        """Publish a digest to the group and to every subscriber, up to the last message; its key."""
        campaign_id = await self.queue(markdown)
        await self.deliver(campaign_id)
        campaign = await self.desk.store.campaigns.find(campaign_id)
        assert campaign is not None
        return campaign.digest_key

    async def queue(self, markdown: str) -> int:
        """Publish a digest up to the ledger, where all its deliveries wait to be sent; its campaign."""
        key = await self.shelve(markdown)
        digest = await self.desk.archive.digest(key)
        assert digest is not None
        store = self.desk.store
        press = Press(self.desk.links, self.desk.say)
        plan = press.plan(digest, key, "", await self.desk.publisher.targets(), await store.chats.editions())
        campaign_id = await store.campaigns.publish(plan)
        while not await store.fanout.write_chunk(campaign_id):
            pass
        return campaign_id

    async def deliver(self, campaign_id: int) -> None:
        """Run the delivery until this campaign is done."""
        stop = asyncio.Event()
        running = asyncio.create_task(self.desk.delivery.run(stop))
        async with asyncio.timeout(60):
            while not await self._is_done(campaign_id):  # noqa: ASYNC110 - the ledger tells nobody, it is asked
                await asyncio.sleep(0.02)
        stop.set()
        await running

    async def _is_done(self, campaign_id: int) -> bool:
        campaign = await self.desk.store.campaigns.find(campaign_id)
        return campaign is not None and campaign.state is CampaignState.DONE

    async def settle(self) -> None:
        """Handle every update that waits, and let what the handlers left running come to its end."""
        await deliver(self.application, self.telegram)
        while spawned := [task for task in asyncio.all_tasks() if task.get_name().startswith("press ")]:
            await asyncio.gather(*spawned)

    async def start(self, user_id: int, payload: str = "") -> Message:
        """A person opens the bot; its answer."""
        self.telegram.start(user_id, payload)
        await self.settle()
        return self.last(user_id)

    async def write(self, user_id: int, text: str, chat_id: int | None = None) -> Message:
        """A person writes in private, or in another chat; the bot's last message there."""
        self.telegram.send_text(user_id, chat_id or user_id, text)
        await self.settle()
        return self.last(chat_id or user_id)

    async def tap(self, user_id: int, words: str, message: Message | None = None) -> CallbackAnswer:
        """A person taps the button with these words, on the bot's last message or an older one; the bot's answer."""
        on = message or self.last(user_id)
        return await self.press(user_id, self.button(on, words)["callback_data"], on)

    async def press(self, user_id: int, data: str, message: Message | None = None) -> CallbackAnswer:
        """A person taps the button with this data."""
        on = message or self.last(user_id)
        return await self._answered(self.telegram.tap(user_id, on.chat_id, on.id, data))

    async def forge(self, user_id: int, data: str, message: Message | None = None) -> CallbackAnswer:
        """A person's own client sends a press of a button that is not, or no longer, on the message."""
        world, on = self.telegram.world, message or self.last(user_id)
        question = world.ask(user_id, on.chat_id, on.id)
        query = {"id": question.id, "from": world.users[user_id].json(), "message": world.message_json(on)}
        world.notify_bot("callback_query", query | {"chat_instance": "1", "data": data})
        return await self._answered(question.id)

    async def _answered(self, query_id: str) -> CallbackAnswer:
        await self.settle()
        answer = self.telegram.answer_to(query_id)
        assert answer is not None, "the press was never answered"
        return answer

    def last(self, chat_id: int) -> Message:
        """The bot's last message in a chat, as it stands there now."""
        return self.telegram.bot_messages(chat_id)[-1]

    def button(self, message: Message, words: str) -> dict[str, Any]:
        """The first button whose text contains these words."""
        return next(each for row in message.keyboard for each in row if words in each["text"])

    def buttons(self, chat_id: int) -> list[str]:
        """The texts of all buttons below the bot's last message."""
        return [each["text"] for row in self.last(chat_id).keyboard for each in row]


@asynccontextmanager
async def open_desk(
    folder: Path,
    *,
    telegram: FakeTelegram | None = None,
    clock: HandClock | None = None,
    publish_at: dt.time | Literal["now"] = EIGHT,
    admin_ids: Sequence[int] = (ADMIN,),
    group_invites: Literal["admins", "anyone", "off"] = "admins",
    group_style: str = "full",
    has_inline_mode: bool = True,
) -> AsyncIterator[Bot]:
    """A running bot whose posts, archive and state lie in `folder`; opened again with its `telegram`, it restarts."""
    clock = clock or HandClock()
    telegram = telegram or FakeTelegram(clock)
    posts_dir = folder / "posts"
    posts_dir.mkdir(exist_ok=True)
    application = build_application(telegram)
    archive = Archive(folder / "archive.db", TAXONOMY, clock, lambda raw, name, date: _parse(raw.decode()), SHANGHAI)
    await archive.open()
    if not archive.is_usable:
        await archive.rebuild(())
    store = await Store.open(blank_state(folder / "state.db"), clock=clock)
    await store.chats.ensure(GROUP, ChatKind.GROUP, "AI News Plus", GROUP_NAME)
    intake = Intake(posts_dir, shared_parser(), TAXONOMY, store.digests)
    desk = _desk(archive, store, application.bot, clock, intake, publish_at, frozenset(admin_ids))
    desk = replace(desk, group_invites=group_invites, group_style=group_style, has_inline_mode=has_inline_mode)
    desk.publisher.targets = Groups(HOME, application.bot, store.chats, group_style).targets
    register(application, desk)
    try:
        async with running(application):
            yield Bot(telegram, clock, application, desk, posts_dir)
    finally:
        await archive.close()
        await store.close()


def _desk(
    archive: Archive,
    store: Store,
    bot: ExtBot[Any],
    clock: HandClock,
    intake: Intake,
    publish_at: dt.time | Literal["now"],
    admin_ids: frozenset[int],
) -> Desk:
    # A clock that leaps gives every call its turn at once.
    limiter = Limiter(Throttle(), store.holds, clock=clock, monotonic=count(0, 60_000).__next__)
    sender = Sender(bot, limiter, request=bot.request)
    links, say = Links(BOT_USERNAME, f"@{GROUP_NAME}"), catalogue()
    press = Press(links, say)
    corrections = Corrections(store=store, archive=archive, press=press, sender=sender)
    admins = Admins(admin_ids, sender)
    hooks = DeliveryHooks(admins, corrections, say)
    delivery = Delivery(store, sender, hooks, clock=clock)

    publisher = Publisher(
        store=store,
        archive=archive,
        intake=intake,
        press=press,
        corrections=corrections,
        timetable=Timetable(SHANGHAI, publish_at, max_age_days=2),
        clock=clock,
        targets=Groups(HOME, bot, store.chats).targets,
        admins=admins,
        wake=delivery.wake,
    )
    return Desk(
        archive=archive,
        store=store,
        sender=sender,
        embassy=Embassy(bot),
        delivery=delivery,
        publisher=publisher,
        taxonomy=TAXONOMY,
        links=links,
        say=say,
        clock=clock,
        timezone=SHANGHAI,
        publish_at=publish_at,
        admin_ids=admin_ids,
        home_groups=frozenset({f"@{GROUP_NAME}"}),
    )


def _parse(markdown: str) -> Digest:
    parsed = parse_digest(markdown.encode(), "post.md")
    assert parsed is not None
    assert parsed.digest is not None, parsed.problems
    return parsed.digest
