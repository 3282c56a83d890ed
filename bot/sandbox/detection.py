"""What Telegram finds in a text by itself: commands, mentions, hashtags, cashtags, addresses.

Close to TDLib's own detection for everything people and digests write; phone and bank card numbers are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.sandbox.entities import STYLES, Entities, TextEntity, nest, utf16_len

# Domains of two letters that exist; a bare `name.xx` becomes a link only under one of these or of COMMON_DOMAINS.
_COUNTRY_CODES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz "
    "ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm "
    "fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is "
    "it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm "
    "mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr "
    "ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg "
    "th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_COUNTRIES = frozenset(_COUNTRY_CODES.split())
_COMMON_NAMES = (
    "com net org info biz edu gov mil int name pro mobi asia cat jobs tel travel xxx aero coop museum app dev "
    "page blog shop store online site tech cloud xyz top club vip work live news media agency design art studio "
    "space world today email link wiki group team one run zip mov chat games tools software systems network "
    "digital company academy capital fund finance money market global international zone ink fun icu cyou ltd "
    "website press host video photo science health ventures solutions services foundation institute community "
    "social expert"
)
_COMMON = frozenset(_COMMON_NAMES.split())
_ADDRESS = re.compile(
    r"(?P<scheme>(?:https?|ftp|tonsite)://)?(?:[\w.+%-]+(?P<at>@))?"
    r"(?P<host>(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.)+(?P<top>[^\W\d_]{2,24}|xn--[a-z0-9-]+)|(?:\d{1,3}\.){3}\d{1,3})"
    r"(?P<port>:\d{1,5})?(?P<path>[/?#][^\s<>\"\u00ab\u00bb\u2018-\u201f\u3000-\u303f\uff00-\uff60]*)?",
    re.IGNORECASE,
)
_APP_LINK = re.compile(r"(?<![\w/.])(?:tg|ton)://[a-z0-9_-]+(?:[/?#][^\s<>\"]*)?", re.IGNORECASE)
_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])", re.ASCII)
_COMMAND_AFTER_WORD = re.compile(r"\w$")
_MENTION = re.compile(r"(?<!\w)@([A-Za-z][A-Za-z0-9_]{2,31})(?!\w)")
_HASHTAG = re.compile(r"(?<![\w#＃])[#＃](?=[\w·\u200c]*[^\W\d_])[\w·\u200c]{1,256}(?:@[A-Za-z0-9_]{3,32})?(?![#＃])")
_CASHTAG = re.compile(r"(?<![\w$])\$(?:1INCH|[A-Z]{1,8})(?:@[A-Za-z0-9_]{3,32})?(?![\w$])")


def detect(text: str) -> Entities:
    """The automatic entities of `text`, sorted, without crossings."""
    taken: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(_candidates(text), key=lambda found: (found[0], -found[1])):
        if not taken or start >= taken[-1][1]:
            taken.append((start, end, kind))
    return tuple(TextEntity(kind, utf16_len(text[:start]), utf16_len(text[start:end])) for start, end, kind in taken)


def with_detected(text: str, entities: Entities) -> Entities:
    """What a reader sees: the sender's entities and the automatic ones that do not cross them."""
    found = [each for each in detect(text) if not any(_crosses(each, other) for other in entities)]
    return nest([*entities, *found]) if found else entities


def _crosses(found: TextEntity, given: TextEntity) -> bool:
    if given.type in STYLES or found.end <= given.offset or given.end <= found.offset:
        return False
    is_inside = given.offset <= found.offset and found.end <= given.end
    return not (given.type in ("blockquote", "expandable_blockquote") and is_inside)


def _candidates(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _COMMAND.finditer(text):
        if not _COMMAND_AFTER_WORD.search(text[: found.start()][-1:]):
            yield found.start(), found.end(), "bot_command"
    for pattern, kind in ((_MENTION, "mention"), (_HASHTAG, "hashtag"), (_CASHTAG, "cashtag"), (_APP_LINK, "url")):
        for found in pattern.finditer(text):
            yield found.start(), found.end(), kind
    for found in _ADDRESS.finditer(text):
        if address := _address(found, text):
            yield address


def _address(found: re.Match[str], text: str) -> tuple[int, int, str] | None:
    before = text[: found.start()][-1:]
    if before and (before.isalnum() or before in "@_/$#"):
        return None
    top = (found["top"] or "").lower()
    has_scheme = found["scheme"] is not None
    is_domain = not top or top in _COUNTRIES or top in _COMMON or top.startswith("xn--")
    if found["at"] and not has_scheme:
        return (found.start(), found.end("host"), "email") if is_domain and top else None
    if not (has_scheme or is_domain):
        return None
    end = found.end() - len(found.group()) + len(_without_closing_marks(found.group()))
    return found.start(), end, "url"


def _without_closing_marks(url: str) -> str:
    """The address without the sentence's own punctuation behind it."""
    url = url.rstrip(".,:;!?'`…")
    while url.endswith((")", "]", "}")) and url.count(url[-1]) > url.count({")": "(", "]": "[", "}": "{"}[url[-1]]):
        url = url[:-1].rstrip(".,:;!?'`…")
    return url
