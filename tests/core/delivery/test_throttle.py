"""The throttle: no limit is ever broken, nothing is dropped, nobody starves."""

import itertools
from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.delivery.throttle import Lane, Limits, Pace, Throttle, Ticket

START = 1_000_000


def drain(throttle, *, now=START, until=START + 600_000, late=lambda: 0):
    """Run the clock from one release to the next; (moment, ticket) of each release."""
    sent = []
    while now < until:
        sent += [(now, ticket) for ticket in throttle.release(now)]
        at = throttle.next_at(now)
        if at is None:
            break
        assert at > now
        now = at + late()
    return sent


def most_within(moments, window_ms):
    """The largest number of moments in any window of this length."""
    best, first = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - window_ms:
            first += 1
        best = max(best, last - first + 1)
    return best


def test_the_overall_rate_is_used_and_never_broken():
    """Ten seconds of work: at least 94 % of 30 a second, never more than 30 in any second, woken late or not."""
    throttle = Throttle()
    for chat in range(1, 400):
        throttle.enter(Ticket(Lane.DIGEST, chat))
    lateness = iter([0, 1, 3, 0, 12, 2] * 1_000)

    sent = drain(throttle, late=lambda: next(lateness))

    moments = [at for at, _ in sent]
    assert most_within(moments, 1_000) <= 30
    span_s = (moments[-1] - moments[0]) / 1000
    assert (len(moments) - 1) / span_s >= 0.94 * 30


def test_the_paid_rate_is_used_and_never_broken():
    """970 a second with a clock of whole milliseconds."""
    throttle = Throttle(Limits(per_second=970))
    for chat in range(1, 5_000):
        throttle.enter(Ticket(Lane.BROADCAST, chat))

    moments = [at for at, _ in drain(throttle)]

    assert most_within(moments, 1_000) <= 1_000
    assert (len(moments) - 1) / ((moments[-1] - moments[0]) / 1000) >= 950


tickets = st.lists(
    st.tuples(st.sampled_from(Lane), st.sampled_from([1, 2, 3, -10, -20, "@name", None]), st.integers(0, 300)),
    max_size=120,
)


@settings(max_examples=60)
@given(tickets)
def test_no_chat_gets_more_than_it_may_and_every_ticket_is_released_once_and_in_order(entries):
    """Gaps of 1.08 s, 18 a minute in a group, order within a lane and chat; nothing is dropped."""
    throttle, now, sent, entered = Throttle(), START, [], []
    for lane, chat, pause in entries:
        ticket = Ticket(lane, chat)
        entered.append(ticket)
        throttle.enter(ticket)
        now += pause
        sent += [(now, one) for one in throttle.release(now)]
    sent += drain(throttle, now=now, until=now + 10_000_000)

    assert {id(one) for one in entered} == {id(one) for _, one in sent}
    assert len(sent) == len(entered)
    assert most_within([at for at, _ in sent], 1_000) <= 30
    by_chat, by_lane = defaultdict(list), defaultdict(list)
    for at, one in sent:
        by_lane[one.lane, one.chat].append(entered.index(one))
        if one.chat is not None:
            by_chat[one.chat].append(at)
    for order in by_lane.values():
        assert order == sorted(order)
    for chat, moments in by_chat.items():
        assert all(later - sooner >= 1_080 for sooner, later in itertools.pairwise(moments))
        if isinstance(chat, str) or chat < 0:
            assert most_within(moments, 60_000) <= 18


def test_a_reply_goes_before_everything_that_waits():
    """A person does not wait behind a million readers."""
    throttle = Throttle()
    for chat in range(1, 1_000):
        throttle.enter(Ticket(Lane.BROADCAST, chat))
    throttle.release(START)
    reply = Ticket(Lane.INTERACTIVE, 5_000)
    throttle.enter(reply)

    assert throttle.release(throttle.next_at(START)) == [reply]


def test_lanes_share_by_weight_and_nobody_starves():
    """With every lane full, each gets something, in the order of the lanes."""
    throttle = Throttle(Limits(per_second=1_000))
    for lane in Lane:
        for chat in range(2_000):
            throttle.enter(Ticket(lane, chat + 10_000 * len(lane)))

    count = Counter(ticket.lane for _, ticket in drain(throttle, until=START + 1_000))

    assert count[Lane.INTERACTIVE] > count[Lane.GROUP] > count[Lane.DIGEST] > count[Lane.BROADCAST] > 0


def test_a_group_keeps_some_calls_for_replies():
    """A long publication does not silence the bot in its group."""
    throttle = Throttle()
    for _ in range(40):
        throttle.enter(Ticket(Lane.GROUP, -1))
    drain(throttle, until=START + 30_000)
    reply = Ticket(Lane.INTERACTIVE, -1)
    throttle.enter(reply)

    assert reply in [ticket for _, ticket in drain(throttle, now=START + 30_000, until=START + 32_000)]


def test_a_groups_flood_holds_that_group_only():
    """The others go on at full speed; the group goes on when its wait is over, and not before."""
    throttle = Throttle()
    throttle.flooded(-1, 90_000, START)
    throttle.enter(Ticket(Lane.GROUP, -1))
    throttle.enter(Ticket(Lane.GROUP, -2))
    throttle.enter(Ticket(Lane.DIGEST, 7))

    sent = {ticket.chat: at for at, ticket in drain(throttle)}

    assert sent[-2] < START + 100
    assert sent[7] < START + 100
    assert sent[-1] >= START + 90_000


def test_a_readers_long_flood_is_probed_with_single_calls():
    """It may be the bot as a whole: the bulk stops, then tries one call a second, while replies go through."""
    throttle = Throttle()
    throttle.flooded(1, 3_600_000, START)
    for chat in range(2, 300):
        throttle.enter(Ticket(Lane.DIGEST, chat))
    throttle.enter(Ticket(Lane.INTERACTIVE, 1_000))

    sent = drain(throttle, until=START + 20_000)

    bulk = [at for at, ticket in sent if ticket.lane is Lane.DIGEST]
    assert sent[0][1].lane is Lane.INTERACTIVE
    assert bulk[0] >= START + 10_000
    assert bulk[1] - bulk[0] >= 1_000
    assert len(bulk) > 50


def test_floods_of_two_readers_stop_everything_until_the_wait_is_over():
    """Then it was the bot that was meant: no call inside the wait window."""
    throttle = Throttle()
    throttle.flooded(1, 60_000, START)
    throttle.flooded(2, 60_000, START + 50)
    throttle.enter(Ticket(Lane.INTERACTIVE, 3))
    throttle.enter(Ticket(Lane.DIGEST, 4))

    assert min(at for at, _ in drain(throttle, now=START + 50)) >= START + 60_050


def test_the_pace_falls_after_a_flood_and_comes_back_to_just_below_it():
    """Slower at once, near the old rate within a minute, the full rate only after a long quiet time."""
    pace = Pace(28.5)
    assert pace.rate(START) == 28.5

    pace.slow_down(START)

    assert pace.rate(START) < 0.75 * 28.5
    pace.slow_down(START + 200)
    assert pace.rate(START + 200) > 0.6 * 28.5
    assert 0.9 * 28.5 < pace.rate(START + 50_000) < 28.5
    for minute in range(1, 60):
        pace.rate(START + 50_000 + 60_000 * minute)
    assert pace.rate(START + 5_000_000) == 28.5


def test_cancelled_tickets_cost_nothing():
    """Who has gone away does not use up the rate."""
    throttle = Throttle()
    gone = [Ticket(Lane.DIGEST, chat) for chat in range(1, 100)]
    for ticket in gone:
        throttle.enter(ticket)
        ticket.is_cancelled = True
    last = Ticket(Lane.DIGEST, 500)
    throttle.enter(last)

    assert throttle.release(START) == [last]


def test_a_million_chats_are_forgotten_again():
    """Memory does not grow with the number of readers."""
    throttle = Throttle(Limits(per_second=100_000))
    now = START
    for chat in range(1, 60_000):
        throttle.enter(Ticket(Lane.BROADCAST, chat))
        now += 1
        throttle.release(now)

    assert throttle.remembered_chats < 10_000
