"""`FakeTelegram`: the Bot API as a pure state machine, as strict as Telegram and in Telegram's own words.

It never waits and knows no network: `call` answers at once, time is the `clock` it was given. Two doors lead to it,
`bot.sandbox.server` (HTTP, with the chat page) and `tests.support.telegram` (inside the process).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox import acts
from bot.sandbox.answers import NOT_FOUND, Answer, ApiError, flood, refusal, success
from bot.sandbox.choices import choose
from bot.sandbox.faults import Fault, FaultPlan
from bot.sandbox.limits import Limits, Model, Rates
from bot.sandbox.messages import Message
from bot.sandbox.methods import COUNTED, METHODS
from bot.sandbox.methods.profile import commands_for
from bot.sandbox.parameters import Parameters
from bot.sandbox.people import Chat, ChatKind, Membership, User
from bot.sandbox.world import CallbackAnswer, Event, World

BOT_TOKEN = "42:sandbox"  # noqa: S105 - the sandbox's own, good for nothing elsewhere
BOT_USERNAME = "ai_daily_sandbox_bot"
READER, SECOND_READER, ADMIN = 1001, 1002, 1000
GROUP, GROUP_NAME = -1001000000001, "ai_news_plus"


@dataclass(frozen=True, slots=True)
class Call:
    """One call that came in; `params` are as the caller gave them."""

    method: str
    params: dict[str, Any]
    at_ms: int
    answer: Answer


class FakeTelegram:
    """Telegram with one bot, three people (小林, 老周 and 站长) and the group @ai_news_plus.

    Nobody has opened the chat with the bot yet. `clock` returns milliseconds UTC; the last `keep_calls` calls are kept.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        bot_token: str = BOT_TOKEN,
        bot_username: str = BOT_USERNAME,
        *,
        keep_calls: int = 20_000,
    ) -> None:
        self.bot_token = bot_token
        bot = User(int(bot_token.partition(":")[0]), "AI 日报", bot_username, is_bot=True)
        self.world = World(clock, bot)
        self.calls: deque[Call] = deque(maxlen=keep_calls)
        self._faults = FaultPlan()
        self._poll = 0
        self._settle()

    def _settle(self) -> None:
        self.add_user(ADMIN, "站长")
        self.add_user(READER, "小林")
        self.add_user(SECOND_READER, "老周")
        self.add_group(GROUP, "AI News Plus", GROUP_NAME)
        members = self.world.chats[GROUP].members
        members |= dict.fromkeys((READER, SECOND_READER), Membership.MEMBER) | {ADMIN: Membership.CREATOR}

    # -- the Bot API

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> Answer:
        """Answer one call; faults that were planned come first."""
        given = dict(params or {})
        fault = self._faults.take(method, self._chat_id(given))
        if fault is not None and not fault.is_processed:
            answer = fault.answer
        else:
            answer = self._perform(method.lower(), Parameters(given))
            answer = fault.answer if fault is not None else answer
        self.calls.append(Call(method, given, self.world.clock(), answer))
        return answer

    def _perform(self, method: str, params: Parameters) -> Answer:
        act = METHODS.get(method)
        if act is None:
            return NOT_FOUND
        try:
            if method in COUNTED and self.world.limits is not None:
                self._count(params, self.world.limits)
            return success(act(self.world, params))
        except ApiError as error:
            return refusal(error)

    def _count(self, params: Parameters, limits: Limits) -> None:
        chat = self.world.find_chat(params.raw("chat_id"))
        is_paid = params.flag("allow_paid_broadcast")
        wait_ms = limits.wait_ms(chat.id, self.world.clock(), is_private=chat.is_private, is_paid=is_paid)
        if wait_ms:
            raise flood(-(-wait_ms // 1000))

    def _chat_id(self, params: Mapping[str, Any]) -> int | None:
        try:
            return self.world.find_chat(params.get("chat_id")).id
        except ApiError:
            return None

    def begin_poll(self) -> int:
        """A getUpdates begins to wait and ends the one before it."""
        self._poll += 1
        self.world.emit(Event("poll"))
        return self._poll

    def is_current_poll(self, poll: int) -> bool:
        """Whether no later getUpdates has ended this one."""
        return poll == self._poll

    # -- people

    def add_user(self, user_id: int, first_name: str, username: str | None = None, language: str = "zh-hans") -> Chat:
        """A person; the chat with the bot is not started."""
        return self.world.add_user(User(user_id, first_name, username, language))

    def add_group(
        self, chat_id: int, title: str, username: str | None = None, kind: ChatKind | str = ChatKind.SUPERGROUP
    ) -> Chat:
        """A group or channel with the bot as an administrator."""
        members = {self.world.bot.id: Membership.ADMINISTRATOR}
        return self.world.add_chat(Chat(chat_id, ChatKind(kind), title, username, members))

    def send_text(
        self, user_id: int, chat_id: int, text: str, reply_to: int | None = None, *, thread_id: int | None = None
    ) -> Message:
        """A person writes; the first message in a private chat starts it."""
        return acts.write(self.world, user_id, chat_id, text, reply_to=reply_to, thread_id=thread_id)

    def send_picture(self, user_id: int, chat_id: int, photo: str, caption: str = "") -> Message:
        """A person sends a photo."""
        return acts.write(self.world, user_id, chat_id, caption, photo=photo)

    def edit_text(self, user_id: int, chat_id: int, message_id: int, text: str) -> Message:
        """A person edits an own message."""
        return acts.rewrite(self.world, user_id, chat_id, message_id, text)

    def start(self, user_id: int, payload: str = "") -> Message:
        """A person presses START or follows a deep link."""
        return acts.start(self.world, user_id, payload)

    def tap(self, user_id: int, chat_id: int, message_id: int, data: str) -> str:
        """A person taps a callback button; returns the id of the callback query."""
        return acts.tap(self.world, user_id, chat_id, message_id, data)

    def query_inline(self, user_id: int, query: str, offset: str = "") -> str:
        """A person types `@bot query`; returns the id of the inline query."""
        return acts.query_inline(self.world, user_id, query, offset)

    def choose(self, user_id: int, chat_id: int, query_id: str, result_id: str) -> Message:
        """A person sends one of the answers to their inline query into a chat."""
        return choose(self.world, user_id, chat_id, query_id, result_id)

    def block(self, user_id: int) -> None:
        """A person blocks the bot."""
        acts.block(self.world, user_id)

    def unblock(self, user_id: int) -> None:
        """A person lets the bot write again."""
        acts.unblock(self.world, user_id)

    def deactivate(self, user_id: int) -> None:
        """A person's account is gone."""
        self.world.chats[user_id].is_deactivated = True

    def join(self, user_id: int, chat_id: int, membership: Membership | str = Membership.MEMBER) -> None:
        """A person joins, leaves or is promoted in a group."""
        acts.join(self.world, user_id, chat_id, Membership(membership))

    def found(self, user_id: int, title: str, kind: ChatKind | str = ChatKind.SUPERGROUP) -> Chat:
        """A person makes a group or channel, brings everybody in and adds the bot."""
        return acts.found(self.world, user_id, title, ChatKind(kind))

    def hide(self, user_id: int, chat_id: int) -> None:
        """An administrator writes as the group itself from now on."""
        self.world.chats[chat_id].hidden.add(user_id)

    def place_bot(self, chat_id: int, membership: Membership | str, by_user_id: int = ADMIN) -> None:
        """Someone adds, promotes, restricts or removes the bot in a group."""
        acts.place_bot(self.world, by_user_id, chat_id, Membership(membership))

    def migrate(self, chat_id: int, new_id: int) -> Chat:
        """A basic group becomes a supergroup with another id."""
        return acts.migrate(self.world, chat_id, new_id)

    def open_topic(self, chat_id: int, thread_id: int) -> None:
        """A forum topic that can be written to."""
        chat = self.world.chats[chat_id]
        chat.is_forum = True
        chat.topics.add(thread_id)
        chat.closed_topics.discard(thread_id)

    def close_topic(self, chat_id: int, thread_id: int) -> None:
        """A forum topic that nobody may write to."""
        self.open_topic(chat_id, thread_id)
        self.world.chats[chat_id].closed_topics.add(thread_id)

    # -- reading

    def messages(self, chat_id: int) -> list[Message]:
        """All messages of a chat, oldest first."""
        return list(self.world.messages.get(chat_id, {}).values())

    def message(self, chat_id: int, message_id: int) -> Message:
        """One message.

        Raises:
            KeyError: it never was, or was deleted.
        """
        return self.world.messages.get(chat_id, {})[message_id]

    def bot_messages(self, chat_id: int) -> list[Message]:
        """The bot's own messages in a chat, oldest first."""
        return [message for message in self.messages(chat_id) if message.sender_id == self.world.bot.id]

    def calls_of(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every call of one method, in order."""
        return [call.params for call in self.calls if call.method.lower() == method.lower()]

    def answer_to(self, query_id: str) -> CallbackAnswer | None:
        """What the bot answered to a tap; None while it has not."""
        return self.world.questions[query_id].answer

    def inline_results(self, query_id: str) -> list[dict[str, Any]] | None:
        """What the bot answered to an inline query; None while it has not."""
        return self.world.questions[query_id].results

    def commands(self, user_id: int, chat_id: int) -> list[dict[str, str]]:
        """The command menu a person sees in a chat."""
        language = self.world.users[user_id].language
        return commands_for(self.world.profile, self.world.chats[chat_id], user_id, language)

    @property
    def updates_pending(self) -> int:
        """How many updates wait for the bot."""
        return len(self.world.mailbox)

    def watch(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` at every event; returns the way to stop it."""
        return self.world.watch(listener)

    # -- trouble

    def fail(self, method: str, fault: Fault, times: int = 1, *, chat_id: int | None = None, skip: int = 0) -> None:
        """Let the next `times` calls of `method` (`*`: of any) fail, in one chat or all, after `skip` good ones."""
        self._faults.add(fault, method, times=times, chat_id=chat_id, skip=skip)

    def heal(self) -> None:
        """Forget every planned fault."""
        self._faults.clear()

    def limit_rates(self, model: Model | str | None = Model.SLIDING_WINDOW, rates: Rates | None = None) -> None:
        """Switch Telegram's sending limits on, or off with None."""
        self.world.limits = Limits(Model(model), rates) if model else None

    def refuse_rich(self, chat_id: int | None = None, status: int = 400) -> None:
        """Answer rich messages with 400 or 404, in one chat or (None) everywhere; 0 takes them again."""
        self.world.rich_refusals[chat_id] = status

    def revoke_token(self, new_token: str = "") -> None:
        """The token is no longer good: every door answers 401 until the bot comes with the new one."""
        self.bot_token = new_token
