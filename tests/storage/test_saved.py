"""Saved items: kept once, listed newest first, gone when dropped."""

from bot.storage.records import ChatKind


async def test_the_last_saved_item_comes_first_and_each_once(store, clock):
    """Saving twice leaves an item where it is."""
    await store.chats.ensure(7, ChatKind.PRIVATE)
    for number in (1, 2, 3, 1):
        clock.pass_ms(10)
        assert await store.saved.keep(7, f"20260206_{number}", f"第 {number} 条")

    assert [item.item_key for item in await store.saved.page(7, 2)] == ["20260206_3", "20260206_2"]
    assert [item.headline for item in await store.saved.page(7, 2, 2)] == ["第 1 条"]
    assert await store.saved.count(7) == 3


async def test_a_dropped_item_is_gone_and_dropping_again_harms_nothing(store):
    """Nobody else's items are touched."""
    for chat_id in (7, 8):
        await store.chats.ensure(chat_id, ChatKind.PRIVATE)
        await store.saved.keep(chat_id, "20260206_1", "一条")

    await store.saved.drop(7, "20260206_1")
    await store.saved.drop(7, "20260206_1")

    assert await store.saved.find(7, "20260206_1") is None
    assert (await store.saved.find(8, "20260206_1")).headline == "一条"


async def test_nobody_fills_the_state(store):
    """Beyond the limit nothing is saved, and what is saved stays so."""
    store.saved.most = 2
    await store.chats.ensure(7, ChatKind.PRIVATE)

    kept = [await store.saved.keep(7, f"20260206_{number}", "") for number in (1, 2, 3, 2)]

    assert kept == [True, True, False, True]


async def test_a_forgotten_chat_leaves_no_saved_items(store):
    """/deleteme takes them along."""
    await store.chats.ensure(7, ChatKind.PRIVATE)
    await store.saved.keep(7, "20260206_1", "一条")

    await store.chats.forget(7)

    assert await store.saved.count(7) == 0
