"""/stats for admins."""

import datetime as dt

from bot.sandbox.telegram import ADMIN, READER
from bot.storage.records import DigestState
from tests.support.desk import TODAY, Bot, newspaper


async def test_an_admin_sees_readers_progress_and_what_comes_next(bot: Bot) -> None:
    """After a publication: how far it is; the next one has no file yet."""
    await bot.start(READER)
    await bot.tap(READER, "订阅")
    await bot.publish(newspaper(TODAY))
    answer = await bot.write(ADMIN, "/stats")
    assert answer.text.splitlines() == [
        "私聊订阅者 1 人 · 退订 0 · 拉黑 0",
        "今天：已发完，送达 2/2 · 失败 0 · 未知 0",
        "下一期：2 月 7 日 08:00，还没看到文件",
        "按现在的速度，全部送一遍约 1 秒",
    ]


async def test_before_the_publication_it_says_when_it_comes(bot: Bot) -> None:
    """A digest that waits for its hour is named by its hour; a draft is no file yet."""
    bot.clock.advance(seconds=-3600)
    assert "今天还没有发日报\n下一期：2 月 6 日 08:00，还没看到文件" in (await bot.write(ADMIN, "/stats")).text
    tomorrow = TODAY + dt.timedelta(1)
    digests = bot.desk.store.digests
    await digests.remember("20260207", tomorrow, "", "b.md", "hash", DigestState.WAITING, "draft")
    assert "还没看到文件" in (await bot.write(ADMIN, "/stats")).text
    await digests.set_state("20260207", DigestState.WAITING)
    assert "下一期：2 月 7 日 08:00，文件已就位" in (await bot.write(ADMIN, "/stats")).text


async def test_a_reader_has_no_stats(bot: Bot) -> None:
    """For everybody else the command does not exist."""
    await bot.start(READER)
    assert "订阅者" not in (await bot.write(READER, "/stats")).text
