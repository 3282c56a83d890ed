"""Links that may go out: checked, normalised as Telegram would, or refused with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_MAIL = re.compile(r"mailto:[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+", re.IGNORECASE)
_ENCODED = re.compile(r"[\s\x00-\x20\x7f\"<>\\^`{|}]")
_HOST = re.compile(r"[^\s/?#@:<>\"'()（），。、；：！？]+\.[^\s/?#@:<>\"'()（），。、；：！？]+")
_IPV6 = re.compile(r"\[[0-9a-fA-F:.]+\]")
_BARE = re.compile(r"https?://(?=[^/?#]{0,250}?\.)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{1,2048}", re.IGNORECASE)
_MAX_LENGTH = 2048
_MAX_HOST = 253
_TAIL = ".,;:!?'\"*_~&"
_PAIRS = {")": "(", "]": "["}
_TRACKING = re.compile(r"(utm_\w+|spm|from|share_token|ref_src)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A checked address: `url` is None when it cannot be a link, and `fault` is the problem's code."""

    url: str | None
    fault: str = ""


def check_link(href: str) -> Link:
    """Judge an author's address: only http, https and mailto may be links."""
    href = href.strip()
    if not href or href == "#":
        return Link(None, "link.empty")
    if len(href) > _MAX_LENGTH:
        return Link(None, "link.broken")
    if href.startswith("//"):
        href = f"https:{href}"
    elif href.lower().startswith("www."):
        href = f"https://{href}"
    found = _SCHEME.match(href)
    if found is None:
        return Link(None, "link.relative")
    scheme = found[0][:-1].lower()
    if scheme == "mailto":
        return Link(href) if _MAIL.fullmatch(href) else Link(None, "link.broken")
    if scheme not in ("http", "https"):
        return Link(None, "link.scheme")
    return _web_link(href)


def _web_link(href: str) -> Link:
    try:
        parts = urlsplit(href)
        port = parts.port
    except ValueError:
        return Link(None, "link.broken")
    host = parts.netloc.rpartition("@")[2]
    name = host.rpartition(":")[0] if port is not None else host.removesuffix(":")
    if len(name) > _MAX_HOST or not (_HOST.fullmatch(name) or _IPV6.fullmatch(name)):
        return Link(None, "link.broken")
    return Link(_assemble(parts))


def _assemble(parts: SplitResult) -> str:
    user, at, host = parts.netloc.rpartition("@")
    tail = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    tail += f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.scheme.lower()}://{user}{at}{host.lower()}" + _ENCODED.sub(_percent, tail)


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def is_home_page(url: str) -> bool:
    """Whether the address names a site only, and so no story on it."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.path in ("", "/") and not parts.query and not parts.fragment


def story_url(url: str) -> str:
    """The address as identity of a story: without fragment, tracking parameters and trailing slash."""
    parts = urlsplit(url)
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if not _TRACKING.fullmatch(name)])
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def bare_url(text: str, start: int, end: int) -> str | None:
    """The address written at `text[start:end]`, without the punctuation that belongs to the sentence."""
    found = _BARE.match(text, start, end)
    if found is None:
        return None
    url = found[0].partition("](")[0]  # the end of a link's text that is itself an address
    surplus = {closer: url.count(closer) - url.count(opener) for closer, opener in _PAIRS.items()}
    length = len(url)
    while length and (url[length - 1] in _TAIL or surplus.get(url[length - 1], 0) > 0):
        length -= 1
        if url[length] in surplus:
            surplus[url[length]] -= 1
    return url[:length] if check_link(url[:length]).url else None
