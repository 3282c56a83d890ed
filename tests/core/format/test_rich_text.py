"""What is written is already in the form that Telegram keeps."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.address import telegram_url
from bot.core.format.parts import Entity, Part, to_params, utf16_len
from bot.core.format.rich_text import Text, Writer, clean
from bot.core.models import Inline, Run, Style
from tests.support.oracle import judge, stored_url

URLS = ("https://a.com/x", "https://b.com/y?z=(1)")
words = st.text(st.sampled_from("ab 中文\n😀👨‍👩‍👧.@#/:x\u2028\u030a\t\r,"), max_size=8)
runs = st.builds(
    Run,
    words,
    st.sampled_from(
        [
            Style(0),
            Style.BOLD,
            Style.ITALIC,
            Style.BOLD | Style.ITALIC,
            Style.CODE,
            Style.CODE | Style.BOLD,
            Style.UNDERLINE | Style.BOLD,
            Style.STRIKE,
        ]
    ),
    st.sampled_from([None, None, *URLS]),
)
inlines = st.lists(runs, max_size=8).map(tuple)


def written(inline: Inline) -> Text:
    return Writer().plain("〔").inline(inline).plain("〕").finish()


@given(inlines)
@settings(max_examples=300)
def test_telegram_changes_nothing(inline: Inline) -> None:
    """Any mixture of styles, links and code is accepted and kept entity by entity."""
    text = written(inline)
    verdict = judge(to_params(Part(text.text, text.entities)))
    assert not verdict.refused
    assert not verdict.altered
    assert not verdict.automatic


@given(inlines)
def test_words_are_kept(inline: Inline) -> None:
    """Only white space, controls and Telegram's forbidden marks may differ."""
    shown = written(inline).text.strip("〔〕").replace("\u2060", "")
    assert shown.split() == "".join(clean(run.text) for run in inline).split()


@given(inlines, st.data())
def test_a_cut_text_is_still_canonical(inline: Inline, data: st.DataObject) -> None:
    """Two slices side by side carry the words and the formatting of the whole."""
    text = Writer().inline(inline).finish()
    place = utf16_len(text.text[: data.draw(st.integers(0, len(text.text)))])
    first, second = text.slice(0, place), text.slice(place, text.units)
    assert first.text + second.text == text.text
    assert _covered(Writer().append(first).append(second).finish()) == _covered(text)


def _covered(text: Text) -> set[tuple[str, str | None, int]]:
    return {(e.type, e.url, unit) for e in text.entities for unit in range(e.offset, e.offset + e.length)}


def test_offsets_count_utf16_units() -> None:
    """An emoji before a bold word is two units."""
    assert Writer().plain("💡").inline((Run("重点", Style.BOLD),)).finish().entities == (Entity("bold", 2, 2),)


def test_bold_of_a_linked_headline_covers_the_link() -> None:
    """A headline is one link and one bold span over the same words."""
    text = Writer().inline((Run("甲"), Run("乙", Style.CODE)), also=Style.BOLD, url="https://a.com").finish()
    assert text.entities == (Entity("text_link", 0, 2, "https://a.com/"), Entity("bold", 0, 2))


def test_a_link_of_several_runs_is_one_link() -> None:
    """Bold inside a link does not cut it."""
    link = (Run("甲", url=URLS[0]), Run("乙", Style.BOLD, URLS[0]))
    assert Writer().inline(link).finish().entities == (Entity("text_link", 0, 2, URLS[0]), Entity("bold", 1, 1))


def test_white_space_is_never_formatted() -> None:
    """Bold and links begin and end with a visible character."""
    assert Writer().inline((Run(" 甲 ", Style.BOLD), Run("  ", Style.BOLD))).finish().entities == (
        Entity("bold", 1, 1),
    )


def test_an_address_telegram_refuses_leaves_its_words() -> None:
    """A link to a host without a dot is no link."""
    assert Writer().inline((Run("甲", url="https://localhost/x"),)).finish() == Text("甲")


def test_an_email_link_keeps_its_address() -> None:
    """Telegram has no e-mail links with other words: the address stands behind them."""
    assert Writer().inline((Run("写信", url="mailto:a@b.com?subject=x"),)).finish().text == "写信 (a@b\u2060.com)"


@given(
    st.from_regex(
        r"(https?|HTTP)://([a-zA-Z0-9_~!%.@:\[\]中-]{0,8}\.)?[a-zA-Z0-9中%-]{1,6}(:[0-9]{1,6})?([/?#][ -~中😀]{0,9})?",
        fullmatch=True,
    )
)
@settings(max_examples=300)
def test_addresses_are_those_telegram_stores(url: str) -> None:
    """Our form of an address is TDLib's, and what it refuses we do not link."""
    assert telegram_url(url) == stored_url(url)
