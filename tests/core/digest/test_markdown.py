"""Inline and block Markdown as authors mean it."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from bot.core.digest.markdown import parse_inline, parse_markdown
from bot.core.digest.nodes import Piece
from bot.core.links import bare_url, check_link, is_home_page, story_url
from bot.core.models import Inline, Paragraph, Style
from tests.support.outline import inline_text


def _inline(text: str) -> Inline:
    piece = parse_markdown(text).nodes[0]
    assert isinstance(piece, Piece)
    assert isinstance(piece.block, Paragraph)
    return piece.block.inline


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("**核心能力：**奥赛", "**核心能力：**奥赛"),
        ("前**“引号”**后", "前**“引号”**后"),
        ("前**「书名」**。", "前**「书名」**。"),
        ("**甲（乙）**丙**丁：**戊", "**甲（乙）**丙**丁：**戊"),
        ('**"引号"**后', '**"引号"**后'),
        ("**标题 **正文", "**标题 **正文"),
        ("** 标题 **：正文", "**标题 **：正文"),
        ("~~删除。~~后", "~~删除。~~后"),
        ("*斜体，*后", "_斜体，_后"),
        ("没有**配对", "没有**配对"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        (r"\*\*不是\*\*粗体", "**不是**粗体"),
        ("`**代码**`", "`**代码**`"),
    ],
)
def test_bold_comes_out_as_meant(source: str, shown: str) -> None:
    """Chinese punctuation and a stray blank do not keep marks from pairing; escapes and code stay literal."""
    assert inline_text(_inline(source)) == shown
    is_bold = any(Style.BOLD in run.style for run in _inline(source))
    assert is_bold == (shown.startswith(("**核", "前**", "**甲", '**"', "**标")))


@pytest.mark.parametrize(
    "source",
    [
        "*a **b** c*",
        "***both***",
        "a*b*c",
        "snake_case_name",
        "**a*b**c*",
        "*(**foo**)*",
        "** a **",
        "a * b * c",
        "_(_a",
    ],
)
def test_valid_commonmark_is_not_changed(source: str) -> None:
    """Where CommonMark decides without Chinese in sight, we decide alike."""
    stock = MarkdownIt("commonmark").renderInline(source)
    ours = "".join(_html(run.text, run.style) for run in _inline(source))

    assert _flat(ours) == _flat(stock)


def _html(text: str, style: Style) -> str:
    text = f"<em>{text}</em>" if Style.ITALIC in style else text
    return f"<strong>{text}</strong>" if Style.BOLD in style else text


def _flat(html: str) -> str:
    """Nested and adjacent tags in one canonical form: each character with its looks."""
    looks: set[str] = set()
    shown = []
    for part in html.replace("<", "\0<").replace(">", ">\0").split("\0"):
        if part.startswith("</"):
            looks.discard(part[2:-1])
        elif part.startswith("<"):
            looks.add(part[1:-1])
        else:
            shown += [char + "".join(sorted(looks)) for char in part]
    return "|".join(shown)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://a.test/x，后面", "https://a.test/x"),
        ("https://a.test/x）", "https://a.test/x"),
        ("https://a.test/x。", "https://a.test/x"),
        ("https://a.test/x中文", "https://a.test/x"),
        ("https://a.test/x_(y).", "https://a.test/x_(y)"),
        ("https://a.test/x).", "https://a.test/x"),
        ("https://a.test?a=1&b=2!", "https://a.test?a=1&b=2"),
        ("https://a.test**", "https://a.test"),
        ("https://localhost", None),
        ("https://", None),
    ],
)
def test_bare_address_ends_where_the_sentence_goes_on(text: str, url: str | None) -> None:
    """Chinese text and punctuation never belong to an address; brackets only in pairs."""
    assert bare_url(text, 0, len(text)) == url


@pytest.mark.parametrize(
    ("href", "url", "fault"),
    [
        ("https://A.test", "https://a.test/", ""),
        ("https://a.test/中 文?x=<y>", "https://a.test/中%20文?x=%3Cy%3E", ""),
        ("HTTP://例子.测试/x", "http://例子.测试/x", ""),
        ("//a.test/x", "https://a.test/x", ""),
        ("www.a.test/x", "https://www.a.test/x", ""),
        ("mailto:a@b.test", "mailto:a@b.test", ""),
        ("", None, "link.empty"),
        ("#", None, "link.empty"),
        ("../a.md", None, "link.relative"),
        ("javascript:alert(1)", None, "link.scheme"),
        (" JavaScript:alert(1)", None, "link.scheme"),
        ("tg://resolve?domain=a", None, "link.scheme"),
        ("data:text/html,x", None, "link.scheme"),
        ("https://localhost/x", None, "link.broken"),
        ("https://a.test:99999/", None, "link.broken"),
        ("https://[::1", None, "link.broken"),
        ("https://a.test/" + "x" * 3_000, None, "link.broken"),
        ("mailto:nobody", None, "link.broken"),
    ],
)
def test_only_web_and_mail_addresses_are_links(href: str, url: str | None, fault: str) -> None:
    """Others are refused with a reason; what is kept is written as Telegram would."""
    link = check_link(href)

    assert (link.url, link.fault) == (url, fault)


def test_story_url_forgets_what_does_not_matter() -> None:
    """Tracking, fragment, `www.` and a closing slash do not make another story."""
    assert story_url("https://www.a.test/x/?utm_source=b&id=1#c") == story_url("http://a.test/x?id=1")
    assert story_url("https://a.test/x?id=1") != story_url("https://a.test/x?id=2")
    assert is_home_page("https://a.test/")
    assert not is_home_page("https://a.test/?p=1")


def test_refused_link_keeps_its_words() -> None:
    """The text stays, the link goes."""
    document = parse_markdown("看[这里](javascript:x)和<a href='tg://x'>那里</a>")

    assert inline_text(document.nodes[0].block.inline) == "看这里和那里"  # type: ignore[union-attr]
    assert [problem.code for problem in document.problems] == ["link.scheme", "link.scheme"]


def test_soft_breaks_join_chinese_and_part_english() -> None:
    """A wrapped line goes on; a finished Chinese sentence ends its line."""
    assert inline_text(_inline("一行\n接着")) == "一行接着"
    assert inline_text(_inline("one\ntwo")) == "one two"
    assert inline_text(_inline("一句。\n又一句")) == "一句。⏎又一句"
    assert inline_text(_inline("硬换行  \n下一行")) == "硬换行⏎下一行"


def test_summary_line_is_inline_markdown() -> None:
    """Looks are kept, links are not, blocks are text."""
    assert inline_text(parse_inline("**粗** [链](https://a.test/x)")) == "**粗** 链"
    assert inline_text(parse_inline("# 不是标题")) == "# 不是标题"
