"""The labels authors use, matched loosely: commentary (深度解读 & 洞察), roundups (更多动态) and sources (来源)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.core.models import PLAIN, CommentaryKind, Inline, Style, plain
from bot.core.runs import cut, strip
from bot.core.script import simplified


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
# The same words in other company: 深度洞察与分析, 核心解读, 影响与启示, 技术影响.
_INSIGHT_LIKE = re.compile(
    "(?:深度|核心|专家|编辑|编者|小编|行业|独家|本报)*(?:解读|洞察|点评)(?:分析|启示|洞见|观察|思考|解析|点评)*"
)
_IMPACT_LIKE = re.compile("(?:潜在|行业|市场|投资|深远|后续|社会|技术|商业)*影响(?:分析|评估|启示|展望|意义)*")
# 洞察 is typed with look-alikes: 洽察 洰察 洛察 洯察 洢察 洠察 洵察 洞潜. 洞见 and 观察 are words of their own.
_MISSPELT = re.compile("(洞察|洞(?![察见悉])[\u4e00-\u9fff]|(?!洞)[\u6c34-\u6e0a]察)")
_SEPARATORS = re.compile(r"[\s&＆/|·、，,和与及+的_-]+|\band\b", re.IGNORECASE)
_LABEL_MAX = 40  # characters that can hold a label and the marks around it
_COLONS = ":："
_WORD = re.compile(r"[^\W_]")
_INLINE_LABEL = re.compile(r"\s*([^：:\n\r]{2,24})[：:]")
_BRACKETED_LABEL = re.compile(r"\s*【([^】\n\r]{2,24})】[ \t]*(?:[：:]|[\r\n]|\Z)")
_BOLD_LABEL = re.compile(r"\s{0,3}\*\*\s*([^*\n]{2,24}?)\s*\*\*")

_NUMBERING = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十百\d]+[、.．:：)）章节\s]\s*|[（(][一二三四五六七八九十\d]+[)）]\s*)"
)
_MORE = re.compile("(?:更多|其他|其它|其余|另外)")
_ROUNDUPS = re.compile(
    "(?:.{0,6}(?:快讯|简讯|短讯|速览|速递|短新闻|资讯汇总|动态汇总)|一句话(?:新闻|资讯|消息|带过|速报)|花絮|简报|一分钟看完)"
)
_ROUNDUPS_LATIN = re.compile(
    r"(?:(?:even |and )?more|others?|also|quick|briefs?|in brief|elsewhere|everything else|what else|the rest|links|"
    r"rapid fire|lightning|odds and ends|short takes|honou?rable mentions?|around the web|bits|worth a look)\b.{0,40}",
    re.IGNORECASE,
)
_MORE_MAX = 10
_FRAMES = re.compile(
    ".{0,20}(?:概览|概述|概要|导读|导航|目录)|"
    "(?:(?:AI|今日|本日|本期|每日|全文|快速|内容|一句话|日报|简报) ?){0,2}(?:摘要|导语|目次|总结|小结|速记)|"
    "(?:编者|编辑|小编|主编)(?:的话|按|寄语|碎碎念|有话说|手记)|前言|引言|开场白?|写在(?:最前|前面|最后|后面)|结语|后记|尾声|"
    "(?:参考|引用|数据|信息|资料)(?:来源|资料|链接|文献)|(?:[0-9]{1,2} ?个)?关键词|(?:免责)?声明|"
    "关于(?:我们|本站|本报)|(?:互动)?讨论|(?:相关|互动)问题|(?:今日|本日|本期|本周|每日)(?:信号|主线|观察|金句|感悟|思考|语录)|"
    "(?:如何)?(?:订阅|反馈)(?:方式|我们)?|(?:今日|本期)?(?:统计|数据统计)"
)
_FRAMES_LATIN = re.compile(
    r"(?:(?:today'?s|daily|executive|overall|quick) )?(?:summary|overview|outline)|(?:table of )?contents|tl;?dr|"
    r"intro(?:duction)?|editor'?s? (?:note|letter)|sources|references|credits|disclaimer|conclusion|wrap[- ]?up|"
    r"closing(?: thoughts)?|sign[- ]?off|in (?:today'?s|this) (?:issue|edition|newsletter|digest|email)|"
    r"what'?s inside|(?:about|subscribe|feedback|discussion|statistics)\b.{0,30}",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")
_DIGEST_NAME = re.compile(
    r"[日早晨晚午周週月简簡快][报報]|[日周週月]刊|资讯|資訊|速递|速遞|"
    r"\b(?:daily|weekly|digest|newsletter|brief|briefing|news|report|import ai|tldr)\b",
    re.IGNORECASE,
)
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_FULL_DATE = re.compile(
    rf"20\d\d\s*[-/.年]\s*\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}|\b{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? 20\d\d|"
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}\.?,? 20\d\d",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)
_SOURCES = re.compile(
    r"(?:原文|来源|出处|链接|阅读|查看|详情|全文|参考|报道|官网|官方|source|via|link|read|more|full|story|details|original|"
    r"here|article|paper|post)[\w\s]{0,12}",
    re.IGNORECASE,
)
_SOURCE_LINE = re.compile(
    r"\W{0,6}(?:原文|来源|來源|出处|出處|信源|\w{0,8}(?:链接|連結|地址|网址|网站)|官网|参考|出典|リンク|"
    r"source|via|link|url|read more)[\w\s]{0,8}[^\w\s]{0,3}[:：]",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"\W{0,4}(?:标题|標題|作者|发布者?|發布者?|日期|时间|時間|摘要|简介|簡介|介绍|描述|主题|主題|重点|重點|要点|亮点|看点|核心\w{0,4}|"
    r"标签|標籤|关键词|關鍵詞|分类|類別|产业|產業|热度|得分|评分|评论数?|点赞|语言|机构|"
    r"title|authors?|date|published|summary|abstract|description|category|categories|topics?|tags?|keywords|score|"
    r"points|stars?|language|key points?)[^\w\s]{0,3}\s?[:：]",
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

    Bold, heading, in brackets that are all of a line: any label of the lists. Plain text: only before a colon, and
    only one of the longer labels.
    """
    bold = _bold_length(inline)
    text = plain(inline)[:_LABEL_MAX]
    if is_heading and not bold:
        return _found(text, inline, len(text))
    if bold:
        return _found(text[:bold], inline, bold) if bold <= _LABEL_MAX else None
    if found := _BRACKETED_LABEL.match(text):
        return _found(found[1], inline, found.end())
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
    meant = _meant(written)
    if meant is None:
        return None
    text = plain(inline)
    while end < len(text) and text[end] in " :：\r\n":
        end += 1
    return FoundLabel(*meant, written, strip(cut(inline, end)))


@lru_cache(maxsize=1024)  # a digest asks several times about each of its few labels
def _meant(written: str) -> tuple[CommentaryKind, str] | None:
    """The kind of a label and its right spelling, or None when it is no commentary's."""
    label = _MISSPELT.sub("洞察", written) if _key(written)[:2] in ("深度", "洞察") or len(written) == 2 else written
    key = _key(label)
    if key in _IMPACTS or _IMPACT_LIKE.fullmatch(key):
        return CommentaryKind.IMPACT, label
    if key in _INSIGHTS or _INSIGHT_LIKE.fullmatch(key):
        return CommentaryKind.INSIGHT, label
    return None


def _bold_length(inline: Inline) -> int:
    """How far the text is bold from its start; emoji and blanks before it do not count."""
    length = 0
    is_bold = False
    for run in inline:
        if run.style != PLAIN and Style.BOLD in run.style:
            is_bold = True
        elif length or _has_words(run.text):
            break
        length += len(run.text)
    return length if is_bold else 0


def _bare(text: str) -> str:
    """Without the punctuation, marks and emoji around the words."""
    start, end = 0, len(text)
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return text[start:end]


def _has_words(text: str) -> bool:
    return _WORD.search(text) is not None


def _key(label: str) -> str:
    return simplified(_SEPARATORS.sub("", _bare(label)).lower())


def is_roundup(title: str) -> bool:
    """Whether a heading or label announces short news (更多动态, 其他, 快讯, More …)."""
    bare = simplified(_bare(_NUMBERING.sub("", _bare(title))))
    if _ROUNDUPS.fullmatch(bare) or (_MORE.match(bare) and len(bare) <= _MORE_MAX):
        return True
    return _ROUNDUPS_LATIN.fullmatch(bare) is not None and len(bare.split()) <= 6


def is_frame(title: str) -> bool:
    """Whether a heading announces no news but what stands around it: 今日摘要, 目录, 编者按, 参考来源, Overview."""
    bare = simplified(_bare(_NUMBERING.sub("", _bare(_NOTE.sub("", title)))))
    return _FRAMES.fullmatch(bare) is not None or _FRAMES_LATIN.fullmatch(bare) is not None


def names_digest(title: str) -> bool:
    """Whether a heading is the name of the whole with its date: `AI 资讯日报 2026/2/6`."""
    return _FULL_DATE.search(title) is not None and _DIGEST_NAME.search(title) is not None


def is_source(text: str) -> bool:
    """Whether a link's text names no story but only where one comes from (来源, 阅读原文, via)."""
    bare = _bare(text)
    return not bare or any(pattern.fullmatch(bare) for pattern in (_SOURCES, _DOMAIN))


def is_address(text: str) -> bool:
    """Whether a link's text is a bare address."""
    return _ADDRESS.fullmatch(text.strip()) is not None


def begins_with_source(text: str) -> bool:
    """Whether a line begins by saying that it names a source: `来源：…`, `🔗 原文链接: …`."""
    return _SOURCE_LINE.match(text) is not None


def begins_with_field(text: str) -> bool:
    """Whether a line gives one of the particulars of a story: `来源：…`, `**Stars**: …`."""
    return _FIELD.match(text) is not None or begins_with_source(text)


def ends_with_colon(text: str) -> bool:
    """Whether a line announces what follows it."""
    return text.rstrip().endswith(tuple(_COLONS))
