"""A concordance: where in a digest each tag and each reader's own word occurs."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from bot.core.models import Digest, Item
from bot.core.search.aliases import Aliases
from bot.core.search.terms import index_text
from bot.core.tags.keywords import holds, is_keyword, searched_words
from bot.core.wording import item_lines


class Concordance:
    """The items of a labelled digest by tag. A keyword is looked for once, when it is first asked for.

    `aliases` let a keyword match a name in its other forms, as a search would.
    """

    def __init__(self, digest: Digest, aliases: Aliases | None = None) -> None:
        self._digest, self._aliases = digest, aliases or Aliases()
        self._numbers = defaultdict[str, set[int]](set)
        for item in digest.items:
            for tag in item.tags:
                self._numbers[tag].add(item.number)

    def numbers(self, tag: str) -> frozenset[int]:
        """The numbers of the items about a tag, or with a keyword in headline or text."""
        if tag not in self._numbers and is_keyword(tag):
            self._numbers[tag] = self._search(tag)
        return frozenset(self._numbers.get(tag, ()))

    def _search(self, tag: str) -> set[int]:
        words = searched_words(tag, self._aliases)
        texts = self._texts.items() if words else ()
        return {number for number, text in texts if all(holds(text, word) for word in words)}

    @cached_property
    def _texts(self) -> dict[int, tuple[str, str]]:
        return {item.number: _indexed(item) for item in self._digest.items}


def _indexed(item: Item) -> tuple[str, str]:
    return index_text(item.title), index_text("\n".join(item_lines(item)))
