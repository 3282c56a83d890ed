"""Bringing the schema up to date, inside the running process and on its own connection."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import bot
from bot.storage.errors import NewerSchemaError, StoreError


def migrations_folder() -> Path:
    """Where the migrations are: inside the package when installed from a wheel, beside it in a checkout.

    Raises:
        StoreError: in neither place.
    """
    package = Path(bot.__file__).parent
    for folder in (package / "migrations", package.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise StoreError(f"The migrations are missing beside {package}. Install the bot again.")


def knows_revision(revision: str) -> bool:
    """Whether this version of the bot knows the schema of that name, its own or an older one."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return revision in {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing; all of them or none.

    Raises:
        NewerSchemaError: the database knows a migration that this version of the bot does not.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision not in {None, *(script.revision for script in scripts.walk_revisions())}:
        raise NewerSchemaError(
            f"The state was written by a newer version of the bot (schema {revision}, this version knows up to "
            f"{scripts.get_current_head()}). Install that version again, or restore a backup made with this one."
        )
    if revision != scripts.get_current_head():
        command.upgrade(config, "head")
