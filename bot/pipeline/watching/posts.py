"""The folder of posts, read without trusting it: whatever lies there is a regular small file of ours, or a problem."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.digest.source import MAX_BYTES
from bot.core.models import Problem, Severity

SUFFIX = ".md"


@dataclass(frozen=True, slots=True)
class Signature:
    """What changes when a file is written to or replaced. It tells that one should look, never what a digest is."""

    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Post:
    """A file as it was read: its bytes, their SHA-256, and the signature it had."""

    name: str
    raw: bytes
    content_hash: str
    signature: Signature


def refusal(code: str, **values: object) -> Problem:
    """Why a file as a whole cannot be taken."""
    return Problem(code, Severity.ERROR, values=values)


def list_posts(posts_dir: Path) -> Mapping[str, Signature]:
    """The names in the folder that look like posts, with their signatures; nothing is opened.

    Raises:
        OSError: the folder cannot be listed.
    """
    with os.scandir(posts_dir) as entries:
        names = [entry.name for entry in entries if _looks_like_post(entry.name)]
    found = {name: _signature_of(posts_dir / name) for name in sorted(names)}
    return {name: signature for name, signature in found.items() if signature is not None}


def read_post(posts_dir: Path, name: str) -> Post | Problem | None:
    """Read one file of the folder; None when it is not there any more.

    It is opened only if it is a regular file inside the folder and has a printable name, without ever waiting for it,
    and at most one byte over the limit is read.
    """
    if not (name.isprintable() and _is_encodable(name)):
        return refusal("file.name", name=ascii(name))
    path = posts_dir / name
    try:
        target = path.resolve(strict=True)
        if not target.is_relative_to(posts_dir.resolve()):
            return refusal("file.outside", target=str(target))
        if not stat.S_ISREG(target.stat().st_mode):
            return refusal("file.not_regular")
        return _read(target, name)
    except FileNotFoundError:
        return refusal("file.outside", target="") if path.is_symlink() else None
    except (OSError, RuntimeError) as error:
        return refusal("file.unreadable", reason=_reason(error))


def _read(target: Path, name: str) -> Post | Problem:
    # Between the look and the open the file may have become a pipe or a link: neither may hold us up or lead us out.
    descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return refusal("file.not_regular")
        if status.st_size > MAX_BYTES:
            return refusal("file.too_large", size=status.st_size, limit=MAX_BYTES)
        raw = file.read(MAX_BYTES + 1)
        signature = _signature(os.fstat(file.fileno()))
    if len(raw) > MAX_BYTES:
        return refusal("file.too_large", size=len(raw), limit=MAX_BYTES)
    return Post(name, raw, hashlib.sha256(raw).hexdigest(), signature)


def _looks_like_post(name: str) -> bool:
    return name.lower().endswith(SUFFIX) and not name.startswith(".")


def _signature_of(path: Path) -> Signature | None:
    try:
        return _signature(path.stat())
    except OSError:
        return _signature_of_link(path)


def _signature_of_link(path: Path) -> Signature | None:
    try:
        return _signature(path.lstat())
    except OSError:
        return None


def _signature(status: os.stat_result) -> Signature:
    return Signature(status.st_ino, status.st_size, status.st_mtime_ns)


def _is_encodable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _reason(error: OSError | RuntimeError) -> str:
    number = error.errno if isinstance(error, OSError) else errno.ELOOP
    return os.strerror(number or errno.EIO)
