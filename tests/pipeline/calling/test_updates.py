"""The inbox: no command is lost, none is handled twice."""

import asyncio

import pytest
from telegram import Update
from telegram.ext import ApplicationBuilder, TypeHandler

from bot.pipeline.calling.updates import Inbox, InboxBot, InboxProcessor
from bot.sandbox.telegram import READER, SECOND_READER, FakeTelegram
from bot.storage.errors import StoreFullError
from tests.support.telegram import BASE_URL, FakeRequest, HandClock, eventually


class Process:
    """One process of the bot, polling; its handler notes what it saw, and waits while `gate` is closed."""

    def __init__(self, store, telegram, handled):
        self.inbox = Inbox(store.updates)
        self.handled = handled
        self.gate = asyncio.Event()
        self.gate.set()
        request = FakeRequest(telegram)
        bot = InboxBot(
            self.inbox,
            telegram.bot_token,
            base_url=BASE_URL,
            request=request,
            get_updates_request=FakeRequest(telegram),
        )
        builder = ApplicationBuilder().bot(bot).update_queue(self.inbox.queue)
        self.application = builder.concurrent_updates(InboxProcessor(self.inbox)).build()
        self.application.add_handler(TypeHandler(Update, self._handle))

    async def _handle(self, update, _):
        await self.gate.wait()
        if update.effective_message:
            self.handled.append(update.effective_message.text)

    async def start(self):
        await self.application.initialize()
        await self.inbox.replay(self.application.bot)
        await self.application.start()
        await self.application.updater.start_polling(timeout=1)

    async def stop(self):
        await self.application.updater.stop()
        await self.application.stop()
        await self.application.shutdown()

    async def die(self):
        """kill -9: every task ends where it stands."""
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def telegram():
    return FakeTelegram(HandClock())


async def test_updates_are_handled_once_each_and_struck_out(store, telegram):
    """The ordinary day."""
    process = Process(store, telegram, handled := [])
    for number in range(20):
        telegram.send_text(READER, READER, f"word {number}")

    await process.start()
    await eventually(lambda: len(handled) == 20)
    await process.stop()

    assert handled == [f"word {number}" for number in range(20)]
    assert await store.updates.unfinished() == ()


@pytest.mark.filterwarnings("ignore:coroutine .*process_update.* was never awaited")
async def test_a_crash_in_a_burst_loses_no_command_and_repeats_none_that_was_handled(store, telegram):
    """What was received and not handled is handled by the next process."""
    first = Process(store, telegram, handled := [])
    telegram.send_text(READER, READER, "before")
    await first.start()
    await eventually(lambda: handled == ["before"])
    first.gate.clear()
    for number in range(50):
        telegram.send_text(
            READER if number % 2 else SECOND_READER, READER if number % 2 else SECOND_READER, f"{number}"
        )
    await eventually(lambda: telegram.updates_pending == 0)
    await first.die()

    second = Process(store, telegram, handled)
    await second.start()
    await eventually(lambda: len(handled) >= 51)
    await second.stop()

    assert sorted(handled) == sorted(["before", *(str(number) for number in range(50))])


async def test_an_update_that_telegram_sends_again_is_handled_once(store, telegram):
    """The confirmation was lost on the way."""
    process = Process(store, telegram, handled := [])
    telegram.send_text(READER, READER, "once")
    await process.application.initialize()
    updates = await process.application.bot.get_updates(timeout=0)
    again = await process.application.bot.get_updates(timeout=0)

    processor = InboxProcessor(process.inbox)
    for update in (*updates, *again):
        await processor.process_update(update, process.application.process_update(update))

    assert [update.update_id for update in updates] == [update.update_id for update in again]
    assert handled == ["once"]
    await process.application.shutdown()


async def test_one_persons_updates_are_handled_in_order(store, telegram):
    """Two quick taps cannot overtake each other; another person does not wait for them."""
    process = Process(store, telegram, handled := [])
    processor = InboxProcessor(process.inbox)
    telegram.send_text(READER, READER, "slow")
    telegram.send_text(READER, READER, "quick")
    telegram.send_text(SECOND_READER, SECOND_READER, "other")
    await process.application.initialize()
    slow, quick, other = await process.application.bot.get_updates(timeout=0)
    gate = asyncio.Event()

    async def handle(text, wait):
        if wait:
            await gate.wait()
        handled.append(text)

    tasks = [
        asyncio.create_task(processor.process_update(slow, handle("slow", wait=True))),
        asyncio.create_task(processor.process_update(quick, handle("quick", wait=False))),
        asyncio.create_task(processor.process_update(other, handle("other", wait=False))),
    ]
    await eventually(lambda: handled == ["other"])
    gate.set()
    await asyncio.gather(*tasks)

    assert handled == ["other", "slow", "quick"]
    await process.application.shutdown()


async def test_while_the_inbox_cannot_be_written_nothing_is_confirmed_before_it_is_handled(telegram):
    """A full disk: people are still answered, and a crash still loses nothing."""

    class Full:
        async def receive(self, payloads):
            raise StoreFullError("full")

        async def finish(self, update_ids):
            raise StoreFullError("full")

    inbox = Inbox(Full())
    bot = InboxBot(
        inbox,
        telegram.bot_token,
        base_url=BASE_URL,
        request=FakeRequest(telegram),
        get_updates_request=FakeRequest(telegram),
    )
    telegram.send_text(READER, READER, "hello")
    (update,) = await bot.get_updates(timeout=0)
    await inbox.queue.put(update)
    polling = asyncio.create_task(bot.get_updates(offset=update.update_id + 1, timeout=0))
    await asyncio.sleep(0.05)
    assert not polling.done()
    assert telegram.updates_pending == 1

    await inbox.queue.get()
    inbox.queue.task_done()

    assert await polling == ()
    assert telegram.updates_pending == 0


async def test_an_update_that_the_library_cannot_read_does_not_stop_those_behind_it(store, telegram):
    """It is confirmed, not asked for again for ever."""
    process = Process(store, telegram, handled := [])
    telegram.send_text(READER, READER, "before")
    telegram.world.mailbox.put("message", {"message_id": 1, "chat": 5}, 0)
    telegram.world.mailbox.put("callback_query", {}, 0)
    await process.start()
    await eventually(lambda: telegram.updates_pending == 0)
    telegram.send_text(READER, READER, "after")
    await eventually(lambda: len(handled) == 2)
    await process.stop()

    assert handled == ["before", "after"]
