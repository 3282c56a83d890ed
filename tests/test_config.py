"""Settings: what an operator writes and what the bot says about it."""

from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values

from bot.config import ConfigError, GroupTarget, Settings, load_settings, source_of, unknown_names

EXAMPLE = Path(__file__).parents[1] / ".env.example"


@pytest.fixture(autouse=True)
def _empty_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_example_names_every_setting_with_its_default() -> None:
    """.env.example and the settings cannot drift apart."""
    example = dotenv_values(EXAMPLE)
    assert set(example) == {name.upper() for name in Settings.model_fields}
    given = {name.lower(): value for name, value in example.items() if value}
    assert load_settings(**given) == load_settings()


def test_every_setting_of_the_example_is_explained() -> None:
    """Above each setting stands a comment."""
    lines = EXAMPLE.read_text("utf-8").splitlines()
    named = [number for number, line in enumerate(lines) if "=" in line and not line.startswith("#")]
    assert all(lines[number - 1].startswith("#") for number in named)


def test_all_mistakes_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong value does not hide the next one, and each says what to do."""
    wrong = {
        "PUBLISH_AT": "25:00", "RATE_PER_SECOND": "99", "GROUP_CHATS": "news,@ok:x", "TIMEZONE": "Mars/Base",
        "ADMIN_IDS": "me", "LOG_LEVEL": "loud", "TELEGRAM_API_URL": "telegram", "NO_DIGEST_ALARM": "noon",
        "GROUP_INVITES": "friends", "HTTP_LISTEN": "8080", "PUBLISH_APPROVAL": "perhaps",
    }  # fmt: skip
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    lines = str(caught.value).splitlines()
    assert {line.split(":")[0] for line in lines} == set(wrong)
    assert len(lines) == len(wrong) + 1  # both groups are wrong
    assert all("Mend it" in line for line in lines)


def test_a_secret_is_never_repeated_in_a_complaint_or_a_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the settings does not show the token."""
    monkeypatch.setenv("BOT_TOKEN", "not-for-your-eyes")
    assert "not-for-your-eyes" not in repr(load_settings())


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BOT_TOKEN_FILE names the file; the environment's own BOT_TOKEN wins over it."""
    (tmp_path / "token").write_text("from-file\n")
    monkeypatch.setenv("BOT_TOKEN_FILE", str(tmp_path / "token"))
    assert _token(load_settings()) == "from-file"
    assert source_of("bot_token") == "BOT_TOKEN_FILE"
    monkeypatch.setenv("BOT_TOKEN", "from-environment")
    assert _token(load_settings()) == "from-environment"
    assert source_of("bot_token") == "environment"


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator learns which file could not be read."""
    monkeypatch.setenv("BOT_TOKEN_FILE", "/nowhere/token")
    with pytest.raises(ConfigError, match="/nowhere/token"):
        load_settings()


def test_an_empty_category_means_every_post_and_an_empty_token_means_none(tmp_path: Path) -> None:
    """The one setting for which empty is a choice; source_of knows where each came from."""
    (tmp_path / ".env").write_text("POSTS_CATEGORY=\nBOT_TOKEN=\nPUBLISH_AT=now\n")
    settings = load_settings()
    assert (settings.posts_category, settings.bot_token, settings.publish_at) == ("", None, "now")
    assert [source_of(name) for name in ("posts_category", "bot_token")] == [".env", "default"]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("@ai_news_plus", GroupTarget("@ai_news_plus")),
        ("-1001234567890", GroupTarget(-1001234567890)),
        (" @forum:17 ", GroupTarget("@forum", 17)),
    ],
)
def test_groups_are_names_or_numbers_with_a_topic(text: str, target: GroupTarget, monkeypatch: Any) -> None:
    """The forms of GROUP_CHATS."""
    monkeypatch.setenv("GROUP_CHATS", text)
    assert load_settings().group_chats == (target,)


def test_a_misspelt_name_in_the_file_is_pointed_out(tmp_path: Path) -> None:
    """A typo in .env is not silently ignored by `config`."""
    (tmp_path / ".env").write_text("BOT_TOKN=x\nSOMETHING_ELSE=y\n")
    assert unknown_names() == {"BOT_TOKN": "BOT_TOKEN", "SOMETHING_ELSE": ""}


def test_a_refusal_points_out_misspelt_names_and_unreadable_lines_too(tmp_path: Path) -> None:
    """What stands wrong in .env is told in one go, with the numbers of its lines."""
    (tmp_path / ".env").write_text("BOT_TOKEN 1:a\nPUBLISH_AT=25:00\nGROUP_CHAT=@news\nFOO=1\n")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    line, hour, name = str(caught.value).splitlines()
    assert line.startswith(".env: line 1 cannot be read.")
    assert hour.startswith("PUBLISH_AT: '25:00'")
    assert name == ".env: GROUP_CHAT is no setting of the bot; did you mean GROUP_CHATS?"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ADMIN_IDS", "me", "'me' is not a whole number."),
        ("ADMIN_IDS", "-5", "'-5' must be at least 1."),
        ("ADMIN_IDS", "99999999999999999999", "must be at most 4503599627370495."),
        ("PUBLISH_SETTLE_S", "fast", "'fast' is not a number."),
        ("PAID_BROADCAST", "perhaps", "'perhaps' is neither on nor off."),
        ("RATE_PER_SECOND", "0", "'0' must be more than 0"),
        ("LOG_FORMAT", "{xml}", "'{xml}' is not 'console' or 'json'."),
        ("TIMEZONE", "{x}", "'{x}' is not a time zone such as Asia/Shanghai."),
        ("GROUP_CHATS", "@名字", "'@名字' is neither @name nor a numeric id"),
    ],
)
def test_mistakes_are_told_in_plain_words(name: str, value: str, words: str, monkeypatch: Any) -> None:
    """No library's own phrases, and what the operator wrote is repeated as it is."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name}: ")
    assert words in str(caught.value)


def test_what_is_clearly_meant_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words in any case, full-width commas, and a group by the address people copy."""
    given = {"LOG_LEVEL": "debug", "LOG_FORMAT": "JSON", "PUBLISH_AT": "NOW", "HTTP_LISTEN": "Off",
             "ADMIN_IDS": "7，8", "GROUP_CHATS": "https://t.me/ai_news_plus, t.me/other_news"}  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")
    assert (settings.publish_at, settings.http_listen, settings.admin_ids) == ("now", "off", (7, 8))
    assert settings.group_chats == (GroupTarget("@ai_news_plus"), GroupTarget("@other_news"))


def _token(settings: Settings) -> str:
    assert settings.bot_token is not None
    return settings.bot_token.get_secret_value()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://reader:hush@host/db", "sqlite:///state.db", "postgresql://host/db"]
)
def test_a_database_that_cannot_be_used_is_refused_without_repeating_it(url: str, monkeypatch: Any) -> None:
    """The URL may hold a password, so only the remedy is printed."""
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ConfigError, match=r"DATABASE_URL: it begins with") as caught:
        load_settings()
    assert url not in str(caught.value)
