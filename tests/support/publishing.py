"""A publishing house for tests: the real watcher, publisher, core, state and archive, with admins that only listen.

async with open_house(tmp_path) as house:
    house.write("2026-02-06-a.md", paper(TODAY))
    await house.work()
    assert await house.state("20260206") == "published"
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from bot.archive import Archive
from bot.config import GroupTarget
from bot.core.delivery.throttle import Throttle
from bot.core.format import Links
from bot.core.format.parts import Part
from bot.core.schedule import Timetable
from bot.locales import catalogue
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.pipeline.publishing.corrections import Corrections, NotYetError
from bot.pipeline.publishing.decisions import Answer
from bot.pipeline.publishing.noticeboard import Place
from bot.pipeline.publishing.press import Press
from bot.pipeline.publishing.publisher import Publisher
from bot.pipeline.publishing.requests import request_publication
from bot.pipeline.publishing.targets import Groups
from bot.pipeline.watching.intake import Intake
from bot.pipeline.watching.watcher import Watcher
from bot.resources import digest_reader
from bot.sandbox.telegram import ADMIN, BOT_USERNAME, GROUP, GROUP_NAME, FakeTelegram
from bot.storage import Store
from bot.storage.plans import Target
from bot.storage.records import Campaign, CampaignKind, ChatKind
from tests.support.parsing import CATEGORY, shared_parser
from tests.support.samples import taxonomy
from tests.support.states import blank_state
from tests.support.telegram import FakeRequest, HandClock, build_bot

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = dt.date(2026, 2, 6)
SETTLE_S = 2.0


def paper(date: dt.date, *, title: str = "模型与芯片", story: str = "推理更快。", head: str = "") -> str:
    """A small sound digest as Markdown; `head` adds lines to its front matter."""
    return f"""---
title: {title}
date: {date.isoformat()}
category: {CATEGORY}
summary: "- 要点一\\n- 要点二"
{head}---

## 模型

### [OpenAI发布新的大模型](https://news.example.com/a)

OpenAI发布了新的大模型，{story}

**深度解读 & 洞察：**
新模型的价格更低，开发者可以更放心地试用，也更容易算清楚账。

## 芯片算力

### [英伟达推出新的芯片](https://news.example.com/b)

英伟达推出了新的芯片，算力翻倍，功耗没有增加，年底开始供货。

## 更多动态

- [一家机器人公司完成融资](https://news.example.com/c)，规模一亿美元
- [一部电影用上了视频生成](https://news.example.com/d)，全片九十分钟
- [一项研究谈到安全](https://news.example.com/e)，样本来自五所大学
"""


@dataclass
class House:
    """The running parts, and what the admins were told."""

    posts_dir: Path
    clock: HandClock
    telegram: FakeTelegram
    store: Store
    archive: Archive
    publisher: Publisher
    watcher: Watcher
    told: list[Part]
    wakes: list[None]
    switches: Switches

    def write(self, name: str, text: str | bytes) -> None:
        """An author saves a file."""
        (self.posts_dir / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    async def work(self) -> None:
        """The watcher looks, waits until all has settled, and the publisher does what is due."""
        await self.watcher.scan()
        self.clock.advance(seconds=SETTLE_S)
        await self.watcher.scan()
        await self.publisher.tick()

    async def state(self, key: str) -> str:
        """The publisher's state of a digest, "" when it knows none."""
        known = await self.store.digests.find(key)
        return known.state if known else ""

    async def request(self, name: str | Path) -> Answer:
        """The operator asks for a file of the posts, or for one anywhere."""
        publisher = self.publisher
        return await request_publication(self.posts_dir / name, publisher.intake, publisher.store.digests)

    async def campaigns(self, kind: CampaignKind = CampaignKind.DIGEST) -> list[Campaign]:
        """All campaigns of this kind, oldest first."""
        return list(reversed(await self.store.campaigns.recent(100, kind)))


@dataclass
class Switches:
    """What a test may break: Telegram for the admins, and the names of the groups."""

    groups: Groups
    admins_reachable: bool = True
    groups_resolved: bool = True
    heard: list[Part] = field(default_factory=list)
    shown: dict[int, str] = field(default_factory=dict)

    async def tell(self, part: Part) -> list[Place]:
        """Deliver a message to the admins."""
        if not self.admins_reachable:
            raise ConnectionError("no network")
        self.heard.append(part)
        place = Place(ADMIN, len(self.shown) + 1)
        self.shown[place.message_id] = part.text
        return [place]

    async def amend(self, places: Sequence[Place], part: Part) -> None:
        """Edit what they were told."""
        self.shown |= {place.message_id: part.text for place in places}

    async def targets(self) -> tuple[Target, ...]:
        """The one group of the settings, and those that want to."""
        if not self.groups_resolved:
            raise NotYetError("the groups are not resolved")
        return await self.groups.targets()


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    clock: HandClock | None = None,
    telegram: FakeTelegram | None = None,
    publish_at: dt.time | Literal["now"] = dt.time(8),
    alarm_at: dt.time | Literal["off"] = "off",
    asks_first: bool = False,
    admins_reachable: bool = True,
    is_prepared: bool = True,
) -> AsyncIterator[House]:
    """Everything between the folder of posts and the ledger; opening it again on the same folder is a restart."""
    clock = clock or HandClock()
    telegram = telegram or FakeTelegram(clock)
    posts_dir = folder / "posts"
    posts_dir.mkdir(exist_ok=True)
    store = await Store.open(blank_state(folder / "state.db"), clock=clock)
    await store.chats.ensure(GROUP, ChatKind.GROUP, "AI News Plus", GROUP_NAME)
    archive = Archive(folder / "archive.db", taxonomy(), clock, digest_reader(CATEGORY), SHANGHAI)
    await archive.open()
    groups = Groups([GroupTarget(f"@{GROUP_NAME}")], build_bot(telegram), store.chats)
    switches = Switches(groups, admins_reachable)
    wakes: list[None] = []
    press = Press(Links(BOT_USERNAME, f"@{GROUP_NAME}"), catalogue())
    sender = Sender(build_bot(telegram), Limiter(Throttle(), store.holds, clock=clock), request=FakeRequest(telegram))
    publisher = Publisher(
        store=store,
        archive=archive,
        intake=Intake(posts_dir, shared_parser(), taxonomy(), store.digests),
        press=press,
        corrections=Corrections(store=store, archive=archive, press=press, sender=sender),
        timetable=Timetable(SHANGHAI, publish_at, 2, alarm_at),
        clock=clock,
        targets=switches.targets,
        admins=switches,
        wake=lambda: wakes.append(None),
        asks_first=asks_first,
    )
    await publisher.open()
    if is_prepared:
        await publisher.prepare()
    watcher = Watcher(posts_dir, settle_s=SETTLE_S, on_change=publisher.on_change, clock=clock, known=publisher.known)
    try:
        yield House(posts_dir, clock, telegram, store, archive, publisher, watcher, switches.heard, wakes, switches)
    finally:
        await archive.close()
        await store.close()
