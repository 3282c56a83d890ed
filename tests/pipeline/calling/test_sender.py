"""The sender: outcomes instead of exceptions."""

import asyncio

import pytest

from bot.core.delivery.retry import BadContent, BadSource, ChatGone, NotSent, RetryAfter, Sent, Unauthorized, Unknown
from bot.core.delivery.throttle import Lane, Limits, Throttle
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.sender import Sender
from bot.sandbox.faults import Fault
from bot.sandbox.telegram import READER, SECOND_READER, FakeTelegram
from bot.storage import Store
from tests.support.states import blank_state
from tests.support.telegram import FakeRequest, HandClock, build_bot, eventually

TEXT = {"text": "hello", "link_preview_options": {"is_disabled": True}}


@pytest.fixture
def telegram():
    made = FakeTelegram(HandClock())
    made.start(READER)
    return made


@pytest.fixture
async def sender(telegram, tmp_path):
    clock = HandClock()
    store = await Store.open(blank_state(tmp_path / "state.db"), clock=clock)
    limiter = Limiter(Throttle(Limits(per_second=5_000, chat_gap_ms=1)), store.holds, clock=clock)
    yield Sender(build_bot(telegram, limiter), limiter, request=FakeRequest(telegram))
    await limiter.shutdown()
    await store.close()


async def test_a_part_is_sent_edited_and_copied(sender, telegram):
    """Each outcome names the message; an edit that changes nothing counts as done."""
    sent = await sender.send_part(READER, TEXT)
    assert isinstance(sent, Sent)
    assert await sender.edit_part(READER, sent.message_id, TEXT | {"text": "new"}) == sent
    assert await sender.edit_part(READER, sent.message_id, TEXT | {"text": "new"}) == sent

    copied = await sender.copy(READER, READER, sent.message_id, is_silent=True)

    assert isinstance(copied, Sent)
    assert [message.text for message in telegram.bot_messages(READER)] == ["new", "new"]
    assert telegram.calls[-1].params["disable_notification"] is True


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.refuse(), NotSent),
        (Fault.timeout(is_processed=True), Unknown),
        (Fault.reset(is_processed=False), Unknown),
        (Fault.garbage(), Unknown),
        (Fault.bad_gateway(), Unknown),
        (Fault.error(400, "Bad Request: can't parse entities"), BadContent),
        (Fault.error(401, "Unauthorized"), Unauthorized),
        (Fault.flood(3600), RetryAfter),
    ],
)
async def test_every_trouble_is_an_outcome(sender, telegram, fault, kind):
    """Nothing is raised."""
    telegram.fail("sendMessage", fault)
    assert isinstance(await sender.send_part(READER, TEXT), kind)


async def test_a_stranger_and_a_lost_message(sender):
    """Telegram's own refusals."""
    assert isinstance(await sender.send_part(SECOND_READER, TEXT), ChatGone)
    assert isinstance(await sender.edit_part(READER, 999, TEXT), BadSource)


async def test_a_short_flood_is_waited_out_and_a_long_one_is_not_called_into(sender, telegram):
    """The same promise as for handlers."""
    telegram.fail("sendMessage", Fault.flood(1))
    assert isinstance(await sender.send_part(READER, TEXT), Sent)
    telegram.fail("sendMessage", Fault.flood(60))
    assert await sender.send_part(READER, TEXT) == RetryAfter(60)
    calls = len(telegram.calls)

    assert isinstance(await sender.send_part(READER, TEXT), RetryAfter)
    assert len(telegram.calls) == calls


async def test_paid_calls_say_so(sender, telegram):
    """Only what is prepared for many."""
    paid = Sender(sender._bot, sender.limiter, request=FakeRequest(telegram), is_paid=True)

    await paid.post("sendMessage", paid.prepare(TEXT).body(READER), READER)
    await paid.send_part(READER, TEXT)

    first, second = telegram.calls_of("sendMessage")
    assert first["allow_paid_broadcast"] is True
    assert "allow_paid_broadcast" not in second


async def test_reachability_is_asked_without_a_message(sender, telegram):
    """A question that disturbs nobody."""
    assert await sender.is_reachable()
    telegram.fail("getMe", Fault.refuse())
    assert not await sender.is_reachable()
    assert telegram.messages(READER)[1:] == []


async def test_replies_keep_their_own_connections(telegram, tmp_path):
    """A bulk line on which nothing comes back holds up no reply."""
    clock = HandClock()
    store = await Store.open(blank_state(tmp_path / "state.db"), clock=clock)
    limiter = Limiter(Throttle(Limits(per_second=5_000, chat_gap_ms=1)), store.holds, clock=clock)
    bulk = FakeRequest(telegram)
    bulk.lets_answers_through.clear()
    sender = Sender(build_bot(telegram, limiter), limiter, request=bulk)

    stuck = asyncio.create_task(sender.send_part(SECOND_READER, {"text": "bulk"}, lane=Lane.BROADCAST))
    await eventually(lambda: bulk.answers_held)
    assert isinstance(await sender.send_part(READER, {"text": "reply"}), Sent)
    assert not stuck.done()

    bulk.lets_answers_through.set()
    await stuck
    await limiter.shutdown()
    await store.close()
