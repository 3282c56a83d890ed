"""A digest as text that a person can read and a test can compare: one line for each thing, looks as Markdown marks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.models import Block, Code, Digest, Inline, Item, Label, ListBlock, Paragraph, Quote, Section, Style, Table

_MARKS = ((Style.BOLD, "**"), (Style.ITALIC, "_"), (Style.STRIKE, "~~"), (Style.UNDERLINE, "__"), (Style.CODE, "`"))


def outline_text(digest: Digest) -> str:
    """The whole digest, section by section."""
    return "\n".join(_digest(digest)) + "\n"


def inline_text(inline: Inline) -> str:
    """Runs with their looks as marks and their links in angle brackets."""
    shown = []
    for run in inline:
        text = run.text.replace("\n", "⏎")
        for style, mark in _MARKS:
            text = f"{mark}{text}{mark}" if style in run.style else text
        shown.append(f"[{text}]<{run.url}>" if run.url else text)
    return "".join(shown)


def _digest(digest: Digest) -> Iterator[str]:
    yield f"{digest.date} {digest.slug!r} {digest.title}{' (draft)' * digest.is_draft}"
    yield from (f"point {inline_text(point)}" for point in digest.points)
    for section in digest.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield f"== {section.number} {section.title or '(untitled)'}{' (roundup)' * section.is_roundup}"
    for entry in section.entries:
        if isinstance(entry, Item):
            yield from _item(entry)
        else:
            yield "  passage"
            yield from _blocks(entry.blocks, 2)


def _item(item: Item) -> Iterator[str]:
    kind = "brief" if item.is_brief else "implied" if item.is_implied else "item"
    link = f" <{item.url}>" if item.url else ""
    repeats = f" (repeats {item.repeats})" if item.repeats else ""
    yield f"  {kind} {item.number} @{item.line} {inline_text(item.headline)}{link}{repeats}"
    yield from _blocks(item.blocks, 2)
    for commentary in item.commentary:
        yield f"    {commentary.kind.value}: {commentary.label}"
        yield from _blocks(commentary.blocks, 3)


def _blocks(blocks: tuple[Block, ...], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for block in blocks:
        match block:
            case Paragraph(inline):
                yield f"{indent}¶ {inline_text(inline)}"
            case Label(inline):
                yield f"{indent}# {inline_text(inline)}"
            case ListBlock(entries):
                for entry in entries:
                    yield f"{indent}{entry.marker}"
                    yield from _blocks(entry.blocks, depth + 1)
            case Quote(inner):
                yield f"{indent}>"
                yield from _blocks(inner, depth + 1)
            case Code(text, language):
                yield f"{indent}code {language} {text!r}"
            case Table(header, rows):
                yield f"{indent}table " + " | ".join(map(inline_text, header))
                for row in rows:
                    yield f"{indent}  row " + " | ".join(map(inline_text, row))
