"""Outcomes by cause, and what follows from them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.delivery.retry import (
    Attempt,
    BadContent,
    BadSource,
    ChatGone,
    ChatPaused,
    Conflict,
    Migrated,
    NotSent,
    Policy,
    RetryAfter,
    Sent,
    Unauthorized,
    Unknown,
    Unpaid,
    backoff_ms,
    next_step,
)
from bot.core.delivery.steps import (
    Ask,
    AwaitStars,
    Done,
    GiveUp,
    Leave,
    Move,
    Repeat,
    SendPlain,
    SourceLost,
    StandAside,
    StopEverything,
    Suspend,
    TryAgain,
    Unreachable,
)
from bot.core.delivery.wire import Answer, Broken, Cause, classify

NOW = 1_770_000_000_000


def ok(result):
    return Answer(200, json.dumps({"ok": True, "result": result}).encode())


def refused(status, description, **parameters):
    body = {"ok": False, "error_code": status, "description": description}
    return Answer(status, json.dumps(body | ({"parameters": parameters} if parameters else {})).encode())


@pytest.mark.parametrize("cause", [Cause.REFUSED, Cause.DNS, Cause.TLS, Cause.CONNECT_TIMEOUT, Cause.POOL_TIMEOUT])
def test_what_broke_before_the_request_was_not_sent(cause):
    """Refused, no name, no handshake, no connection in time."""
    assert classify(Broken(cause)) == NotSent(cause)


@pytest.mark.parametrize("cause", [Cause.WRITE_TIMEOUT, Cause.READ_TIMEOUT, Cause.RESET, Cause.TRUNCATED, Cause.OTHER])
def test_what_broke_after_the_request_may_have_arrived(cause):
    """Silence, a cut line, half an answer."""
    assert classify(Broken(cause)) == Unknown(cause)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b'{"ok":true,"resu'),
        Answer(200, b"<html>login to the hotel network</html>"),
        Answer(200, b""),
        Answer(200, b"[]"),
        Answer(200, b'{"ok":"yes"}'),
        Answer(302, b""),
        Answer(403, b"<html>403 from a proxy</html>"),
        Answer(404, b"not here"),
        Answer(500, b"<html>"),
        Answer(502, b"<html>Bad Gateway</html>"),
        refused(500, "Internal Server Error"),
        refused(504, "Gateway Timeout"),
        Answer(200, b"[" * 100_000),
    ],
)
def test_what_telegram_did_not_certainly_write_is_unknown(answer):
    """A proxy's 403 blocks nobody; garbage with status 200 is no success."""
    assert isinstance(classify(answer), Unknown)


@pytest.mark.parametrize(
    ("result", "message_id"),
    [({"message_id": 7}, 7), ([{"message_id": 8}, {"message_id": 9}], 8), (True, 0), ({}, 0)],
)
def test_an_accepted_call_tells_its_message(result, message_id):
    """A message, an album, or a method that returns none."""
    assert classify(ok(result)) == Sent(message_id)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (refused(429, "Too Many Requests: retry after 3", retry_after=3), 3),
        (refused(429, "Too Many Requests: retry after 7200", retry_after=7200), 7200),
        (refused(429, "Too Many Requests: retry after 17"), 17),
        (refused(429, "Too Many Requests"), 5),
        (refused(429, "", retry_after=1.2), 2),
        (Answer(429, b"<html>slow down</html>"), 5),
        (Answer(200, refused(429, "", retry_after=4).payload), 4),
    ],
)
def test_a_flood_wait_is_read_wherever_it_stands(answer, seconds):
    """In the parameters, in the words, or nowhere."""
    assert classify(answer) == RetryAfter(seconds)


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: chat not found",
        "Bad Request: TOPIC_CLOSED",
        "Bad Request: TOPIC_DELETED",
        "Bad Request: message thread not found",
        "Bad Request: not enough rights to send text messages to the chat",
        "Bad Request: have no rights to send a message",
        "Bad Request: need administrator rights in the channel chat",
        "Bad Request: CHAT_WRITE_FORBIDDEN",
        "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN",
        "Bad Request: CHAT_RESTRICTED",
        "Bad Request: CHAT_ADMIN_REQUIRED",
        "Bad Request: group chat was deactivated",
        "Bad Request: group chat was upgraded to a supergroup chat",
        "Bad Request: PEER_ID_INVALID",
        "Bad Request: user not found",
        "Bad Request: CHANNEL_PRIVATE",
        "Bad Request: CHANNEL_INVALID",
        "Bad Request: CHAT_ID_INVALID",
        "Bad Request: CHAT_FORBIDDEN",
        "Bad Request: CHAT_GUEST_SEND_FORBIDDEN",
        "Bad Request: CHAT_SEND_MEDIA_FORBIDDEN",
        "Bad Request: USER_BANNED_IN_CHANNEL",
        "Bad Request: TOPIC_ID_INVALID",
        "Bad Request: not enough rights to send photos to the chat",
        "Bad Request: have no write access to the chat",
        "Bad Request: can't access the chat",
        "Bad Request: group chat was deleted",
    ],
)
def test_a_400_about_the_chat_pauses_it(description):
    """Somebody has to mend the chat."""
    assert classify(refused(400, description)) == ChatPaused(description.removeprefix("Bad Request: "))


@pytest.mark.parametrize(
    "description",
    [
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: bot was kicked from the channel chat",
        "Forbidden: bot is not a member of the channel chat",
        "Forbidden: bot can't initiate conversation with a user",
        "Forbidden: bots can't send messages to bots",
        "Forbidden: the group chat was deleted",
        "Forbidden: bot was kicked from the group chat",
        "Forbidden: bot is not a member of the supergroup chat",
        "Forbidden: bot can't send messages to the user",
        "Forbidden: PRIVACY_PREMIUM_REQUIRED",
        "Forbidden: ALLOW_PAYMENT_REQUIRED_5",
    ],
)
def test_a_403_says_that_the_chat_is_gone(description):
    """Until it comes back by itself."""
    assert classify(refused(403, description)) == ChatGone(description.removeprefix("Forbidden: "))


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: USER_IS_BLOCKED",
        "Bad Request: INPUT_USER_DEACTIVATED",
        "Bad Request: user is deactivated",
        "Bad Request: YOU_BLOCKED_USER",
        "Bad Request: USER_IS_BOT",
    ],
)
def test_a_person_who_is_gone_is_gone_with_a_400_too(description):
    """The server behind the Bot API says it in its own words, and nobody can mend it."""
    assert classify(refused(400, description)) == ChatGone(description.removeprefix("Bad Request: "))


@pytest.mark.parametrize(
    "description",
    [
        "Forbidden: not enough rights to send text messages to the chat",
        "Forbidden: not enough rights to send photos",
        "Forbidden: CHAT_WRITE_FORBIDDEN",
        "Forbidden: CHAT_SEND_PLAIN_FORBIDDEN",
    ],
)
def test_a_403_about_rights_pauses_the_chat(description):
    """That, somebody can mend."""
    assert isinstance(classify(refused(403, description)), ChatPaused)


def test_missing_stars_are_nobodys_fault_and_nothing_is_given_up():
    """A paid broadcast with an empty balance: neither the chat nor the text is to blame."""
    outcome = classify(refused(400, "Bad Request: BALANCE_TOO_LOW"))

    assert outcome == Unpaid("BALANCE_TOO_LOW")
    step = next_step(outcome, Attempt(), now_ms=1_000, policy=Policy.PREFER_ONCE)
    assert step == AwaitStars(61_000, "BALANCE_TOO_LOW")


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: can't parse entities: unexpected end",
        "Bad Request: message is too long",
        "Bad Request: message text is empty",
        "Bad Request: BUTTON_URL_INVALID",
        "Bad Request: BUTTON_DATA_INVALID",
        "Bad Request: ENTITY_BOUNDS_INVALID",
        "Bad Request: wrong HTTP URL specified",
        "Bad Request: wrong type of the web page content",
        "Bad Request: failed to get HTTP URL content",
        "Bad Request: WEBPAGE_URL_INVALID",
        "Bad Request: BUTTON_TYPE_INVALID",
        "Bad Request: reply markup is too long",
        "Bad Request: message caption is too long",
        "Bad Request: ENTITIES_TOO_LONG",
        "Bad Request: MESSAGE_TOO_LONG",
        "Bad Request: text must be encoded in UTF-8",
        "Bad Request: can't parse reply keyboard markup JSON object",
        "Bad Request: PHOTO_INVALID_DIMENSIONS",
        "Bad Request: something new",
    ],
)
def test_any_other_400_is_about_the_content(description):
    """Our bug."""
    assert classify(refused(400, description)) == BadContent(description)


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message to copy not found",
        "Bad Request: message to forward not found",
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
        "Bad Request: message can't be deleted for everyone",
        "Bad Request: MESSAGE_ID_INVALID",
        "Bad Request: there is no text in the message to edit",
        "Bad Request: message can't be copied",
        "Bad Request: CHAT_FORWARDS_RESTRICTED",
        "Bad Request: MSG_ID_INVALID",
        "Bad Request: MESSAGE_EDIT_TIME_EXPIRED",
        "Bad Request: message to be replied not found",
        "Bad Request: reply message not found",
    ],
)
def test_a_message_that_is_gone_is_no_fault_of_the_chat(description):
    """What was to be copied or edited cannot be."""
    assert classify(refused(400, description)) == BadSource(description)


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
        "Bad Request: message to delete not found",
    ],
)
def test_what_is_already_so_counts_as_done(description):
    """Edits and deletes can be repeated safely."""
    assert classify(refused(400, description)) == Sent(0)


def test_the_rest_of_the_refusals():
    """Migration, token, another instance, an unknown method, a body too large."""
    moved = refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1007)
    assert classify(moved) == Migrated(-1007)
    assert isinstance(classify(refused(401, "Unauthorized")), Unauthorized)
    assert isinstance(classify(refused(404, "Not Found")), Unauthorized)
    assert isinstance(classify(refused(404, "Not Found: method not found")), BadContent)
    assert isinstance(classify(refused(409, "Conflict: terminated by other getUpdates request")), Conflict)
    assert isinstance(classify(refused(413, "Request Entity Too Large")), BadContent)


@given(st.integers(100, 599), st.binary())
def test_no_answer_at_all_makes_classify_fail(status, payload):
    """Whatever comes is an outcome."""
    classify(Answer(status, payload))


def step(outcome, policy=Policy.PREFER_DELIVERY, **attempt):
    return next_step(outcome, Attempt(**attempt), now_ms=NOW, policy=policy)


def test_every_outcome_has_its_step():
    """The table of the delivery, in one place."""
    assert step(Sent(5)) == Done(5)
    assert step(NotSent("dns"), failures=2) == TryAgain(NOW + 4_000, "dns", is_attempt=True)
    assert step(RetryAfter(7)) == TryAgain(NOW + 7_000, "flood wait 7 s", is_attempt=False)
    assert step(BadContent("x")) == SendPlain("x")
    assert step(BadContent("x"), is_plain=True) == GiveUp("x")
    assert step(BadSource("x")) == SourceLost("x")
    assert step(ChatGone("x")) == Unreachable("x")
    assert step(ChatPaused("x")) == Suspend("x")
    assert step(Migrated(-7)) == Move(-7)
    assert step(Unauthorized("x")) == StopEverything("x")
    assert step(Conflict("x")) == StandAside(NOW + 15_000, "x")


@given(st.sampled_from(Policy), st.booleans(), st.booleans())
def test_a_doubtful_part_is_never_sent_a_third_time_and_under_prefer_once_never_a_second(policy, is_repeat, can_ask):
    """A person is asked where one can be; nobody is asked twice."""
    decided = step(Unknown("x"), policy, is_repeat=is_repeat, can_ask=can_ask)
    if is_repeat:
        assert isinstance(decided, Leave)
    elif can_ask:
        assert decided == Ask(NOW + 300_000, "x")
    else:
        assert isinstance(decided, Repeat) == (policy is Policy.PREFER_DELIVERY)


@given(st.integers(0, 10_000))
def test_the_backoff_grows_to_a_minute(failures):
    """Never less than before, never more than a minute."""
    assert 1_000 <= backoff_ms(failures) <= backoff_ms(failures + 1) <= 60_000
