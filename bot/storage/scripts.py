"""The migrations as Alembic runs them. Loading it takes longer than seeing that there is nothing to migrate."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.storage.migrating import migrations_folder


def known_revisions() -> set[str]:
    """The schemas that this version of the bot knows, its own and older ones."""
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def run(connection: Connection) -> None:
    """Run the migrations that are missing; all of them or none."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return config
