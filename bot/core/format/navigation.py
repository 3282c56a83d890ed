"""Rows of buttons: their data is `v1:verb:argument`, and pages are turned with ‹ and ›."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.core.format.parts import Button, Keyboard

BACK, ON = "‹", "›"
Thing = TypeVar("Thing")


def callback(verb: str, argument: str) -> str:
    """The data of a button; `Button` refuses it when it is over 64 bytes."""
    return f"v1:{verb}:{argument}"


def in_rows(buttons: Sequence[Button], columns: int) -> Keyboard:
    """Buttons side by side, so many in a row."""
    return tuple(tuple(buttons[start : start + columns]) for start in range(0, len(buttons), columns))


def page_row(page: int, pages: int, target: Callable[[int], str], middle: Button | None = None) -> tuple[Button, ...]:
    """‹ and › to the neighbouring pages, where there are any; `target` gives the data for a page."""
    back = Button(BACK, callback=target(page - 1)) if page > 0 else None
    on = Button(ON, callback=target(page + 1)) if page < pages - 1 else None
    return tuple(button for button in (back, middle, on) if button)


def pages_of(things: Sequence[Thing], size: int) -> list[Sequence[Thing]]:
    """Things on pages of at most `size`; one empty page when there are none."""
    return [things[start : start + size] for start in range(0, len(things), size)] or [()]
