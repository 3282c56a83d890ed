"""What Telegram finds in a text by itself: commands, mentions, hashtags, cashtags, addresses.

Close to TDLib's own detection for everything people and digests write; phone and bank card numbers are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.sandbox.entities import utf16_len
from bot.sandbox.nesting import STYLES, Entities, TextEntity, nest

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
# Telegram takes every letter, ideograph, full-width mark and emoji as part of a domain name.
_IN_DOMAIN = r"A-Za-z0-9_~\-\u00c0-\u167f\u1681-\u1fff\u200c\u200d\u2010-\u2015\u2070-\u2fff\u3001-\U0010ffff"
_ADDRESS = re.compile(
    rf"(?P<scheme>(?<![A-Za-z])(?:https?|ftp|tonsite)://)?(?:(?<![A-Za-z0-9.+_%~-])(?P<user>[A-Za-z0-9.+_%~-]+)@)?"
    rf"(?P<host>(?<![{_IN_DOMAIN}.])[{_IN_DOMAIN}.]*\.[{_IN_DOMAIN}]+)(?P<port>:\d{{1,5}})?"
    rf"(?P<path>(?:/|[?#](?=\S))(?:[^\s<>\"\u00ab\u00bb\u2000-\u206f]|[\u200c\u200d\u2010-\u2015])*)?",
    re.IGNORECASE,
)
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_APP_LINK = re.compile(r"(?:tg|ton)://[a-z0-9_-]+(?:[/?#][^\s<>\"]+)?", re.IGNORECASE)
_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@])")
_MENTION = re.compile(r"(?<!\w)@[A-Za-z0-9_]{4,32}(?!\w)")
_HASHTAG = re.compile(
    r"(?<![\w·\u200c])[#＃](?=[\w·\u200c]*[^\W\d_])[\w·\u200c]{1,256}+(?:@[A-Za-z0-9_]{3,32})?(?![#＃])"
)
_CASHTAG = re.compile(r"(?<![\w$])\$(?:1INCH|[A-Z]{1,8})(?:@[A-Za-z0-9_]{3,32})?(?![\w$])")

_PATTERNS = (
    (_COMMAND, "bot_command"),
    (_MENTION, "mention"),
    (_HASHTAG, "hashtag"),
    (_CASHTAG, "cashtag"),
    (_APP_LINK, "url"),
)


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
    for pattern, kind in _PATTERNS:
        for found in pattern.finditer(text):
            yield found.start(), found.end(), kind
    for found in _ADDRESS.finditer(text):
        if address := _address(found, text):
            yield address


def _address(found: re.Match[str], text: str) -> tuple[int, int, str] | None:
    names = found["host"].split(".")
    is_number = re.fullmatch(r"(?:\d{1,3}\.){3}\d{1,3}", found["host"]) is not None
    if any(not 1 <= len(name) <= 63 or name.endswith("-") for name in names) or "_" in names[-2] + names[-1]:
        return None
    around = text[: found.start()][-1:] + text[found.end() :][:1]
    if found["scheme"] is None and ("@" in around or not (is_number or _is_top(names[-1]))):
        return None
    if found["scheme"] is not None and not is_number and not re.fullmatch(r"[^\W\d_]{2,}", names[-1]):
        return None
    if found["user"] and found["scheme"] is None:
        return found.start(), found.end("host"), "email"
    return found.start(), found.start() + len(_without_closing_marks(found.group())), "url"


def _is_top(name: str) -> bool:
    """Whether that is a top-level domain; `Com` is none, `com` and `COM` are."""
    is_capitalised = name[:1] != name[:1].lower() and name[1:] == name[1:].lower()
    return not is_capitalised and (name.lower() in _COUNTRIES or name.lower() in _COMMON)


def _without_closing_marks(url: str) -> str:
    """The address without what belongs to the sentence around it: a bracket that it did not open, punctuation."""
    opened: list[str] = []
    for index, ch in enumerate(url):
        if ch in _BRACKETS.values():
            opened.append(ch)
        elif ch in _BRACKETS and (not opened or opened.pop() != _BRACKETS[ch]):
            url = url[:index]
            break
    return url.rstrip(".,:;!?'`(")
