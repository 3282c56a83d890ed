"""The chooser of tags."""

from __future__ import annotations

import datetime as dt

from bot.core.tags.edition import MAX_TAGS, TagFilter
from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper


async def chosen(bot: Bot) -> TagFilter:
    return (await bot.desk.store.chats.get(READER)).filter


async def test_the_chooser_has_all_topics_and_the_live_line(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))

    chooser = await bot.write(READER, "/tags")

    assert chooser.text == "选你关心的，不选就是全部。数字是近 30 天的条数。\n按此筛选，今天 5 → 5 条"
    assert bot.buttons(READER)[:2] == ["✅ 关注 ●", "🚫 屏蔽 ○"]
    assert [label.partition(" ")[0] for label in bot.buttons(READER)[2:-2]] == [*bot.desk.taxonomy.topics, "公司与产品"]
    assert "融资市场 1" in bot.buttons(READER)  # items of the last thirty days
    assert bot.buttons(READER)[-2:] == ["清空", "完成"]


async def test_a_tap_follows_and_the_line_follows_in_place(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    chooser = await bot.write(READER, "/tags")

    await bot.tap(READER, "融资市场")

    assert bot.last(READER).id == chooser.id
    assert "今天 5 → 1 条" in bot.last(READER).text
    assert "✅ 融资市场 1" in bot.buttons(READER)
    assert await chosen(bot) == TagFilter(followed=("融资市场",))


async def test_a_second_tap_lets_go_again(bot: Bot) -> None:
    await bot.write(READER, "/tags")
    await bot.tap(READER, "机器人")

    await bot.tap(READER, "机器人")

    assert (await chosen(bot)).is_empty


async def test_in_the_other_mode_a_tap_mutes(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/tags")
    await bot.tap(READER, "屏蔽 ○")
    assert bot.buttons(READER)[:2] == ["✅ 关注 ○", "🚫 屏蔽 ●"]

    await bot.tap(READER, "融资市场")

    assert "今天 5 → 4 条" in bot.last(READER).text
    assert await chosen(bot) == TagFilter(muted=("融资市场",))
    assert bot.buttons(READER)[:2] == ["✅ 关注 ○", "🚫 屏蔽 ●"]


async def test_a_tag_is_followed_or_muted_never_both(bot: Bot) -> None:
    await bot.write(READER, "/tags")
    await bot.tap(READER, "机器人")
    await bot.tap(READER, "屏蔽 ○")

    await bot.tap(READER, "机器人")

    assert await chosen(bot) == TagFilter(muted=("机器人",))


async def test_a_double_tap_follows_once(bot: Bot) -> None:
    chooser = await bot.write(READER, "/tags")
    data = bot.button(chooser, "机器人")["callback_data"]

    bot.telegram.tap(READER, READER, chooser.id, data)
    bot.telegram.tap(READER, READER, chooser.id, data)
    await bot.settle()

    assert await chosen(bot) == TagFilter(followed=("机器人",))


async def test_clear_brings_everything_back(bot: Bot) -> None:
    await bot.write(READER, "/tags")
    await bot.tap(READER, "机器人")

    answer = await bot.tap(READER, "清空")

    assert (await chosen(bot)).is_empty
    assert answer.text == "已清空，送你全部。"


async def test_what_is_no_topic_but_followed_can_be_let_go(bot: Bot) -> None:
    await bot.start(READER, "t_OpenAI")
    assert "✅ OpenAI" in bot.buttons(READER)

    await bot.tap(READER, "✅ OpenAI")

    assert (await chosen(bot)).is_empty


async def test_done_repeats_the_choice_and_invites_to_subscribe(bot: Bot) -> None:
    await bot.start(READER)
    await bot.tap(READER, "只订部分")
    await bot.tap(READER, "机器人")

    await bot.tap(READER, "完成")

    assert bot.last(READER).text == "好，记下了。订阅以后就按这个送：\n关注：机器人"
    await bot.tap(READER, "订阅")
    assert bot.last(READER).text.startswith("已订阅")
    assert "关注：机器人" in bot.last(READER).text
    assert (await bot.desk.store.chats.get(READER)).is_subscribed


async def test_the_line_says_when_it_counts_an_older_digest(bot: Bot) -> None:
    await bot.shelve(newspaper(YESTERDAY))

    assert "最近一期 5 → 5 条" in (await bot.write(READER, "/tags")).text


async def test_choosing_tags_subscribes_nobody(bot: Bot) -> None:
    await bot.write(READER, "/tags")
    await bot.tap(READER, "机器人")

    assert not (await bot.desk.store.chats.get(READER)).is_subscribed


async def test_companies_and_products_stand_on_pages_of_their_own_commonest_first(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY - dt.timedelta(days=40), items=["苹果发布手机", "苹果发布手表", "苹果发布电脑"]))
    await bot.shelve(newspaper(YESTERDAY))
    await bot.shelve(newspaper(TODAY, items=["OpenAI开会"]))
    await bot.write(READER, "/tags")

    await bot.tap(READER, "公司与产品")

    shown = bot.buttons(READER)
    assert shown[2:4] == ["OpenAI 3", "英伟达 2"]
    assert "1/2 ›" in shown
    await bot.tap(READER, "1/2 ›")
    assert not {*bot.buttons(READER)[2:-4]} & {*shown[2:-4]}
    await bot.tap(READER, "主题")
    assert "公司与产品 ›" in bot.buttons(READER)


async def test_a_tap_on_an_entity_stays_on_its_page_and_in_its_mode(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/tags")
    await bot.tap(READER, "公司与产品")
    await bot.tap(READER, "屏蔽 ○")

    await bot.tap(READER, "OpenAI")

    assert await chosen(bot) == TagFilter(muted=("OpenAI",))
    assert "今天 5 → 4 条" in bot.last(READER).text
    assert "🚫 OpenAI 1" in bot.buttons(READER)
    assert bot.buttons(READER)[:2] == ["✅ 关注 ○", "🚫 屏蔽 ●"]


async def test_a_word_of_the_reader_s_own_can_be_let_go_however_long_it_is(bot: Bot) -> None:
    word = "具身智能" * 9
    await bot.write(READER, f"/follow {word}")
    await bot.write(READER, "/tags")

    await bot.tap(READER, f"✅ “{word}”")

    assert (await chosen(bot)).is_empty


async def test_a_tap_does_not_go_beyond_what_a_reader_may_choose(bot: Bot) -> None:
    await bot.write(READER, f"/follow {'，'.join(f'词{number}' for number in range(MAX_TAGS))}")
    await bot.write(READER, "/tags")

    answer = await bot.tap(READER, "机器人")

    assert answer.text == "最多选 50 个，先取消几个吧。"
    assert "机器人" not in (await chosen(bot)).followed
