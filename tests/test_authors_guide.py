"""The guide for authors and the catalogue of problems say the same, and every problem can really be found."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

from bot.core.digest import parse_digest
from bot.core.digest.lint import lint, story_urls
from bot.core.format import Links, publication
from bot.core.format.lengths import delivery_problem, length_problems
from bot.core.models import Problem, Severity
from bot.locales import catalogue
from bot.pipeline.publishing.notices import sentence

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs/authors.md").read_text("utf-8")
WORDS = {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.HINT: "建议"}
ROW = re.compile(r"^\| `([a-z_]+\.[a-z_0-9]+)` (\S+) \|", re.MULTILINE)

HEAD = "---\ntitle: 样刊\ndate: 2026-02-06\ncategory: AI 日报\nsummary: '- 要点'\n---\n"
STORY = "\n### [一条新闻](https://e.org/a)\n\n正文有字。\n"
SOUND = f"{HEAD}\n## 一节\n{STORY}"
LONG_URL = "https://e.org/" + "a" * 90


def fields(*lines: str) -> str:
    """A digest with this front matter."""
    return "---\n" + "\n".join(lines) + "\n---\n" + f"\n## 一节\n{STORY}"


def body(text: str) -> str:
    """A digest with this in its section."""
    return f"{HEAD}\n## 一节\n{STORY}\n{text}\n"


EXAMPLES: dict[str, str | bytes] = {
    "file.empty": "\n\n",
    "file.too_large": b"x" * (1 << 20) + b"x",
    "file.not_utf8": HEAD.encode() + "正文".encode("gbk"),
    "text.control": body("看不见\x07的"),
    "front_matter.full_width": fields("title：今日要闻", "date: 2026-02-06"),
    "front_matter.no_space": fields("title:今日要闻", "date: 2026-02-06"),
    "front_matter.unterminated": "---\ntitle: 今日要闻\ndate: 2026-02-06\n\n## 一节\n",
    "front_matter.unopened": "title: 今日要闻\ndate: 2026-02-06\n---\n\n## 一节\n",
    "front_matter.quote": fields('title: "今日"要闻', "date: 2026-02-06"),
    "front_matter.special": fields("title: 今日: 要闻", "date: 2026-02-06"),
    "front_matter.tab": fields("date: 2026-02-06", "seo:", "\t- AI"),
    "front_matter.syntax": fields("date: 2026-02-06", "seo:", "  - AI", " - 日报"),
    "front_matter.not_fields": fields("- title", "- date"),
    "front_matter.repeated": fields("title: 甲", "title: 乙", "date: 2026-02-06"),
    "front_matter.alias": fields("title: 甲", "tags: *a", "date: 2026-02-06"),
    "front_matter.too_complex": fields("title: " + "[" * 30 + "]" * 30, "date: 2026-02-06"),
    "front_matter.too_long": fields("title: " + "长" * 6000, "date: 2026-02-06"),
    "front_matter.type": fields("title: [甲, 乙]", "date: 2026-02-06"),
    "front_matter.unknown": fields("weather: 晴", "title: 样刊", "date: 2026-02-06"),
    "front_matter.misspelt": fields("titel: 今日要闻", "date: 2026-02-06"),
    "draft.unclear": fields("title: 样刊", "date: 2026-02-06", "draft: 也许"),
    "date.missing": fields("title: 样刊"),
    "date.impossible": fields("title: 样刊", "date: 2026-02-30"),
    "title.missing": fields("date: 2026-02-06") + f"\n## 二节\n{STORY}",
    "title.too_long": fields("title: " + "长" * 300, "date: 2026-02-06"),
    "summary.empty": fields("title: 样刊", "date: 2026-02-06", 'summary: ""'),
    "cover.unusable": fields("title: 样刊", "date: 2026-02-06", "coverImage: /img/1.png"),
    "structure.no_section": f"{HEAD}\n{STORY}\n### 另一条\n\n另一条的正文。\n",
    "structure.no_item": f"{HEAD}\n---\n",
    "structure.empty_section": f"{SOUND}\n## 政策\n",
    "structure.no_text": body("### [只有标题](https://e.org/b)"),
    "structure.no_link": body("### 没有链接的标题\n\n正文。"),
    "story.repeated": f"{SOUND}\n## 更多动态\n\n- [一条新闻](https://e.org/a)，又说一遍\n- [别的](https://e.org/c)，话\n",
    "label.typo": body("**深度解读 & 洽察：**\n点评。"),
    "markup.open": body("**只有一半"),
    "markup.link": body("[标题]（https://e.org/b）"),
    "markdown.too_complex": body("[" * 50_000),
    "markdown.table": body("|" + "列|" * 5_000 + "\n|" + "-|" * 5_000),
    "markdown.too_deep": body(">" * 200 + " 深"),
    "link.empty": body("[标题]()"),
    "link.no_text": body("[](https://e.org/b)"),
    "link.relative": body("[标题](/posts/1)"),
    "link.scheme": body("[标题](tg://resolve?domain=x)"),
    "link.broken": body("[标题](https://)"),
    "link.home_page": body("- [标题](https://example.org/)，补充"),
    "link.repeated": body("### [另一条不相干的消息](https://e.org/a)\n\n完全不同的内容。"),
    "link.known": SOUND,
    "length.messages": HEAD + "".join(f"\n## 第{n}节\n{STORY}" for n in range(20)),
    "length.item": body("### [太长的新闻](https://e.org/b)\n\n" + "很长的一段话。" * 900),
    "length.entities": body("\n\n".join(f"**粗{n}** 细 *斜{n}*" for n in range(48))),
    "length.entity_bytes": body("\n\n".join(f"[链{n}]({LONG_URL}{n}) 字" for n in range(74))),
    "shape.too_long": body("说个没完没了。" * 12_000),
    "structure.looped": body("同样的话说了又说。" * 400),
    "shape.no_chinese": f"{HEAD}\nSystem diagnostic report: all fine.\n",
    "shape.no_item": f"{HEAD}\n只有一小段话，没有新闻。\n",
    "shape.cut_off": SOUND.replace("'- 要点'", '"' + r"\n".join(f"- 要点{n}" for n in range(10)) + '"'),
}  # fmt: skip
ELSEWHERE = {
    "file.missing", "file.name", "file.outside", "file.not_regular", "file.unreadable", "file.too_slow",
    "file.unparsable", "file.duplicate", "file.redated", "file.elsewhere", "file.no_digest", "length.delivery",
    "file.unprintable", "category.alike", "category.other", "category.missing", "date.shared", "date.unlike_name",
}  # fmt: skip
"""Found by others than the parser: see the tests of posts, parser, intake and the command line."""


def catalogued() -> set[str]:
    """The codes that have a sentence."""
    found = set()
    for name in ("check", "publisher"):
        tables = tomllib.loads((ROOT / f"bot/locales/zh/{name}.toml").read_text("utf-8"))["problem"]
        found |= {f"{table}.{key}" for table, keys in tables.items() for key in keys}
    return found


def found_in(text: str | bytes) -> tuple[Problem, ...]:
    """What the author's desk says about a file."""
    parsed = parse_digest(text if isinstance(text, bytes) else text.encode(), "样刊.md")
    assert parsed is not None
    if parsed.digest is None:
        return lint(parsed)
    printed = publication(parsed.digest, "20260206", links=Links("b"), say=catalogue())
    told = dict.fromkeys(story_urls(parsed.digest), dt.date(2026, 2, 1).isoformat())
    return lint(parsed, recent=told, lengths=length_problems(parsed.digest, printed, say=catalogue()))


def test_the_guide_names_every_code_of_the_catalogue_and_no_other() -> None:
    """Nobody meets a code that the guide does not explain."""
    assert {code for code, _ in ROW.findall(GUIDE)} == catalogued()


def test_every_code_has_an_example() -> None:
    """Here, or in the tests of the room that finds it."""
    assert EXAMPLES.keys() | ELSEWHERE == catalogued()


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_example_is_found_with_a_sentence_and_the_severity_of_the_guide(code: str) -> None:
    """Code, line, Chinese words with nothing left open."""
    problem = next((one for one in found_in(EXAMPLES[code]) if one.code == code), None)
    assert problem is not None, [one.code for one in found_in(EXAMPLES[code])]
    assert WORDS[problem.severity] in dict(ROW.findall(GUIDE))[code]
    words = sentence(problem, say=catalogue())
    assert re.search("[\u4e00-\u9fff]", words)
    assert "{" not in words


def test_delivery_is_mentioned_from_a_minute_on() -> None:
    """A few readers are no news; an hour is a warning."""
    assert delivery_problem(300, 28.5) is None
    half_an_hour = delivery_problem(50_000, 28.5)
    assert half_an_hour is not None
    assert (half_an_hour.severity, half_an_hour.values["minutes"]) == (Severity.HINT, 29)
    hours = delivery_problem(500_000, 28.5)
    assert hours is not None
    assert hours.severity is Severity.WARNING


def test_a_sound_digest_has_nothing_to_mend() -> None:
    """But for the link that the helper says was told before."""
    assert {problem.code for problem in found_in(SOUND)} == {"link.known"}
