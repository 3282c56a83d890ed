"""The fake refuses what Telegram refuses, in Telegram's own words."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.answers import Answer
from bot.sandbox.methods import METHODS
from bot.sandbox.parameters import Upload
from bot.sandbox.people import Membership
from bot.sandbox.telegram import ADMIN, GROUP, READER, SECOND_READER, FakeTelegram
from tests.support.telegram import HandClock

HOUR_MS = 3_600_000
REPLY_TO_NOTHING = {"chat_id": READER, "text": "x", "reply_parameters": {"message_id": 99}}
BUTTON = "Bad Request: can't parse inline keyboard button: "
BUTTON_URL = "Bad Request: inline keyboard button URL "
ROWS = 'Bad Request: can\'t parse inline keyboard: field "inline_keyboard" must be an Array of Arrays'


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "好"} | button]]}


def sent(telegram: FakeTelegram, text: str = "你好", **params: Any) -> int:
    answer = telegram.call("sendMessage", {"chat_id": READER, "text": text} | params)
    assert answer.status == 200, answer.body
    return int(answer.result["message_id"])


def refused(answer: Answer) -> str:
    assert not answer.body["ok"]
    assert answer.body["error_code"] == answer.status
    return str(answer.body["description"])


def test_a_message_comes_back_with_what_telegram_found_in_it(telegram: FakeTelegram) -> None:
    """The answer holds the trimmed text, the given entities and the automatic ones."""
    params = {"chat_id": READER, "text": " 看 #AI日报 \n", "entities": '[{"type":"bold","offset":1,"length":1}]'}

    message = telegram.call("sendMessage", params).result

    assert message["text"] == "看 #AI日报"
    assert [each["type"] for each in message["entities"]] == ["bold", "hashtag"]
    assert message["from"]["is_bot"]
    assert message["chat"] == {"id": READER, "type": "private", "first_name": "小林"}


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": "x"}, "Bad Request: chat_id is empty"),
        ({"chat_id": 5, "text": "x"}, "Bad Request: chat not found"),
        ({"chat_id": "@nobody", "text": "x"}, "Bad Request: chat not found"),
        ({"chat_id": READER}, "Bad Request: message text is empty"),
        ({"chat_id": READER, "text": " \n"}, "Bad Request: text must be non-empty"),
        ({"chat_id": READER, "text": "字" * 4097}, "Bad Request: message is too long"),
        ({"chat_id": READER, "text": "x", "parse_mode": "Loud"}, "Bad Request: unsupported parse_mode"),
        ({"chat_id": READER, "text": "x", "entities": "{"}, "Bad Request: can't parse entities JSON object"),
        (REPLY_TO_NOTHING, "Bad Request: message to be replied not found"),
        ({"chat_id": GROUP, "text": "x", "message_thread_id": 7}, "Bad Request: message thread not found"),
        ({"chat_id": SECOND_READER, "text": "x"}, "Forbidden: bot can't initiate conversation with a user"),
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_sent_is_refused(
    telegram: FakeTelegram, params: dict[str, Any], description: str
) -> None:
    """Every refusal has Telegram's sentence, and nothing is sent."""
    before = telegram.messages(READER)
    assert refused(telegram.call("sendMessage", params)) == description
    assert telegram.messages(READER) == before


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        (keyboard(callback_data="x" * 65), "Bad Request: BUTTON_DATA_INVALID"),
        (keyboard(callback_data="字" * 22), "Bad Request: BUTTON_DATA_INVALID"),
        (keyboard(callback_data=""), "Bad Request: BUTTON_DATA_INVALID"),
        (keyboard(), f"{BUTTON}Text buttons are unallowed in the inline keyboard"),
        (keyboard(url="http://localhost"), f"{BUTTON_URL}'http://localhost' is invalid: Wrong HTTP URL"),
        ({"inline_keyboard": [[{"text": "好", "callback_data": "x"}] * 101]}, "Bad Request: reply markup is too long"),
        ("{", "Bad Request: can't parse reply keyboard markup JSON object"),
        ({"inline_keyboard": {}}, ROWS),
    ],
)  # fmt: skip
def test_a_wrong_keyboard_is_refused(telegram: FakeTelegram, markup: Any, description: str) -> None:
    """Callback data has 1-64 bytes, links are links, and there are limits to a keyboard."""
    params = {"chat_id": READER, "text": "x", "reply_markup": markup}
    assert refused(telegram.call("sendMessage", params)) == description


def test_callback_data_of_64_bytes_is_taken(telegram: FakeTelegram) -> None:
    """The limit itself is allowed."""
    message_id = sent(telegram, reply_markup=keyboard(callback_data="x" * 64))
    assert telegram.message(READER, message_id).callbacks == {"x" * 64}


def test_an_edit_that_changes_nothing_is_refused(telegram: FakeTelegram) -> None:
    """The famous sentence, for text and for keyboards."""
    message_id = sent(telegram)
    params = {"chat_id": READER, "message_id": message_id}
    sentence = (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
    assert refused(telegram.call("editMessageText", params | {"text": "你好 "})) == sentence
    assert refused(telegram.call("editMessageReplyMarkup", params)) == sentence


def test_an_edit_without_a_keyboard_takes_the_keyboard_away(telegram: FakeTelegram, clock: HandClock) -> None:
    """Telegram keeps nothing that the edit does not repeat."""
    message_id = sent(telegram, reply_markup=keyboard(callback_data="x"))
    clock.advance(seconds=5)

    telegram.call("editMessageText", {"chat_id": READER, "message_id": message_id, "text": "你好"})

    message = telegram.message(READER, message_id)
    assert message.keyboard == ()
    assert message.edited_at_ms == clock.now_ms


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": "x"}, "Bad Request: message identifier is not specified"),
        ({"message_id": 99, "text": "x"}, "Bad Request: message to edit not found"),
        ({"message_id": 1, "text": "x"}, "Bad Request: message can't be edited"),
    ],
)
def test_what_is_not_there_or_not_ours_cannot_be_edited(
    telegram: FakeTelegram, params: dict[str, Any], description: str
) -> None:
    """Message 1 is the reader's own."""
    assert refused(telegram.call("editMessageText", {"chat_id": READER} | params)) == description


def test_messages_are_deleted_within_two_days(telegram: FakeTelegram, clock: HandClock) -> None:
    """Later, or a second time, it is refused."""
    first, second = sent(telegram), sent(telegram)
    params = {"chat_id": READER, "message_id": first}
    assert telegram.call("deleteMessage", params).result is True
    assert refused(telegram.call("deleteMessage", params)) == "Bad Request: message to delete not found"

    clock.advance(ms=49 * HOUR_MS)
    answer = telegram.call("deleteMessage", {"chat_id": READER, "message_id": second})
    assert refused(answer) == "Bad Request: message can't be deleted for everyone"


def test_deleting_many_passes_over_those_that_are_gone(telegram: FakeTelegram) -> None:
    """Unknown ids do not matter; more than a hundred do."""
    message_id = sent(telegram)
    assert telegram.call("deleteMessages", {"chat_id": READER, "message_ids": [message_id, 99]}).result is True
    answer = telegram.call("deleteMessages", {"chat_id": READER, "message_ids": list(range(101))})
    assert refused(answer) == "Bad Request: too many messages specified"


def test_a_copy_has_the_words_but_not_the_keyboard(telegram: FakeTelegram) -> None:
    """copyMessage answers with the new id alone."""
    source = telegram.send_text(READER, READER, "看 https://a.b/x")

    answer = telegram.call("copyMessage", {"chat_id": GROUP, "from_chat_id": READER, "message_id": source.id})

    copy = telegram.message(GROUP, answer.result["message_id"])
    assert answer.result == {"message_id": copy.id}
    assert (copy.text, copy.entities, copy.keyboard) == (source.text, source.entities, ())


def test_a_forward_says_where_it_came_from(telegram: FakeTelegram) -> None:
    """forwardMessage keeps the origin."""
    params = {"chat_id": GROUP, "from_chat_id": READER, "message_id": 1}
    assert telegram.call("forwardMessage", params).result["forward_origin"]["sender_user_name"] == "小林"


@pytest.mark.parametrize(("method", "verb"), [("copyMessage", "copy"), ("forwardMessage", "forward")])
def test_a_source_that_is_gone_is_named_so(telegram: FakeTelegram, method: str, verb: str) -> None:
    """Each method has its own sentence."""
    params = {"chat_id": READER, "from_chat_id": READER, "message_id": 99}
    assert refused(telegram.call(method, params)) == f"Bad Request: message to {verb} not found"


def test_a_photo_has_a_caption_and_no_text(telegram: FakeTelegram) -> None:
    """Captions are edited as captions, texts as texts."""
    photo = telegram.call("sendPhoto", {"chat_id": READER, "photo": Upload("a.jpg", b"x"), "caption": "图"}).result
    params = {"chat_id": READER, "message_id": photo["message_id"]}

    assert photo["caption"] == "图"
    assert refused(telegram.call("editMessageText", params | {"text": "x"})) == (
        "Bad Request: there is no text in the message to edit"
    )
    assert telegram.call("editMessageCaption", params | {"caption": "新"}).result["caption"] == "新"
    assert refused(telegram.call("editMessageCaption", params | {"message_id": sent(telegram), "caption": "x"})) == (
        "Bad Request: there is no caption in the message to edit"
    )
    assert refused(telegram.call("sendPhoto", {"chat_id": READER, "photo": "x", "caption": "字" * 1025})) == (
        "Bad Request: message caption is too long"
    )


def test_a_blocked_bot_may_not_write_until_it_is_started_again(telegram: FakeTelegram) -> None:
    """Blocking is a 403; START ends it."""
    telegram.block(READER)
    params = {"chat_id": READER, "text": "x"}
    assert refused(telegram.call("sendMessage", params)) == "Forbidden: bot was blocked by the user"

    telegram.start(READER)
    assert telegram.call("sendMessage", params).status == 200


@pytest.mark.parametrize(
    ("membership", "description"),
    [
        ("kicked", "Forbidden: bot was kicked from the supergroup chat"),
        ("left", "Forbidden: bot is not a member of the supergroup chat"),
        ("restricted", "Bad Request: not enough rights to send text messages to the chat"),
    ],
)
def test_a_group_may_keep_the_bot_from_writing(telegram: FakeTelegram, membership: str, description: str) -> None:
    """Each way has its own sentence."""
    telegram.place_bot(GROUP, membership)
    assert refused(telegram.call("sendMessage", {"chat_id": "@ai_news_plus", "text": "x"})) == description


def test_a_gone_account_is_a_403(telegram: FakeTelegram) -> None:
    """A deactivated person cannot be written to."""
    telegram.deactivate(READER)
    answer = telegram.call("sendMessage", {"chat_id": READER, "text": "x"})
    assert refused(answer) == "Forbidden: user is deactivated"


def test_a_channel_wants_an_administrator(telegram: FakeTelegram) -> None:
    """Members cannot post to a channel."""
    telegram.add_group(-1002, "频道", kind="channel")
    telegram.place_bot(-1002, Membership.MEMBER)
    answer = telegram.call("sendMessage", {"chat_id": -1002, "text": "x"})
    assert refused(answer) == "Bad Request: need administrator rights in the channel chat"


def test_a_closed_topic_is_a_400(telegram: FakeTelegram) -> None:
    """An open topic takes messages, a closed one does not."""
    params = {"chat_id": GROUP, "text": "x", "message_thread_id": 7}
    telegram.open_topic(GROUP, 7)
    assert telegram.call("sendMessage", params).result["message_thread_id"] == 7
    telegram.close_topic(GROUP, 7)
    assert refused(telegram.call("sendMessage", params)) == "Bad Request: TOPIC_CLOSED"


def test_a_migrated_group_names_its_new_id(telegram: FakeTelegram) -> None:
    """The old id answers with `migrate_to_chat_id`; the new one works."""
    telegram.add_group(-77, "小群", kind="group")
    telegram.migrate(-77, -1000000000077)

    answer = telegram.call("sendMessage", {"chat_id": -77, "text": "x"})

    assert refused(answer) == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer.body["parameters"] == {"migrate_to_chat_id": -1000000000077}
    assert telegram.call("sendMessage", {"chat_id": -1000000000077, "text": "x"}).status == 200


def test_an_unknown_method_is_not_found(telegram: FakeTelegram) -> None:
    """404, as for a method that a newer Bot API has."""
    assert telegram.call("sendTelepathy").body == {"ok": False, "error_code": 404, "description": "Not Found"}


def test_a_tap_is_answered_once_and_soon(telegram: FakeTelegram, clock: HandClock) -> None:
    """A second, a late and an unknown answer are refused with the same sentence."""
    message_id = sent(telegram, reply_markup=keyboard(callback_data="x"))
    late = telegram.tap(READER, READER, message_id, "x")
    clock.advance(seconds=31)
    query = telegram.tap(READER, READER, message_id, "x")
    assert telegram.call("answerCallbackQuery", {"callback_query_id": query, "text": "好", "show_alert": "true"}).result

    answer = telegram.answer_to(query)
    assert answer is not None
    assert (answer.text, answer.is_alert) == ("好", True)
    for refused_query in (query, late, "4711"):
        description = refused(telegram.call("answerCallbackQuery", {"callback_query_id": refused_query}))
        assert description == "Bad Request: query is too old and response timeout expired or query ID is invalid"


def test_an_answer_to_a_tap_is_short(telegram: FakeTelegram) -> None:
    """200 characters."""
    answer = telegram.call("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201})
    assert refused(answer) == "Bad Request: MESSAGE_TOO_LONG"


def test_inline_results_have_ids_of_their_own(telegram: FakeTelegram) -> None:
    """At most fifty, none twice."""
    query = telegram.query_inline(READER, "融资")
    twice = telegram.call("answerInlineQuery", {"inline_query_id": query, "results": [{"id": "1"}, {"id": "1"}]})
    assert refused(twice) == "Bad Request: RESULT_ID_DUPLICATE"
    many = [{"id": str(number)} for number in range(51)]
    assert refused(telegram.call("answerInlineQuery", {"inline_query_id": query, "results": many})) == (
        "Bad Request: RESULTS_TOO_MUCH"
    )
    assert telegram.call("answerInlineQuery", {"inline_query_id": query, "results": many[:50]}).result is True
    assert telegram.inline_results(query) == many[:50]


def test_the_command_menu_is_that_of_the_narrowest_scope_and_language(telegram: FakeTelegram) -> None:
    """An admin in private sees the admin's commands, a reader the common ones, a group its own."""

    def command(name: str) -> list[dict[str, str]]:
        return [{"command": name, "description": "说明"}]

    telegram.call("setMyCommands", {"commands": command("help")})
    telegram.call("setMyCommands", {"commands": command("today"), "scope": {"type": "all_private_chats"}})
    telegram.call("setMyCommands", {"commands": command("stats"), "scope": {"type": "chat", "chat_id": ADMIN}})
    groups = {"language_code": "zh", "scope": {"type": "all_group_chats"}}
    telegram.call("setMyCommands", {"commands": command("search")} | groups)

    assert telegram.commands(READER, READER) == command("today")
    assert telegram.commands(ADMIN, ADMIN) == command("stats")
    assert telegram.commands(READER, GROUP) == command("search")
    assert telegram.call("getMyCommands", {}).result == command("help")


@pytest.mark.parametrize(
    ("command", "description"),
    [
        ({"command": "Today", "description": "x"}, "Bad Request: BOT_COMMAND_INVALID"),
        ({"command": "今天", "description": "x"}, "Bad Request: BOT_COMMAND_INVALID"),
        ({"command": "today", "description": ""}, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
def test_a_wrong_command_is_refused(telegram: FakeTelegram, command: dict[str, str], description: str) -> None:
    """Small Latin letters, digits, underscores; and a description."""
    assert refused(telegram.call("setMyCommands", {"commands": [command]})) == description


def test_the_bot_describes_itself(telegram: FakeTelegram) -> None:
    """What is set is what is read, within its limit."""
    assert telegram.call("setMyDescription", {"description": "每天一份"}).result is True
    assert telegram.call("getMyDescription").result == {"description": "每天一份"}
    assert telegram.call("setMyShortDescription", {"short_description": "x" * 121}).status == 400


def test_a_chat_is_found_by_its_name(telegram: FakeTelegram) -> None:
    """`@name` in any spelling of letters, with members and administrators."""
    assert telegram.call("getChat", {"chat_id": "@AI_News_Plus"}).result["id"] == GROUP
    assert telegram.call("getChatMemberCount", {"chat_id": GROUP}).result == 4
    admins = telegram.call("getChatAdministrators", {"chat_id": GROUP}).result
    assert {each["user"]["id"]: each["status"] for each in admins} == {42: "administrator", ADMIN: "creator"}
    member = telegram.call("getChatMember", {"chat_id": GROUP, "user_id": READER}).result
    assert member["status"] == "member"


def test_a_pinned_message_shows_in_its_chat(telegram: FakeTelegram) -> None:
    """Pin, look, unpin."""
    message_id = telegram.call("sendMessage", {"chat_id": GROUP, "text": "x"}).result["message_id"]
    assert telegram.call("pinChatMessage", {"chat_id": GROUP, "message_id": message_id}).result is True
    assert telegram.call("getChat", {"chat_id": GROUP}).result["pinned_message"]["message_id"] == message_id
    assert telegram.call("unpinChatMessage", {"chat_id": GROUP}).result is True
    answer = telegram.call("pinChatMessage", {"chat_id": GROUP, "message_id": 99})
    assert refused(answer) == "Bad Request: message to pin not found"


PARAGRAPH = {"type": "paragraph", "text": "字"}


def nested(depth: int) -> dict[str, Any]:
    return PARAGRAPH if depth <= 1 else {"type": "details", "summary": "x", "blocks": [nested(depth - 1)]}


@pytest.mark.parametrize(
    ("blocks", "description"),
    [
        ([], "Bad Request: rich message must be non-empty"),
        ([{"type": "hologram"}], "Bad Request: can't parse InputRichBlock: Unsupported type specified"),
        ([{"type": "details", "summary": "x"}], "Bad Request: can't parse InputRichBlock: Can't find field \"blocks\""),
        ([{"type": "paragraph", "text": "字" * 32_769}], "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG"),
        ([PARAGRAPH] * 501, "Bad Request: RICH_MESSAGE_BLOCKS_TOO_MUCH"),
        ([nested(17)], "Bad Request: RICH_MESSAGE_DEPTH_TOO_MUCH"),
        ([{"type": "table", "cells": [[{"text": "x"}] * 21]}], "Bad Request: RICH_MESSAGE_COLUMNS_TOO_MUCH"),
    ],
)
def test_a_rich_message_has_limits(telegram: FakeTelegram, blocks: list[Any], description: str) -> None:
    """32,768 characters, 500 blocks, 16 levels, 20 columns, known blocks only."""
    params = {"chat_id": READER, "rich_message": {"blocks": blocks}}
    assert refused(telegram.call("sendRichMessage", params)) == description


def test_a_rich_message_is_kept_as_it_was_sent_unless_it_is_switched_off(telegram: FakeTelegram) -> None:
    """One chat, or an old server that does not know the method."""
    params = {"chat_id": READER, "rich_message": {"blocks": [PARAGRAPH, nested(8)]}}
    assert telegram.call("sendRichMessage", params).result["rich_message"]["blocks"] == [PARAGRAPH, nested(8)]

    telegram.refuse_rich(READER, 400)
    assert telegram.call("sendRichMessage", params).status == 400
    telegram.refuse_rich(READER, 0)
    telegram.refuse_rich(status=404)
    assert telegram.call("sendRichMessage", params).body["description"] == "Not Found"


_NAMED = "chat_id text entities reply_markup rich_message message_id message_ids reply_parameters scope commands "
_NAMED += "link_preview_options photo caption results inline_query_id menu_button offset limit from_chat_id user_id"
NAMES = _NAMED.split()
WORDS = ["type", "text", "blocks", "cells", "items", "inline_keyboard", "url", "offset", "length", "size", "colspan"]
WORDS += [
    "bold",
    "text_link",
    "table",
    "heading",
    "list",
    "details",
    "summary",
    "chat_id",
    "command",
    "description",
    "id",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([*WORDS, READER, "²"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5))
@settings(max_examples=600)
def test_whatever_comes_is_answered(method: str, params: dict[str, Any]) -> None:
    """No parameters of any form bring the fake down; each is a result or a refusal."""
    telegram = FakeTelegram(HandClock())
    telegram.start(READER)
    answer = telegram.call(method, {"chat_id": READER, "message_id": 1, "text": "x"} | params)
    assert answer.status in (200, 400, 403, 404, 409)
