"""The author's desk: what is worth mending, and which digests look broken."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from bot.core.digest import Parsed, parse_digest
from bot.core.digest.lint import lint, shape_problem, story_urls
from bot.core.models import Problem, Severity
from bot.locales import catalogue

FRONT = "---\ntitle: 标题\ndate: 2026-02-06\nsummary: '- 要点'\n---\n"
CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
POSTS = sorted((Path(__file__).parents[3] / "posts").glob("*.md"))
BROKEN = {"2026-04-17": "shape.no_item", "2026-04-23": "shape.no_chinese", "2026-05-21": "shape.cut_off"}


def _parsed(body: str, front: str = FRONT) -> Parsed:
    parsed = parse_digest((front + body).encode(), "x.md")
    assert parsed is not None
    return parsed


def _codes(problems: tuple[Problem, ...]) -> list[tuple[str, int]]:
    return [(problem.code, problem.line) for problem in problems]


def test_structure_is_judged_with_lines() -> None:
    """An empty section, a headline without text, one without a link."""
    body = "## 一\n\n### [甲](https://a.test/1)\n\n### 乙\n\n话\n\n## 二\n\n## 更多动态\n\n- 丙\n"

    assert _codes(lint(_parsed(body))) == [
        ("structure.no_text", 8),
        ("structure.no_link", 10),
        ("structure.empty_section", 14),
    ]


def test_digest_without_sections_or_items_is_told() -> None:
    """Nothing but a table holds no news."""
    codes = [problem.code for problem in lint(_parsed("- 一\n- 二\n- 三\n- 四\n"))]

    assert codes == ["structure.no_section"]


@pytest.mark.parametrize(
    "link", ["[甲](/a)", "[甲]()", "[甲](javascript:x)", "[甲](https://a.test/)", "[甲]（https://a.test/b）"]
)
def test_a_headline_whose_link_is_bad_hears_that_once(link: str) -> None:
    """Not besides that it has none."""
    (problem,) = lint(_parsed(f"## 一\n\n### {link}\n\n话\n"))

    assert (problem.code.partition(".")[0] in ("link", "markup"), problem.line) == (True, 8)


@pytest.mark.parametrize(
    ("written", "is_open"),
    [
        ("[甲](http://a b.test)", True),
        ("[甲][没有]", True),
        ("[甲]（见下）", True),
        ("`[甲](a b)`", False),
        ("\\[甲\\](https://a.test/b)", False),
        ("参考 [1][2]", False),
        ("- [ ] 待办", False),
        ("数组 a[0] (下标)", False),
    ],
)
def test_a_link_that_is_none_is_told(written: str, is_open: bool) -> None:
    """What readers would see as brackets."""
    assert ("markup.link" in {problem.code for problem in _parsed(f"## 一\n\n{written}\n").problems}) == is_open


def test_stories_told_before_are_hints() -> None:
    """The same address twice in a digest, or in one of the last days; a real repeat is told as such."""
    body = (
        "## 一\n\n### [可灵发布视频模型](https://a.test/1)\n\n话\n\n### [旧闻](https://a.test/old)\n\n话\n\n"
        "## 更多动态\n\n"
        "- [可灵发布视频模型](https://a.test/1)\n- [别的消息](https://a.test/1)\n"
    )
    parsed = _parsed(body)
    yesterday = _parsed("## 一\n\n### [旧闻原文](https://www.a.test/old/)\n\n话\n")
    assert yesterday.digest is not None

    found = lint(parsed, recent=dict.fromkeys(story_urls(yesterday.digest), "2026-02-05"))

    assert _codes(found) == [("link.known", 12), ("story.repeated", 18), ("link.repeated", 19)]
    assert all(problem.severity is Severity.HINT for problem in found)


def test_lengths_of_others_are_sorted_in() -> None:
    """Problems that show only in finished messages stand at their line."""
    long = Problem("length.item", Severity.WARNING, 7)

    assert _codes(lint(_parsed("## 一\n\n### 乙\n\n话\n"), lengths=[long])) == [
        ("length.item", 7),
        ("structure.no_link", 8),
    ]


def test_misspelt_label_is_a_hint() -> None:
    """The reader sees it spelled right, the author hears of it."""
    parsed = _parsed("## 一\n\n### [甲](https://a.test/1)\n\n话\n\n**深度解读 & 洽察：**\n话\n")

    assert _codes(lint(parsed)) == [("label.typo", 12)]
    assert lint(parsed)[0].values == {"written": "深度解读 & 洽察", "meant": "深度解读 & 洞察"}


@pytest.mark.parametrize(
    ("front", "body", "code"),
    [
        (FRONT, "The analysis indicates that all system components are functioning.", "shape.no_chinese"),
        (FRONT, "系统运行正常。", "shape.no_item"),
        (FRONT.replace("'- 要点'", "[一, 二, 三, 四, 五]"), "## 节\n\n### 新闻\n\n话说到一半就", "shape.cut_off"),
        (FRONT, "", "shape.no_item"),
        (FRONT, "".join(f"## 第{n}节\n\n### 新闻{n}\n\n话。\n\n" for n in range(101)), "shape.too_long"),
    ],
)
def test_broken_generation_is_held(front: str, body: str, code: str) -> None:
    """A stub in another language, without any news, cut off, or without end."""
    parsed = _parsed(body, front)
    assert parsed.digest is not None
    found = shape_problem(parsed.digest)

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "body",
    [
        f"## 节\n\n### 新闻\n\n{'模型又一次给出了相同的回答。' * 120}",
        "## 节\n\n### 新闻\n\n话。\n\n" + "- **影响：**\n" * 1_000,
        "## 节\n\n" + "模型正在思考，请稍候。\n\n" * 60,
    ],
    ids=["sentence", "label", "line"],
)
def test_a_text_that_goes_in_circles_is_told_but_not_held(body: str) -> None:
    """As of a language model that got stuck; a refrain looks the same."""
    parsed = _parsed(body)
    assert parsed.digest is not None

    assert "structure.looped" in {problem.code for problem in lint(parsed)}
    assert shape_problem(parsed.digest) is None


def test_short_but_sound_digest_is_not_held() -> None:
    """Few words alone are no sign; nor is English in an English digest."""
    for front, body in (
        (FRONT, "## 节\n\n### 新闻\n\n话。\n\n## 更多动态\n\n- 一条\n"),
        (FRONT.replace("标题", "Daily").replace("要点", "point"), "## News\n\n### Story\n\nText.\n"),
    ):
        parsed = _parsed(body, front)
        assert parsed.digest is not None
        assert shape_problem(parsed.digest) is None


@pytest.mark.parametrize("path", POSTS, ids=lambda path: path.stem)
def test_own_samples_are_not_held(path: Path) -> None:
    """The samples of this project look like digests."""
    parsed = parse_digest(path.read_bytes(), path.name, category="AI 日报")

    assert parsed is None or (parsed.digest is not None and shape_problem(parsed.digest) is None)


def _real_digests() -> list[Path]:
    folder = Path(os.environ.get("REAL_DIGESTS", Path(__file__).parents[4] / "shared" / "digests"))
    return sorted(folder.glob("*.md")) if folder.is_dir() else []


@pytest.mark.skipif(not _real_digests(), reason="no real digests beside the checkout; set REAL_DIGESTS")
@pytest.mark.parametrize("path", _real_digests(), ids=lambda path: path.stem[:10])
def test_real_digests_are_held_only_when_broken(path: Path) -> None:
    """Three broken generations are known; every other real digest passes."""
    parsed = parse_digest(path.read_bytes(), path.name, category="AI 日报")
    if parsed is None:
        return
    assert parsed.digest is not None
    found = shape_problem(parsed.digest)

    assert (found.code if found else None) == BROKEN.get(path.stem[:10])


def test_every_problem_of_the_samples_has_its_sentence() -> None:
    """Each code found in cases and samples is said in Chinese with its values."""
    say = catalogue("zh")
    for path in (*CASES, *POSTS):
        parsed = parse_digest(path.read_bytes(), path.name)
        assert parsed is not None
        for problem in lint(parsed):
            assert say(f"problem.{problem.code}", **problem.values)


def test_every_sentence_names_a_remedy_and_no_unknown_value() -> None:
    """The catalogue's sentences end as sentences do, and each code of the parser's sources has one."""
    root = Path(__file__).parents[3] / "bot"
    table = tomllib.loads((root / "locales/zh/check.toml").read_text("utf-8"))["problem"]
    codes = {f"{room}.{name}" for room, sentences in table.items() for name in sentences}
    sources = "".join(path.read_text("utf-8") for path in sorted((root / "core").rglob("*.py")))
    told_elsewhere = {"file.missing", "date.shared"}

    assert {code for code in codes if f'"{code}"' not in sources} == told_elsewhere
    assert all(sentence.endswith("。") for sentences in table.values() for sentence in sentences.values())


def test_a_short_english_digest_is_no_broken_one() -> None:
    """Chinese is missed only where the author's own title or points are Chinese."""
    body = "## News\n\n### [A model was released](https://example.org/a)\n\nIt is small and it runs on a phone.\n"
    parsed = parse_digest(f"---\ntitle: AI Daily\ndate: 2026-02-06\ncategory: AI 日报\n---\n{body}".encode(), "x.md")
    assert parsed is not None
    assert parsed.digest is not None
    assert shape_problem(parsed.digest) is None
