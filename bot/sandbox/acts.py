"""What people do: write, tap, start, block, join. Each act leaves its messages and sends the bot its updates."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.sandbox.detection import with_detected
from bot.sandbox.entities import TEXT_LIMIT
from bot.sandbox.messages import Message
from bot.sandbox.people import ADMINISTRATORS, ANONYMOUS, PRESENT, Chat, ChatKind, Membership, member_json
from bot.sandbox.world import Event, World

FIRST_GROUP = -1_002_000_000_000
TITLE_LIMIT = 128
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ActError(ValueError):
    """A person cannot do that: no such chat, no such button, not a member."""


def write(
    world: World,
    user_id: int,
    chat_id: int,
    text: str,
    *,
    reply_to: int | None = None,
    thread_id: int | None = None,
    photo: str | None = None,
) -> Message:
    """A person sends a text, or a photo with a caption.

    Raises:
        ActError: the person is not there, or the text is empty or too long; in a channel only the bot writes.
    """
    chat = require_place(world, user_id, chat_id)
    if chat.kind is ChatKind.CHANNEL:
        raise ActError(f"chat {chat_id} is a channel, where only the bot writes")
    text = text.strip()
    if not (text or photo) or len(text) > TEXT_LIMIT:
        raise ActError(f"a message has 1-{TEXT_LIMIT} characters")
    if reply_to is not None and world.find_message(chat_id, reply_to) is None:
        raise ActError(f"there is no message {reply_to} to reply to")
    if chat.is_private:
        _open(world, chat)
    message = Message(
        id=world.next_message_id(chat_id),
        chat_id=chat_id,
        sender_id=ANONYMOUS.id if chat.is_hidden(user_id) else user_id,
        sent_at_ms=world.clock(),
        text=text,
        entities=with_detected(text, ()),
        photo=photo,
        reply_to=reply_to,
        thread_id=thread_id,
    )
    world.post(message)
    if _reaches_bot(world, chat, message):
        world.notify_bot("message", world.message_json(message))
    return message


def start(world: World, user_id: int, payload: str = "") -> Message:
    """A person opens the bot by its START button or a deep link with `payload`.

    Raises:
        ActError: Telegram has no such deep link.
    """
    if payload and not PAYLOAD.fullmatch(payload):
        raise ActError(f"a deep link has 1-64 of A-Z a-z 0-9 _ -, not {payload!r}")
    return write(world, user_id, user_id, f"/start {payload}".strip())


def rewrite(world: World, user_id: int, chat_id: int, message_id: int, text: str) -> Message:
    """A person edits an own message.

    Raises:
        ActError: it is not theirs.
    """
    chat = require_place(world, user_id, chat_id)
    message = world.find_message(chat_id, message_id)
    if message is None or message.sender_id != user_id:
        raise ActError(f"message {message_id} is not theirs to edit")
    changed = world.change(replace(message, text=text, entities=with_detected(text, ())))
    if _reaches_bot(world, chat, changed):
        world.notify_bot("edited_message", world.message_json(changed))
    return changed


def tap(world: World, user_id: int, chat_id: int, message_id: int, data: str) -> str:
    """A person taps a callback button; returns the id of the question to the bot.

    Raises:
        ActError: there is no such button.
    """
    require_place(world, user_id, chat_id)
    message = world.find_message(chat_id, message_id)
    if message is None or data not in message.callbacks:
        raise ActError(f"message {message_id} has no button {data!r}")
    question = world.ask(user_id, chat_id, message_id)
    payload = {"id": question.id, "from": world.users[user_id].json(), "message": world.message_json(message)}
    world.notify_bot("callback_query", payload | {"chat_instance": str(chat_id), "data": data})
    return question.id


def query_inline(world: World, user_id: int, query: str, offset: str = "", chat_type: str = "sender") -> str:
    """A person types `@bot query` in any chat; returns the id of the inline query."""
    question = world.ask(user_id)
    payload = {"id": question.id, "from": world.users[user_id].json(), "query": query, "offset": offset}
    world.notify_bot("inline_query", payload | {"chat_type": chat_type})
    return question.id


def block(world: World, user_id: int) -> None:
    """A person blocks the bot."""
    chat = world.chats[user_id]
    if not chat.is_blocked:
        chat.is_blocked = True
        _tell_membership(world, chat, user_id, Membership.MEMBER, Membership.KICKED)


def unblock(world: World, user_id: int) -> None:
    """A person lets the bot write again."""
    chat = world.chats[user_id]
    if chat.is_blocked:
        chat.is_blocked = False
        _tell_membership(world, chat, user_id, Membership.KICKED, Membership.MEMBER)


def found(world: World, user_id: int, title: str, kind: ChatKind = ChatKind.SUPERGROUP) -> Chat:
    """A person makes a group or channel, brings everybody in and adds the bot.

    Raises:
        ActError: there is no such person, or the title is empty or too long.
    """
    user, title = world.users.get(user_id), title.strip()
    if user is None or user.is_bot or not 0 < len(title) <= TITLE_LIMIT:
        raise ActError(f"a group has a founder and a title of 1-{TITLE_LIMIT} characters")
    people = [other for other in world.users.values() if not other.is_bot]
    number = sum(not chat.is_private for chat in world.chats.values()) + 1
    chat = world.add_chat(Chat(FIRST_GROUP - number, kind, title))
    chat.members |= {other.id: Membership.MEMBER for other in people} | {user_id: Membership.CREATOR}
    is_channel = kind is ChatKind.CHANNEL
    place_bot(world, user_id, chat.id, Membership.ADMINISTRATOR if is_channel else Membership.MEMBER)
    return chat


def place_bot(world: World, by_user_id: int, chat_id: int, membership: Membership) -> None:
    """Someone adds the bot to a group, promotes, restricts or removes it."""
    chat = world.chats[chat_id]
    before = chat.membership(world.bot.id)
    chat.members[world.bot.id] = membership
    if before is not membership:
        _tell_membership(world, chat, by_user_id, before, membership)


def join(world: World, user_id: int, chat_id: int, membership: Membership = Membership.MEMBER) -> None:
    """A person joins, leaves or is promoted in a group."""
    chat = world.chats[chat_id]
    before = chat.membership(user_id)
    chat.members[user_id] = membership
    user = world.users[user_id]
    members = {"old_chat_member": member_json(user, before), "new_chat_member": member_json(user, membership)}
    world.notify_bot("chat_member", _service(world, chat, user_id) | members)
    if (before in PRESENT) is not (membership in PRESENT):
        field = {"new_chat_members": [user.json()]} if membership in PRESENT else {"left_chat_member": user.json()}
        message = _service(world, chat, user_id) | {"message_id": world.next_message_id(chat_id)} | field
        world.notify_bot("message", message)
    world.emit(Event("chat", chat_id))


def migrate(world: World, chat_id: int, new_id: int) -> Chat:
    """A basic group becomes a supergroup; the old id answers with the new one from then on."""
    old = world.chats[chat_id]
    new = replace(old, id=new_id, kind=ChatKind.SUPERGROUP, members=dict(old.members))
    old.migrated_to = world.add_chat(new).id
    service = _service(world, old, world.bot.id) | {"message_id": world.next_message_id(chat_id)}
    world.notify_bot("message", service | {"migrate_to_chat_id": new_id})
    return new


def require_place(world: World, user_id: int, chat_id: int) -> Chat:
    """The chat in which that person wants to do something.

    Raises:
        ActError: unknown person or chat, or not a member.
    """
    chat = world.chats.get(chat_id)
    if user_id not in world.users or chat is None or not world.is_present(chat, user_id):
        raise ActError(f"person {user_id} is not in chat {chat_id}")
    return chat


def _open(world: World, chat: Chat) -> None:
    unblock(world, chat.id)
    if not chat.is_started:
        chat.is_started = True
        world.emit(Event("chat", chat.id))


def _reaches_bot(world: World, chat: Chat, message: Message) -> bool:
    """In a group a bot that is no administrator sees only commands, mentions of itself and replies to itself.

    Source: https://core.telegram.org/bots/features#privacy-mode
    """
    if chat.is_private or chat.membership(world.bot.id) in ADMINISTRATORS:
        return True
    if chat.membership(world.bot.id) not in PRESENT:
        return False
    replied = world.find_message(chat.id, message.reply_to) if message.reply_to else None
    name = f"@{world.bot.username}".lower()
    addressed = [message.entity_text(each).lower() for each in message.entities]
    is_command = any(each.startswith("/") and ("@" not in each or each.endswith(name)) for each in addressed)
    return is_command or name in addressed or (replied is not None and replied.sender_id == world.bot.id)


def _tell_membership(world: World, chat: Chat, by_user_id: int, before: Membership, after: Membership) -> None:
    members = {"old_chat_member": member_json(world.bot, before), "new_chat_member": member_json(world.bot, after)}
    world.notify_bot("my_chat_member", _service(world, chat, by_user_id) | members)
    world.emit(Event("chat", chat.id))


def _service(world: World, chat: Chat, user_id: int) -> dict[str, Any]:
    return {"chat": chat.json(), "from": world.users[user_id].json(), "date": world.clock() // 1000}
