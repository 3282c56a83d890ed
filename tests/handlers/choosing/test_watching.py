"""/watch, and the digest as it comes to who watches."""

from __future__ import annotations

from bot.core.format.watch import MAX_WATCHED, Watch
from bot.sandbox.telegram import READER
from tests.support.desk import TODAY, YESTERDAY, Bot, newspaper

SECOND_READER = 1002


async def watched(bot: Bot) -> Watch:
    return (await bot.desk.store.chats.get(READER)).watch


async def subscribe(bot: Bot, reader: int = READER) -> None:
    await bot.start(reader)
    await bot.tap(reader, "订阅")


async def test_words_are_added_listed_and_dropped_with_a_tap(bot: Bot) -> None:
    await subscribe(bot)
    said = await bot.write(READER, "/watch 机器狗，openai")
    assert said.text == "好，一出现“机器狗”、“OpenAI”就响铃。\n🔔 正在盯：OpenAI、“机器狗”"
    assert bot.buttons(READER) == ["✕ OpenAI", "✕ 机器狗", "其余静音 ○"]

    await bot.tap(READER, "✕ 机器狗")

    assert await watched(bot) == Watch(("OpenAI",))
    assert (await bot.write(READER, "/watch")).text == "🔔 正在盯：OpenAI"


async def test_without_words_it_says_how(bot: Bot) -> None:
    assert "/watch OpenAI，具身智能" in (await bot.write(READER, "/watch")).text


async def test_the_last_word_takes_the_switch_along(bot: Bot) -> None:
    await bot.write(READER, "/watch 机器狗")
    await bot.tap(READER, "其余静音 ○")
    assert "没有命中的日报会静静地到。" in bot.last(READER).text

    await bot.tap(READER, "✕ 机器狗")

    assert await watched(bot) == Watch()
    assert bot.last(READER).text.startswith("不再盯“机器狗”。\n盯住一个词")


async def test_a_double_tap_on_the_switch_is_one(bot: Bot) -> None:
    listed = await bot.write(READER, "/watch 机器狗")
    data = bot.button(listed, "其余静音")["callback_data"]

    for _ in range(2):
        await bot.forge(READER, data)

    assert (await watched(bot)).mutes_rest


async def test_more_words_than_one_may_watch_are_refused(bot: Bot) -> None:
    said = await bot.write(READER, f"/watch {'，'.join(f'词{number}' for number in range(MAX_WATCHED + 1))}")

    assert said.text.startswith("最多盯 10 个词")
    assert await watched(bot) == Watch()


async def test_who_has_not_subscribed_is_told_that_nothing_will_ring(bot: Bot) -> None:
    said = await bot.write(READER, "/watch 机器狗")

    assert "订阅以后才会响。" in said.text
    assert any("订阅" in button for button in bot.buttons(READER))


async def test_a_word_that_is_not_watched_cannot_be_dropped(bot: Bot) -> None:
    listed = await bot.write(READER, "/watch 机器狗")
    data = bot.button(listed, "✕")["callback_data"]
    await bot.tap(READER, "✕")

    assert (await bot.forge(READER, data)).is_alert


async def test_a_digest_with_the_word_rings_and_names_its_item_first(bot: Bot) -> None:
    await subscribe(bot)
    await subscribe(bot, SECOND_READER)
    await bot.write(READER, "/watch 机器狗")
    await bot.tap(READER, "其余静音")

    await bot.publish(newspaper(TODAY, items=["一只机器狗上岗"]))

    card = bot.last(READER)
    assert card.text.startswith("🔔 命中“机器狗”：3. 一只机器狗上岗\n\n模型与芯片")
    assert not card.is_silent
    assert bot.last(SECOND_READER).text.startswith("模型与芯片")


async def test_without_the_word_only_who_wants_it_so_is_not_rung(bot: Bot) -> None:
    await subscribe(bot)
    await subscribe(bot, SECOND_READER)
    for reader in (READER, SECOND_READER):
        await bot.write(reader, "/watch 机器狗")
    await bot.tap(READER, "其余静音")

    await bot.publish(newspaper(TODAY))

    assert bot.last(READER).is_silent
    assert not bot.last(SECOND_READER).is_silent
    assert bot.last(READER).text == bot.last(SECOND_READER).text


async def test_a_watched_word_comes_through_a_filter_that_admits_nothing(bot: Bot) -> None:
    await subscribe(bot)
    await bot.write(READER, "/follow 没有这回事")
    await bot.write(READER, "/watch 机器狗")

    await bot.publish(newspaper(TODAY, items=["一只机器狗上岗"]))

    assert bot.last(READER).text.startswith("🔔 命中“机器狗”")
    assert "这期没有你关心的内容。" in bot.last(READER).text


async def test_the_lines_stay_when_the_card_is_opened_again(bot: Bot) -> None:
    await subscribe(bot)
    await bot.write(READER, "/watch 机器狗")
    await bot.shelve(newspaper(YESTERDAY))
    await bot.publish(newspaper(TODAY, items=["一只机器狗上岗"]))
    sent = bot.last(READER).text

    await bot.tap(READER, "1 模型")
    await bot.tap(READER, "目录")

    assert bot.last(READER).text == sent


async def test_the_same_lines_stand_above_the_other_styles(bot: Bot) -> None:
    for reader, style in ((READER, "full"), (SECOND_READER, "rich")):
        await subscribe(bot, reader)
        await bot.write(reader, "/watch 机器狗")
        await bot.desk.store.chats.set_style(reader, style)
    before = len(bot.telegram.bot_messages(READER))

    await bot.publish(newspaper(TODAY, items=["一只机器狗上岗"]))

    assert bot.telegram.bot_messages(READER)[before].text.startswith("🔔 命中“机器狗”：3. ")
    (rich,) = bot.telegram.calls_of("sendRichMessage")
    assert "命中“机器狗”" in str(rich["rich_message"]["blocks"][0])
