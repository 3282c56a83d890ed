"""Messages drawn in a terminal, much as a phone shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.core.models import Inline, Style
from bot.core.parts import Entity, Part

PHONE_COLUMNS = 60
FRAME = 4
PIECE = re.compile(r"[!-~]+ ?|.", re.DOTALL)
LOOKS = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strike",
    "code": "cyan",
    "pre": "cyan",
    "blockquote": "green",
    "expandable_blockquote": "green",
    "text_link": "blue",
}


def draw_part(part: Part, title: str) -> RenderableType:
    """A message in a frame: its preview, text and buttons."""
    text = Text(part.text)
    place = _places(part.text)
    for entity in part.entities:
        start, end = place[entity.offset], place[entity.offset + entity.length]
        text.stylize(_look(entity), start, end)
    rows = [Text("".join(f"[ {button.text} ] " for button in row), style="reverse") for row in part.keyboard]
    above = [Text(f"🖼 {part.preview.url}", style="dim")] if part.preview else []
    return Panel(Group(*above, *_folded(text), *rows), title=title, title_align="left", width=PHONE_COLUMNS)


def highlighted(inline: Inline) -> Text:
    """Words with the bold ones (hits of a search) marked."""
    text = Text()
    for run in inline:
        text.append(run.text, style="bold yellow" if Style.BOLD in run.style else "")
    return text


def _look(entity: Entity) -> str:
    look = LOOKS.get(entity.type, "")
    return f"{look} link {entity.url}" if entity.url else look


def _folded(text: Text) -> Iterator[Text]:
    """The lines as a phone breaks them: between any two Chinese characters, but not inside a Latin word."""
    for line in text.split("\n", allow_blank=True):
        yield from line.divide(_breaks(line.plain)) if line.plain else (line,)


def _breaks(line: str) -> Iterator[int]:
    start = width = 0
    for match in PIECE.finditer(line):
        piece = cell_len(match.group())
        if width and width + piece > PHONE_COLUMNS - FRAME:
            yield match.start()
            start, width = match.start(), 0
        width = cell_len(line[start : match.end()])


def _places(text: str) -> list[int]:
    """The index of the character at each UTF-16 offset."""
    places: list[int] = []
    for index, character in enumerate(text):
        places += [index] * (2 if character > "\uffff" else 1)
    return [*places, len(text)]
