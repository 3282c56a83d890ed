"""The READMEs name what there is, in both languages."""

from pathlib import Path

import pytest

from bot.__main__ import cli
from bot.handlers.commands import ADMIN, GROUP, READER

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_command_is_in_the_tables(readme: Path) -> None:
    """Those of the menus, and those of the command line but `start`, which is `make run`."""
    text = readme.read_text("utf-8")

    assert [name for name in {*READER, *GROUP, *ADMIN} if f"`/{name}" not in text] == []
    (operator,) = [line for line in text.splitlines() if "python -m bot init ·" in line]
    names = {
        command.name or (command.callback.__name__ if command.callback else "") for command in cli.registered_commands
    }
    assert [name for name in names - {"start"} if name not in operator] == []


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_picture_and_page_it_links_to_is_there(readme: Path) -> None:
    """Relative links lead to files of the checkout."""
    targets = [piece.partition(")")[0] for piece in readme.read_text("utf-8").split("](")[1:]]

    local = [target for target in targets if "://" not in target]
    assert local
    assert [target for target in local if not (ROOT / target).exists()] == []
