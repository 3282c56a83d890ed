"""One parser for everything in a process of tests: its worker takes longer to start than most tests do."""

from __future__ import annotations

import atexit
from functools import cache

from bot.pipeline.watching.parser import Parser

CATEGORY = "AI 日报"


@cache
def shared_parser() -> Parser:
    """Digests of our category; open until the tests are over."""
    parser = Parser(CATEGORY)
    atexit.register(parser.close)
    return parser
