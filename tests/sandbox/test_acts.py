"""What people do reaches the bot as Telegram would tell it."""

from typing import Any

import pytest

from bot.sandbox.acts import ActError
from bot.sandbox.telegram import ADMIN, GROUP, READER, SECOND_READER, FakeTelegram


def updates(telegram: FakeTelegram) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = telegram.call("getUpdates").result
    return found


def test_start_with_a_payload_is_a_command_with_its_entity(telegram: FakeTelegram) -> None:
    """A deep link arrives as `/start payload`."""
    telegram.start(SECOND_READER, "d20260206_3")

    message = updates(telegram)[0]["message"]

    assert message["text"] == "/start d20260206_3"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["id"] == message["chat"]["id"] == SECOND_READER


@pytest.mark.parametrize("payload", ["a b", "标签", "x" * 65, "a=b"])
def test_a_payload_has_only_64_letters_digits_and_dashes(telegram: FakeTelegram, payload: str) -> None:
    """Telegram has no other deep links."""
    with pytest.raises(ActError):
        telegram.start(READER, payload)


def test_only_a_button_that_is_there_can_be_tapped(telegram: FakeTelegram) -> None:
    """After an edit the old button is gone."""
    markup = {"inline_keyboard": [[{"text": "好", "callback_data": "v1:sub:"}]]}
    sent = telegram.call("sendMessage", {"chat_id": READER, "text": "x", "reply_markup": markup}).result
    telegram.tap(READER, READER, sent["message_id"], "v1:sub:")
    assert updates(telegram)[0]["callback_query"]["data"] == "v1:sub:"

    telegram.call("editMessageText", {"chat_id": READER, "message_id": sent["message_id"], "text": "y"})
    with pytest.raises(ActError):
        telegram.tap(READER, READER, sent["message_id"], "v1:sub:")


def test_only_an_answer_that_was_given_can_be_chosen(telegram: FakeTelegram) -> None:
    """It is sent in the reader's name, marked as via the bot, and the bot hears of it; others have no such one."""
    query_id = telegram.query_inline(READER, "词")
    updates(telegram)
    with pytest.raises(ActError):
        telegram.choose(READER, GROUP, query_id, "1")
    content = {"message_text": "标题", "entities": [{"type": "bold", "offset": 0, "length": 2}]}
    result = {"type": "article", "id": "1", "title": "标题", "input_message_content": content}
    telegram.call("answerInlineQuery", {"inline_query_id": query_id, "results": [result]})

    sent = telegram.choose(READER, GROUP, query_id, "1")

    heard = telegram.call("getUpdates", {"offset": -1}).result[0]["message"]
    assert (heard["message_id"], heard["from"]["id"], heard["via_bot"]["is_bot"]) == (sent.id, READER, True)
    assert heard["entities"] == content["entities"]
    for user, chosen in ((SECOND_READER, "1"), (READER, "2")):
        with pytest.raises(ActError):
            telegram.choose(user, GROUP, query_id, chosen)


def test_blocking_and_starting_again_are_told_as_membership(telegram: FakeTelegram) -> None:
    """`my_chat_member` goes to kicked and back to member, then the message comes."""
    telegram.block(READER)
    telegram.start(READER)

    kinds = [next(kind for kind in update if kind != "update_id") for update in updates(telegram)]
    states = [each["my_chat_member"]["new_chat_member"]["status"] for each in updates(telegram)[:2]]

    assert kinds == ["my_chat_member", "my_chat_member", "message"]
    assert states == ["kicked", "member"]


def test_a_reply_brings_the_message_it_replies_to(telegram: FakeTelegram) -> None:
    """An admin's /broadcast as a reply shows what is to be sent."""
    first = telegram.send_text(ADMIN, ADMIN, "今晚停机")
    telegram.send_text(ADMIN, ADMIN, "/broadcast", reply_to=first.id)
    assert updates(telegram)[1]["message"]["reply_to_message"]["text"] == "今晚停机"


def test_a_plain_member_hears_only_what_is_meant_for_it(telegram: FakeTelegram) -> None:
    """Privacy mode: commands, mentions and replies; another bot's command is not ours."""
    telegram.place_bot(GROUP, "member")
    own = telegram.call("sendMessage", {"chat_id": GROUP, "text": "x"}).result["message_id"]
    for text in ("早", "/today", "/today@other_bot", "/today@ai_daily_sandbox_bot", "问 @ai_daily_sandbox_bot"):
        telegram.send_text(READER, GROUP, text)
    telegram.send_text(READER, GROUP, "谢谢", reply_to=own)

    heard = [update["message"]["text"] for update in updates(telegram) if "message" in update]

    assert heard == ["/today", "/today@ai_daily_sandbox_bot", "问 @ai_daily_sandbox_bot", "谢谢"]


def test_an_administrator_hears_everything(telegram: FakeTelegram) -> None:
    """The sandbox's bot administers its group."""
    telegram.send_text(READER, GROUP, "早")
    assert updates(telegram)[0]["message"]["text"] == "早"


def test_strangers_write_nowhere(telegram: FakeTelegram) -> None:
    """Not in another's private chat, not in a group they are not in, not under an unknown id."""
    telegram.add_user(7, "路人")
    for user, chat in ((READER, SECOND_READER), (7, GROUP), (8, 8)):
        with pytest.raises(ActError):
            telegram.send_text(user, chat, "x")


def test_joining_and_leaving_are_service_messages(telegram: FakeTelegram) -> None:
    """New members are announced to the bot, and those who go."""
    telegram.add_user(7, "路人")
    telegram.join(7, GROUP)
    telegram.join(7, GROUP, "left")

    first, second = (update["message"] for update in updates(telegram))

    assert first["new_chat_members"][0]["id"] == second["left_chat_member"]["id"] == 7


def test_an_edited_message_is_an_update_of_its_own(telegram: FakeTelegram) -> None:
    """`edited_message` with the new text."""
    message = telegram.send_text(READER, READER, "融姿")
    telegram.edit_text(READER, READER, message.id, "融资")
    assert updates(telegram)[1]["edited_message"]["text"] == "融资"


def test_an_administrator_who_hides_writes_as_the_group(telegram: FakeTelegram) -> None:
    """The bot sees GroupAnonymousBot and the group; asked about the person, Telegram tells the truth."""
    telegram.hide(ADMIN, GROUP)
    telegram.send_text(ADMIN, GROUP, "/settings")

    message = updates(telegram)[-1]["message"]
    assert (message["from"]["username"], message["sender_chat"]["id"]) == ("GroupAnonymousBot", GROUP)
    member = telegram.call("getChatMember", {"chat_id": GROUP, "user_id": ADMIN}).result
    assert (member["status"], member["is_anonymous"]) == ("creator", True)
    telegram.join(ADMIN, GROUP, "member")
    assert telegram.call("getChatMember", {"chat_id": GROUP, "user_id": ADMIN}).result["status"] == "member"


def test_a_founder_brings_everybody_and_the_bot(telegram: FakeTelegram) -> None:
    """In a group the bot is a member, in a channel an administrator, where nobody else writes."""
    club, channel = telegram.found(READER, "小群"), telegram.found(READER, "频道", "channel")
    assert [update["my_chat_member"]["new_chat_member"]["status"] for update in updates(telegram)] == [
        "member",
        "administrator",
    ]
    assert club.membership(READER) == "creator"
    assert club.membership(SECOND_READER) == "member"
    with pytest.raises(ActError, match="channel"):
        telegram.send_text(READER, channel.id, "x")
    for founder, title in ((7, "x"), (READER, " "), (READER, "x" * 129)):
        with pytest.raises(ActError):
            telegram.found(founder, title)
