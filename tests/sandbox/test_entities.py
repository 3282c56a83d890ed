"""Formatted text in the sandbox is what Telegram would make of it; TDLib is the judge."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.answers import ApiError
from bot.sandbox.detection import detect, with_detected
from bot.sandbox.entities import accept, fix, keep_first, read_entities, trim, utf16_len
from bot.sandbox.links import LinkError, check_link
from bot.sandbox.nesting import STYLES, TextEntity
from tests.support import tdlib

POSTS = Path(__file__).parents[2] / "posts"
KINDS = (*STYLES, "code", "pre", "blockquote", "expandable_blockquote", "text_link", "custom_emoji")
CHARACTERS = "ab. \n\t\r👉字\u2028\u0333\u200e\u200f"
PIECES = ["http", "https", "HTTP", "tg", "ton", "ftp", ":", "//", "/", "a", "B.c", "?", "#", "@", "[", "]", ":80", ":0"]
PIECES += ["路", "%41", "%", "_", "<", " ", ".", "::1", "localhost", "t.me"]


@st.composite
def formatted_texts(draw: st.DrawFn) -> tuple[str, list[TextEntity]]:
    text = draw(st.text(CHARACTERS, min_size=1, max_size=14))
    entities = []
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(KINDS))
        url = "http://a.b/" if kind == "text_link" else None
        language = draw(st.sampled_from([None, "python"])) if kind == "pre" else None
        emoji = "5" if kind == "custom_emoji" else None
        offset, length = draw(st.integers(0, utf16_len(text) + 1)), draw(st.integers(0, utf16_len(text)))
        entities.append(TextEntity(kind, offset, length, url=url, language=language, custom_emoji_id=emoji))
    return text, entities


@given(formatted_texts())
@settings(max_examples=400)
def test_entities_are_cleaned_merged_and_split_exactly_as_by_tdlib(message: tuple[str, list[TextEntity]]) -> None:
    """`fix` agrees with TDLib on random text, and refuses what TDLib refuses."""
    expected = tdlib.fixed(*message)
    try:
        found = fix(*message)
    except ApiError:
        assert isinstance(expected, str)
        return
    if expected != ("", ()):  # TDLib empties a text of nothing but whitespace here; `trim` does it for us
        assert found == expected


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("👉x", TextEntity("bold", 1, 1)),
        ("👉x", TextEntity("bold", 0, 1)),
        ("abc", TextEntity("bold", 2, 5)),
        ("abc", TextEntity("bold", 5, 1)),
        ("abc", TextEntity("bold", -1, 1)),
        ("abc", TextEntity("bold", 0, -1)),
        ("字字👉字", TextEntity("italic", 3, 2)),
    ],
)
def test_a_wrong_range_is_refused_in_tdlibs_own_words(text: str, entity: TextEntity) -> None:
    """Cutting a surrogate pair or leaving the text is a 400 with TDLib's sentence."""
    expected = tdlib.fixed(text, [entity])

    with pytest.raises(ApiError) as refused:
        fix(text, [entity])

    assert isinstance(expected, str)
    assert refused.value.description == f"Bad Request: {expected[0].lower()}{expected[1:]}"


@given(st.lists(st.sampled_from(PIECES), max_size=7).map("".join))
@settings(max_examples=600)
def test_links_are_taken_and_rewritten_exactly_as_by_tdlib(url: str) -> None:
    """Which links are links, and how they are stored, is TDLib's decision."""
    expected = tdlib.stored_link(url)
    try:
        found = check_link(url)
    except LinkError:
        assert expected.startswith("Entity URL")
        return
    assert found == expected


def test_what_telegram_finds_by_itself_in_the_sample_posts_is_found_here() -> None:
    """Links, tags and mentions of every line of the sample posts agree with TDLib's detection."""
    lines = {line.strip() for post in sorted(POSTS.glob("*.md")) for line in post.read_text("utf-8").splitlines()}
    assert {line: detect(line) for line in lines} == {line: tdlib.detected(line) for line in lines}


@pytest.mark.parametrize(
    "text",
    [
        "/start tags", "/today@ai_daily_bot 标签", "/search融资", "看 /help。", "a/b", "</b>", "#AI日报 #智能体",
        "C#a", "#2026", "x@y.com", "@ai_news_plus 好", "a@b", "README.md 和 Comma.ai", "README\u2060.md", "$TSLA 涨",
        "https://a.b/路?q=1#x。", "(t.me/x)", "1.2.3.4:80/x", "http://localhost/x", "见https://a.cn/x，好", "v1.2",
        "tg://resolve?domain=x",
    ],
)  # fmt: skip
def test_commands_tags_and_links_are_detected_as_by_tdlib(text: str) -> None:
    """One example of every kind of automatic entity, and its look-alikes."""
    assert detect(text) == tdlib.detected(text)


def test_automatic_entities_never_cross_the_senders_own() -> None:
    """A hashtag inside of a link stays a part of the link; inside of a quote it is a hashtag."""
    link = (TextEntity("text_link", 0, 6, url="http://a.b/"),)
    quote = (TextEntity("blockquote", 0, 6),)

    assert with_detected("#AI #b", link) == link
    assert [each.type for each in with_detected("#AI #b", quote)] == ["blockquote", "hashtag", "hashtag"]


def test_whitespace_is_trimmed_but_an_entity_protects_the_beginning() -> None:
    """Spaces and newlines go at both ends; offsets follow."""
    assert trim(" \n a \n", (TextEntity("bold", 3, 3),)) == ("a", (TextEntity("bold", 0, 1),))
    assert trim("  a ", (TextEntity("code", 1, 2),)) == (" a", (TextEntity("code", 0, 2),))


def test_a_message_holds_4096_characters_however_wide() -> None:
    """Telegram counts characters: 4096 emoji pass, 4097 letters do not."""
    assert accept("👉" * 4096, ())[0] == "👉" * 4096
    with pytest.raises(ApiError, match=r"^Bad Request: message is too long$"):
        accept("字" * 4097, ())


def test_a_caption_holds_1024_characters() -> None:
    """The caption's limit has its own sentence."""
    with pytest.raises(ApiError, match=r"^Bad Request: message caption is too long$"):
        accept("x" * 1025, (), limit=1024)


def test_a_source_over_32_kib_is_refused_before_it_is_counted() -> None:
    """The server reads at most 32,768 bytes of text."""
    with pytest.raises(ApiError, match=r"^Bad Request: text is too long$"):
        accept("字" * 11_000, ())


def test_of_more_than_a_hundred_entities_the_last_styles_are_lost_silently() -> None:
    """Links come before styles, and nobody is told."""
    bold = tuple(TextEntity("bold", 4 * number, 2) for number in range(90))
    links = tuple(TextEntity("text_link", 400 + 4 * number, 2, url="http://a.b/") for number in range(20))

    kept = keep_first((*bold, *links))

    assert len(kept) == 100
    assert [each for each in kept if each.type == "text_link"] == list(links)


def test_too_many_bytes_of_entities_are_refused() -> None:
    """Ninety long links are more than Telegram takes at once."""
    links = [TextEntity("text_link", 2 * n, 1, url=f"http://a.b/{'x' * 100}") for n in range(90)]
    with pytest.raises(ApiError, match=r"^Bad Request: ENTITIES_TOO_LONG$"):
        accept("a " * 90, links)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("bold", "can't parse entities JSON object"),
        ([1], "expected an Object"),
        ([{"type": "loud", "offset": 0, "length": 1}], "Unsupported type specified"),
        ([{"type": "bold", "offset": "x", "length": 1}], 'Field "offset"'),
        ([{"type": "text_link", "offset": 0, "length": 1}], 'find field "url"'),
        ([{"type": "text_link", "offset": 0, "length": 1, "url": "javascript:alert(1)"}], "URL 'javascript:"),
    ],
)
def test_malformed_entities_are_refused(data: object, reason: str) -> None:
    """The reason names what is wrong."""
    with pytest.raises(ApiError, match=re.escape(reason)):
        read_entities(data)
