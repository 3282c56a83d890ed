"""REMEMBERS: chats, preferences, campaigns, deliveries: what must not be lost."""

from bot.storage.dialect import is_missing
from bot.storage.store import Store

__all__ = ["Store", "is_missing"]
