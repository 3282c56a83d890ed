"""/broadcast: what an admin is shown before anybody else gets anything, and the word that lets it go."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from telegram import User

from bot.handlers.callbacks import RefusedError, Tap
from bot.handlers.managing.admin import VERBS
from bot.handlers.managing.offer import parse_count
from bot.sandbox.entities import TextEntity
from bot.sandbox.faults import Fault
from bot.sandbox.messages import Message
from bot.sandbox.telegram import ADMIN, GROUP, READER, SECOND_READER
from bot.storage.records import CampaignState, ChatKind
from tests.support.desk import Bot, open_desk

MANY = 1_001


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with two subscribers, one who left and one who blocked it."""
    async with open_desk(tmp_path) as bot:
        for chat_id in (READER, SECOND_READER, 7, 8):
            await subscribe(bot, chat_id)
        await bot.desk.store.chats.unsubscribe(7)
        await bot.desk.store.chats.deactivate(8, "bot was blocked by the user")
        yield bot


async def subscribe(bot: Bot, chat_id: int) -> None:
    bot.clock.advance(ms=1)
    await bot.desk.store.chats.ensure(chat_id, ChatKind.PRIVATE)
    await bot.desk.store.chats.subscribe(chat_id)
    bot.clock.advance(ms=1)


async def subscribe_place(bot: Bot, chat_id: int, kind: ChatKind) -> None:
    await bot.desk.store.chats.ensure(chat_id, kind)
    await bot.desk.store.chats.subscribe(chat_id)
    bot.clock.advance(ms=1)


async def reply_broadcast(bot: Bot, message_id: int) -> Message:
    """The admin answers a message with /broadcast; the bot's last message."""
    bot.telegram.send_text(ADMIN, ADMIN, "/broadcast", reply_to=message_id)
    await bot.settle()
    return bot.last(ADMIN)


async def post_as_admin(bot: Bot, message: Message, **fields: object) -> None:
    """A message that no act of the fake makes: formatted, out of an album, out of another chat."""
    world = bot.telegram.world
    world.chats[ADMIN].is_started = True
    posted = world.post(replace(message, id=world.next_message_id(ADMIN), chat_id=ADMIN, sender_id=ADMIN))
    world.notify_bot("message", world.message_json(posted) | fields)
    await bot.settle()


async def broadcasts(bot: Bot) -> int:
    return len(await bot.desk.store.campaigns.recent())


def shown(bot: Bot) -> list[str]:
    return [message.text for message in bot.telegram.bot_messages(ADMIN)]


async def test_nobody_else_has_the_command(bot: Bot) -> None:
    """A reader gets what any unknown command gets, and no word about broadcasts."""
    answer = await bot.write(READER, "/broadcast 大家好")

    assert answer.text == bot.desk.say("error.unknown_command")
    assert await broadcasts(bot) == 0


async def test_an_admin_has_it_only_in_private(bot: Bot) -> None:
    """In the group the command is met with silence, as every command we do not know."""
    bot.telegram.send_text(ADMIN, GROUP, "/broadcast 大家好")
    await bot.settle()

    assert bot.telegram.bot_messages(GROUP) == []
    assert bot.telegram.bot_messages(ADMIN) == []


async def test_the_command_alone_explains_itself(bot: Bot) -> None:
    assert (await bot.write(ADMIN, "/broadcast")).text.startswith("回复任意一条消息发 /broadcast")


async def test_below_the_preview_stands_who_gets_it_and_how_long_it_takes(bot: Bot) -> None:
    """Who left and who blocked the bot is not counted; groups are not written to."""
    offer = await bot.write(ADMIN, "/broadcast 今晚维护")

    assert shown(bot)[0] == "今晚维护"
    assert offer.text.splitlines() == [
        "↑ 读者将看到的就是这条",
        "发给：私聊订阅者 2 人（已排除退订 1、拉黑 1）",
        "约 1 秒 · 不含群和频道 · 静音",
    ]
    targets = ["☑ 私聊", "☐ 群", "☐ 频道"]
    assert bot.buttons(ADMIN) == [*targets, "🔕 响铃 关", "先发给我自己", "确认群发", "取消"]


async def test_a_text_keeps_its_formatting_wherever_the_command_ended(bot: Bot) -> None:
    """Offsets move by UTF-16 units, so a bold word behind an emoji stays bold."""
    text = "/broadcast 🚀 新版本"
    entities = (TextEntity("bot_command", 0, 10), TextEntity("bold", 14, 3))

    await post_as_admin(bot, Message(0, 0, 0, bot.clock(), text, entities))

    preview = bot.telegram.bot_messages(ADMIN)[0]
    assert (preview.text, [preview.entity_text(each) for each in preview.entities]) == ("🚀 新版本", ["新版本"])


async def test_a_reply_previews_a_real_copy_of_that_message(bot: Bot) -> None:
    """A photo stays a photo, with its caption."""
    photo = bot.telegram.send_picture(ADMIN, ADMIN, "https://example.org/a.png", "封面")

    await reply_broadcast(bot, photo.id)

    preview = bot.telegram.bot_messages(ADMIN)[-2]
    assert (preview.photo, preview.text) == ("https://example.org/a.png", "封面")


async def test_editing_or_deleting_the_original_does_not_change_what_was_previewed(bot: Bot) -> None:
    """Readers get a copy of the preview: what the admin saw is what goes out."""
    original = bot.telegram.send_text(ADMIN, ADMIN, "原来的")
    await reply_broadcast(bot, original.id)
    bot.telegram.world.remove(ADMIN, original.id)

    await bot.tap(ADMIN, "先发给我自己")

    assert shown(bot)[-1] == "原来的"


async def test_a_reply_and_a_text_at_once_are_refused(bot: Bot) -> None:
    """One of the two was meant, and nobody knows which."""
    original = bot.telegram.send_text(ADMIN, ADMIN, "原来的")
    bot.telegram.send_text(ADMIN, ADMIN, "/broadcast 新的", reply_to=original.id)
    await bot.settle()

    assert shown(bot)[-1] == bot.desk.say("broadcast.both")


async def test_a_message_of_another_chat_has_to_be_forwarded_first(bot: Bot) -> None:
    message = Message(0, 0, 0, bot.clock(), "/broadcast", (TextEntity("bot_command", 0, 10),))
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "某人"}

    await post_as_admin(bot, message, external_reply={"origin": origin})

    assert shown(bot) == [bot.desk.say("broadcast.elsewhere")]


async def test_a_text_nobody_can_see_is_refused(bot: Bot) -> None:
    assert (await bot.write(ADMIN, "/broadcast \u200b\u2060")).text == bot.desk.say("broadcast.empty")


async def test_a_command_inside_the_text_is_just_text(bot: Bot) -> None:
    await bot.write(ADMIN, "/broadcast /start 可以重新订阅")

    assert shown(bot)[0] == "/start 可以重新订阅"


async def test_the_command_below_a_picture_says_what_to_do_instead(bot: Bot) -> None:
    bot.telegram.send_picture(ADMIN, ADMIN, "https://example.org/a.png", "/broadcast 封面")
    await bot.settle()

    assert shown(bot) == [bot.desk.say("broadcast.caption")]


async def test_of_an_album_only_the_replied_message_goes_out_and_that_is_said(bot: Bot) -> None:
    photo = bot.telegram.send_picture(ADMIN, ADMIN, "https://example.org/a.png", "封面")
    replied = bot.telegram.world.message_json(photo) | {"media_group_id": "9"}
    message = Message(0, 0, 0, bot.clock(), "/broadcast", (TextEntity("bot_command", 0, 10),))

    await post_as_admin(bot, message, reply_to_message=replied)

    assert shown(bot)[-3:-1] == [bot.desk.say("broadcast.album"), "封面"]
    assert bot.buttons(ADMIN)[-2:] == ["确认群发", "取消"]


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        ("Bad Request: message can't be copied", "broadcast.uncopyable"),
        ("Bad Request: message to copy not found", "broadcast.gone"),
        ("Bad Request: message caption is too long", "broadcast.caption_too_long"),
    ],
)
async def test_a_message_telegram_will_not_copy_is_refused_in_plain_words(
    bot: Bot, description: str, sentence: str
) -> None:
    """A service message, a quiz, paid media, one that was deleted meanwhile: nothing is offered."""
    original = bot.telegram.send_text(ADMIN, ADMIN, "原来的")
    bot.telegram.fail("copyMessage", Fault.error(400, description))

    await reply_broadcast(bot, original.id)

    assert shown(bot)[-1] == bot.desk.say(sentence)


async def test_without_subscribers_there_is_nothing_to_confirm(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as bot:
        assert (await bot.write(ADMIN, "/broadcast 大家好")).text == bot.desk.say("broadcast.nobody")


async def test_ringing_is_switched_in_place(bot: Bot) -> None:
    await bot.write(ADMIN, "/broadcast 今晚维护")

    await bot.tap(ADMIN, "响铃")

    assert bot.last(ADMIN).text.endswith("响铃")
    assert bot.buttons(ADMIN)[3] == "🔔 响铃 开"


async def test_to_myself_sends_what_readers_get_ringing_as_it_will(bot: Bot) -> None:
    offer = await bot.write(ADMIN, "/broadcast 今晚维护")
    await bot.tap(ADMIN, "响铃", offer)

    answer = await bot.tap(ADMIN, "先发给我自己", bot.telegram.message(ADMIN, offer.id))

    assert answer.text == bot.desk.say("broadcast.sent_to_self")
    assert (bot.last(ADMIN).text, bot.last(ADMIN).is_silent) == ("今晚维护", False)


async def test_a_preview_deleted_before_the_confirmation_is_noticed_by_the_admin_himself(bot: Bot) -> None:
    original = bot.telegram.send_text(ADMIN, ADMIN, "原来的")
    await reply_broadcast(bot, original.id)
    bot.telegram.world.remove(ADMIN, bot.telegram.bot_messages(ADMIN)[-2].id)

    assert (await bot.tap(ADMIN, "先发给我自己")).text == bot.desk.say("broadcast.gone")


async def test_cancelled_is_cancelled(bot: Bot) -> None:
    """The buttons are gone, and a press that was on its way changes nothing."""
    offer = await bot.write(ADMIN, "/broadcast 今晚维护")
    await bot.tap(ADMIN, "取消")

    late = Tap(0, person(ADMIN), ADMIN, offer.id, argument_of(bot, offer, "确认群发"))
    with pytest.raises(RefusedError, match=r"broadcast\.unknown"):
        await VERBS["bsend"](bot.desk, late)

    assert bot.last(ADMIN).text == bot.desk.say("broadcast.cancelled")
    assert bot.buttons(ADMIN) == []
    assert await broadcasts(bot) == 0


async def test_confirmed_it_becomes_a_campaign_for_exactly_the_number_shown(bot: Bot) -> None:
    await bot.write(ADMIN, "/broadcast 今晚维护")

    await bot.tap(ADMIN, "确认群发")

    (campaign,) = await bot.desk.store.campaigns.recent()
    assert campaign.state is CampaignState.BUILDING
    assert (await bot.desk.store.campaigns.calls(campaign.id))[0].params["text"] == "今晚维护"
    assert [card.message_id for card in await bot.desk.store.cards.all()] == [bot.last(ADMIN).id]


async def test_groups_and_channels_are_taken_in_by_a_tap_and_counted(bot: Bot) -> None:
    """The numbers add up to the one agreed to; what is left out is said."""
    await subscribe_place(bot, GROUP, ChatKind.GROUP)
    await subscribe_place(bot, -1009, ChatKind.CHANNEL)
    await bot.write(ADMIN, "/broadcast 今晚维护")

    await bot.tap(ADMIN, "☐ 群")
    assert bot.last(ADMIN).text.splitlines()[1:] == [
        "发给：私聊订阅者 2 人（已排除退订 1、拉黑 1），群 1 个",
        "约 1 秒 · 不含频道 · 静音",
    ]
    await bot.tap(ADMIN, "☑ 私聊")
    await bot.tap(ADMIN, "☐ 频道")
    assert bot.last(ADMIN).text.splitlines()[1:] == ["发给：群 1 个，频道 1 个", "约 1 秒 · 不含私聊 · 静音"]

    await bot.tap(ADMIN, "确认群发")
    (campaign,) = await bot.desk.store.campaigns.recent()
    assert campaign.audience == {ChatKind.GROUP, ChatKind.CHANNEL}


async def test_somebody_has_to_get_it(bot: Bot) -> None:
    """The last kind of chats cannot be left out, and a forged kind is none."""
    offer = await bot.write(ADMIN, "/broadcast 今晚维护")

    assert (await bot.tap(ADMIN, "☑ 私聊")).text == "至少要留一种。"
    forged = await bot.forge(ADMIN, f"v1:baim:{argument_of(bot, offer, '取消')}.everybody")
    assert forged.text == bot.desk.say("error.old_button")
    assert bot.buttons(ADMIN)[0] == "☑ 私聊"


async def test_for_five_seconds_the_confirmation_can_be_taken_back(bot: Bot) -> None:
    """It is the offer again, and can be confirmed or cancelled like one."""
    offer = await bot.write(ADMIN, "/broadcast 今晚维护")
    await bot.tap(ADMIN, "确认群发")
    assert (bot.last(ADMIN).text, bot.buttons(ADMIN)) == ("5 秒后开始发。", ["撤销（5）"])
    bot.clock.advance(ms=4_999)

    assert (await bot.tap(ADMIN, "撤销")).text == "已撤销，没有发出。"

    assert bot.last(ADMIN).text == offer.text
    assert await broadcasts(bot) == 0
    assert await bot.desk.store.cards.all() == ()
    await bot.tap(ADMIN, "确认群发")
    assert await broadcasts(bot) == 1


async def test_after_five_seconds_it_has_begun(bot: Bot) -> None:
    """A late tap takes nothing back and says what to press instead."""
    await bot.write(ADMIN, "/broadcast 今晚维护")
    await bot.tap(ADMIN, "确认群发")
    bot.clock.advance(ms=5_000)

    assert (await bot.tap(ADMIN, "撤销")).text == bot.desk.say("broadcast.begun")
    assert await broadcasts(bot) == 1


async def test_a_second_tap_starts_nothing(bot: Bot) -> None:
    """Both taps were on their way before the card changed."""
    offer = await bot.write(ADMIN, "/broadcast 今晚维护")
    confirm = bot.button(offer, "确认群发")["callback_data"]
    taps = [bot.telegram.tap(ADMIN, ADMIN, offer.id, confirm) for _ in range(2)]
    await bot.settle()

    second = bot.telegram.answer_to(taps[1])
    assert second is not None
    assert second.text == bot.desk.say("broadcast.already_sent")
    assert await broadcasts(bot) == 1


async def test_it_can_be_confirmed_after_a_restart(bot: Bot, tmp_path: Path) -> None:
    """The draft is in the state; the button carries nothing but its id."""
    await bot.write(ADMIN, "/broadcast 今晚维护")

    async with open_desk(tmp_path, telegram=bot.telegram, clock=bot.clock) as restarted:
        await restarted.tap(ADMIN, "确认群发")

        assert await broadcasts(restarted) == 1


async def test_a_number_that_changed_is_shown_again_before_anything_goes_out(bot: Bot) -> None:
    """The admin agrees to a number, so a new number needs a new agreement."""
    await bot.write(ADMIN, "/broadcast 今晚维护")
    await subscribe(bot, 9)

    first = await bot.tap(ADMIN, "确认群发")

    assert first.text == bot.desk.say("broadcast.recounted", before=2, now=3)
    assert "3 人" in bot.last(ADMIN).text
    assert await broadcasts(bot) == 0
    await bot.tap(ADMIN, "确认群发")
    assert await broadcasts(bot) == 1


async def test_when_everybody_left_there_is_nobody_to_send_to(bot: Bot) -> None:
    await bot.write(ADMIN, "/broadcast 今晚维护")
    for chat_id in (READER, SECOND_READER):
        await bot.desk.store.chats.unsubscribe(chat_id)

    assert (await bot.tap(ADMIN, "确认群发")).text == bot.desk.say("broadcast.nobody_there")
    assert await broadcasts(bot) == 0


async def test_another_admin_cannot_press_the_buttons(bot: Bot) -> None:
    offer = await bot.write(ADMIN, "/broadcast 今晚维护")
    tap = Tap(0, person(READER), READER, offer.id, argument_of(bot, offer, "确认群发"))

    with pytest.raises(RefusedError, match=r"broadcast\.unknown"):
        await VERBS["bsend"](replace(bot.desk, admin_ids=frozenset({ADMIN, READER})), tap)


async def finished(bot: Bot, lost: int = 0) -> int:
    """A broadcast has reached its readers, and its card says so; the answer about one of them may be lost."""
    for reader in (READER, SECOND_READER):
        await bot.start(reader)
    if lost:
        bot.telegram.fail("sendMessage", Fault.timeout(is_processed=True), chat_id=lost)
    await bot.write(ADMIN, "/broadcast 今晚维护")
    await bot.tap(ADMIN, "确认群发")
    bot.clock.advance(seconds=5)
    (campaign,) = await bot.desk.store.campaigns.recent()
    await bot.deliver(campaign.id)
    await bot.forge(ADMIN, f"v1:bcard:{campaign.id}")
    return campaign.id


async def test_a_finished_broadcast_is_taken_back_after_a_second_yes(bot: Bot) -> None:
    """The first tap only asks; 不撤 leads back to the summary."""
    campaign_id = await finished(bot)
    summary = bot.last(ADMIN).text
    assert bot.buttons(ADMIN) == ["撤回全部 · 48 小时内"]

    await bot.tap(ADMIN, "撤回全部")
    assert bot.buttons(ADMIN) == ["撤回 2 条", "不撤"]
    await bot.tap(ADMIN, "不撤")
    assert bot.last(ADMIN).text == summary
    assert await bot.desk.store.recalls.unfinished() == ()

    await bot.tap(ADMIN, "撤回全部")
    await bot.tap(ADMIN, "撤回 2 条")
    assert [recall.campaign_id for recall in await bot.desk.store.recalls.unfinished()] == [campaign_id]
    assert bot.last(ADMIN).text.startswith("正在撤回…")
    again = await bot.forge(ADMIN, f"v1:bwipe:{campaign_id}")
    assert again.text == bot.desk.say("recall.begun")


async def test_a_lost_card_is_called_back_by_campaigns(bot: Bot) -> None:
    """Everything that went out stands in the list; a broadcast's number opens its card, alive while it goes on."""
    await bot.write(ADMIN, "/broadcast 今晚维护")
    await bot.tap(ADMIN, "确认群发")
    card = bot.last(ADMIN)
    (campaign,) = await bot.desk.store.campaigns.recent()
    await bot.desk.store.cards.drop(campaign.id, ADMIN)
    bot.telegram.world.remove(ADMIN, card.id)

    listed = await bot.write(ADMIN, "/campaigns")
    assert listed.text.startswith("#1 群发 · 准备名单 · 送达 0/0")
    await bot.tap(ADMIN, "#1")

    assert bot.last(ADMIN).text == card.text
    assert [card.message_id for card in await bot.desk.store.cards.all()] == [listed.id]


async def test_a_reader_has_no_campaigns(bot: Bot) -> None:
    assert (await bot.write(READER, "/campaigns")).text == bot.desk.say("error.unknown_command")


async def test_what_is_not_over_or_too_old_is_not_taken_back(bot: Bot) -> None:
    """Telegram deletes nothing that is older than two days."""
    await bot.write(ADMIN, "/broadcast 今晚维护")
    await bot.tap(ADMIN, "确认群发")
    (campaign,) = await bot.desk.store.campaigns.recent()
    assert (await bot.forge(ADMIN, f"v1:bwipe:{campaign.id}")).text == bot.desk.say("recall.unfinished")

    bot.clock.advance(seconds=5)
    await bot.deliver(campaign.id)
    bot.clock.advance(seconds=48 * 3_600)
    assert (await bot.forge(ADMIN, f"v1:brecall:{campaign.id}")).text == bot.desk.say("recall.too_late")
    assert await bot.desk.store.recalls.find(campaign.id) is None


async def test_whose_answers_were_lost_can_be_looked_up(bot: Bot) -> None:
    """Names and numbers; they are not written to again by themselves."""
    await finished(bot, lost=READER)

    await bot.tap(ADMIN, "查看未知")

    assert bot.last(ADMIN).text.splitlines() == [
        "未知 1：可能收到了，也可能没有，不会自动重发。",
        f"• {READER} 小林",
    ]


@pytest.mark.parametrize("verb", sorted(VERBS))
async def test_no_admins_button_works_for_a_reader(bot: Bot, verb: str) -> None:
    with pytest.raises(RefusedError, match=r"error\.old_button"):
        await VERBS[verb](bot.desk, Tap(0, person(READER), READER, 1, "1"))


@pytest.mark.parametrize("argument", ["", "0", "-1", "九", "9" * 40, "1;drop", "٣"])
async def test_a_forged_argument_finds_nothing(bot: Bot, argument: str) -> None:
    with pytest.raises(RefusedError, match=r"broadcast\.unknown"):
        await VERBS["bsend"](bot.desk, Tap(0, person(ADMIN), ADMIN, 1, argument))


class TestAboveAThousand:
    """So many readers are not written to by a slip of the thumb."""

    @pytest.fixture
    async def crowd(self, bot: Bot, tmp_path: Path) -> Bot:
        readers = [(chat_id, bot.clock()) for chat_id in range(100_000, 100_000 + MANY - 2)]
        with closing(sqlite3.connect(tmp_path / "state.db")) as state, state:
            row = "INSERT INTO chats (id, kind, status, subscribed_at_ms) VALUES (?, 'private', 'active', ?)"
            state.executemany(row, readers)
        await bot.write(ADMIN, "/broadcast 今晚维护")
        await bot.tap(ADMIN, "确认群发")
        return bot

    async def test_the_number_has_to_be_typed_and_nothing_else_starts_it(self, crowd: Bot) -> None:
        assert crowd.last(ADMIN).text.endswith("→ 请回复人数 1001 确认")
        assert crowd.buttons(ADMIN) == ["取消"]

        assert (await crowd.write(ADMIN, "1000")).text == crowd.desk.say("broadcast.wrong_number", recipients=MANY)
        assert await broadcasts(crowd) == 0

        await crowd.write(ADMIN, "1,001")
        assert await broadcasts(crowd) == 1

    async def test_the_card_stays_where_the_offer_was(self, crowd: Bot) -> None:
        offer = crowd.last(ADMIN)

        await crowd.write(ADMIN, "1001")

        assert [card.message_id for card in await crowd.desk.store.cards.all()] == [offer.id]
        assert crowd.buttons(ADMIN) == ["撤销（5）"]

    async def test_the_number_may_be_typed_after_a_restart(self, crowd: Bot, tmp_path: Path) -> None:
        async with open_desk(tmp_path, telegram=crowd.telegram, clock=crowd.clock) as restarted:
            await restarted.write(ADMIN, "１００１")

            assert await broadcasts(restarted) == 1

    async def test_typed_twice_it_starts_once_and_the_second_is_a_search(self, crowd: Bot) -> None:
        await crowd.write(ADMIN, "1001")

        assert "1001" in (await crowd.write(ADMIN, "1001")).text
        assert await broadcasts(crowd) == 1

    async def test_an_admin_searches_other_words_meanwhile(self, crowd: Bot) -> None:
        assert "融资" in (await crowd.write(ADMIN, "融资")).text

    async def test_an_old_question_does_not_stand_in_the_way_of_a_search(self, crowd: Bot) -> None:
        """A number typed much later is meant for the archive."""
        crowd.clock.advance(seconds=3_600)

        assert "2026" in (await crowd.write(ADMIN, "2026")).text

    async def test_cancelled_the_number_is_only_a_number(self, crowd: Bot) -> None:
        await crowd.tap(ADMIN, "取消")
        await crowd.write(ADMIN, "1001")

        assert await broadcasts(crowd) == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("12480", 12480),
        ("12,480", 12480),
        ("１２，４８０", 12480),
        (" 7 ", 7),
        ("", None),
        ("-1", None),
        ("9" * 40, None),
    ],
)
def test_numbers_are_read_as_people_type_them(text: str, count: int | None) -> None:
    assert parse_count(text) == count


def person(user_id: int) -> User:
    return User(user_id, "某人", is_bot=False)


def argument_of(bot: Bot, message: Message, words: str) -> str:
    return bot.button(message, words)["callback_data"].rpartition(":")[2]
