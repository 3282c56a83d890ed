"""The text behind a command and the formatting that goes with it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.format.excerpt import after_command, has_ink
from bot.core.format.parts import utf16_len

COMMAND = "/broadcast"


def utf16_slice(text: str, offset: int, length: int) -> str:
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def test_the_command_and_the_space_around_the_text_are_dropped() -> None:
    assert after_command("/broadcast \n 今晚维护 \n", (), len(COMMAND))[0] == "今晚维护"


def test_a_command_alone_leaves_nothing() -> None:
    assert after_command("/broadcast", (), len(COMMAND)) == ("", ())


def test_offsets_are_moved_in_utf16_units() -> None:
    """An emoji before the bold word counts two units, as Telegram counts."""
    text = "/broadcast 🚀 发布"
    bold = {"type": "bold", "offset": 14, "length": 2}

    body, entities = after_command(text, [bold], len(COMMAND))

    assert [utf16_slice(body, entity["offset"], entity["length"]) for entity in entities] == ["发布"]


def test_formatting_that_covered_the_command_is_cut_to_the_text() -> None:
    """A message that is bold as a whole stays bold as a whole."""
    text = "/broadcast 通知"
    whole = {"type": "bold", "offset": 0, "length": len(text)}

    assert after_command(text, [whole], len(COMMAND))[1] == ({"type": "bold", "offset": 0, "length": 2},)


def test_formatting_of_dropped_text_goes_with_it() -> None:
    text = "/broadcast  通知  "
    entities = [{"type": "italic", "offset": 10, "length": 2}, {"type": "bold", "offset": 14, "length": 2}]

    assert after_command(text, entities, len(COMMAND))[1] == ()


def test_fields_of_kinds_we_never_make_pass_through() -> None:
    entity = {"type": "custom_emoji", "offset": 11, "length": 2, "custom_emoji_id": "53"}

    assert after_command("/broadcast 🎉", [entity], len(COMMAND))[1] == ({**entity, "offset": 0},)


def test_what_telegram_detects_by_itself_is_not_sent_back() -> None:
    command = {"type": "bot_command", "offset": 11, "length": 6}

    assert after_command("/broadcast /start 试试", [command], len(COMMAND)) == ("/start 试试", ())


@given(
    before=st.text(" \n", max_size=3),
    word=st.text("天a🚀é", min_size=1, max_size=9),
    after=st.text(" \n天", max_size=4),
)
def test_a_formatted_word_keeps_exactly_its_letters(before: str, word: str, after: str) -> None:
    """Whatever stands around it, the entity marks the same letters before and after the cut."""
    text = f"{COMMAND} {before}{word}{after}"
    entity = {"type": "bold", "offset": len(COMMAND) + 1 + len(before), "length": utf16_len(word)}

    body, (moved,) = after_command(text, [entity], len(COMMAND))

    assert utf16_slice(body, moved["offset"], moved["length"]) == word


def test_ink_is_what_an_eye_can_see() -> None:
    assert has_ink("好")
    assert has_ink("\u200b.\u200b")
    assert not any(has_ink(blank) for blank in ("", " \n", "\u200b\u200d\ufeff", "\u2800\u3164", "\ufe0f\u0301"))
