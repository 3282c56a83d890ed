"""Settings of a group or channel: its administrators' alone, in private, changed by taps and kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.tags.edition import TagFilter
from bot.sandbox.faults import Fault
from bot.sandbox.messages import Message
from bot.sandbox.people import ChatKind as Kind
from bot.sandbox.people import Membership
from bot.sandbox.telegram import ADMIN, BOT_USERNAME, GROUP, READER, SECOND_READER
from bot.storage.records import ChatKind, ChatStatus
from tests.support.desk import TODAY, Bot, newspaper, open_desk
from tests.support.oracle import judge

CLUB, CHANNEL, UNKNOWN = -1001234567890, -1009876543210, -1005555555555
REFUSAL = "只有管理员能改这里的设置。你是管理员的话，在群里再发一次 /settings。"


@pytest.fixture
async def bot(bot: Bot) -> AsyncIterator[Bot]:
    """Whatever it said in a test is judged by TDLib at the end."""
    yield bot
    said = bot.telegram.calls_of("sendMessage") + bot.telegram.calls_of("editMessageText")
    assert not [params["text"] for params in said if not judge(params).is_clean]


async def found_club(bot: Bot, chat_id: int = CLUB, kind: Kind = Kind.SUPERGROUP) -> None:
    """A group, or a channel, of 小林's where the bot is, of which nothing was chosen yet."""
    bot.telegram.add_group(chat_id, "读书会", kind=kind)
    bot.telegram.join(READER, chat_id, Membership.CREATOR)
    bot.telegram.join(SECOND_READER, chat_id)
    await bot.desk.store.chats.ensure(chat_id, ChatKind.CHANNEL if kind is Kind.CHANNEL else ChatKind.GROUP, "读书会")


async def open_settings(bot: Bot, user_id: int = READER, place: str = str(CLUB)) -> Message:
    return await bot.start(user_id, f"g_{place}")


async def command(bot: Bot, user_id: int, chat_id: int = CLUB, thread_id: int | None = None) -> Message:
    """/settings in a group; the answer there."""
    bot.telegram.send_text(user_id, chat_id, "/settings", thread_id=thread_id)
    await bot.settle()
    return bot.last(chat_id)


def link(bot: Bot, message: Message) -> str:
    """The payload of the link below a message in a group, which has no other button."""
    ((button,),) = message.keyboard
    return str(button["url"]).removeprefix(f"https://t.me/{BOT_USERNAME}?start=")


async def test_an_administrators_command_leads_into_private(bot: Bot) -> None:
    """One short message with a link, below the question."""
    await found_club(bot)
    answer = await command(bot, READER)

    assert answer.text == "设置在私聊里改。"
    assert link(bot, answer) == f"g_{CLUB}"
    assert answer.reply_to == bot.telegram.messages(CLUB)[-2].id
    assert (await bot.start(READER, link(bot, answer))).text.startswith("⚙️ 读书会\n")


async def test_who_stays_anonymous_administers_all_the_same(bot: Bot) -> None:
    """Telegram lets only administrators write as the group; in private they are themselves."""
    await found_club(bot)
    bot.telegram.hide(READER, CLUB)

    assert link(bot, await command(bot, READER)) == f"g_{CLUB}"
    assert (await open_settings(bot)).text.startswith("⚙️ 读书会\n")


async def test_anybody_else_is_told_whose_the_settings_are(bot: Bot) -> None:
    """And how to have the digest all the same."""
    await found_club(bot)
    answer = await command(bot, SECOND_READER)

    assert answer.text == "群设置归管理员，自己想收就私聊我。"
    assert link(bot, answer) == "subscribe"


async def test_a_group_that_was_never_met_is_met_by_the_command(bot: Bot) -> None:
    """The bot was there before its state was."""
    bot.telegram.add_group(CLUB, "读书会")
    bot.telegram.join(READER, CLUB, Membership.ADMINISTRATOR)

    assert (await bot.start(READER, link(bot, await command(bot, READER)))).text.startswith("⚙️ 读书会\n")


async def test_everything_of_a_group_stands_on_one_screen(bot: Bot) -> None:
    await found_club(bot)
    screen = await open_settings(bot)

    assert screen.text.splitlines() == [
        "⚙️ 读书会",
        "日报还没有发到这里。",
        "样式：全文，每节一条消息（默认）",
        "每期响一次铃，后面几条不响。",
        "标签：全部",
    ]
    assert bot.buttons(READER) == [
        "● 全文", "○ 目录", "○ 富文本", "● 响铃", "○ 静音", "🏷 标签", "▶️ 发到这里",
    ]  # fmt: skip


async def test_taps_change_it_in_place_and_the_next_digest_comes_so(bot: Bot) -> None:
    await found_club(bot)
    screen = await open_settings(bot)
    assert (await bot.tap(READER, "发到这里")).text == "好，从下一期起发到这里。"
    for words in ("目录", "静音"):
        await bot.tap(READER, words)

    assert bot.last(READER).id == screen.id
    assert bot.last(READER).text.splitlines()[1:4] == [
        "日报每天 08:00 发到这里。", "样式：目录，只发一条目录，点开到私聊看", "静音，一声不响。",
    ]  # fmt: skip
    await bot.publish(newspaper(TODAY))
    (card,) = bot.telegram.bot_messages(CLUB)
    assert (card.is_silent, card.text.splitlines()[0]) == (True, "模型与芯片")
    assert len(bot.telegram.bot_messages(GROUP)) == 3

    assert "停发" in "".join(bot.buttons(READER))
    await bot.tap(READER, "停发")
    assert bot.last(READER).text.splitlines()[1] == "日报已停发。"
    assert [target.chat_id for target in await bot.desk.publisher.targets()] == [GROUP]


async def test_tags_are_chosen_for_the_group_and_not_for_who_chooses(bot: Bot) -> None:
    """On the usual screen, whose 完成 leads back."""
    await found_club(bot)
    await bot.shelve(newspaper(TODAY))
    await open_settings(bot)
    await bot.tap(READER, "标签")
    assert bot.last(READER).text.splitlines() == [
        "选《读书会》要收的，不选就是全部。数字是近 30 天的条数。", "按此筛选，今天 5 → 5 条",
    ]  # fmt: skip

    await bot.tap(READER, "模型")
    await bot.tap(READER, "屏蔽")
    await bot.tap(READER, "安全")
    await bot.tap(READER, "公司与产品")
    await bot.tap(READER, "主题")
    assert (await bot.desk.store.chats.get(CLUB)).filter == TagFilter(("模型",), ("安全",))
    assert (await bot.desk.store.chats.get(READER)).filter.is_empty

    await bot.tap(READER, "完成")
    assert bot.last(READER).text.splitlines()[-2:] == ["关注：模型", "屏蔽：安全"]
    await bot.tap(READER, "标签")
    assert (await bot.tap(READER, "清空")).text == "已清空，发全部。"
    assert (await bot.desk.store.chats.get(CLUB)).filter.is_empty


async def test_every_tag_fits_a_button_for_the_longest_place(bot: Bot) -> None:
    """The longest number, a topic and a tag of any length; the button still switches that tag."""
    place, tag = "-1009999999999999_1999999999", "很长的标签" * 12
    longest = int(place.partition("_")[0])
    await found_club(bot, longest)
    await bot.desk.store.chats.set_filter(longest, TagFilter((tag,)))
    await open_settings(bot, place=place)
    await bot.tap(READER, "标签")
    data = [each["callback_data"] for row in bot.last(READER).keyboard for each in row]
    assert max(len(each.encode()) for each in data) <= 64

    await bot.tap(READER, "很长的标签")
    assert (await bot.desk.store.chats.get(longest)).filter.is_empty


@pytest.mark.parametrize("name", ["", "abc", str(SECOND_READER), "-0", "--5", f"-{'9' * 40}", "-5_", "-5_x"])
async def test_what_names_no_group_gets_the_welcome(bot: Bot, name: str) -> None:
    """A private chat's number among it: nothing tells whose numbers are known."""
    await bot.start(SECOND_READER)
    assert (await bot.start(READER, f"g_{name}")).text.startswith("每天一份中文 AI 日报")


@pytest.mark.parametrize("place", [str(UNKNOWN), str(GROUP), "-999999999999999"])
async def test_a_stranger_cannot_tell_an_unknown_group_from_one_of_others(bot: Bot, place: str) -> None:
    """One sentence for all of it."""
    assert (await open_settings(bot, READER, place)).text == REFUSAL
    assert not bot.last(READER).keyboard


async def test_a_group_that_the_bot_has_left_shows_nothing_of_it(bot: Bot) -> None:
    """Telegram does not tell any more who its administrators are."""
    await found_club(bot)
    bot.telegram.place_bot(CLUB, Membership.LEFT)
    await bot.settle()
    assert (await open_settings(bot)).text == REFUSAL


async def test_a_demoted_administrator_changes_nothing_any_more(bot: Bot) -> None:
    """Asked anew at every tap, in the chooser of tags, too."""
    await found_club(bot)
    screen = await open_settings(bot)
    await bot.tap(READER, "标签")
    bot.telegram.join(READER, CLUB, Membership.MEMBER)

    answers = [await bot.tap(READER, words) for words in ("模型", "清空", "完成")]
    answers += [await bot.forge(READER, f"v1:{data}", screen) for data in (f"pflow:{CLUB}.on", f"pstyle:{CLUB}.rich")]
    assert {(answer.text, answer.is_alert) for answer in answers} == {(REFUSAL, True)}
    chat = await bot.desk.store.chats.get(CLUB)
    assert (chat.filter.is_empty, chat.style, chat.is_subscribed) == (True, "", False)


@pytest.mark.parametrize(
    "data",
    [f"pstyle:{CLUB}.huge", "pstyle:1001.card", "pflow:", "place:abc", f"ptopic:{CLUB}", "follow:0@1001.模型",
     "tags:.0@", f"tags:.x@{CLUB}", f"psound:{CLUB}.on.off"],
)  # fmt: skip
async def test_forged_buttons_are_old_ones(bot: Bot, data: str) -> None:
    await found_club(bot)
    screen = await open_settings(bot)
    assert (await bot.forge(READER, f"v1:{data}", screen)).text == bot.desk.say("error.old_button")


async def test_without_an_answer_from_telegram_nothing_is_changed_or_told(bot: Bot) -> None:
    """In private, in the group, at a tap: to be tried again."""
    await found_club(bot)
    await open_settings(bot)
    bot.telegram.fail("getChatMember", Fault.bad_gateway(), times=3)

    assert (await bot.tap(READER, "静音")).text == bot.desk.say("error.unreached")
    assert (await open_settings(bot)).text == bot.desk.say("error.unreached")
    assert (await command(bot, READER)).text == bot.desk.say("error.unreached")
    assert not (await bot.desk.store.chats.get(CLUB)).is_silent


@pytest.mark.parametrize(("user", "is_theirs"), [(READER, True), (SECOND_READER, False)])
async def test_where_members_are_hidden_the_list_of_administrators_tells(bot: Bot, user: int, is_theirs: bool) -> None:
    """A bot that is no administrator is told nothing of a single member there."""
    await found_club(bot)
    bot.telegram.fail("getChatMember", Fault.error(400, "Bad Request: CHAT_ADMIN_REQUIRED"), times=2)
    assert (link(bot, await command(bot, user)) == f"g_{CLUB}") is is_theirs
    assert ((await open_settings(bot, user)).text != REFUSAL) is is_theirs


async def test_what_the_operator_set_is_said_and_stays(tmp_path: Path) -> None:
    """GROUP_CHATS wins about whether and where; the look is the administrators' own, GROUP_STYLE until they choose."""
    async with open_desk(tmp_path, group_style="card") as bot:
        await bot.desk.store.chats.set_homes({GROUP: 5}, is_complete=True)
        bot.telegram.open_topic(GROUP, 9)
        screen = await open_settings(bot, ADMIN, f"{GROUP}_9")

        assert screen.text.splitlines()[1:] == [
            "日报每期发到这里，由机器人的主人设定。",
            "样式：目录，只发一条目录，点开到私聊看（默认）",
            "每期响一次铃，后面几条不响。",
            "话题：#5，由机器人的主人设定",
            "标签：全部",
        ]
        assert bot.buttons(ADMIN)[-1] == "🏷 标签"
        forged = await bot.forge(ADMIN, f"v1:pflow:{GROUP}.off", screen)
        assert forged.text == "这里由机器人的主人设定，停不了。"
        assert (await bot.desk.store.chats.get(GROUP)).is_subscribed
        await bot.tap(ADMIN, "全文")
        assert "样式：全文，每节一条消息\n" in bot.last(ADMIN).text


async def test_a_topic_is_chosen_by_the_command_sent_in_it(bot: Bot) -> None:
    """The Bot API lists no topics; the main one says how it is done."""
    await found_club(bot)
    bot.telegram.open_topic(CLUB, 17)
    assert "想发到别的话题，就在那个话题里发 /settings。" in (await command(bot, READER)).text
    answer = await command(bot, READER, thread_id=17)
    assert (answer.thread_id, link(bot, answer)) == (17, f"g_{CLUB}_17")

    await bot.start(READER, link(bot, answer))
    await bot.tap(READER, "发到这个话题")
    assert "话题：#17" in bot.last(READER).text
    (url,) = [entity.url for entity in bot.last(READER).entities if entity.type == "text_link"]
    assert url == "https://t.me/c/1234567890/17"
    await bot.tap(READER, "▶️ 发到这里")
    await bot.publish(newspaper(TODAY))
    assert {message.thread_id for message in bot.telegram.bot_messages(CLUB)[2:]} == {17}

    await bot.tap(READER, "发到主话题")
    assert "话题" not in bot.last(READER).text
    assert "发到这个话题" in bot.buttons(READER)


async def test_where_the_bot_may_not_write_digests_are_not_switched_on(bot: Bot) -> None:
    """The administrator hears it at once, not at the next digest."""
    await found_club(bot)
    await open_settings(bot)
    bot.telegram.world.chats[CLUB].members[bot.telegram.world.bot.id] = Membership.RESTRICTED

    assert (await bot.tap(READER, "发到这里")).text == "我在那里不能发消息，请先给我发言的权限。"
    assert not (await bot.desk.store.chats.get(CLUB)).is_subscribed


@pytest.mark.parametrize("is_home", [False, True])
async def test_a_group_that_could_not_be_written_to_is_tried_again(bot: Bot, is_home: bool) -> None:
    """With the reason, whoever wanted the digests there."""
    await found_club(bot)
    await bot.desk.store.chats.subscribe(CLUB)
    await bot.desk.store.chats.set_homes({CLUB: None} if is_home else {}, is_complete=True)
    await bot.desk.store.chats.set_status(CLUB, ChatStatus.PAUSED, "Bad Request: TOPIC_CLOSED")

    assert "发不进来：Bad Request: TOPIC_CLOSED。" in (await open_settings(bot)).text
    await bot.tap(READER, "再试")
    assert (await bot.desk.store.chats.get(CLUB)).is_subscribed
    assert "发到这里" in bot.last(READER).text


async def test_a_refused_rich_message_is_told_and_tried_again_when_chosen_anew(bot: Bot) -> None:
    await found_club(bot)
    await bot.desk.store.chats.set_style(CLUB, "rich")
    await bot.desk.store.chats.set_rich_refused(CLUB, True)
    assert "上次富文本没发成，先发全文" in (await open_settings(bot)).text
    await bot.tap(READER, "● 富文本")
    assert "上次富文本没发成" not in bot.last(READER).text


async def test_a_channels_settings_are_opened_by_the_link_its_administrator_got(bot: Bot) -> None:
    """From adding the bot to the first digest there."""
    await bot.start(ADMIN)
    await found_club(bot, CHANNEL, Kind.CHANNEL)
    bot.telegram.join(ADMIN, CHANNEL, Membership.ADMINISTRATOR)
    for membership in (Membership.LEFT, Membership.ADMINISTRATOR):
        bot.telegram.place_bot(CHANNEL, membership)
    await bot.settle()

    await bot.start(ADMIN, link(bot, bot.last(ADMIN)))
    await bot.tap(ADMIN, "发到这里")
    await bot.publish(newspaper(TODAY))
    assert len(bot.telegram.bot_messages(CHANNEL)) == 3


async def test_an_old_screen_works_after_a_restart(tmp_path: Path) -> None:
    """What it needs stands in its buttons and in the state."""
    async with open_desk(tmp_path) as bot:
        await found_club(bot)
        await open_settings(bot, place=f"{CLUB}_17")
        telegram, clock = bot.telegram, bot.clock
    async with open_desk(tmp_path, telegram=telegram, clock=clock) as bot:
        await bot.tap(READER, "发到这个话题")
        assert (await bot.desk.store.chats.get(CLUB)).topic == 17
