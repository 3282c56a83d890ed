"""One process per data folder."""

from pathlib import Path

import pytest

from bot.storage.instance import AlreadyRunningError, hold


def test_a_second_instance_is_refused_and_told_what_to_do(tmp_path: Path) -> None:
    """While one holds the folder, the next is refused; afterwards it may go on."""
    with hold(tmp_path / "var"), pytest.raises(AlreadyRunningError, match="another DATA_DIR"), hold(tmp_path / "var"):
        pass
    with hold(tmp_path / "var"):
        pass
