"""Methods that ask about chats and their members."""

from __future__ import annotations

from typing import Any

from bot.sandbox.answers import bad_request
from bot.sandbox.parameters import Parameters
from bot.sandbox.people import ADMINISTRATORS, PRESENT, Chat, Membership, member_json
from bot.sandbox.world import Event, World


def get_chat(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#getchat"""
    chat = world.find_chat(params.raw("chat_id"))
    if chat.migrated_to is not None:
        raise bad_request("Group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    found = chat.json() | {"accent_color_id": chat.id % 7, "max_reaction_count": 11}
    found["accepted_gift_types"] = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    if chat.username:
        found["active_usernames"] = [chat.username]
    if chat.pinned and (pinned := world.find_message(chat.id, chat.pinned[-1])):
        found["pinned_message"] = world.message_json(pinned)
    return found


def get_chat_member(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#getchatmember"""
    chat = _shared_chat(world, params)
    user = world.users.get(params.whole("user_id"))
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    membership = Membership.MEMBER if user.id == chat.id else chat.membership(user.id)
    return member_json(user, membership, is_hidden=chat.is_hidden(user.id))


def get_chat_administrators(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#getchatadministrators"""
    chat = _shared_chat(world, params)
    if chat.is_private:
        raise bad_request("There are no administrators in the private chat")
    admins = [(user_id, each) for user_id, each in chat.members.items() if each in ADMINISTRATORS]
    return [
        member_json(world.users[user_id], membership, is_hidden=chat.is_hidden(user_id))
        for user_id, membership in admins
    ]


def get_chat_member_count(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#getchatmembercount"""
    chat = _shared_chat(world, params)
    return 2 if chat.is_private else sum(membership in PRESENT for membership in chat.members.values())


def leave_chat(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#leavechat"""
    chat = _shared_chat(world, params)
    if chat.is_private:
        raise bad_request("Chat not found")
    chat.members[world.bot.id] = Membership.LEFT
    world.emit(Event("chat", chat.id))
    return True


def _shared_chat(world: World, params: Parameters) -> Chat:
    chat = world.find_chat(params.raw("chat_id"))
    if not chat.is_private:
        world.require_member(chat)
    return chat


METHODS = {
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatadministrators": get_chat_administrators,
    "getchatmembercount": get_chat_member_count,
    "leavechat": leave_chat,
}
