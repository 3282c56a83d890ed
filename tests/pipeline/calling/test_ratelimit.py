"""The rate limiter in time: everything but reads passes the throttle, people do not wait long."""

import asyncio

import pytest
from telegram.error import RetryAfter

from bot.core.delivery.throttle import Lane, Limits, Throttle
from bot.pipeline.calling.ratelimit import Limiter, is_costly
from bot.sandbox.faults import Fault
from bot.sandbox.telegram import READER, FakeTelegram
from bot.storage.holds import EVERYBODY
from tests.support.telegram import HandClock, build_bot

FAST = Limits(per_second=5_000, chat_gap_ms=1)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
async def limiter(store, clock):
    made = Limiter(Throttle(FAST), store.holds, clock=clock)
    await made.initialize()
    yield made
    await made.shutdown()


@pytest.fixture
def telegram(clock):
    made = FakeTelegram(clock)
    made.start(READER)
    return made


@pytest.mark.parametrize(
    ("endpoint", "costs"),
    [
        ("sendMessage", True),
        ("sendMediaGroup", True),
        ("copyMessage", True),
        ("editMessageText", True),
        ("sendChatAction", False),
        ("answerCallbackQuery", False),
        ("getChat", False),
        ("setMyCommands", False),
        ("deleteMessage", False),
    ],
)
def test_only_messages_cost(endpoint, costs):
    """Answers to taps and questions go straight."""
    assert is_costly(endpoint) is costs


async def test_a_short_flood_is_waited_out_for_a_reply(limiter, telegram):
    """The person gets the answer a moment later; the handler notices nothing."""
    telegram.fail("sendMessage", Fault.flood(1))

    message = await build_bot(telegram, limiter).send_message(READER, "hello")

    assert message.text == "hello"
    assert len(telegram.calls_of("sendMessage")) == 2


async def test_before_a_long_flood_no_call_is_made(limiter, telegram):
    """The handler hears at once, as if Telegram had said it; nothing is called inside the wait window."""
    bot = build_bot(telegram, limiter)
    telegram.fail("sendMessage", Fault.flood(600))

    for _ in range(3):
        with pytest.raises(RetryAfter):
            await bot.send_message(READER, "hello")

    assert len(telegram.calls_of("sendMessage")) == 1


async def test_a_flood_outlives_the_process(limiter, store, clock):
    """Another limiter on the same state knows it; an old one is forgotten."""
    await limiter.flooded(READER, 600)
    await limiter.flooded(READER + 1, 5)
    clock.advance(seconds=10)

    another = Limiter(Throttle(FAST), store.holds, clock=clock)
    await another.initialize()

    assert 580_000 < another.wait_ms(READER) <= 600_000
    assert another.wait_ms(READER + 7) == 0
    await another.shutdown()


async def test_a_flood_of_the_whole_bot_is_kept_too(limiter, store, clock):
    """Two readers within one window: everybody waits, also after a restart."""
    await limiter.flooded(READER, 600)
    await limiter.flooded(READER + 1, 600)

    assert EVERYBODY in await store.holds.load()
    another = Limiter(Throttle(FAST), store.holds, clock=clock)
    await another.initialize()
    assert another.wait_ms(12345) > 500_000
    await another.shutdown()


async def test_turns_that_nobody_waits_for_any_more_cost_nothing(limiter):
    """A cancelled call gives its place up."""
    slow = Limiter(Throttle(Limits(per_second=20)), limiter._holds, clock=limiter._clock)
    gone = [asyncio.create_task(slow.turn(Lane.DIGEST, chat)) for chat in range(2, 10_000)]
    await asyncio.sleep(0)
    for task in gone:
        task.cancel()
    await asyncio.gather(*gone, return_exceptions=True)

    async with asyncio.timeout(60):  # their places would last for minutes
        await slow.turn(Lane.DIGEST, 1)
    await slow.shutdown()


async def test_the_lane_is_an_argument_of_any_method(limiter, telegram):
    """Interactive unless said otherwise."""
    bot = build_bot(telegram, limiter)

    await bot.send_message(READER, "reply")
    await bot.send_message(READER, "bulk", rate_limit_args=Lane.BROADCAST)

    assert [message.text for message in telegram.bot_messages(READER)] == ["reply", "bulk"]
