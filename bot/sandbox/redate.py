"""Posts for the sandbox: an archive of any age moved so that its newest digest is today's, and new files made today's.

Only the sandbox does this; on real Telegram a post keeps its date.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SIZE_LIMIT_BYTES = 1024 * 1024

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(?P<fields>.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_DATE = re.compile(r"^date[ \t]*:[ \t]*[\"']?(?P<date>\d{4}-\d{2}-\d{2})(?!\d)[^\r\n]*(?P<newline>\r?\n)", re.MULTILINE)
_SLUG = re.compile(r"^slug[ \t]*:[^\r\n]*", re.MULTILINE)
_CATEGORY = re.compile(r"^category[ \t]*:[ \t]*[\"']?(?P<category>[^\r\n]*?)[\"']?[ \t]*\r?$", re.MULTILINE)
_DRAFT = re.compile(r"^draft[ \t]*:[ \t]*true\b", re.MULTILINE | re.IGNORECASE)


def find_date(source: str) -> dt.date | None:
    """The date of a post's front matter; None when it has none that exists."""
    found = _find_date(source)
    return None if found is None else _day(found["date"])


def redate(source: str, to: dt.date, slug: str | None = None) -> str:
    """The post with the day of its `date:` changed, and with that `slug:` when one is given.

    Everything else stays as it is, byte for byte; so does a post without a readable date, for the bot to report it.
    """
    found = _find_date(source)
    if found is None or _day(found["date"]) is None:
        return source
    start, end = found.span("date")
    if slug is None:
        return source[:start] + to.isoformat() + source[end:]
    line = f"slug: {json.dumps(slug, ensure_ascii=False)}"
    front, behind = source[: found.start()], source[found.end() :]
    dated = source[found.start() : start] + to.isoformat() + source[end : found.end()]
    if _SLUG.search(_fields(source)):
        return _SLUG.sub(lambda _: line, front + dated + behind, count=1)
    return front + dated + line + found["newline"] + behind


def plan_dates(dates: Iterable[dt.date], today: dt.date) -> dict[dt.date, dt.date]:
    """Where each day of an archive goes when its newest becomes `today`; the gaps between them stay."""
    days = set(dates)
    shift = today - max(days) if days else dt.timedelta()
    return {day: day + shift for day in days}


def _fields(source: str) -> str:
    found = _FRONT_MATTER.match(source)
    return found["fields"] if found else ""


def _find_date(source: str) -> re.Match[str] | None:
    found = _FRONT_MATTER.match(source)
    return _DATE.search(source, *found.span("fields")) if found else None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Place:
    """What a post of the mirror is: a day, and a slug of its own when it was dropped in later."""

    date: dt.date | None
    slug: str | None = None


_Signature = tuple[int, int, int, int]


class PostMirror:
    """Keeps `mirror` a re-dated copy of the posts in `source`.

    The posts that are there at first keep their distances and end today; the newest day is held back until `release`.
    A file that comes later becomes a digest of its own of the day it came on; editing it keeps what it is. What is
    hidden is left out; of what is no plain file, or over 1 MiB, there is an empty stand-in; a malformed post is copied
    as it is. `mirror` belongs to this
    object: posts of an earlier run are removed from it. `category` says which posts count as digests ("" = all).

    Raises:
        ValueError: `mirror` is the folder of the posts itself.
    """

    def __init__(self, source: Path, mirror: Path, today: Callable[[], dt.date], category: str = "") -> None:
        if source.resolve() == mirror.resolve():
            raise ValueError(f"the mirror needs a folder of its own, not {mirror}")
        self._source, self._mirror, self._today, self._category = source, mirror, today, category
        self._places: dict[str, _Place] | None = None
        self._withheld: frozenset[str] = frozenset()
        self._seen: dict[str, _Signature] = {}

    @property
    def withheld(self) -> frozenset[str]:
        """The names of the posts that are held back."""
        return self._withheld

    def release(self) -> None:
        """Let the newest posts come with the next `sync`."""
        self._withheld = frozenset()

    def sync(self) -> list[Path]:
        """Bring the mirror up to date with one cheap scan; returns the files that were written.

        Raises:
            OSError: the mirror cannot be written.
        """
        files = _scan(self._source)
        if self._places is None:
            self._places = self._settle(files)
        self._remove_missing(files)
        changed = [name for name in files if name not in self._withheld and self._seen.get(name) != files[name]]
        return [path for name in sorted(changed) if (path := self._copy(name, files[name]))]

    def _settle(self, files: dict[str, _Signature]) -> dict[str, _Place]:
        """First scan: empty the mirror, give every post its day, hold the newest back."""
        self._mirror.mkdir(parents=True, exist_ok=True)
        for path in self._mirror.glob("*.md"):
            _remove(path)
        texts = {name: _decode(read_plain(self._source / name)) for name in files}
        dates = {name: day for name, text in texts.items() if (day := find_date(text))}
        digests = {name: day for name, day in dates.items() if self._is_digest(texts[name])}
        newest = max(digests.values(), default=None)
        self._withheld = frozenset(name for name, day in digests.items() if day == newest)
        plan = plan_dates(digests.values(), self._today())
        shift = plan[newest] - newest if newest else dt.timedelta()
        return {name: _Place(dates[name] + shift if name in dates else None) for name in files}

    def _is_digest(self, text: str) -> bool:
        fields = _fields(text)
        category = _CATEGORY.search(fields)
        is_ours = not self._category or (category is not None and category["category"] == self._category)
        return is_ours and not _DRAFT.search(fields)

    def _remove_missing(self, files: dict[str, _Signature]) -> None:
        for name in self._seen.keys() - files.keys():
            del self._seen[name]
            _remove(self._mirror / name)

    def _copy(self, name: str, signature: _Signature) -> Path | None:
        content = read_plain(self._source / name)
        self._seen[name] = signature
        if content is None:
            return _stand_in(self._source / name, self._mirror / name)
        content = self._redated(name, content)
        target = self._mirror / name
        if read_plain(target) == content:
            return None
        if not target.is_file():
            _remove(target)
        part = self._mirror / f".{name}.part"
        part.write_bytes(content)
        return part.replace(target)

    def _redated(self, name: str, content: bytes) -> bytes:
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return content
        place = self._place(name)
        return content if place.date is None else redate(text, place.date, place.slug).encode()

    def _place(self, name: str) -> _Place:
        """The post's day and slug; a new post, or one that was malformed at first, becomes today's."""
        places = self._places if self._places is not None else {}
        place = places.get(name)
        if place is None or place.date is None:
            place = places[name] = _Place(self._today(), Path(name).stem)
        return place


def _scan(folder: Path) -> dict[str, _Signature]:
    """The posts of a folder with what tells a change, whatever they are; the folder may be missing."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return {}
    found = {}
    for entry in entries:
        if not entry.name.endswith(".md") or entry.name.startswith("."):
            continue
        try:
            info = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        found[entry.name] = (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino)
    return found


def _stand_in(source: Path, target: Path) -> Path | None:
    """Something of the kind that the bot has to refuse: a pipe, a folder, a link, an empty file as large."""
    _remove(target)
    try:
        info = source.lstat()
        if stat.S_ISFIFO(info.st_mode):
            os.mkfifo(target)
        elif stat.S_ISDIR(info.st_mode):
            target.mkdir()
        elif stat.S_ISREG(info.st_mode):
            target.touch()
            os.truncate(target, info.st_size)
            target.chmod(stat.S_IMODE(info.st_mode))
        else:
            target.symlink_to(source.readlink() if stat.S_ISLNK(info.st_mode) else source)
    except OSError:
        return None
    return target


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def read_plain(path: Path) -> bytes | None:
    """The bytes of a plain file of at most 1 MiB; None for anything else. Never follows a link or waits on a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(SIZE_LIMIT_BYTES + 1)
    return content if len(content) <= SIZE_LIMIT_BYTES else None


def _decode(content: bytes | None) -> str:
    return (content or b"").decode(errors="replace")
