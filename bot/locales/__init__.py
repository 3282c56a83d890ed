"""Every sentence a person can read, one folder a language, one TOML file a room.

Keys are `table.name`; values are `str.format` templates. Traditional Chinese is made from the Simplified catalogue by
OpenCC, so there is one Chinese text to keep.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from opencc import OpenCC


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sentences of one language; calling it with a key and values gives the sentence."""

    language: str
    sentences: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence for `key` with `values` put in.

        Raises:
            KeyError: no such key, or a value that the sentence names is missing.
        """
        return self.sentences[key].format(**values)


@cache
def catalogue(language: str = "zh") -> Catalogue:
    """The catalogue of a language; one we do not speak gets Simplified Chinese."""
    if language == "zh-Hant":
        convert = OpenCC("s2twp").convert
        return Catalogue(language, {key: convert(text) for key, text in catalogue("zh").sentences.items()})
    return Catalogue("zh", _load("zh"))


def _load(language: str) -> dict[str, str]:
    sentences: dict[str, str] = {}
    for file in sorted(files(__package__).joinpath(language).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            sentences |= _flatten(tomllib.loads(file.read_text("utf-8")))
    return sentences


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in table.items():
        key = f"{prefix}{name}"
        found |= _flatten(value, f"{key}.") if isinstance(value, dict) else {key: str(value)}
    return found
