"""Footnotes: each is shown at the end of the story that refers to it; one that nobody refers to ends the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.core.digest.nodes import Node, Piece
from bot.core.models import Block, Paragraph, Run
from bot.core.runs import tidy


@dataclass
class Footnotes:
    """Definitions by label, and after which node each label was first seen."""

    _defined: dict[str, list[Block]] = field(default_factory=dict)
    _referred: dict[str, int] = field(default_factory=dict)

    def define(self, label: str, blocks: Iterable[Block]) -> None:
        """Keep a footnote's text under its mark."""
        told = list(blocks)
        mark = Run(f"[{label}] ")
        if told and isinstance(first := told[0], Paragraph):
            told[0] = Paragraph(tidy((mark, *first.inline)))
        else:
            told.insert(0, Paragraph((mark,)))
        self._defined.setdefault(label, []).extend(told)

    def refer(self, labels: Iterable[str], at: int) -> None:
        """Note that the node `at` refers to these labels."""
        for label in labels:
            self._referred.setdefault(label, at)

    def placed(self, nodes: Sequence[Node]) -> list[Node]:
        """The nodes with the footnotes between them."""
        waiting: dict[int, list[Node]] = {}
        for label, blocks in self._defined.items():
            at = self._referred.get(label, len(nodes))
            end = next((i for i in range(at + 1, len(nodes)) if not isinstance(nodes[i], Piece)), len(nodes))
            waiting.setdefault(end, []).extend(Piece(block) for block in blocks)
        result: list[Node] = []
        for index, node in enumerate(nodes):
            result += [*waiting.get(index, ()), node]
        return result + waiting.get(len(nodes), [])
