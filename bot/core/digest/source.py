"""The bytes of a post as clean text: what Telegram would silently change is changed here, once, and named."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass, replace

from bot.core.models import Problem, Severity

MAX_BYTES = 1 << 20
_MOST_BROKEN = 10  # more than every tenth character cannot be read: another encoding

# TDLib's clean_input_string turns these into spaces; C1 controls are as invisible and as unwanted.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
# TDLib removes directional overrides and three combining marks; a composed letter such as å is kept whole.
_REMOVED = re.compile("[\u202a-\u202e]")
_UNSEEN = re.compile(f"{_CONTROL.pattern}|{_REMOVED.pattern}")
_COMBINING = re.compile("(?s).[\u0333\u033f\u030a]+")


@dataclass(frozen=True, slots=True)
class Source:
    """Clean text with `\\n` line ends, and what had to be mended in it."""

    text: str
    problems: tuple[Problem, ...] = ()


def read_source(raw: bytes, *, is_lenient: bool = False) -> Source | Problem:
    """Decode a post; an error is returned when it is too large, empty or not UTF-8. `is_lenient`: bytes that are not
    UTF-8 are read as GB 18030 or as signs of replacement, and the error is among the problems."""
    if len(raw) > MAX_BYTES:
        return Problem("file.too_large", Severity.ERROR, values={"size": len(raw), "limit": MAX_BYTES})
    problems: tuple[Problem, ...] = ()
    text = raw.decode("utf-8-sig", "replace")
    wrong = _first_wrong_byte(raw)
    if wrong is not None:
        line = raw.count(b"\n", 0, wrong) + 1
        problem = Problem("file.not_utf8", Severity.ERROR, line, {"byte": f"0x{raw[wrong]:02X}"})
        if not is_lenient:
            return problem
        text, problems = _decoded(raw, text), (problem,)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return Problem("file.empty", Severity.ERROR)
    source = clean(text)
    return replace(source, problems=(*problems, *source.problems))


def clean(text: str) -> Source:
    """Take out the characters that no reader sees and Telegram does not keep."""
    found = _UNSEEN.search(text)
    problems = (Problem("text.control", Severity.WARNING, _line_of(text, found.start())),) if found else ()
    if found:
        text = _REMOVED.sub("", _CONTROL.sub(" ", text))
    return Source(_COMBINING.sub(_compose, text) if _REMOVED_MARKS.search(text) else text, problems)


def _first_wrong_byte(raw: bytes) -> int | None:
    """Where the text ends to be UTF-8; a zero byte is in no text, but in every other one of UTF-16."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.start
    return raw.index(0) if 0 in raw else None


def _decoded(raw: bytes, text: str) -> str:
    """What the bytes probably say: a few of them are broken, or the whole is in another encoding."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    return text if text.count("\ufffd") * _MOST_BROKEN < len(text) else raw.decode("gb18030", "replace")


def _compose(found: re.Match[str]) -> str:
    return _REMOVED_MARKS.sub("", unicodedata.normalize("NFC", found[0]))


_REMOVED_MARKS = re.compile("[\u0333\u033f\u030a]")


def _line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
