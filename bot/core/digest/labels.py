"""The labels authors use, matched loosely: commentary (深度解读 & 洞察), roundups (更多动态) and sources (来源)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.models import CommentaryKind, Inline, Style, plain
from bot.core.runs import cut, strip


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INSIGHTS = _names(
    "深度解读 深度洞察 深度分析 深度解析 深度点评 深度观察 深度思考 洞察 解读 点评 观点 简评 短评 锐评 评论 "
    "分析 启示 深度解读洞察 深度解读分析 深度解读启示 深度解读洞见 深度解读观察 深度解读思考 解读洞察 "
    "洞察解读 深度洞察解读 编者按 编者点评 编辑点评 小编点评 我的看法 我们的看法 专家解读 专家观点 行业洞察 "
    "核心洞察 为什么重要 为何重要 insight insights analysis commentary takeaway takeaways keytakeaway "
    "keytakeaways deepdive ourtake whyitmatters whatitmeans insightanalysis analysisinsight"
)
_IMPACTS = _names(
    "影响 影响分析 影响评估 影响启示 市场影响 行业影响 投资影响 潜在影响 可能影响 深远影响 后续影响 "
    "影响投资启示 投资启示 影响展望 impact impacts marketimpact implications"
)
# 洞察 is typed with look-alikes: 洽察 洰察 洛察 洯察 洢察 洠察 洵察 洞潜. 洞见 and 观察 are words of their own.
_MISSPELT = re.compile("(洞察|洞(?![察见悉])[\u4e00-\u9fff]|(?!洞)[\u6c34-\u6e0a]察)")
_SEPARATORS = re.compile(r"[\s&＆/|·、，,和与及+的_-]+|\band\b", re.IGNORECASE)
_LABEL_MAX = 40  # characters that can hold a label and the marks around it
_COLONS = ":："
_INLINE_LABEL = re.compile(r"\s*([^：:\n\r]{2,24}?)\s*[：:]")
_BOLD_LABEL = re.compile(r"\s{0,3}\*\*\s*([^*\n]{2,24}?)\s*\*\*")

_NUMBERING = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十百\d]+[、.．:：)）章节\s]\s*|[（(][一二三四五六七八九十\d]+[)）]\s*)"
)
_MORE = re.compile("(?:更多|其他|其它|其余|另外)")
_ROUNDUPS = re.compile(
    "(?:.{0,6}(?:快讯|简讯|短讯|速览|速递|一句话新闻|短新闻|资讯汇总|动态汇总)|花絮|简报|一分钟看完)"
)
_ROUNDUPS_LATIN = re.compile(
    r"(?:(?:even |and )?more|others?|also|quick|briefs?|in brief|elsewhere|everything else|what else|the rest|links|"
    r"rapid fire|lightning|odds and ends|short takes|honou?rable mentions?|around the web|bits|worth a look)\b.{0,40}",
    re.IGNORECASE,
)
_MORE_MAX = 10
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)
_SOURCES = re.compile(
    r"(?:原文|来源|出处|链接|阅读|查看|详情|全文|参考|报道|官网|官方|source|via|link|read|more|full|story|details|original|"
    r"here|article|paper|post)[\w\s]{0,12}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """A commentary label at the start of a text. `label` is spelled right; `written` as the author did."""

    kind: CommentaryKind
    label: str
    written: str
    rest: Inline

    @property
    def is_misspelt(self) -> bool:
        """Whether the author mistyped it."""
        return self.label != self.written


def find_commentary(inline: Inline, *, is_heading: bool = False) -> FoundLabel | None:
    """The commentary label that `inline` begins with, or None.

    Bold or heading: any label of the lists. Plain text: only before a colon, and only one of the longer labels.
    """
    bold = _bold_length(inline)
    text = plain(inline)[:_LABEL_MAX]
    if is_heading and not bold:
        return _found(text, inline, len(text))
    if bold:
        return _found(text[:bold], inline, bold) if bold <= _LABEL_MAX else None
    found = _INLINE_LABEL.match(text)
    if found is None or len(_key(found[1])) < 4:
        return None
    return _found(found[1], inline, found.end())


def is_commentary_line(line: str) -> bool:
    """Whether a line of Markdown begins with a bold commentary label."""
    found = _BOLD_LABEL.match(line)
    return found is not None and _found(found[1], (), 0) is not None


def _found(written: str, inline: Inline, end: int) -> FoundLabel | None:
    written = _bare(written)
    label = _MISSPELT.sub("洞察", written) if _key(written)[:2] in ("深度", "洞察") or len(written) == 2 else written
    key = _key(label)
    if key in _IMPACTS:
        kind = CommentaryKind.IMPACT
    elif key in _INSIGHTS:
        kind = CommentaryKind.INSIGHT
    else:
        return None
    text = plain(inline)
    while end < len(text) and text[end] in " :：\r\n":
        end += 1
    return FoundLabel(kind, label, written, strip(cut(inline, end)))


def _bold_length(inline: Inline) -> int:
    """How far the text is bold from its start; emoji and blanks before it do not count."""
    length = 0
    for run in inline:
        if Style.BOLD not in run.style and (length or _has_words(run.text)):
            break
        length += len(run.text)
    return length if any(Style.BOLD in run.style for run in inline) else 0


def _bare(text: str) -> str:
    """Without the punctuation, marks and emoji around the words."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return text[start:end]


def _has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _key(label: str) -> str:
    return _SEPARATORS.sub("", _bare(label)).lower()


def is_roundup(title: str) -> bool:
    """Whether a heading or label announces short news (更多动态, 其他, 快讯, More …)."""
    bare = _bare(_NUMBERING.sub("", _bare(title)))
    if _ROUNDUPS.fullmatch(bare) or (_MORE.match(bare) and len(bare) <= _MORE_MAX):
        return True
    return _ROUNDUPS_LATIN.fullmatch(bare) is not None and len(bare.split()) <= 6


def is_source(text: str) -> bool:
    """Whether a link's text names no story but only where one comes from (来源, 阅读原文, via)."""
    bare = _bare(text)
    return not bare or any(pattern.fullmatch(bare) for pattern in (_SOURCES, _DOMAIN))


def ends_with_colon(text: str) -> bool:
    """Whether a line announces what follows it."""
    return text.rstrip().endswith(tuple(_COLONS))
