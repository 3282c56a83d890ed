"""The only place that calls Telegram for parts: one at a time, with an outcome instead of an exception."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from telegram import Bot, InputFile
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.core.delivery.retry import AWAIT_STARS_MS, NotSent, Outcome, RetryAfter, Sent, Unknown, Unpaid
from bot.core.delivery.throttle import Lane
from bot.core.delivery.wire import Answer, Broken, classify
from bot.pipeline.calling.ratelimit import PATIENCE_MS, TRIES, Limiter, is_costly
from bot.pipeline.calling.transport import Body, Template, broken_cause


class Sender:
    """Sends, edits and copies. Waits its turn in the throttle; never raises for what Telegram or the network did.

    `request` carries the bulk, apart from the bot's own connections. `is_paid` pays for more than 30 messages a second.
    """

    def __init__(self, bot: Bot, limiter: Limiter, *, request: BaseRequest, is_paid: bool = False) -> None:
        self._bot = bot
        self._bulk = request
        self._is_paid = is_paid
        self.limiter = limiter

    async def send_part(
        self, chat_id: int | str, params: Mapping[str, Any], *, lane: Lane = Lane.INTERACTIVE, thread: int | None = None
    ) -> Outcome:
        """`sendMessage` with the params of a part (`core.parts.to_params`)."""
        topic = {} if thread is None else {"message_thread_id": thread}
        return await self.call("sendMessage", {"chat_id": chat_id, **topic, **params}, lane=lane)

    async def edit_part(
        self, chat_id: int | str, message_id: int, params: Mapping[str, Any], *, lane: Lane = Lane.INTERACTIVE
    ) -> Outcome:
        """`editMessageText` with the params of a part. A message that says so already counts as `Sent`."""
        kept = {name: value for name, value in params.items() if name != "disable_notification"}
        return await self.call("editMessageText", {"chat_id": chat_id, "message_id": message_id, **kept}, lane=lane)

    async def copy(
        self,
        chat_id: int | str,
        from_chat_id: int,
        message_id: int,
        *,
        is_silent: bool = False,
        lane: Lane = Lane.INTERACTIVE,
    ) -> Outcome:
        """`copyMessage`."""
        params = {"from_chat_id": from_chat_id, "message_id": message_id, "disable_notification": is_silent}
        return await self.call("copyMessage", {"chat_id": chat_id, **params}, lane=lane)

    async def call(self, method: str, params: Mapping[str, Any], *, lane: Lane = Lane.INTERACTIVE) -> Outcome:
        """Any other method that sends, copies, edits or deletes; `params` holds the `chat_id`.

        Short flood waits are waited out; before long ones the call is not made.
        """
        rest = dict(params)
        chat_id = rest.pop("chat_id")
        outcome = await self._in_turn(method, Template(rest).body(chat_id), chat_id, lane)
        return _with_known_message(outcome, rest)

    async def send_file(self, chat_id: int, name: str, content: bytes, *, caption: str = "") -> Outcome:
        """`sendDocument` with a file of ours."""
        fields = {"chat_id": chat_id, "caption": caption, "document": InputFile(content, filename=name)}
        body = RequestData([RequestParameter.from_input(field, value) for field, value in fields.items()])
        return await self._in_turn("sendDocument", body, chat_id, Lane.INTERACTIVE)

    async def _in_turn(self, method: str, body: Body | RequestData, chat_id: int | str, lane: Lane) -> Outcome:
        outcome: Outcome = RetryAfter(0)
        for _ in range(TRIES if is_costly(method) else 1):
            wait_ms = self.limiter.wait_ms(chat_id)
            if is_costly(method):
                if wait_ms > PATIENCE_MS:
                    return RetryAfter(-(-wait_ms // 1000))
                await self.limiter.turn(lane, chat_id)
            outcome = await self.post(method, body, chat_id, is_bulk=lane is not Lane.INTERACTIVE)
            if not isinstance(outcome, RetryAfter):
                break
        return outcome

    def prepare(self, params: Mapping[str, Any]) -> Template:
        """Serialise the parameters that all chats of a campaign share."""
        return Template({**params, "allow_paid_broadcast": True} if self._is_paid else params)

    async def post(
        self, method: str, body: Body | RequestData, chat_id: int | str | None, *, is_bulk: bool = True
    ) -> Outcome:
        """Make the call now, whoever's turn it is; the throttle learns of a flood."""
        outcome = await self._exchange(method, body, self._bulk if is_bulk else self._bot.request)
        if isinstance(outcome, RetryAfter):
            await self.limiter.flooded(chat_id, outcome.seconds)
        if isinstance(outcome, Unpaid):
            self.limiter.rest_bulk(AWAIT_STARS_MS)
        return outcome

    async def is_reachable(self) -> bool:
        """Whether Telegram answers at all, asked without sending anything to anybody."""
        outcome = await self._exchange("getMe", Body(b"{}"), self._bulk)
        return not isinstance(outcome, NotSent | Unknown)

    async def _exchange(self, method: str, body: Body | RequestData, request: BaseRequest) -> Outcome:
        try:
            status, payload = await request.do_request(
                f"{self._bot.base_url}/{method}", "POST", cast(RequestData, body)
            )
        except TelegramError as error:
            return classify(Broken(broken_cause(error)))
        return classify(Answer(status, payload))


def _with_known_message(outcome: Outcome, params: Mapping[str, Any]) -> Outcome:
    """Where Telegram names no message, it is the one that was named to it."""
    known = params.get("message_id")
    return Sent(known) if outcome == Sent(0) and isinstance(known, int) else outcome
