"""/follow and /mute."""

from __future__ import annotations

from bot.core.tags.edition import MAX_TAGS, TagFilter
from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, Bot, newspaper


async def chosen(bot: Bot) -> TagFilter:
    return (await bot.desk.store.chats.get(READER)).filter


async def test_following_a_word_says_what_is_left_of_today(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY, items=["一只机器狗上岗"]))

    said = await bot.write(READER, "/follow 机器狗")

    assert said.text == "已关注：“机器狗”\n按此筛选，今天 6 → 1 条"
    assert await chosen(bot) == TagFilter(followed=("“机器狗”",))


async def test_another_name_of_a_tag_follows_the_tag(bot: Bot) -> None:
    await bot.write(READER, "/follow nvidia，chatgpt")

    assert await chosen(bot) == TagFilter(followed=("英伟达", "OpenAI"))


async def test_several_words_at_once_and_muting_takes_a_followed_one_along(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/follow 机器人、芯片算力，模型")

    said = await bot.write(READER, "/mute 模型,GPT-5")

    assert said.text.startswith("已屏蔽：模型、“GPT-5”")
    assert await chosen(bot) == TagFilter(("机器人", "芯片算力"), ("模型", "“GPT-5”"))


async def test_undo_brings_back_what_was_before(bot: Bot) -> None:
    await bot.shelve(newspaper(TODAY))
    await bot.write(READER, "/mute 模型")
    await bot.write(READER, "/follow 模型，机器人")

    await bot.tap(READER, "撤销")

    assert bot.last(READER).text.startswith("已撤销。\n按此筛选")
    assert await chosen(bot) == TagFilter(muted=("模型",))


async def test_undo_does_not_touch_what_was_changed_later(bot: Bot) -> None:
    first = await bot.write(READER, "/follow 模型")
    await bot.write(READER, "/follow 机器人")

    answer = await bot.tap(READER, "撤销", first)

    assert answer.text.startswith("后来又改过了")
    assert await chosen(bot) == TagFilter(("机器人", "模型"))


async def test_an_undo_that_nobody_was_offered_changes_nothing(bot: Bot) -> None:
    await bot.write(READER, "/follow 模型")

    for data in ("v1:untag:", "v1:untag:~0123456789abcdef", 'v1:untag:[1]\n[["模型"],[]]'):
        assert (await bot.forge(READER, data)).text

    assert await chosen(bot) == TagFilter(("模型",))


async def test_the_same_again_changes_nothing_and_offers_no_undo(bot: Bot) -> None:
    await bot.write(READER, "/follow 模型")

    said = await bot.write(READER, "/follow 模型")

    assert said.text.startswith("已关注：模型")
    assert bot.buttons(READER) == ["🏷 标签"]


async def test_without_a_word_it_says_how(bot: Bot) -> None:
    assert "/follow OpenAI，具身智能" in (await bot.write(READER, "/follow")).text
    assert "/mute 融资市场" in (await bot.write(READER, "/mute  ")).text


async def test_what_can_be_no_word_is_named_and_the_others_count(bot: Bot) -> None:
    said = await bot.write(READER, f"/follow 机器人，……，{'长' * 41}")

    assert said.text.startswith("已关注：机器人\n用不了：……、长长")
    assert await chosen(bot) == TagFilter(("机器人",))


async def test_more_than_a_reader_may_choose_is_refused_as_a_whole(bot: Bot) -> None:
    await bot.write(READER, "/follow 机器人")

    said = await bot.write(READER, f"/mute {'，'.join(f'词{number}' for number in range(MAX_TAGS))}")

    assert said.text == "最多选 50 个，先取消几个吧。"
    assert await chosen(bot) == TagFilter(("机器人",))


async def test_names_of_links_and_commands_stay_words(bot: Bot) -> None:
    said = await bot.write(READER, "/follow ai.com，@everyone，/start，1.1.1.1")

    assert not said.entities
    assert await chosen(bot) == TagFilter(("“1.1.1.1”", "“ai com”", "“everyone”", "“start”"))
