"""Messages drawn in a terminal, much as a phone shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.core.format.parts import Entity, Keyboard, Part
from bot.core.format.rich import RichPart
from bot.core.format.rich_blocks import Json, RichText
from bot.core.models import Inline, Style

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
    above = [Text(f"🖼 {part.preview.url}", style="dim")] if part.preview else []
    shown = Group(*above, *_folded(text), *_rows(part.keyboard))
    return Panel(shown, title=title, title_align="left", width=PHONE_COLUMNS)


def draw_rich(part: RichPart, title: str) -> RenderableType:
    """A rich message in a frame: its blocks one below the other, what is folded marked by a bar."""
    lines = [folded for line in _rich_lines(part.blocks) for folded in _folded(line)]
    return Panel(Group(*lines, *_rows(part.keyboard)), title=title, title_align="left", width=PHONE_COLUMNS)


def highlighted(inline: Inline) -> Text:
    """Words with the bold ones (hits of a search) marked."""
    text = Text()
    for run in inline:
        text.append(run.text, style="bold yellow" if Style.BOLD in run.style else "")
    return text


def _rows(keyboard: Keyboard) -> list[Text]:
    return [Text("".join(f"[ {button.text} ] " for button in row), style="reverse") for row in keyboard]


def _rich_lines(blocks: Iterable[Json], indent: str = "") -> Iterator[Text]:
    for block in blocks:
        match block["type"]:
            case "heading":
                yield Text("")
                yield _line(block["text"], indent, "bold underline" if block["size"] < 3 else "bold")
            case "details":
                yield _line(block["summary"], f"{indent}▸ ", "bold green")
                yield from _rich_lines(block["blocks"], f"{indent}▏ ")
            case "blockquote":
                yield from _rich_lines(block["blocks"], f"{indent}▏ ")
            case "list":
                for item in block["items"]:
                    mark = f"{item['value']}. " if "value" in item else "• "
                    yield from _marked(list(_rich_lines(item["blocks"])), indent, mark)
            case "table":
                for row in block["cells"]:
                    yield _line(list(_between(cell.get("text", "") for cell in row)), indent, "")
            case "pre":
                yield _line(block["text"], indent, "cyan")
            case _:
                yield _line(block["text"], indent, "")


def _marked(lines: list[Text], indent: str, mark: str) -> Iterator[Text]:
    for place, line in enumerate(lines):
        yield Text(indent + (" " * cell_len(mark) if place else mark)) + line


def _between(cells: Iterable[RichText]) -> Iterator[RichText]:
    for place, cell in enumerate(cells):
        if place:
            yield " │ "
        yield cell


def _line(text: RichText, indent: str, look: str) -> Text:
    line = Text(indent)
    for words, style in _runs(text, look):
        line.append(words, style)
    return line


def _runs(text: RichText, look: str) -> Iterator[tuple[str, str]]:
    match text:
        case str():
            yield text, look
        case list():
            for piece in text:
                yield from _runs(piece, look)
        case _:
            kind = "text_link" if "url" in text else str(text["type"])
            address = f" link {text['url']}" if "url" in text else ""
            yield from _runs(text["text"], f"{look} {LOOKS.get(kind, '')}{address}".strip())


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
