"""A post's bytes become a digest: whatever its format, without losing a word, without harming the process."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.digest import Parsed, parse_digest
from bot.core.digest.frontmatter import split_front_matter
from bot.core.digest.source import Source, read_source
from bot.core.models import Digest
from tests.support.words import count_words, digest_words, rendered_words

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
POSTS = sorted((Path(__file__).parents[3] / "posts").glob("*.md"))
FRONT = "---\ntitle: 标题\ndate: 2026-02-06\n---\n"


def _real_digests() -> list[Path]:
    beside = Path(__file__).parents[4] / "shared" / "digests"
    folder = Path(os.environ.get("REAL_DIGESTS", beside))
    return sorted(folder.glob("*.md")) if folder.is_dir() else []


def _digest(text: str, name: str = "2026-02-06-x.md") -> Digest:
    parsed = parse_digest(text.encode(), name)
    assert parsed is not None
    assert parsed.digest is not None, parsed.problems
    return parsed.digest


def _lost_words(raw: bytes, name: str) -> dict[str, int]:
    """Words of the body that are neither in the digest nor in its title; a label may be spelled right.

    An author's own number before a headline may be left to ours of the same value.
    """
    parsed = parse_digest(raw, name)
    source = read_source(raw)
    assert isinstance(parsed, Parsed)
    assert parsed.digest is not None
    assert isinstance(source, Source)
    body = split_front_matter(source.text).body
    held = digest_words(parsed.digest) + count_words(parsed.digest.title) + _shown_numbers(parsed.digest)
    typos = [str(problem.values["written"]) for problem in parsed.problems if problem.code == "label.typo"]
    return dict(rendered_words(body) - held - count_words("".join(typos)))


def _shown_numbers(digest: Digest) -> Counter[str]:
    """Those before headlines, and of sections where there are several."""
    items = [item.number for item in digest.items if not item.is_implied]
    sections = [section.number for section in digest.sections if len(digest.sections) > 1]
    return count_words(" ".join(map(str, items + sections)))


@pytest.mark.parametrize("path", [*CASES, *POSTS], ids=lambda path: path.stem)
def test_every_word_of_a_sample_reaches_the_digest(path: Path) -> None:
    """What a stock CommonMark parser shows of the body is in the digest, whatever the structure."""
    assert _lost_words(path.read_bytes(), path.name) == {}


@pytest.mark.skipif(not _real_digests(), reason="no real digests beside the checkout; set REAL_DIGESTS")
@pytest.mark.parametrize("path", _real_digests(), ids=lambda path: path.stem[:10])
def test_every_word_of_a_real_digest_reaches_the_digest(path: Path) -> None:
    """The same over all digests at hand."""
    assert _lost_words(path.read_bytes(), path.name) == {}


_WORDS = st.sampled_from(
    ["新闻", "模型", "alpha", "GPT-5", "**粗：**体", "深度解读", "1、", "u_v", "`z`", "：", "。", "&amp;"]
)
_LINE_STARTS = st.sampled_from(
    (
        *(
            "",
            "",
            "",
            "# ",
            "## ",
            "### ",
            "#### ",
            "##",
            "- ",
            "* ",
            "1. ",
            "> ",
            "  - ",
            "    ",
            "\t",
            "| ",
            "---",
            "===",
        ),
        *(
            "**影响：** ",
            "**更多动态**",
            "- [ ] ",
            "|--|--|",
            "<div>",
            "</div>",
            "<details>",
            "<li>",
            "<pre>",
            "[^1]: ",
            "```\n",
        ),
        *("> [!note] ", ":::tip ", ":::", '!!! note "新"\n    ', "{{< callout >}}", "{{< /callout >}}", "[9:30] "),
    )
)
_MARKS = st.sampled_from(
    ["**", "*", "~~", "==", "[", "](https://a.test/x)", "](y)", "<b>", "</b>", "<br>", "|", "[^1]", "\n", " ", "{#a}"]
)
_LINES = st.builds(
    lambda start, words: start + "".join(words), _LINE_STARTS, st.lists(st.one_of(_WORDS, _MARKS), max_size=8)
)
_MARKDOWN = st.lists(st.one_of(_LINES, st.just("")), max_size=25).map("\n".join)


@given(_MARKDOWN)
@settings(max_examples=300)
def test_random_markdown_keeps_its_words(body: str) -> None:
    """No arrangement of Markdown raises or swallows a Chinese word; Latin ones may be tags to one parser only."""
    parsed = parse_digest((FRONT + "开头\n\n" + body).encode(), "x.md")
    assert parsed is not None
    if parsed.digest is None:
        assert parsed.errors
        return
    held = digest_words(parsed.digest) + count_words(parsed.digest.title) + _shown_numbers(parsed.digest)

    assert not {word for word in rendered_words(body) - held if not word.isascii()}


@given(st.binary(max_size=400))
@settings(max_examples=200)
def test_random_bytes_never_raise(raw: bytes) -> None:
    """Whatever stands in a file, the answer is a digest or an error with a code."""
    parsed = parse_digest(b"---\n" + raw, "x.md")

    assert parsed is not None
    assert parsed.digest is not None or parsed.errors


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=200)
def test_random_front_matter_never_raises(fields: str, body: str) -> None:
    """Front matter of any text is read or refused."""
    for fence in ("---", "+++"):
        parsed = parse_digest(f"{fence}\n{fields}\n{fence}\n{body}".encode(), "2026-01-01.md")
        assert parsed is not None


def test_other_category_is_passed_over() -> None:
    """A post of another category is None, without any problem; so is one that names none."""
    other = b"---\ntitle: a\ndate: 2026-02-06\ncategory: notes\n---\nx"

    assert parse_digest(other, "x.md", category="AI 日报") is None
    assert parse_digest(b"---\ntitle: a\n---\nx", "about.md", category="AI 日报") is None
    assert parse_digest(b"# Readme", "README.md", category="AI 日报") is None
    assert parse_digest(other, "x.md") is not None


def test_broken_front_matter_of_our_category_is_told() -> None:
    """A mistake that hides the category is reported rather than passed over; a legible other category is not."""
    ours = parse_digest("---\ntitle：日报\ncategory: AI 日报\n---\nx".encode(), "x.md", category="AI 日报")

    assert ours is not None
    assert [problem.code for problem in ours.errors] == ["front_matter.full_width"]
    assert parse_digest(b"---\ntitle: [\ncategory: notes\n---\nx", "x.md", category="AI 日报") is None


def test_dated_name_stands_in_for_missing_front_matter() -> None:
    """Without front matter the date and slug come from the name, the title from the first heading."""
    parsed = parse_digest("# 早报\n\n## 节\n\n- 一\n- 二\n".encode(), "2026-02-06-morning.md", category="AI 日报")

    assert parsed is not None
    assert parsed.digest is not None
    assert (parsed.digest.date, parsed.digest.slug, parsed.digest.title) == (dt.date(2026, 2, 6), "morning", "早报")
    assert [section.title for section in parsed.digest.sections] == ["节"]


def test_own_title_is_shown_once_and_another_kept() -> None:
    """A first heading that repeats the title goes, in whatever punctuation; one of other words stays as text."""
    same = _digest("---\ntitle: AI：日报\ndate: 2026-02-06\n---\n# AI 日报\n\n## 节\n\n话")
    other = _digest("---\ntitle: 今天\ndate: 2026-02-06\n---\n# AI 日报\n\n## 节\n\n话")

    assert [section.title for section in same.sections] == ["节"]
    assert [section.title for section in other.sections] == ["节"]
    assert "日报" in "".join(digest_words(other))


@pytest.mark.parametrize(
    "body",
    [
        "**AI 早报 2026-02-06**\n\n## 节\n\n话",
        "一句开场。\n\n# AI 早报 2026-02-06\n\n# 节\n\n话",
        "一句开场。\n\n# 某某的周末\n\n## 节\n\n话",
        "📰 **Daily Digest – February 6, 2026**\n\n## 节\n\n话",
    ],
)
def test_title_is_found_without_front_matter(body: str) -> None:
    """A bold first line that names the digest, the first heading that does, or the only one of its level."""
    digest = _digest(body)

    assert digest.title != "x"
    assert [section.title for section in digest.sections] == ["节"]


def test_linked_first_heading_is_a_title_above_others_and_else_a_story() -> None:
    """With headings below it a link names the whole; alone it is the headline of the only story."""
    whole = _digest("# [周报第三期](https://a.test/3)\n\n### 一\n\n话\n\n### 二\n\n话")
    story = _digest("# [一条新闻](https://a.test/1)\n\n话")

    assert (whole.title, len(whole.items)) == ("周报第三期", 2)
    assert [item.url for item in story.items] == ["https://a.test/1"]


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (b"", "file.empty", 0),
        (b"   \n\n", "file.empty", 0),
        (b"---\ntitle: a\n\xff---\n", "file.not_utf8", 3),
        (b"\xff\xfe-\x00-\x00", "file.not_utf8", 1),
        (b"a" * (1 << 20) + b"a", "file.too_large", 0),
        (FRONT.encode() + b"\n" + b"[" * 50_000, "markdown.too_complex", 6),
        (FRONT.encode() + b"*a **b " * 20_000, "markdown.too_complex", 5),
        (FRONT.encode() + b"|" + b"a|" * 5_000 + b"\n|" + b"-|" * 5_000 + b"\n", "markdown.table", 6),
        (FRONT.encode() + b"> " * 5_000, "markdown.too_deep", 5),
        (FRONT.encode() + b"- " * 5_000 + b"x", "markdown.too_deep", 5),
    ],
)
def test_unreadable_post_is_refused_with_its_line(raw: bytes, code: str, line: int) -> None:
    """Files that cannot be read or would keep the parser busy are an error, never an exception."""
    parsed = parse_digest(raw, "2026-02-06-x.md")

    assert parsed is not None
    assert parsed.digest is None
    problem = parsed.errors[0]
    assert (problem.code, problem.line) == (code, line)


def test_bom_crlf_and_control_characters_are_accepted() -> None:
    """A BOM and CRLF mean nothing; control characters become spaces and are named."""
    raw = ("\ufeff" + FRONT + "## 节\n\n甲\x07乙\u202e丙\n").replace("\n", "\r\n").encode()
    parsed = parse_digest(raw, "x.md")

    assert parsed is not None
    assert parsed.digest is not None
    assert next(problem.code for problem in parsed.problems) == "text.control"
    assert parsed.digest.sections[0].items[0].blocks[0].inline[0].text == "甲 乙丙"  # type: ignore[union-attr]


def test_lines_of_problems_are_those_of_the_file() -> None:
    """A problem's line counts from the top of the file, front matter included."""
    parsed = parse_digest((FRONT + "\n## 节\n\n第一行\n[坏](javascript:x)\n").encode(), "x.md")

    assert parsed is not None
    assert [(problem.code, problem.line) for problem in parsed.problems][-1] == ("link.scheme", 9)


def test_draft_is_told() -> None:
    """`draft: true` makes a draft; the digest is read all the same."""
    assert _digest("---\ntitle: a\ndate: 2026-02-06\ndraft: true\n---\nx").is_draft


_REPEATED = {
    "links": "[a](" * 2_000,
    "images": "![" * 2_000,
    "footnotes": "[^a" * 2_000,
    "emphasis": "*a " * 6_000,
    "code": "`a" * 6_000,
    "tags": "<a " * 9_000,
    "tags in a block": "<div>" + "<a " * 9_000,
    "attributes": "<div " + "a" * 90_000 + ">",
    "comments": "<!--" * 9_000,
    "entities": "&" * 9_000,
    "addresses": "https://" * 5_000,
    "brackets after an address": "https://a.b/" + ")" * 90_000,
    "blanks": " " * 90_000 + "x",
    "blanks after bold": "**a**" + " " * 90_000 + "x",
    "tabs": "\t" * 90_000,
    "commas": "，" * 90_000 + "x",
    "colons": "：" * 90_000,
    "bold lines": "**a**\n" * 2_000,
    "numbered lines": "1、a\n" * 2_000,
    "quotes": "> a\n" * 2_000,
    "headings": "# a\n" * 2_900,
    "lines": "a\n" * 2_900,
}


@pytest.mark.parametrize("body", list(_REPEATED.values()), ids=list(_REPEATED))
def test_hostile_markdown_ends(body: str) -> None:
    """Repetitions that make careless parsers quadratic are read or refused."""
    parsed = parse_digest((FRONT + body).encode(), "x.md")

    assert parsed is not None
    assert parsed.digest is not None or parsed.errors


def test_a_category_misspelt_in_spaces_or_case_is_meant_and_told() -> None:
    """A digest is not lost for a missing space; another category stays another's."""
    post = "---\ntitle: 样刊\ndate: 2026-02-06\ncategory: {}\nsummary: 要点\n---\n## 节\n\n话。\n"
    meant = parse_digest(post.format("ＡＩ日报").encode(), "x.md", category="AI 日报")
    assert meant is not None
    assert meant.digest is not None
    assert [(problem.code, problem.line) for problem in meant.problems] == [("category.alike", 4)]
    assert parse_digest(post.format("随笔").encode(), "x.md", category="AI 日报") is None
