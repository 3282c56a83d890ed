"""TAXONOMY_FILE: the operator's own tags, and what is said about a file that cannot be used."""

import json
import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.config import ConfigError, Settings
from bot.core.tags.topics import MAX_BYTES, Taxonomy
from bot.resources import load_taxonomy
from tests.support.samples import brief, digest, section, story

OWN = {"topics": {"咖啡": {"title_or_section": "咖啡|拿铁"}}, "entities": {"瑞幸": {"aliases": ["瑞幸", "Luckin"]}}}


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "500")
    (tmp_path / "posts").mkdir()


def _check(monkeypatch: pytest.MonkeyPatch, content: str) -> tuple[int, str]:
    Path("tags.json").write_text(content, "utf-8")
    monkeypatch.setenv("TAXONOMY_FILE", "tags.json")
    result = CliRunner().invoke(cli, ["check"], catch_exceptions=False)
    return result.exit_code, result.output


def test_an_own_file_takes_the_place_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its tags are the only ones, and `check` has nothing against it."""
    assert _check(monkeypatch, json.dumps(OWN, ensure_ascii=False))[0] == 0
    taxonomy = load_taxonomy(Path("tags.json"))
    assert (taxonomy.topics, taxonomy.entities, taxonomy.find("luckin")) == (("咖啡",), ("瑞幸",), "瑞幸")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"topics": {"咖啡": {"title_or_section": "咖啡("}}}, "topics: 咖啡"),
        ({"topics": {"咖啡": {"titel": "咖啡"}}}, "topics: 咖啡"),
        ({"entities": {"瑞幸": {}}}, "entities: 瑞幸"),
        ({"entities": {"……": {"aliases": ["瑞幸"]}}}, "entities"),
        ({"aliases": [["瑞幸"]]}, "aliases: group 1"),
        ({"topics": {"瑞幸": {"text": "瑞幸"}}}, 'the name "瑞幸" is used twice'),
        ({"topic": {}}, '"topic" is unknown'),
        ({"entities": {"瑞幸": {"aliases": ["瑞幸"], "nmae": "Luckin"}}}, 'entities: 瑞幸: "nmae" is unknown'),
    ],
)
def test_check_names_the_entry_that_is_wrong_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object], named: str
) -> None:
    """An operator mends it without reading code."""
    code, said = _check(monkeypatch, json.dumps(OWN | change, ensure_ascii=False))
    assert code != 0
    assert "TAXONOMY_FILE tags.json" in said
    assert named in said
    assert "Mend the file, or leave the setting empty." in said


@pytest.mark.parametrize(
    ("content", "named"), [("{", "line 1"), ("[]", "must be an object"), ("{}", '"topics" is missing')]
)
def test_what_is_no_taxonomy_at_all_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, content: str, named: str
) -> None:
    """Not with a traceback."""
    code, said = _check(monkeypatch, content)
    assert code != 0
    assert named in said


def test_a_file_that_is_not_there_is_named() -> None:
    """As any other setting that is wrong."""
    with pytest.raises(ConfigError, match=r"TAXONOMY_FILE none.json"):
        load_taxonomy(Path("none.json"))


def test_a_file_that_is_none_or_no_taxonomys_size_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder, a pipe that never ends and a huge file are not even read."""
    os.mkfifo("pipe")
    Path("huge.json").write_bytes(b" " * (MAX_BYTES + 1))
    for name, said in (
        (".", "is no file"),
        ("pipe", "is no file"),
        ("absent.json", "there is no such file"),
        ("huge.json", "is larger than 1 MiB"),
    ):
        with pytest.raises(ConfigError, match=f"TAXONOMY_FILE {re.escape(name)}: .*{said}"):
            load_taxonomy(Path(name))


def test_the_guides_example_is_a_taxonomy() -> None:
    """What docs/operations.md shows can be copied, and means what is said there."""
    guide = (Path(__file__).parents[1] / "docs/operations.md").read_text("utf-8")
    example = guide.partition("## Tags of your own")[2].partition("```json\n")[2].partition("```")[0]
    taxonomy = Taxonomy.parse(example.encode())
    items = (story(1, "手冲大赛"), brief(2, "新豆子", "，产地是云南。"), brief(3, "天气", "，小蓝杯。"))
    found = taxonomy.label(digest(section(1, "要闻", *items))).items
    assert [(item.topics, item.entities) for item in found] == [(("咖啡",), ()), (("咖啡",), ()), ((), ())]
