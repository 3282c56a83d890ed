"""Links into the bot: they open its private chat at a digest, an item, the tags or the subscription."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Links:
    """`bot` is the bot's username without `@`; `group` is the public group, `@name`, or None when there is none."""

    bot: str
    group: str | None = None

    def digest(self, key: str) -> str:
        """Opens a digest."""
        return self._start(f"d{key}")

    def item(self, key: str, number: int) -> str:
        """Opens an item."""
        return self._start(f"d{key}_{number}")

    def tags(self) -> str:
        """Opens the choice of tags."""
        return self._start("tags")

    def subscribe(self) -> str:
        """Opens the welcome, which offers the subscription."""
        return self._start("subscribe")

    def settings(self, place: str) -> str:
        """Opens the settings of a group or channel, for its administrators."""
        return self._start(f"g_{place}")

    @property
    def public_group(self) -> str | None:
        """The group's `@name`; None for a group without one."""
        return self.group if self.group and self.group.startswith("@") else None

    def _start(self, payload: str) -> str:
        return f"https://t.me/{self.bot}?start={payload}"
