"""Markdown → Digest: what an author wrote, understood, with everything that is wrong in it."""

from bot.core.digest.parse import Parsed, parse_digest

__all__ = ["Parsed", "parse_digest"]
