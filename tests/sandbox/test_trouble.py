"""Limits and faults that tests can switch on."""

import pytest

from bot.sandbox.answers import Drop
from bot.sandbox.faults import Fault
from bot.sandbox.limits import Limits, Model, Rates
from bot.sandbox.telegram import GROUP, READER, SECOND_READER, FakeTelegram
from tests.support.telegram import HandClock

MESSAGE = {"chat_id": READER, "text": "x"}


@pytest.mark.parametrize("model", list(Model))
def test_every_model_allows_its_rate_and_no_more(model: Model) -> None:
    """Whoever waits as told gets 30 a second at most over ten seconds, and at least 29."""
    limits, now, sent = Limits(model, Rates(private_per_second=1000)), 0, 0
    while now < 10_000:
        wait = limits.wait_ms(sent, now, is_private=True)
        sent += wait == 0
        now += wait

    assert 290 <= sent <= 330


def test_a_sliding_window_never_holds_more_than_its_count() -> None:
    """In no second whatever are there more than 30."""
    limits = Limits(Model.SLIDING_WINDOW)
    times = [now for now in range(0, 5_000, 10) if limits.wait_ms(now, now, is_private=True) == 0]
    assert max(sum(start <= each < start + 1000 for each in times) for start in times) == 30


def test_a_refused_message_costs_nothing() -> None:
    """Asking again and again does not make it later."""
    limits = Limits(Model.TOKEN_BUCKET)
    assert limits.wait_ms(1, 0, is_private=True) == 0
    assert {limits.wait_ms(1, 500, is_private=True) for _ in range(5)} == {500}
    assert limits.wait_ms(1, 1_000, is_private=True) == 0


def test_a_group_takes_twenty_a_minute(telegram: FakeTelegram, clock: HandClock) -> None:
    """The 21st is a 429 that says when."""
    telegram.limit_rates()
    params = {"chat_id": GROUP, "text": "x"}
    assert [telegram.call("sendMessage", params).status for _ in range(21)] == [200] * 20 + [429]
    clock.advance(seconds=40)

    answer = telegram.call("sendMessage", params)

    assert answer.body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 20",
        "parameters": {"retry_after": 20},
    }


def test_a_private_chat_takes_one_a_second_and_questions_are_free(telegram: FakeTelegram, clock: HandClock) -> None:
    """Edits count as messages; getChat and getUpdates do not."""
    telegram.limit_rates(Model.FIXED_WINDOW)
    assert telegram.call("sendMessage", MESSAGE).status == 200
    assert telegram.call("editMessageText", MESSAGE | {"message_id": 2}).status == 429
    assert telegram.call("getChat", MESSAGE).status == 200
    clock.advance(seconds=1)
    assert telegram.call("sendMessage", MESSAGE).status == 200


def test_a_paid_broadcast_has_a_limit_of_its_own() -> None:
    """1000 a second, whatever the free ones do."""
    limits = Limits(Model.FIXED_WINDOW)
    sent = [limits.wait_ms(chat, 0, is_private=True, is_paid=True) == 0 for chat in range(1_100)]
    assert sum(sent) == 1_000
    assert limits.wait_ms(5_000, 0, is_private=True) == 0


def test_a_planned_refusal_happens_as_often_as_planned(telegram: FakeTelegram) -> None:
    """Twice, in that chat, after one that is good."""
    telegram.start(SECOND_READER)
    telegram.fail("sendMessage", Fault.flood(7), times=2, chat_id=READER, skip=1)

    statuses = [telegram.call("sendMessage", MESSAGE).status for _ in range(4)]

    assert statuses == [200, 429, 429, 200]
    assert telegram.call("sendMessage", MESSAGE | {"chat_id": SECOND_READER}).status == 200


def test_a_lost_answer_may_hide_a_sent_message(telegram: FakeTelegram) -> None:
    """Dropped before: nothing there. Dropped after: the message is there, the caller does not know."""
    count = len(telegram.messages(READER))
    telegram.fail("sendMessage", Fault.reset(is_processed=False))
    assert telegram.call("sendMessage", MESSAGE).drop is Drop.RESET
    assert len(telegram.messages(READER)) == count

    telegram.fail("*", Fault.timeout(is_processed=True))
    assert telegram.call("sendMessage", MESSAGE).drop is Drop.TIMEOUT
    assert len(telegram.messages(READER)) == count + 1


def test_garbage_and_proxies_do_not_answer_in_json(telegram: FakeTelegram) -> None:
    """A 200 that was cut off, a 502 in HTML."""
    telegram.fail("sendMessage", Fault.garbage())
    telegram.fail("sendMessage", Fault.bad_gateway())
    answers = [telegram.call("sendMessage", MESSAGE) for _ in range(2)]
    assert [(answer.status, answer.content[:6]) for answer in answers] == [(200, b'{"ok":'), (502, b"<html>")]


def test_healing_forgets_what_was_planned(telegram: FakeTelegram) -> None:
    """And every call is on record."""
    telegram.fail("sendMessage", Fault.error(500, "Internal Server Error"), times=99)
    telegram.heal()
    assert telegram.call("sendMessage", MESSAGE).status == 200
    assert telegram.calls_of("sendmessage") == [MESSAGE]
