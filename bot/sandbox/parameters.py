"""The parameters of a call, whether they came as JSON or, as in a form, as strings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.answers import bad_request


def whole(value: object) -> int | None:
    """The number, or the number in a string; None when it is none or has more than 64 bits."""
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    content: bytes


class Parameters:
    """Typed access to the parameters of one call; whatever has the wrong form is refused as Telegram does."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def has(self, name: str) -> bool:
        """Whether it was given and is not empty."""
        return self._given.get(name) not in (None, "")

    def raw(self, name: str) -> Any:
        """The parameter as it came, or None."""
        return self._given.get(name)

    def text(self, name: str) -> str:
        """A string; empty when it was not given."""
        value = self._given.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def whole(self, name: str, default: int = 0) -> int:
        """A number; `default` when it was not given or is none, as Telegram does."""
        value = self._given.get(name)
        return default if (number := whole(value)) is None else number

    def flag(self, name: str) -> bool:
        """A Boolean: `True`, `yes` and `1` are true in every spelling."""
        return str(self._given.get(name, "")).strip().lower() in ("true", "yes", "1")

    def structure(self, name: str, title: str) -> Any:
        """A JSON value, or None when it was not given.

        Raises:
            ApiError: not JSON.
        """
        value = self._given.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, str | bytes):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            raise bad_request(f"Can't parse {title} JSON object") from error

    def mapping(self, name: str, title: str) -> dict[str, Any]:
        """A JSON object; empty when it was not given.

        Raises:
            ApiError: not an object.
        """
        value = self.structure(name, title)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise bad_request(f"Object expected as {title}")
        return value

    def numbers(self, name: str) -> list[int]:
        """A JSON list of identifiers.

        Raises:
            ApiError: not a list of numbers.
        """
        value = self.structure(name, name)
        numbers = [whole(each) for each in value] if isinstance(value, list) else [None]
        if None in numbers:
            raise bad_request(f"Can't parse {name} JSON object")
        return [each for each in numbers if each is not None]
