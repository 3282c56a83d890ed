"""Queries in buttons and deep links."""

from __future__ import annotations

from bot.handlers.callbacks import fits
from bot.handlers.queries import TOKEN_BYTES, lengthen, shorten, to_payload
from tests.support.desk import Bot


async def test_a_short_query_travels_as_it_is(bot: Bot) -> None:
    assert await shorten(bot.desk, "英伟达 融资") == "英伟达 融资"


async def test_a_long_query_leaves_a_note_and_comes_back(bot: Bot) -> None:
    query = "很长的一句话" * 10

    token = await shorten(bot.desk, query)

    assert len(token.encode()) <= TOKEN_BYTES
    assert len(f"s_{to_payload(token)}") <= 64
    assert await lengthen(bot.desk, token) == query


def test_the_longest_token_fits_beside_the_longest_key_and_page() -> None:
    for verb in ("item", "save", "lose"):
        assert fits(verb, f"20260206-1a2b3c4d_9999.999.f99999.{'x' * TOKEN_BYTES}")


async def test_a_query_that_looks_like_the_name_of_a_note_is_not_one(bot: Bot) -> None:
    token = await shorten(bot.desk, "~0000000000000000")

    assert token != "~0000000000000000"
    assert await lengthen(bot.desk, token) == "~0000000000000000"


async def test_the_note_of_another_query_in_the_same_place_is_not_taken_for_it(bot: Bot) -> None:
    token = await shorten(bot.desk, "很长的一句话" * 10)
    forged = token[:5] + "000000000000"

    assert await lengthen(bot.desk, forged) is None
