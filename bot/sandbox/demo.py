"""A reader who shows the way: presses START and taps the subscription, as anybody would."""

from __future__ import annotations

import asyncio

from bot.sandbox.telegram import FakeTelegram

LOOK_EVERY_S = 0.2


async def subscribe(telegram: FakeTelegram, user_id: int, word: str = "订阅") -> None:
    """Open the bot as this person, wait for a button whose text contains `word`, and tap it."""
    telegram.start(user_id)
    while True:
        for message in telegram.bot_messages(user_id):
            for button in (button for row in message.keyboard for button in row):
                if word in button["text"] and "callback_data" in button:
                    telegram.tap(user_id, user_id, message.id, button["callback_data"])
                    return
        await asyncio.sleep(LOOK_EVERY_S)
