"""The invitation to subscribe: what the bot promises, and the button that takes it at its word."""

from __future__ import annotations

from bot.core.format.parts import Button
from bot.handlers.callbacks import button
from bot.handlers.desk import Desk
from bot.handlers.hours import clock_time, spoken_time


def promise(desk: Desk) -> str:
    """What a subscriber gets and when."""
    if desk.publish_at == "now":
        return desk.say("start.promise_any_time")
    return desk.say("start.promise", at=spoken_time(desk.publish_at, desk.say))


def subscribe_button(desk: Desk, card_key: str = "") -> Button:
    """The button that subscribes; with a key it stands under that card and leaves it there."""
    if desk.publish_at == "now":
        return button(desk.say("start.subscribe_any_time"), "sub", card_key)
    return button(desk.say("start.subscribe", at=clock_time(desk.publish_at)), "sub", card_key)
