"""Methods that bring a new message into a chat."""

from __future__ import annotations

from typing import Any

from bot.sandbox.answers import ApiError, bad_request
from bot.sandbox.detection import with_detected
from bot.sandbox.entities import CAPTION_LIMIT, accept, read_entities
from bot.sandbox.keyboards import read_keyboard
from bot.sandbox.links import LinkError, check_link
from bot.sandbox.messages import Document, Message, Preview
from bot.sandbox.nesting import Entities
from bot.sandbox.parameters import Parameters, Upload, whole
from bot.sandbox.people import Chat
from bot.sandbox.rich import check_rich
from bot.sandbox.world import Event, World

_ACTION_NAMES = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note"
)
DOCUMENT_LIMIT_BYTES = 50 << 20
ACTIONS = frozenset(_ACTION_NAMES.split())


def send_message(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#sendmessage"""
    text, entities = read_text(params)
    return _send(world, params, text=text, entities=entities, preview=read_preview(params))


def send_photo(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#sendphoto; nothing is fetched or kept, the source alone is remembered."""
    source = _read_photo(params)
    caption, entities = read_caption(params)
    return _send(world, params, text=caption, entities=entities, photo=source)


def send_document(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#senddocument; uploaded files only."""
    document = params.raw("document")
    if not isinstance(document, Upload):
        raise bad_request("There is no document in the request")
    if not document.content:
        raise bad_request("File must be non-empty")
    if len(document.content) > DOCUMENT_LIMIT_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    caption, entities = read_caption(params)
    return _send(
        world, params, text=caption, entities=entities, document=Document(document.name or "file", document.content)
    )


def send_rich_message(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#sendrichmessage"""
    chat = world.find_chat(params.raw("chat_id"))
    refuse_rich(world, chat)
    return _send(world, params, text="", rich=check_rich(params.mapping("rich_message", "InputRichMessage")))


def copy_message(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#copymessage; the keyboard is not copied."""
    source = _source(world, params, "copy")
    text, entities = (source.text, source.entities)
    if params.has("caption") and source.photo is not None:
        text, entities = read_caption(params)
    content = _content(source)
    sent = _send(world, params, text=text, entities=entities, **content)
    return {"message_id": sent["message_id"]}


def forward_message(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#forwardmessage"""
    source = _source(world, params, "forward")
    content = _content(source)
    origin = source.forwarded_from or world.users[source.sender_id].first_name
    return _send(world, params, text=source.text, entities=source.entities, forwarded_from=origin, **content)


def send_chat_action(world: World, params: Parameters) -> Any:
    """https://core.telegram.org/bots/api#sendchataction"""
    chat = world.find_chat(params.raw("chat_id"))
    world.require_writable(chat)
    action = params.text("action")
    if action not in ACTIONS:
        raise bad_request("Wrong parameter action in request")
    world.emit(Event("action", chat.id, {"action": action}))
    return True


def _content(source: Message) -> dict[str, Any]:
    found: dict[str, Any] = {"photo": source.photo, "document": source.document, "rich": source.rich}
    return found | {"preview": source.preview}


def _send(world: World, params: Parameters, **content: Any) -> Any:
    chat = world.find_chat(params.raw("chat_id"))
    thread_id = params.whole("message_thread_id") or None
    world.require_writable(chat, thread_id)
    keyboard = read_keyboard(params)
    message = Message(
        id=world.next_message_id(chat.id),
        chat_id=chat.id,
        sender_id=world.bot.id,
        sent_at_ms=world.clock(),
        keyboard=keyboard,
        is_silent=params.flag("disable_notification"),
        reply_to=_reply(world, chat, params),
        thread_id=thread_id,
        **content,
    )
    return world.message_json(world.post(message))


def read_text(params: Parameters) -> tuple[str, Entities]:
    """The text of a message with everything a reader will see in it.

    Raises:
        ApiError: Telegram refuses it.
    """
    if not params.text("text"):
        raise bad_request("Message text is empty")
    text, entities = _formatted(params, "text", "entities")
    if not text:
        raise bad_request("Text must be non-empty")
    return text, entities


def read_caption(params: Parameters) -> tuple[str, Entities]:
    """The caption of a photo; it may be empty.

    Raises:
        ApiError: Telegram refuses it.
    """
    return _formatted(params, "caption", "caption_entities", limit=CAPTION_LIMIT)


def _formatted(params: Parameters, text_name: str, entities_name: str, **limit: int) -> tuple[str, Entities]:
    if params.has("parse_mode"):
        # The bot sends entities; text to be parsed is refused here rather than shown in another way than by Telegram.
        raise bad_request("Unsupported parse_mode")
    entities = read_entities(params.structure(entities_name, "entities"))
    text, kept = accept(params.text(text_name), entities, **limit)
    return text, with_detected(text, kept)


def read_preview(params: Parameters) -> Preview:
    """The link preview that a call asks for.

    Raises:
        ApiError: its address is no link.
    """
    options = params.mapping("link_preview_options", "link preview options")
    if options.get("is_disabled") or (not options and params.flag("disable_web_page_preview")):
        return Preview(is_disabled=True)
    url = str(options.get("url") or "")
    try:
        url = check_link(url) if url else ""
    except LinkError as error:
        raise bad_request(f"URL '{url}' is invalid: {error}") from error
    return Preview(url, False, bool(options.get("prefer_large_media")), bool(options.get("show_above_text")))


def refuse_rich(world: World, chat: Chat) -> None:
    """Refuse when rich messages are switched off for this chat or for all.

    Raises:
        ApiError: they are.
    """
    status = world.rich_refusals.get(chat.id) or world.rich_refusals.get(None)
    if status == 404:
        raise ApiError(404, "Not Found")
    if status:
        raise bad_request("RICH_MESSAGES_UNAVAILABLE")


def _read_photo(params: Parameters) -> str:
    photo = params.raw("photo")
    if isinstance(photo, Upload):
        if not photo.content:
            raise bad_request("File must be non-empty")
        return f"attach://{photo.name}"
    if not isinstance(photo, str) or not photo:
        raise bad_request("There is no photo in the request")
    if photo.startswith(("attach://", "http://", "https://")) or photo.isascii():
        return photo
    raise bad_request("Wrong remote file identifier specified: can't unserialize it")


def _source(world: World, params: Parameters, verb: str) -> Message:
    chat = world.find_chat(params.raw("from_chat_id"))
    message = world.find_message(chat.id, params.whole("message_id"))
    if message is None:
        raise bad_request(f"Message to {verb} not found")
    return message


def _reply(world: World, chat: Chat, params: Parameters) -> int | None:
    reply = params.mapping("reply_parameters", "reply parameters")
    message_id = whole(reply.get("message_id")) or params.whole("reply_to_message_id")
    if not message_id or world.find_message(chat.id, message_id):
        return message_id or None
    if reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return None
    raise bad_request("Message to be replied not found")


METHODS = {
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "sendrichmessage": send_rich_message,
    "copymessage": copy_message,
    "forwardmessage": forward_message,
    "sendchataction": send_chat_action,
}
