"""The parser's shortcuts give the tokens that the ordinary rules give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.token import Token

from bot.core.digest.syntax import build_parser
from tests.support.samples import sample_files

WITH, WITHOUT = build_parser(), build_parser(takes_shortcuts=False)
LINES = [
    "甲乙丙",
    "a1",
    "**甲**",
    "**甲：**",
    "**a**b",
    "[乙](https://x.y/_z)",
    "[**乙**](https://x.y)",
    "[a]: /b",
    "[^1]: c",
]
MARKS = [
    "**",
    "*",
    "__",
    "~~",
    "`",
    "[",
    "]",
    "](",
    "!",
    "<b>",
    "&amp;",
    "\\",
    "：",
    ":",
    "http://x.y/z",
    "https://x.y",
    "|",
]
STARTS = [
    "- ",
    "* ",
    "1. ",
    "> ",
    "# ",
    "## ",
    "    ",
    "  ",
    "\t",
    "\u3000",
    "---",
    "===",
    "|-|",
    "- - ",
    "\n",
    "\n\n",
    "\n- ",
    " ",
]
TEXTS = st.lists(st.sampled_from(LINES + MARKS + STARTS), max_size=24).map("".join)


def shown(tokens: list[Token]) -> Iterator[dict[str, Any]]:
    """Tokens as the reader of digests sees them: a text of no letters is none."""
    for token in tokens:
        if token.type != "text" or token.content:
            yield token.as_dict(children=False) | {"children": list(shown(token.children or []))}


@example("**甲**\u3000\n\n乙")
@given(TEXTS)
def test_any_text_has_the_same_tokens_with_shortcuts_and_without(text: str) -> None:
    assert list(shown(WITH.parse(text))) == list(shown(WITHOUT.parse(text)))


def test_every_post_at_hand_has_the_same_tokens_with_shortcuts_and_without() -> None:
    for post in sample_files():
        text = post.read_text(encoding="utf-8")
        assert list(shown(WITH.parse(text))) == list(shown(WITHOUT.parse(text))), post.name


@pytest.mark.parametrize(
    "text", ["甲乙丙", "甲 **乙** 丙", "甲 [乙](https://x.y/_z) 丙", "**甲：**乙[丙](https://x.y)"]
)
def test_what_most_of_a_digest_is_made_of_asks_no_ordinary_rule(text: str) -> None:
    parser = build_parser()
    parser.block.ruler.enableOnly(["plain_paragraph"])
    parser.inline.ruler.enableOnly(["text", "plain_bold", "plain_link"])
    assert list(shown(parser.parse(text))) == list(shown(WITHOUT.parse(text)))
