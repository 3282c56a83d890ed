"""The data of buttons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handlers.callbacks import button, fits, parse_callback


@given(st.text(alphabet="abcdefgh", min_size=1, max_size=8), st.text(max_size=12))
def test_what_is_built_is_parsed_back(verb: str, argument: str) -> None:
    if fits(verb, argument):
        assert parse_callback(button("…", verb, argument).callback) == (verb, argument)


@given(st.text(max_size=80))
def test_no_data_at_all_is_refused_with_an_error(data: str) -> None:
    found = parse_callback(data)

    assert found is None or data == f"v1:{found[0]}:{found[1]}"


@pytest.mark.parametrize("data", [None, "", "v1", "v1:card", "v2:card:1", ":::", "v1::x"])
def test_data_of_another_making_is_not_ours(data: str | None) -> None:
    assert parse_callback(data) is None


def test_data_over_64_bytes_is_refused_where_it_is_built() -> None:
    assert fits("find", "词" * 18)
    assert not fits("find", "词" * 20)
    with pytest.raises(ValueError, match="64"):
        button("…", "find", "词" * 20)
