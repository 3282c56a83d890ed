"""What a person gets who wants a broken post all the same: every word that can be read, and nothing that harms."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.digest import Parsed, parse_digest
from bot.core.format import Links, publication
from bot.core.format.parts import to_params
from bot.core.models import Digest
from bot.locales import catalogue
from tests.support.oracle import judge
from tests.support.words import count_words, digest_words

TODAY = dt.date(2026, 2, 9)
FRONT = "---\ntitle: 标题\ndate: 2026-02-06\n---\n"
BODY = "## 一节\n\n### [新闻](https://e.org/a)\n\n正文。\n"


def makeshift(post: str | bytes, name: str = "x.md", category: str = "") -> Parsed:
    """The post as far as it can be read."""
    raw = post if isinstance(post, bytes) else post.encode()
    parsed = parse_digest(raw, name, category=category, makeshift=TODAY)
    assert parsed is not None
    return parsed


def digest_of(post: str | bytes, name: str = "x.md") -> Digest:
    """Its digest, which a plain reading refuses."""
    raw = post if isinstance(post, bytes) else post.encode()
    refused, parsed = parse_digest(raw, name), makeshift(post, name)
    assert refused is not None
    assert (refused.digest, bool(refused.errors)) == (None, True)
    assert parsed.digest is not None
    assert parsed.errors
    return parsed.digest


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("- 甲\n- 乙", "一节"),
        ("甲乙丙", "一节"),
        ("title: 甲\nseo: &a x\ntags: *a", "甲"),
        ("title: 甲\nseo: " + "[" * 5_000, "甲"),
        ("title: 甲\nseo: " + "长" * 20_000, "甲"),
    ],
)
def test_front_matter_that_cannot_be_read_is_set_aside(fields: str, title: str) -> None:
    """What a person sees in it still counts; the date is that of the name, else the one given."""
    post = f"---\n{fields}\n---\n{BODY}"
    digest = digest_of(post)
    assert (digest.title, digest.date) == (title, TODAY)
    assert [item.line for item in digest.items] == [post[: post.index("###")].count("\n") + 1]
    assert digest_of(post, "2026-02-06-x.md").date == dt.date(2026, 2, 6)


def test_front_matter_that_cannot_be_told_from_the_text_is_text() -> None:
    """No word of the body is lost because a fence stands at the wrong place."""
    digest = digest_of("---\n## 一节\n\n正文。\ntitle：[甲\n---\n尾声。", "2026-02-06-x.md")
    assert count_words("正文 尾声") - digest_words(digest) == {}


@pytest.mark.parametrize(
    "bomb",
    [
        "[" * 5_000,
        "*a **b " * 8_000,
        "|a" * 200 + "|\n" + "|-" * 200 + "|\n",
        ">" * 200 + "深",
        "- " * 200 + "深",
        "<b>" * 21_000,
    ],
)
def test_a_body_that_markdown_cannot_take_is_told_word_for_word(bomb: str) -> None:
    """Headings stay headings, every word is there, and Telegram takes the messages as they are."""
    digest = digest_of(f"{FRONT}{BODY}\n{bomb}\n\n## 二节\n\n### 别的\n\n尾声。")
    assert [section.title for section in digest.sections] == ["一节", "二节"]
    assert count_words(f"正文 {bomb} 尾声") - digest_words(digest) == {}
    for part in publication(digest, "20260206", links=Links("b"), say=catalogue()).parts:
        verdict = judge(to_params(part))
        assert verdict.is_clean, verdict


def test_text_in_another_encoding_is_read() -> None:
    """A broken byte costs one sign; a whole file of GBK or UTF-16 is read as such, and a post of ours is not taken for
    another's."""
    assert digest_of(f"{FRONT}{BODY}".encode() + b"\xff").title == "标题"
    other = f"{FRONT.replace('标题', '重磅')}{BODY}"
    gbk = other.encode("gb18030")
    assert digest_of(gbk).title == digest_of(other.encode("utf-16")).title == "重磅"
    assert digest_of(f"{FRONT}{BODY}\0").title == "标题"
    assert makeshift(gbk, category="AI 日报").digest is not None


@given(st.binary(max_size=300), st.sampled_from([b"", b"---\n", b"+++\n"]))
@settings(max_examples=100)
def test_of_any_bytes_something_can_be_made(raw: bytes, fence: bytes) -> None:
    """Unless there is nothing in them."""
    parsed = makeshift(fence + raw)
    assert parsed.digest is not None or {problem.code for problem in parsed.errors} == {"file.empty"}


def test_a_sound_post_is_the_same_either_way() -> None:
    """The makeshift changes nothing that can be read."""
    post = f"{FRONT}{BODY}".encode()
    assert makeshift(post) == parse_digest(post, "x.md")
