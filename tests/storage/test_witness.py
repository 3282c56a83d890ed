"""A state that was there is never replaced by an empty one without a word."""

import pytest

from bot.storage.errors import StoreMissingError
from bot.storage.witness import NOTE, note_known, require_known


def url_of(path):
    return f"sqlite+aiosqlite:///{path}"


def test_a_first_start_needs_nothing(tmp_path):
    """There was none, so none is missed."""
    require_known(url_of(tmp_path / "state.db"), tmp_path)


def test_a_state_that_is_gone_is_missed_with_the_remedy(tmp_path):
    """Also when somebody deleted it by mistake, or a volume was not mounted."""
    state = tmp_path / "state.db"
    note_known(url_of(state), tmp_path)
    state.touch()
    require_known(url_of(state), tmp_path)
    state.unlink()

    with pytest.raises(StoreMissingError, match=r"restore FILE.*state\.known"):
        require_known(url_of(state), tmp_path)
    (tmp_path / NOTE).unlink()
    require_known(url_of(state), tmp_path)


def test_another_database_is_not_the_one_that_is_missed(tmp_path):
    """Moving to a server, or to another file on purpose."""
    note_known(url_of(tmp_path / "state.db"), tmp_path)
    require_known(url_of(tmp_path / "other.db"), tmp_path)
    require_known("postgresql+asyncpg://host/name", tmp_path)
