"""The throttle against Telegram's limits, however they are counted: no call is ever refused."""

import heapq

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.delivery.throttle import PAID_PER_SECOND, Lane, Limits, Throttle, Ticket
from bot.sandbox.limits import Limits as Telegram
from bot.sandbox.limits import Model

START = 1_000_000
MODELS = pytest.mark.parametrize("model", Model)


def refusals(throttle, model, *, late, underway, is_paid=False):
    """Release everything and have it arrive at Telegram; the calls it refuses.

    `late` and `underway` are drawn from, again and again: milliseconds by which a wake-up is missed, and which a call
    takes to Telegram, so that two may come closer together than they left.
    """
    arrivals, now, number = [], START, 0
    while (at := throttle.next_at(now)) is not None or not number:
        now = max(now, at or now) + late[number % len(late)]
        for ticket in throttle.release(now):
            number += 1
            heapq.heappush(arrivals, (now + underway[number % len(underway)], number, ticket.chat))
    telegram = Telegram(model)
    return [
        (at, chat)
        for at, _, chat in sorted(arrivals)
        if telegram.wait_ms(chat, at, is_private=chat > 0, is_paid=is_paid)
    ]


def lateness(longest_ms):
    """Wake-ups that are a little late, and a stall now and then."""
    small = st.lists(st.integers(0, 3), min_size=10, max_size=400)
    return st.builds(lambda usual, stall: [*usual, stall], small, st.integers(0, longest_ms))


def delays(least_ms, most_ms):
    """What calls take to Telegram."""
    return st.lists(st.integers(least_ms, most_ms), min_size=1, max_size=40)


@MODELS
@settings(max_examples=25)
@given(late=lateness(500), underway=delays(20, 50))
def test_readers_and_groups_at_the_default_pace(model, late, underway):
    """28.5 a second: one message or three in a row to each reader, and a publication of 30 messages to each group."""
    throttle = Throttle()
    for chat in range(1, 200):
        for _ in range(3 if chat % 4 == 0 else 1):
            throttle.enter(Ticket(Lane.DIGEST, chat))
    for chat in [-1, -2] * 30:
        throttle.enter(Ticket(Lane.GROUP, chat))

    assert refusals(throttle, model, late=late, underway=underway) == []


@MODELS
@settings(max_examples=25)
@given(late=lateness(60), underway=delays(50, 60))
def test_a_paid_broadcast(model, late, underway):
    """970 a second over a line that varies by ten milliseconds."""
    throttle = Throttle(Limits(per_second=PAID_PER_SECOND))
    for chat in range(1, 2_500):
        throttle.enter(Ticket(Lane.BROADCAST, chat))

    assert refusals(throttle, model, late=late, underway=underway, is_paid=True) == []


@pytest.mark.parametrize("per_second", [Limits().per_second, PAID_PER_SECOND])
def test_what_is_lost_by_late_wake_ups_is_made_up_for(per_second):
    """Woken up to ten milliseconds late every time, it still keeps 94 of the allowed 100."""
    throttle = Throttle(Limits(per_second=per_second))
    for chat in range(1, round(5 * per_second)):
        throttle.enter(Ticket(Lane.BROADCAST, chat))
    now, sent, late = START, [], iter([0, 10, 1, 7, 3, 9, 0, 2] * 10_000)
    while (at := throttle.next_at(now)) is not None or not sent:
        now = max(now, at or now) + next(late)
        sent += [now] * len(throttle.release(now))

    allowed = 30 if per_second < 30 else 1_000
    assert (len(sent) - 1) / (sent[-1] - sent[0]) * 1_000 >= 0.94 * allowed
