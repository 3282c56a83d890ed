"""What can go wrong with the state, each named for what happened and saying what to do next."""

from __future__ import annotations


class StoreError(Exception):
    """The state cannot be used; the message says why and what to do."""


class StoreFullError(StoreError):
    """There is no room to write. Reading still works."""


class StoreBusyError(StoreError):
    """Another process held the database for too long, or the connection to it was lost."""


class StoreDamagedError(StoreError):
    """The file is not a database, or a damaged one. It is never replaced by itself."""


class StoreMissingError(StoreError):
    """The file of the state was here before and is gone."""


class NewerSchemaError(StoreError):
    """The database was written by a newer version of the bot."""


class WrongBotError(StoreError):
    """The database belongs to another bot."""


class LeaseLostError(Exception):
    """Another process sends now. No trouble of the state's: trying again cannot help."""

    def __init__(self) -> None:
        super().__init__(
            "Another process that shares this database sends now, because this one did not answer for too long. "
            "Nothing was lost; start this one again to stand by."
        )
