"""The settings of a group or channel: one screen in private, for its administrators, whose buttons change it in place.

Whether somebody is one is asked anew at every tap.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram.ext import BaseHandler

from bot.core.format.parts import Button, Part
from bot.core.format.rich_text import Text, Writer
from bot.core.models import Run, Style
from bot.handlers.callbacks import QUIET, Answer, RefusedError, Tap, Verb, button, fields
from bot.handlers.choosing.chooser import PLACE, Spread, describe
from bot.handlers.choosing.places import Place, administered
from bot.handlers.desk import Desk
from bot.handlers.hours import clock_time
from bot.handlers.quoting import quoted
from bot.handlers.readers import SHUT_OUT
from bot.handlers.replies import show
from bot.pipeline.calling.embassy import Trouble
from bot.pipeline.publishing.press import group_address
from bot.storage.records import Chat, ChatStatus

STYLES = ("full", "card", "rich")
ON, OFF = "on", "off"
HERE, MAIN = "here", "main"


def handlers(_desk: Desk) -> list[BaseHandler[Any, Any, Any]]:
    """None: the screen is opened by its deep link, see `start`."""
    return []


async def by_link(desk: Desk, user_id: int, place: Place) -> Part:
    """The screen that `?start=g_<place>` opens, or why it does not."""
    try:
        return screen(desk, place, await administered(desk, user_id, place))
    except RefusedError as refusal:
        return Part(desk.say(refusal.key))


def screen(desk: Desk, place: Place, chat: Chat) -> Part:
    """Everything chosen for the chat, and the ways to change it."""
    style = chat.style or desk.group_style
    rows = [
        tuple(_choice(desk, place, "pstyle", each, is_on=each == style) for each in STYLES),
        tuple(_choice(desk, place, "psound", each, is_on=chat.is_silent is (each == OFF)) for each in (ON, OFF)),
        (button(desk.say("place.tags"), "tags", Spread(place=place).argument), *_topic_buttons(desk, place, chat)),
        _flow_buttons(desk, place, chat),
    ]
    text = _text(desk, chat, style)
    return Part(text.text, text.entities, tuple(row for row in rows if row))


def _text(desk: Desk, chat: Chat, style: str) -> Text:
    page = Writer().inline((Run(desk.say("place.title", name=quoted(chat.name))),), also=Style.BOLD)
    page.plain("\n" + _flow(desk, chat))
    page.plain("\n" + desk.say("place.style", name=desk.say(f"place.pstyle.{style}"), about=_about(desk, chat, style)))
    if style == "rich" and chat.is_rich_refused:
        page.plain("\n" + desk.say("place.rich_refused"))
    page.plain("\n" + desk.say("place.silent" if chat.is_silent else "place.rings"))
    _write_topic(page, desk, chat)
    return page.plain("\n" + (describe(desk, chat.filter) or desk.say("place.no_tags"))).finish()


def _about(desk: Desk, chat: Chat, style: str) -> str:
    about = desk.say(f"place.about.{style}")
    return about if chat.style else desk.say("place.usual", about=about)


def _flow(desk: Desk, chat: Chat) -> str:
    """Whether digests come here, and who says so."""
    if chat.status in SHUT_OUT:
        return desk.say("place.unreached", reason=quoted(chat.reason))
    if chat.is_home:
        return desk.say("place.is_home")
    if not chat.is_subscribed:
        return desk.say("place.is_stopped" if chat.status is ChatStatus.STOPPED else "place.is_new")
    if desk.publish_at == "now":
        return desk.say("place.is_on_any_time")
    return desk.say("place.is_on", at=clock_time(desk.publish_at))


def _write_topic(page: Writer, desk: Desk, chat: Chat) -> None:
    if chat.topic is None:
        return
    name = desk.say("place.topic_name", thread=chat.topic)
    page.plain("\n" + desk.say("place.topic"))
    page.inline((Run(name, url=group_address(chat.id, chat.username, chat.topic)),))
    if chat.home_thread_id is not None:
        page.plain(desk.say("place.fixed"))


def _topic_buttons(desk: Desk, place: Place, chat: Chat) -> tuple[Button, ...]:
    """The topic from which /settings was sent, and the way back to the main one; none where the operator fixed it."""
    if chat.home_thread_id is not None:
        return ()
    offered = [HERE] if place.thread_id not in (None, chat.thread_id) else []
    offered += [MAIN] if chat.thread_id is not None else []
    return tuple(button(desk.say(f"place.ptopic.{each}"), "ptopic", f"{place}.{each}") for each in offered)


def _flow_buttons(desk: Desk, place: Place, chat: Chat) -> tuple[Button, ...]:
    if chat.status in SHUT_OUT:
        return (button(desk.say("place.try_again"), "pflow", f"{place}.{ON}"),)
    if chat.is_home:
        return ()
    wanted = OFF if chat.is_subscribed else ON
    return (button(desk.say(f"place.pflow.{wanted}"), "pflow", f"{place}.{wanted}"),)


def _choice(desk: Desk, place: Place, verb: str, value: str, *, is_on: bool) -> Button:
    """The button names the state it leads to, so a double tap does what one does."""
    name = desk.say(f"place.{verb}.{value}")
    return button(desk.say("settings.on" if is_on else "settings.off", name=name), verb, f"{place}.{value}")


Change = Callable[[Desk, Place, Chat, str], Awaitable[Answer]]


def _changing(values: tuple[str, ...], change: Change) -> Verb:
    """The verb `<verb>:<place>.<value>`: an administrator changes something, and the screen shows it."""

    async def verb(desk: Desk, tap: Tap) -> Answer:
        name, value = fields(tap.argument, 2)
        place = Place.parse(name)
        if place is None or value not in values:
            raise RefusedError("error.old_button")
        chat = await administered(desk, tap.user_id, place)
        answer = await change(desk, place, chat, value)
        await show(desk, tap, screen(desk, place, await desk.store.chats.get(chat.id)))
        return answer

    return verb


async def _open(_desk: Desk, _place: Place, _chat: Chat, _value: str) -> Answer:
    return QUIET


async def _set_style(desk: Desk, _place: Place, chat: Chat, style: str) -> Answer:
    """Chosen anew, rich messages are tried again where they were refused."""
    await desk.store.chats.set_style(chat.id, style)
    return QUIET


async def _set_sound(desk: Desk, _place: Place, chat: Chat, value: str) -> Answer:
    await desk.store.chats.set_silent(chat.id, value == OFF)
    return QUIET


async def _set_topic(desk: Desk, place: Place, chat: Chat, value: str) -> Answer:
    await desk.store.chats.set_topic(chat.id, place.thread_id if value == HERE else None)
    return QUIET


async def _set_flow(desk: Desk, _place: Place, chat: Chat, value: str) -> Answer:
    """Digests come here or not. What the operator wants for a group is not changed, only tried again."""
    if value == OFF:
        if chat.is_home:
            raise RefusedError("place.not_yours_to_stop")
        await desk.store.chats.unsubscribe(chat.id)
        return Answer(desk.say("place.stopped"))
    match await desk.embassy.place(chat.id):
        case Trouble(code, reason):
            raise RefusedError(f"place.trouble.{code}", reason=reason)
    await (desk.store.chats.revive if chat.is_home else desk.store.chats.subscribe)(chat.id)
    return Answer(desk.say("place.started"))


VERBS: Mapping[str, Verb] = {
    PLACE: _changing(("",), _open),
    "pstyle": _changing(STYLES, _set_style),
    "psound": _changing((ON, OFF), _set_sound),
    "ptopic": _changing((HERE, MAIN), _set_topic),
    "pflow": _changing((ON, OFF), _set_flow),
}
