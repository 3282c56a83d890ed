"""Web addresses in the one form in which Telegram keeps them."""

from __future__ import annotations

import re

_MAX_PORT = 65535
_MAX_BYTES = 4_000  # the links of a message share 9,500 bytes, so a longer one could keep a message from being sent
_PARTS = re.compile(
    r"(?P<scheme>https?)://(?:(?P<user>[^/?#]*)@)?(?P<host>\[[^\]/?#]*\]|[^/?#@:]*)(?::(?P<port>[0-9]{1,9}))?",
    re.IGNORECASE,
)
_USER = re.compile(r"(?:[\w.!$,~*'();&+=:-]|%[0-9a-f]{2}|[^\x00-\x7f])*", re.IGNORECASE | re.ASCII)
_HOST = re.compile(r"(?:[\w.!$,~*'();&+=-]|%[0-9a-f]{2}|[^\x00-\x7f])+", re.IGNORECASE | re.ASCII)
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20]")


def telegram_url(url: str) -> str | None:
    """The address as Telegram stores it, or None when it would refuse the link.

    Scheme and host become lower-case, an empty path becomes `/`, white space is percent-encoded. A host without a dot
    is no web address, nor is one of more than 4,000 bytes. Source: TDLib's `parse_url` and `LinkManager::check_link`.
    """
    found = _PARTS.match(url.strip())
    if found is None or len(url.encode("utf-8", "replace")) > _MAX_BYTES or not _is_reachable(found):
        return None
    user = f"{found['user']}@" if found["user"] else ""
    port = "" if found["port"] is None else f":{int(found['port'])}"
    path = url.strip()[found.end() :]
    if path and path[0] not in "/?#":
        return None
    path = path if path.startswith("/") else f"/{path}"
    origin = f"{found['scheme'].lower()}://{user}{found['host'].lower()}{port}"
    return origin + _UNSAFE.sub(lambda ch: f"%{ord(ch.group()):02X}", path)


def _is_reachable(found: re.Match[str]) -> bool:
    host = found["host"]
    named = "." in host and _HOST.fullmatch(host) is not None
    has_port = found["port"] is None or 0 < int(found["port"]) <= _MAX_PORT
    return (
        has_port and (named or _IPV6.fullmatch(host) is not None) and _USER.fullmatch(found["user"] or "") is not None
    )
