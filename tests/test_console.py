"""The operator's commands, run as `python -m bot …` runs them."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot import __version__, console
from bot.__main__ import cli, main
from bot.config import Settings
from bot.storage.instance import hold

SOUND = """---
title: 样刊
date: 2026-02-06
category: AI 日报
summary: "- 要点"
---
## 一节

### [一条新闻](https://example.org/a)

宇树机器人走过三条街，豆浆没有洒出一滴，围观的人越来越多。
"""


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "posts").mkdir()


def _run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


def _post(name: str, text: str) -> str:
    path = Path("posts") / name
    path.write_text(text, "utf-8")
    return str(path)


def test_check_names_file_line_severity_code_and_remedy_and_fails_on_an_error() -> None:
    """The machine form of `check`."""
    bad = _post("2026-02-30-x.md", SOUND.replace("2026-02-06", "2026-02-30"))
    found = json.loads(_run("check", bad, "--json", code=1))
    errors = [problem for problem in found if problem["severity"] == "error"]
    assert errors == [
        {"file": bad, "line": 3, "severity": "error", "code": "date.impossible", "message": errors[0]["message"]}
    ]
    assert "2026-02-30" in errors[0]["message"]


def test_check_without_files_takes_all_posts_and_a_sound_one_passes() -> None:
    """Nothing wrong: exit 0 and a sentence."""
    _post("2026-02-06-x.md", SOUND)
    assert json.loads(_run("check", "--json")) == []
    assert "没有问题" in _run("check")


def test_check_of_a_file_that_is_not_there_is_a_problem_not_a_traceback() -> None:
    """A wrong path is named."""
    assert json.loads(_run("check", "nowhere.md", "--json", code=1))[0]["code"] == "file.missing"


def test_preview_prints_the_calls_in_order_of_sending() -> None:
    """The machine form of `preview`: card first, no chat_id, exactly the Bot API's fields."""
    calls: list[dict[str, Any]] = json.loads(_run("preview", _post("2026-02-06-x.md", SOUND), "--json"))
    assert [call["method"] for call in calls] == ["sendMessage"] * 2
    assert calls[0]["params"]["text"].startswith("样刊\n2026-02-06")
    assert "豆浆" in calls[1]["params"]["text"]
    assert not any("chat_id" in call["params"] for call in calls)
    assert len(json.loads(_run("preview", "posts/2026-02-06-x.md", "--json", "--style", "card"))) == 1


def test_preview_draws_the_chat_in_the_terminal() -> None:
    """Without --json a person can read it."""
    assert "豆浆没有洒出一滴" in _run("preview", _post("2026-02-06-x.md", SOUND))


def test_preview_of_a_malformed_digest_fails_with_the_problem() -> None:
    """Nothing on standard output for machines to mistake; the reason on standard error."""
    bad = _post("2026-02-06-x.md", SOUND.replace("title:", "title："))
    result = CliRunner().invoke(cli, ["preview", bad, "--json"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "全角冒号" in result.stderr


def test_search_builds_a_missing_archive_and_prints_the_results() -> None:
    """The machine form of `search`."""
    _post("2026-02-06-x.md", SOUND)
    found = json.loads(_run("search", "豆浆", "--json"))
    assert found["total"] == 1
    assert found["results"][0] | {"snippet": "", "tags": []} == {
        "date": "2026-02-06",
        "number": 1,
        "headline": "一条新闻",
        "url": "https://example.org/a",
        "section": "一节",
        "tags": [],
        "snippet": "",
    }
    assert "豆浆" in found["results"][0]["snippet"]
    assert json.loads(_run("search", "豆浆", "--json", "--offset", "1")) == {"total": 1, "results": []}
    assert len(json.loads(_run("search", "豆浆", "--json", "--limit", "1" + "0" * 30))["results"]) == 1


def test_a_search_waits_for_the_archive_that_a_running_bot_builds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It answers from the finished archive, not from an empty one."""
    _post("2026-02-06-x.md", SOUND)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("DATA_DIR", "elsewhere")
        _run("search", "豆浆", "--json")
    with hold(Path("var")), ThreadPoolExecutor() as threads:
        asked = threads.submit(console.search, "豆浆", limit=5, offset=0, as_json=True)
        with pytest.raises(TimeoutError):
            asked.result(timeout=0.1)
        Path("elsewhere/archive.db").rename("var/archive.db")
        assert asked.result() == 0
    assert json.loads(capsys.readouterr().out)["total"] == 1


def test_no_query_is_an_error() -> None:
    """Operators, quotes and noise are words like any other."""
    _post("2026-02-06-x.md", SOUND)
    for query in ("-x", '" ( a AND tag: 🙂', "\x00", ""):
        assert json.loads(_run("search", "--json", "--", query))["total"] == 0


def test_posts_that_come_change_or_go_are_seen_by_the_next_search() -> None:
    """Without a running bot the archive is brought up to the posts first."""
    path = Path(_post("2026-02-06-x.md", SOUND))
    assert json.loads(_run("search", "豆浆", "--json"))["total"] == 1
    _post("2026-02-07-y.md", SOUND.replace("2026-02-06", "2026-02-07"))
    assert json.loads(_run("search", "豆浆", "--json"))["total"] == 2
    path.write_text(SOUND.replace("豆浆", "米粥"), "utf-8")
    assert json.loads(_run("search", "豆浆", "--json"))["total"] == 1
    path.unlink()
    assert json.loads(_run("search", "米粥", "--json"))["total"] == 0


def test_migrate_makes_the_state_and_may_be_repeated() -> None:
    """The second time there is nothing to do."""
    _run("migrate")
    _run("migrate")
    assert Path("var/state.db").exists()


def test_config_masks_secrets_and_names_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token's value is never printed."""
    monkeypatch.setenv("BOT_TOKEN", "not-for-your-eyes")
    shown = _run("config")
    assert "not-for-your-eyes" not in shown
    assert "environment" in shown
    assert "08:00" in shown


@pytest.mark.parametrize("arguments", [["check"], ["search", "x"], ["config"], ["run"], ["sandbox"], ["migrate"]])
def test_wrong_settings_are_told_in_words_with_exit_code_78(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command refuses them alike, without a traceback."""
    monkeypatch.setenv("TIMEZONE", "Mars/Base")
    monkeypatch.setenv("PUBLISH_AT", "noon")
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 78
    assert "TIMEZONE" in result.stderr
    assert "PUBLISH_AT" in result.stderr


def test_run_without_a_token_points_to_the_sandbox() -> None:
    """The first mistake of all."""
    result = CliRunner().invoke(cli, ["run"], catch_exceptions=False)
    assert result.exit_code == 78
    assert "python -m bot sandbox" in result.stderr


def test_version_is_that_of_the_package() -> None:
    """--version prints it."""
    assert _run("--version").strip() == __version__


def test_publish_registers_a_digest_for_the_bot_to_send() -> None:
    """Whatever its date, once; a file from elsewhere is refused with the folder to put it into."""
    assert "已登记" in _run("publish", _post("2026-02-06-x.md", SOUND))
    Path("elsewhere.md").write_text(SOUND, "utf-8")
    result = CliRunner().invoke(cli, ["publish", "elsewhere.md"], catch_exceptions=False)
    assert result.exit_code == 1
    assert "posts" in result.stderr


def test_the_same_hint_is_printed_a_few_times_and_then_counted() -> None:
    """Sixty briefs with one home page do not bury the one thing that matters; machines get all of them."""
    briefs = "".join(f"- [快讯 {number} 说了一件新鲜事](https://example.org/)，补充说明\n" for number in range(60))
    path = _post("2026-02-06-x.md", f"{SOUND}\n## 更多动态\n\n{briefs}")
    assert len([line for line in _run("check", path).splitlines() if "link.home_page" in line]) == 4
    found = json.loads(_run("check", path, "--json"))
    assert len([problem for problem in found if problem["code"] == "link.home_page"]) == 60


@pytest.mark.parametrize("arguments", [["check"], ["search", "x"]])
def test_a_missing_folder_of_posts_is_told_in_words(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 78 and the setting's name."""
    monkeypatch.setenv("POSTS_DIR", "/nowhere")
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert (result.exit_code, "POSTS_DIR" in result.stderr) == (78, True)


@pytest.mark.parametrize("arguments", [["migrate"], ["search", "x"], ["sandbox"]])
def test_a_data_folder_that_cannot_be_made_is_told_in_words(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 78 and the setting's name."""
    Path("file").write_text("")
    monkeypatch.setenv("DATA_DIR", "file/var")
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert (result.exit_code, "DATA_DIR" in result.stderr) == (78, True)


@pytest.mark.parametrize("arguments", [["check"], ["--help"]])
def test_output_that_cannot_be_written_is_told_in_words(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk: exit 78 and a sentence, for what typer prints by itself, too."""
    monkeypatch.setattr("sys.argv", ["ai-daily-bot", *arguments])
    full = Path("/dev/full").open("w", buffering=1)  # noqa: SIM115 - closing it fails, too
    monkeypatch.setattr("sys.stdout", full)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 78
    assert "No space left on device" in capsys.readouterr().err
    with suppress(OSError):
        full.close()


def test_a_search_without_hits_says_so() -> None:
    """Not a bare zero."""
    _post("2026-02-06-x.md", SOUND)
    assert "没有找到“量子计祘”。" in _run("search", "量子计祘")
