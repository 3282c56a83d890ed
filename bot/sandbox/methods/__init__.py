"""The methods of the Bot API, by their names in small letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.methods import chats, editing, profile, questions, sending, updates
from bot.sandbox.parameters import Parameters
from bot.sandbox.world import World

Method = Callable[[World, Parameters], Any]

METHODS: dict[str, Method] = {
    **sending.METHODS,
    **editing.METHODS,
    **questions.METHODS,
    **chats.METHODS,
    **profile.METHODS,
    **updates.METHODS,
}
# Which methods put a message into a chat or change one: these count against the sending limits.
COUNTED = frozenset(sending.METHODS.keys() - {"sendchataction"}) | editing.COUNTED
