"""Methods that change or remove messages that are already there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.sandbox.answers import ApiError, bad_request
from bot.sandbox.keyboards import has_other_markup, read_keyboard
from bot.sandbox.messages import Message
from bot.sandbox.methods.sending import read_caption, read_preview, read_text, refuse_rich
from bot.sandbox.parameters import Parameters
from bot.sandbox.people import ADMINISTRATORS, Chat
from bot.sandbox.rich import check_rich
from bot.sandbox.world import Event, World

DELETABLE_MS = 48 * 3_600_000
BATCH_LIMIT = 100


def edit_message_text(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#editmessagetext; without `reply_markup` the keyboard goes."""
    message = _to_edit(world, params)
    if params.has("rich_message"):
        refuse_rich(world, world.chats[message.chat_id])
        rich = check_rich(params.mapping("rich_message", "InputRichMessage"))
        return _apply(world, params, replace(message, text="", entities=(), rich=rich))
    text, entities = read_text(params)
    if message.photo is not None or message.document is not None:
        raise bad_request("There is no text in the message to edit")
    changed = replace(message, text=text, entities=entities, rich=None, preview=read_preview(params))
    return _apply(world, params, changed)


def edit_message_caption(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#editmessagecaption"""
    message = _to_edit(world, params)
    caption, entities = read_caption(params)
    if message.photo is None and message.document is None:
        raise bad_request("There is no caption in the message to edit")
    return _apply(world, params, replace(message, text=caption, entities=entities))


def edit_message_reply_markup(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#editmessagereplymarkup"""
    return _apply(world, params, _to_edit(world, params), is_edit=False)


def delete_message(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#deletemessage"""
    chat = world.find_chat(params.raw("chat_id"))
    message = world.find_message(chat.id, params.whole("message_id"))
    if message is None:
        raise bad_request("Message to delete not found")
    _require_deletable(world, chat, message)
    world.remove(chat.id, message.id)
    return True


def delete_messages(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#deletemessages; those that are not there are passed over."""
    chat = world.find_chat(params.raw("chat_id"))
    ids = params.numbers("message_ids")
    if not 1 <= len(ids) <= BATCH_LIMIT:
        raise bad_request("Too many messages specified" if ids else "Message identifiers are not specified")
    messages = [message for each in ids if (message := world.find_message(chat.id, each))]
    for message in messages:
        _require_deletable(world, chat, message)
    for message in messages:
        world.remove(chat.id, message.id)
    return True


def pin_chat_message(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#pinchatmessage"""
    chat = world.find_chat(params.raw("chat_id"))
    world.require_writable(chat)
    if not chat.is_private and chat.membership(world.bot.id) not in ADMINISTRATORS:
        raise bad_request("Not enough rights to manage pinned messages in the chat")
    message_id = params.whole("message_id")
    if world.find_message(chat.id, message_id) is None:
        raise bad_request("Message to pin not found")
    chat.pinned = [each for each in chat.pinned if each != message_id] + [message_id]
    world.emit(Event("chat", chat.id))
    return True


def unpin_chat_message(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#unpinchatmessage; without an id the latest one."""
    chat = world.find_chat(params.raw("chat_id"))
    message_id = params.whole("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("Message to unpin not found")
    chat.pinned.remove(message_id)
    world.emit(Event("chat", chat.id))
    return True


def _to_edit(world: World, params: Parameters) -> Message:
    if params.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = world.find_chat(params.raw("chat_id"))
    message_id = params.whole("message_id")
    if not message_id:
        raise bad_request("Message identifier is not specified")
    world.require_writable(chat)
    message = world.find_message(chat.id, message_id)
    if message is None:
        raise bad_request("Message to edit not found")
    if message.sender_id != world.bot.id or message.forwarded_from:
        raise bad_request("Message can't be edited")
    return message


def _apply(world: World, params: Parameters, changed: Message, *, is_edit: bool = True) -> Any:
    if has_other_markup(params):
        raise bad_request("Inline keyboard expected")
    before = world.messages[changed.chat_id][changed.id]
    changed = replace(changed, keyboard=read_keyboard(params))
    if changed.content == before.content:
        raise ApiError(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
            "same as a current content and reply markup of the message",
        )
    return world.message_json(world.change(changed, is_edit=is_edit))


def _require_deletable(world: World, chat: Chat, message: Message) -> None:
    is_own = message.sender_id == world.bot.id
    if not (is_own or chat.is_private or chat.membership(world.bot.id) in ADMINISTRATORS):
        raise bad_request("Message can't be deleted")
    if world.clock() - message.sent_at_ms > DELETABLE_MS and (is_own or chat.is_private):
        raise bad_request("Message can't be deleted for everyone")


COUNTED = frozenset({"editmessagetext", "editmessagecaption", "editmessagereplymarkup"})
METHODS = {
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "pinchatmessage": pin_chat_message,
    "unpinchatmessage": unpin_chat_message,
}
