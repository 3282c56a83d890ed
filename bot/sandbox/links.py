"""Which addresses Telegram takes as links, and how it rewrites them.

Source: TDLib checks every link of an entity or a button with its own parser; the tests compare the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv6Address

_SCHEME = re.compile(r"([^:/?#@\[\]]*)://", re.DOTALL)
_APP_LINK = re.compile(r"(tg|ton|tonsite):(?://)?", re.IGNORECASE)
_HOST = r"A-Za-z0-9\-._!$,~*'();&+=\x80-\U0010ffff"


class LinkError(ValueError):
    """The address is no link for Telegram; the text is TDLib's reason."""


@dataclass(frozen=True, slots=True)
class _Address:
    """The pieces of `scheme://userinfo@host:port/path`; `port` is 0 where none is written."""

    scheme: str
    userinfo: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        userinfo = f"{self.userinfo}@" if self.userinfo else ""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{userinfo}{self.host}{port}{self.path}"


def check_link(url: str) -> str:
    """The link as Telegram stores it: scheme added, host in small letters, a slash behind the host.

    Raises:
        LinkError: Telegram refuses it.
    """
    if found := _APP_LINK.match(url):
        return _app_link(found.group(1).lower(), url[found.end() :])
    address = _parse(*_split_scheme(url))
    if "." not in address.host and not address.host.startswith("["):
        raise LinkError("Wrong HTTP URL")
    return str(address)


def _app_link(scheme: str, rest: str) -> str:
    address = _parse(scheme, rest)
    if address.userinfo or address.port:
        raise LinkError(f"Wrong {scheme.removesuffix('site')} URL")
    if re.search("[^A-Za-z0-9_.-]" if scheme == "tonsite" else "[^A-Za-z0-9_-]", address.host):
        raise LinkError("Unallowed characters in URL host")
    return str(replace(address, path=address.path[1:]) if address.path.startswith("/?") else address)


def _split_scheme(url: str) -> tuple[str, str]:
    found = _SCHEME.match(url)
    if found is None:
        return "http", url
    scheme = found.group(1).lower()
    if scheme not in ("http", "https"):
        raise LinkError("Unsupported URL protocol")
    return scheme, url[found.end() :]


def _parse(scheme: str, rest: str) -> _Address:
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    path = rest[len(authority) :]
    authority, port = _split_port(authority)
    userinfo, _, host = authority.rpartition("@")
    _check_host(host)
    _check_characters(userinfo, _HOST + ":", "userinfo")
    path = re.sub(r"[\x00-\x20]", lambda found: f"%{ord(found.group()):02X}", path.rstrip())
    lowered = "".join(ch.lower() if ch.isascii() else ch for ch in host)
    return _Address(scheme, userinfo, lowered, port, path if path.startswith("/") else f"/{path}")


def _split_port(authority: str) -> tuple[str, int]:
    colon = authority.rfind(":")
    if colon <= max(0, authority.rfind("]"), authority.rfind("@") - 1):
        return authority, 0
    port = authority[colon + 1 :]
    if not re.fullmatch(r"[0-9]+", port) or not 1 <= int(port) <= 65_535:
        raise LinkError("Wrong port number specified in the URL")
    return authority[:colon], int(port)


def _check_host(host: str) -> None:
    if not host:
        raise LinkError("URL host is empty")
    if host == ".":
        raise LinkError("Host is invalid")
    if not (host.startswith("[") and host.endswith("]")):
        return _check_characters(host, _HOST, "host")
    try:
        IPv6Address(host[1:-1])
    except AddressValueError as error:
        raise LinkError("Wrong IPv6 address specified in the URL") from error
    return None


def _check_characters(text: str, allowed: str, place: str) -> None:
    wrong = re.search(f"[^{allowed}%]|%(?![0-9A-Fa-f]{{2}})", text)
    if wrong and wrong.group() == "%":
        raise LinkError(f"Wrong percent-encoded symbol in URL {place}")
    if wrong:
        raise LinkError(f"Disallowed character in URL {place}")
