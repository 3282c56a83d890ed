"""Chats: nothing happens to a reader unasked, nothing they chose is lost."""

from bot.core.tags.edition import TagFilter
from bot.storage.plans import GroupEdition, PublicationPlan, ReaderKey, Target
from bot.storage.records import Audience, ChatKind, ChatStatus

ROBOTS = TagFilter(followed=("机器人",))


async def reader(store, chat_id, *, tags=None, style=None):
    await store.chats.ensure(chat_id, ChatKind.PRIVATE, f"reader {chat_id}")
    await store.chats.subscribe(chat_id)
    if tags:
        await store.chats.set_filter(chat_id, tags)
    if style:
        await store.chats.set_style(chat_id, style)


async def test_a_chat_met_for_the_first_time_is_new_and_not_subscribed(store):
    """Nothing is subscribed before a tap."""
    chat = await store.chats.ensure(7, ChatKind.PRIVATE, "小林", "xiaolin")

    assert (chat.status, chat.is_subscribed, chat.name, chat.style, chat.filter) == (
        ChatStatus.NEW,
        False,
        "小林",
        "card",
        TagFilter(),
    )
    assert await store.chats.find(8) is None


async def test_meeting_a_chat_again_keeps_its_preferences_and_its_topic(store):
    """Name and username follow the person; filter, status and topic stay."""
    await store.chats.ensure(-5, ChatKind.GROUP, "old")
    await store.chats.set_topic(-5, 17)
    await store.chats.subscribe(-5)
    await store.chats.set_filter(-5, ROBOTS)

    chat = await store.chats.ensure(-5, ChatKind.GROUP, "new", "name")

    assert (chat.name, chat.username, chat.thread_id, chat.filter) == ("new", "name", 17, ROBOTS)
    assert chat.is_subscribed


async def test_a_chat_that_comes_back_is_what_it_was(store):
    """Blocked or paused, even twice, and revived: subscribed again with the preferences kept."""
    await reader(store, 7, tags=ROBOTS)
    await store.chats.deactivate(7, "bot was blocked by the user")
    await store.chats.set_status(7, ChatStatus.PAUSED, "chat not found")
    assert (await store.chats.get(7)).reason == "chat not found"

    chat = await store.chats.revive(7)

    assert (chat.status, chat.reason, chat.filter) == (ChatStatus.ACTIVE, "", ROBOTS)


async def test_reviving_one_who_left_does_not_subscribe_them(store):
    """/stop is remembered through a block."""
    await reader(store, 7)
    await store.chats.unsubscribe(7)
    await store.chats.deactivate(7, "blocked")

    assert (await store.chats.revive(7)).status is ChatStatus.STOPPED
    assert (await store.chats.revive(7)).status is ChatStatus.STOPPED


async def test_the_audience_and_the_editions_count_private_chats(store):
    """Groups are no subscribers; a style that was refused counts as the card."""
    await reader(store, 1)
    await reader(store, 2, tags=ROBOTS)
    await reader(store, 3, style="rich")
    await reader(store, 4, style="rich")
    await store.chats.set_rich_refused(4, True)
    await reader(store, 5)
    await store.chats.unsubscribe(5)
    await store.chats.ensure(-9, ChatKind.GROUP)
    await store.chats.subscribe(-9)

    assert await store.chats.audience() == Audience(active=4, stopped=1, blocked=0, groups=1)
    assert await store.chats.count_subscribers() == 4
    assert await store.chats.editions() == (ReaderKey("card"), ReaderKey("card", ROBOTS.key), ReaderKey("rich"))


async def test_a_migrated_group_has_its_new_id_everywhere(store, a_call):
    """Preferences and pending deliveries move; a chat already met under the new id is merged; twice is once."""
    await store.chats.ensure(-5, ChatKind.GROUP, "group")
    await store.chats.subscribe(-5)
    plan = PublicationPlan("20260206", "hash", (Target(-5, 3),), {GroupEdition().key: (a_call,)})
    campaign_id = await store.campaigns.publish(plan)
    await store.chats.ensure(-1005, ChatKind.GROUP, "group")

    await store.chats.migrate(-5, -1005)
    await store.chats.migrate(-5, -1005)

    assert (await store.chats.get(-1005)).is_subscribed
    assert await store.chats.find(-5) is None
    assert [row.chat_id for row in await store.deliveries.of_groups(campaign_id)] == [-1005]


async def test_a_migrated_group_whose_old_number_is_met_again_keeps_what_was_chosen(store, clock):
    """As when GROUP_CHATS still names the old one: what is told of it later is no choice."""
    await store.chats.ensure(-5, ChatKind.GROUP, "group")
    await store.chats.set_filter(-5, ROBOTS)
    await store.chats.migrate(-5, -1005)
    clock.now_ms += 1
    await store.chats.ensure(-5, ChatKind.GROUP, "group")
    await store.chats.migrate(-5, -1005)
    assert (await store.chats.get(-1005)).filter == ROBOTS
    assert await store.chats.find(-5) is None


async def test_forgetting_leaves_nothing(store):
    """/deleteme: not even what is listed about lost messages, nor a flood wait."""
    await reader(store, 7, tags=ROBOTS)
    await store.holds.put(7, 9_999_999_999_999)

    await store.chats.forget(7)

    assert await store.chats.find(7) is None
    assert await store.holds.load() == {}


async def test_the_operators_groups_are_told_from_those_that_want_it_themselves(store):
    """The operator's get digests whatever was chosen, even one that cannot be written to just now, when it is back;
    taken out of the settings they get none, and the others are left alone."""
    for chat_id in (-1, -2, -3):
        await store.chats.ensure(chat_id, ChatKind.GROUP)
    await store.chats.set_status(-2, ChatStatus.PAUSED, "TOPIC_CLOSED")
    await store.chats.subscribe(-3)

    await store.chats.set_homes({-1: 7, -2: None}, is_complete=True)
    assert [chat.id for chat in await store.chats.invited()] == [-3]
    assert [(await store.chats.get(chat_id)).topic for chat_id in (-1, -2)] == [7, None]
    assert (await store.chats.revive(-2)).is_subscribed

    await store.chats.set_homes({-2: None}, is_complete=False)
    assert (await store.chats.get(-1)).is_home
    await store.chats.set_homes({-2: None}, is_complete=True)
    left = await store.chats.get(-1)
    assert (left.is_home, left.topic, left.status) == (False, None, ChatStatus.STOPPED)
    assert (await store.chats.get(-3)).is_subscribed


async def test_a_group_goes_where_and_how_its_administrators_say(store):
    """Of a group nobody chose anything for, the style is not chosen either."""
    assert (await store.chats.ensure(-5, ChatKind.GROUP)).style == ""
    await store.chats.set_topic(-5, 17)
    await store.chats.set_silent(-5, True)
    chat = await store.chats.get(-5)
    assert (chat.topic, chat.is_silent) == (17, True)
