"""Style rich on the ledger: sent as rich messages, in the classic form where these are refused, remembered by chat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.delivery.retry import (
    Attempt,
    BadContent,
    BadSource,
    ChatGone,
    ChatPaused,
    Conflict,
    Policy,
    RetryAfter,
    Unauthorized,
    Unknown,
    next_step,
)
from bot.core.delivery.steps import FallBack
from bot.core.format import Links
from bot.core.models import Digest, Paragraph, Run
from bot.core.tags.edition import TagFilter
from bot.locales import catalogue
from bot.pipeline.delivering.transitions import go_classic
from bot.pipeline.publishing.press import Press
from bot.sandbox.faults import Fault
from bot.sandbox.messages import Message
from bot.sandbox.telegram import BOT_USERNAME, GROUP, GROUP_NAME
from bot.storage.plans import EditionKey, GroupEdition, ReaderKey, Target
from bot.storage.records import CampaignState, ChatKind, Delivery, DigestState
from tests.support.engine import Engine, open_engine
from tests.support.samples import digest, section, story, taxonomy

KEY = "20260206"
LINKS = Links(BOT_USERNAME, f"@{GROUP_NAME}")
SHORT = taxonomy().label(
    digest(section(1, "模型", story(1, "OpenAI发布新模型")), section(2, "芯片", story(2, "英伟达推出新芯片")), points=2)
)
LONG = digest(*(section(n, f"第{n}节", story(n, f"新闻{n}", Paragraph((Run("很长。" * 5_000),)))) for n in (1, 2, 3)))


PRESS = Press(LINKS, catalogue())


async def publish(engine: Engine, paper: Digest, *, style: str = "rich") -> int:
    """Plan and deliver a digest as the publisher does."""
    store = engine.store
    group = await store.chats.ensure(GROUP, ChatKind.GROUP, "AI News Plus", GROUP_NAME)
    await store.digests.remember(KEY, paper.date, paper.slug, "a.md", "hash", DigestState.WAITING)
    edition = GroupEdition(style)
    target = Target(GROUP, None, edition.classic if group.is_rich_refused else edition)
    plan = PRESS.plan(paper, KEY, "hash", [target], await store.chats.editions())
    campaign_id = await store.campaigns.publish(plan)
    await engine.work(campaign_id)
    return campaign_id


def messages(engine: Engine, chat_id: int) -> list[Message]:
    return engine.telegram.bot_messages(chat_id)


async def test_groups_and_readers_of_style_rich_get_rich_messages(tmp_path: Path) -> None:
    """GROUP_STYLE and a reader's own style; everybody else gets what they always got."""
    async with open_engine(tmp_path) as engine:
        rich, classic = await engine.readers(2)
        await engine.store.chats.set_style(rich, "rich")
        await publish(engine, SHORT)

        assert [bool(message.rich) for message in messages(engine, GROUP)] == [True]
        assert [bool(message.rich) for message in messages(engine, rich)] == [True]
        assert [bool(message.rich) for message in messages(engine, classic)] == [False]
        assert messages(engine, GROUP)[0].keyboard


@pytest.mark.parametrize("status", [400, 404])
async def test_a_chat_that_refuses_gets_the_classic_form_and_is_not_tried_again(tmp_path: Path, status: int) -> None:
    """At once, complete, and from then on by itself; the others keep their rich messages."""
    async with open_engine(tmp_path) as engine:
        old, new = await engine.readers(2)
        for chat_id in (old, new):
            await engine.store.chats.set_style(chat_id, "rich")
        for chat_id in (GROUP, old):
            engine.telegram.refuse_rich(chat_id, status)
        campaign = await engine.campaign(await publish(engine, SHORT))

        assert (campaign.sent, campaign.failed, campaign.state) == (3, 0, CampaignState.DONE)
        assert [message.text.split("\n")[0] for message in messages(engine, GROUP)] == [
            "AI架构突破", "【1/2】模型", "【2/2】芯片",
        ]  # fmt: skip
        assert [bool(message.rich) for message in messages(engine, old)] == [False]
        assert [bool(message.rich) for message in messages(engine, new)] == [True]
        assert (await engine.store.chats.get(old)).is_rich_refused
        assert not (await engine.store.chats.get(new)).is_rich_refused

        await engine.restart()
        tried = len(engine.telegram.calls_of("sendRichMessage"))
        await publish(engine, SHORT)
        assert len(engine.telegram.calls_of("sendRichMessage")) == tried + 1


async def test_a_refusal_in_the_middle_goes_on_with_the_section_that_was_refused(tmp_path: Path) -> None:
    """What the group has is not sent again, what it lacks comes in the classic form."""
    async with open_engine(tmp_path) as engine:
        refusal = Fault.error(400, "Bad Request: RICH_MESSAGE_INVALID")
        engine.telegram.fail("sendRichMessage", refusal, skip=2)
        campaign = await engine.campaign(await publish(engine, LONG))

        shown = messages(engine, GROUP)
        assert [bool(message.rich) for message in shown] == [True, True] + [False] * (len(shown) - 2)
        assert "【2/3】" in shown[2].text
        assert "【3/3】" in shown[-1].text or "第3节（续）" in shown[-1].text
        assert (campaign.sent, campaign.failed, campaign.unknown) == (1, 0, 0)


def test_the_row_in_the_classic_form_begins_where_the_rich_one_was_refused() -> None:
    """Sections that stand there are passed over with their messages; a refusal of the first part begins anew."""
    row = Delivery(1, -1, 5, next_part=2, message_ids=(10, 11))
    went_on = go_classic(row, 9, [None, 1, 2, 3], [None, 1, 1, 2, 2, 3])
    assert (went_on.edition_id, went_on.next_part, went_on.message_ids) == (9, 3, (10, 11, 11))
    anew = go_classic(replace(row, next_part=0, message_ids=()), 9, [None], [None, 1])
    assert (anew.next_part, anew.message_ids) == (0, ())
    reader = go_classic(row, 9, [None, 1, 2, 3], [None])
    assert (reader.next_part, reader.message_ids) == (0, ())


def test_any_4xx_but_flood_token_block_and_conflict_falls_back() -> None:
    """The step that follows each refusal of a rich message."""

    def step(outcome: object, *, is_rich: bool = True) -> object:
        return next_step(outcome, Attempt(is_rich=is_rich), now_ms=0, policy=Policy.PREFER_DELIVERY)  # type: ignore[arg-type]

    for refusal in (BadContent("x"), BadSource("x"), Unauthorized("Not Found"), ChatPaused("rich messages disabled")):
        assert isinstance(step(refusal), FallBack)
        assert not isinstance(step(refusal, is_rich=False), FallBack)
    for other in (RetryAfter(3), Unauthorized("Unauthorized"), ChatGone("blocked"), Conflict("x"), Unknown("reset")):
        assert not isinstance(step(other), FallBack)


async def test_a_rich_reader_with_tags_gets_their_items_only(tmp_path: Path) -> None:
    """The edition in the rich form."""
    async with open_engine(tmp_path) as engine:
        (reader,) = await engine.readers(1)
        await engine.store.chats.set_style(reader, "rich")
        await engine.store.chats.set_filter(reader, TagFilter(("英伟达",), ()))
        await publish(engine, SHORT)
        (message,) = messages(engine, reader)
        assert "英伟达" in str(message.rich)
        assert "OpenAI" not in str(message.rich)


async def test_style_card_gives_a_group_the_card_alone(tmp_path: Path) -> None:
    """Its lines of contents open the digest in the private chat."""
    async with open_engine(tmp_path) as engine:
        await publish(engine, SHORT, style="card")
        (message,) = messages(engine, GROUP)
        links = [entity.url for entity in message.entities if entity.type == "text_link"]
        assert links == [f"https://t.me/{BOT_USERNAME}?start=d{KEY}"] * 2


def test_every_rich_edition_of_a_plan_has_a_classic_one_beside_it() -> None:
    """So that a refusal never leaves a chat without its digest."""
    tags = TagFilter(("英伟达",), ()).key
    for_group = GroupEdition("rich", tags, is_silent=True)
    plan = PRESS.plan(SHORT, KEY, "hash", [Target(GROUP, None, for_group)], [ReaderKey("rich", tags)])
    assert set(plan.editions) == {
        EditionKey("card"), EditionKey("card", tags), EditionKey("rich", tags), for_group.key, for_group.classic.key,
    }  # fmt: skip
    assert all(plan.editions.values())
