"""Bringing the schema up to date, inside the running process and on its own connection."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

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


def newest_revision() -> str:
    """The schema of this version of the bot: the files of the migrations begin with their revisions, in their order."""
    return max(path.name.partition("_")[0] for path in (migrations_folder() / "versions").glob("[0-9]*_*.py"))


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing; all of them or none.

    Raises:
        NewerSchemaError: the database knows a migration that this version of the bot does not.
    """
    revision = _revision(connection)
    if revision == newest_revision():
        return
    from bot.storage import scripts

    if revision not in {None, *scripts.known_revisions()}:
        raise NewerSchemaError(
            f"The state was written by a newer version of the bot (schema {revision}, this version knows up to "
            f"{newest_revision()}). Install that version again, or restore a backup made with this one."
        )
    scripts.run(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
