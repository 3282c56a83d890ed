"""The state behind the Bot API: people, chats, messages, questions that wait for an answer, the bot's own profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.answers import bad_request, forbidden
from bot.sandbox.limits import Limits
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.messages import Message, message_json
from bot.sandbox.parameters import whole
from bot.sandbox.people import ADMINISTRATORS, ANONYMOUS, PRESENT, Chat, ChatKind, Membership, User, private_chat

QUERY_LIFE_MS = 30_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something a client would show: `message`, `edit`, `delete`, `answer`, `action`, `chat`, `profile`."""

    kind: str
    chat_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What the bot answered to a tap: a toast, an alert, a link, or nothing but the end of the waiting."""

    text: str = ""
    is_alert: bool = False
    url: str = ""


@dataclass(slots=True)
class Question:
    """A tap or an inline query that the bot has to answer once, soon."""

    id: str
    user_id: int
    asked_at_ms: int
    chat_id: int | None = None
    message_id: int | None = None
    answer: CallbackAnswer | None = None
    results: list[dict[str, Any]] | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the bot has answered."""
        return self.answer is not None or self.results is not None


@dataclass(slots=True)
class Profile:
    """What the bot says about itself: command lists by (scope, language), texts by language, menu buttons by chat."""

    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int | None, dict[str, Any]] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)


class World:
    """Everything the fake knows. Times are milliseconds UTC from `clock`."""

    def __init__(self, clock: Callable[[], int], bot: User) -> None:
        self.clock = clock
        self.bot = bot
        self.users: dict[int, User] = {bot.id: bot, ANONYMOUS.id: ANONYMOUS}
        self.chats: dict[int, Chat] = {}
        self.messages: dict[int, dict[int, Message]] = {}
        self.questions: dict[str, Question] = {}
        self.mailbox = Mailbox()
        self.profile = Profile()
        self.limits: Limits | None = None
        self.rich_refusals: dict[int | None, int] = {}
        self._last_ids: dict[int, int] = {}
        self._last_question = 0
        self._listeners: list[Callable[[Event], None]] = []

    # -- people

    def add_user(self, user: User) -> Chat:
        """A person, with a chat that is not started."""
        self.users[user.id] = user
        return self.chats.setdefault(user.id, private_chat(user))

    def add_chat(self, chat: Chat) -> Chat:
        """A group or a channel."""
        self.chats[chat.id] = chat
        return chat

    def find_chat(self, reference: Any) -> Chat:
        """The chat of a `chat_id` parameter: a number or `@name`.

        Raises:
            ApiError: there is none.
        """
        if reference in (None, ""):
            raise bad_request("chat_id is empty")
        text = str(reference).strip()
        if text.startswith("@"):
            name = text[1:].lower()
            named = [chat for chat in self.chats.values() if (chat.username or "").lower() == name]
            found = next((chat for chat in named if not chat.is_private), None)
        else:
            number = whole(reference)
            found = self.chats.get(number) if number is not None else None
        if found is None:
            raise bad_request("Chat not found")
        return found

    def require_writable(self, chat: Chat, thread_id: int | None = None) -> None:
        """Refuse as Telegram does when the bot may not write there.

        Raises:
            ApiError: blocked, not started, not a member, without rights, migrated, topic closed.
        """
        if chat.migrated_to is not None:
            raise bad_request("Group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if chat.is_private:
            return _require_started(chat)
        self._require_rights(chat)
        if thread_id is None:
            return None
        if thread_id not in chat.topics | chat.closed_topics:
            raise bad_request("Message thread not found")
        if thread_id in chat.closed_topics:
            raise bad_request("TOPIC_CLOSED")
        return None

    def require_member(self, chat: Chat) -> None:
        """Refuse when the bot does not belong to the group or channel.

        Raises:
            ApiError: it was kicked, or never was a member.
        """
        membership = chat.membership(self.bot.id)
        place = f"{chat.kind.value} chat"
        if membership is Membership.KICKED:
            raise forbidden(f"bot was kicked from the {place}")
        if membership is Membership.LEFT:
            raise forbidden(f"bot is not a member of the {place}")

    def _require_rights(self, chat: Chat) -> None:
        self.require_member(chat)
        membership = chat.membership(self.bot.id)
        if chat.kind is ChatKind.CHANNEL and membership not in ADMINISTRATORS:
            raise bad_request("Need administrator rights in the channel chat")
        if membership is Membership.RESTRICTED:
            raise bad_request("Not enough rights to send text messages to the chat")

    # -- messages

    def next_message_id(self, chat_id: int) -> int:
        """The id of the chat's next message."""
        self._last_ids[chat_id] = self._last_ids.get(chat_id, 0) + 1
        return self._last_ids[chat_id]

    def post(self, message: Message) -> Message:
        """Put a new message into its chat."""
        self.messages.setdefault(message.chat_id, {})[message.id] = message
        self.emit(Event("message", message.chat_id, {"message_id": message.id}))
        return message

    def change(self, message: Message, *, is_edit: bool = True) -> Message:
        """Replace a message by its new version."""
        if is_edit:
            message = replace(message, edited_at_ms=self.clock())
        self.messages[message.chat_id][message.id] = message
        self.emit(Event("edit", message.chat_id, {"message_id": message.id}))
        return message

    def remove(self, chat_id: int, message_id: int) -> None:
        """Take a message away."""
        del self.messages[chat_id][message_id]
        self.emit(Event("delete", chat_id, {"message_id": message_id}))

    def find_message(self, chat_id: int, message_id: int) -> Message | None:
        """That message, unless it never was or was deleted."""
        return self.messages.get(chat_id, {}).get(message_id)

    def message_json(self, message: Message, *, with_reply: bool = True) -> dict[str, Any]:
        """The message as the Bot API shows it."""
        chat = self.chats[message.chat_id]
        replied = self.find_message(chat.id, message.reply_to) if with_reply and message.reply_to else None
        reply = self.message_json(replied, with_reply=False) if replied else None
        via = {"via_bot": self.bot.json()} if message.via_bot else {}
        return message_json(message, chat, self.users[message.sender_id], reply) | via

    # -- questions and updates

    def ask(self, user_id: int, chat_id: int | None = None, message_id: int | None = None) -> Question:
        """A new question to the bot."""
        self._last_question += 1
        question = Question(str(4_000_000 + self._last_question), user_id, self.clock(), chat_id, message_id)
        self.questions[question.id] = question
        return question

    def take_question(self, question_id: str) -> Question:
        """The question that is being answered.

        Raises:
            ApiError: unknown, too old, or already answered.
        """
        question = self.questions.get(question_id)
        if question is None or question.is_answered or self.clock() - question.asked_at_ms > QUERY_LIFE_MS:
            raise bad_request("Query is too old and response timeout expired or query ID is invalid")
        return question

    def notify_bot(self, kind: str, payload: dict[str, Any]) -> int | None:
        """Queue an update for the bot; its id, or None when the bot does not want this kind."""
        update_id = self.mailbox.put(kind, payload, self.clock())
        self.emit(Event("update"))
        return update_id

    # -- watching

    def emit(self, event: Event) -> None:
        """Tell everybody who watches."""
        for listener in tuple(self._listeners):
            listener(event)

    def watch(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` at every event; returns the way to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def is_present(self, chat: Chat, user_id: int) -> bool:
        """Whether that user belongs to the chat."""
        return user_id == chat.id or chat.membership(user_id) in PRESENT


def _require_started(chat: Chat) -> None:
    if chat.is_deactivated:
        raise forbidden("user is deactivated")
    if chat.is_blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.is_started:
        raise forbidden("bot can't initiate conversation with a user")
