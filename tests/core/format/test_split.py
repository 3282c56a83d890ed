"""The splitter finds the best cuts, and loses and tears nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.format.manuscript import Cut, Draft, Manuscript
from bot.core.format.parts import Part, to_params, utf16_len
from bot.core.format.rich_text import Text, Writer
from bot.core.format.split import Frame, Limits, split
from bot.core.models import Run, Style
from tests.support.oracle import judge

HEAD, GOES_ON, TAGS = Text("〖头〗"), Text("〖续〗"), Text("#尾")
FRAME = Frame(HEAD, GOES_ON, TAGS)
SMALL = Limits(units=48)

Unit = Sequence[tuple[str, bool]]
"""Lines of one unit, each with whether it is a headline that binds the next."""

lines = st.tuples(st.integers(1, 12).map(lambda length: "字" * length), st.just(value=False))
headed = st.tuples(st.integers(1, 12).map(lambda length: "题" * length), st.just(value=True))
units = st.builds(lambda head, rest: [head, *rest], st.one_of(lines, headed), st.lists(lines, max_size=4))


def draft_of(units: Sequence[Unit], gap: int = 2) -> Draft:
    page = Manuscript()
    for unit in units:
        page.gap(gap, Cut.UNIT)
        for line, binds in unit:
            page.plain(line).gap(1, Cut.PARAGRAPH, binds=binds)
    return page.finish()


def bodies(messages: Sequence[Text]) -> list[str]:
    return [message.text.split("\n\n", 1)[1].removesuffix(f"\n\n{TAGS.text}") for message in messages]


def price(parts: Sequence[str], draft: Draft, *, is_closed: bool) -> tuple[int, int, int, int]:
    """What the splitter is to minimise: orphans, messages, torn, squared room left free."""
    cuts, place = [], 0
    for part in parts[:-1]:
        place += utf16_len(part)
        spot = next(spot for spot in draft.breaks if spot.end == place)
        cuts.append(spot)
        place = spot.start
    sizes = [size_of(part, is_closed=is_closed and part is parts[-1]) for part in parts]
    return (
        sum(spot.binds for spot in cuts),
        len(parts),
        sum(spot.cut for spot in cuts),
        sum((SMALL.units - size) ** 2 for size in sizes),
    )


def size_of(part: str, *, is_closed: bool) -> int:
    return HEAD.units + 2 + utf16_len(part) + (2 + TAGS.units if is_closed else 0)


def all_ways(draft: Draft) -> Iterator[list[str]]:
    """Every way of cutting that tears only units which exceed a message."""
    spots = []
    edges = [(0, 0), *((s.end, s.start) for s in draft.breaks if s.cut is Cut.UNIT)]
    edges.append((draft.text.units, draft.text.units))
    for (_, start), (end, _) in pairwise(edges):
        inside = [s for s in draft.breaks if start < s.start < end]
        spots += inside if HEAD.units + 2 + end - start > SMALL.units else []
    spots = sorted([*spots, *(s for s in draft.breaks if s.cut is Cut.UNIT)], key=lambda s: s.start)
    for count in range(len(spots) + 1):
        for chosen in combinations(spots, count):
            starts, ends = [0, *(s.start for s in chosen)], [*(s.end for s in chosen), draft.text.units]
            yield [draft.text.slice(a, b).text for a, b in zip(starts, ends, strict=True)]


@given(st.lists(units, min_size=1, max_size=4), st.booleans())
@settings(max_examples=100)
def test_cuts_are_the_best_of_all(content: list[Unit], is_closed: bool) -> None:
    """No other choice has fewer orphans, then fewer messages, then cheaper cuts, then better balance."""
    draft = draft_of(content)
    messages = split(draft, Frame(HEAD, GOES_ON, TAGS) if is_closed else Frame(HEAD, GOES_ON), SMALL)
    has_tags = messages[-1].text.endswith(TAGS.text)
    possible = [way for way in all_ways(draft) if all(size_of(part, is_closed=False) <= SMALL.units for part in way)]
    closed = [way for way in possible if size_of(way[-1], is_closed=True) <= SMALL.units]
    best = min(price(way, draft, is_closed=False) for way in possible)
    best_closed = min((price(way, draft, is_closed=True) for way in closed), default=None)
    if has_tags:
        assert price(bodies(messages), draft, is_closed=True) == best_closed
    else:
        assert price(bodies(messages), draft, is_closed=False) == best
        assert not is_closed or best_closed is None or best_closed[1] > best[1]


words = st.lists(
    st.sampled_from(
        ["融资", "OpenAI", "3.14", "。", "，", " ", "👨‍👩‍👧", "1,000亿", "GPT-5.2", "！", "README.md", "é"]
    ),
    min_size=1,
    max_size=60,
).map("".join)
paragraphs = st.lists(
    st.builds(Run, words, st.sampled_from([Style(0), Style.BOLD]),
              st.sampled_from([None, None, "https://a.com/x"])),
    min_size=1,
    max_size=4,
)  # fmt: skip


@given(st.lists(paragraphs, min_size=1, max_size=8), st.booleans(), st.integers(120, 400))
@settings(max_examples=200)
def test_nothing_is_lost_and_limits_hold(content: list[list[Run]], is_quoted: bool, units: int) -> None:
    """Whatever has to be torn: every message fits, is accepted unaltered, and together they say it all."""
    page = Manuscript()
    for paragraph in content:
        page.gap(2, Cut.UNIT)
        if not "".join(run.text for run in paragraph).strip():
            continue
        if is_quoted:
            with page.enclosed("expandable_blockquote"):
                page.inline(trim(paragraph))
        else:
            page.inline(trim(paragraph))
    draft = page.finish()
    limits = Limits(units=units, entities=9, entity_bytes=300)
    messages = split(draft, Frame(HEAD, GOES_ON), limits)
    for message in messages:
        assert message.units <= limits.units
        assert len(message.entities) <= limits.entities
        assert judge(to_params(Part(message.text, message.entities))).is_clean
    said = "".join(body for message in messages for body in message.text.split("\n\n", 1)[1:])
    assert "".join(said.split()) == "".join(draft.text.text.split())


def trim(runs: Sequence[Run]) -> tuple[Run, ...]:
    from bot.core.format.blocks import trimmed

    return trimmed(tuple(runs))


@pytest.mark.parametrize(
    "whole", ["3.14159", "1,000,000", "GPT-5.2-Codex", "👨‍👩‍👧", "e\u0301", "README\u2060.md", "50%", "450 亿美元"]
)
def test_numbers_names_and_graphemes_stay_whole(whole: str) -> None:
    """A text without any punctuation is cut between words only."""
    messages = split(draft_of([[((whole + "字") * 40, False)]]), Frame(HEAD, GOES_ON), Limits(units=64))
    assert len(messages) > 1
    assert sum(message.text.count(whole) for message in messages) == 40


def test_an_oversized_text_is_cut_after_a_sentence() -> None:
    """Sentences are kinder cuts than words."""
    text = "这是一个长短合适的句子，共有四十来个字，用来看它在哪里被切开，它不应该在半路断掉。" * 4
    for body in bodies(split(draft_of([[(text, False)]]), Frame(HEAD, GOES_ON), Limits(units=110))):
        assert body.endswith("。")


def test_a_cut_quote_is_closed_and_opened_again() -> None:
    """Both messages show a quote."""
    page = Manuscript()
    with page.enclosed("expandable_blockquote"):
        page.plain("甲" * 30).gap(2, Cut.PARAGRAPH).plain("乙" * 30)
    first, second = split(page.finish(), Frame(HEAD, GOES_ON), SMALL)
    assert [e.type for e in first.entities] == [e.type for e in second.entities] == ["expandable_blockquote"]
    assert second.text == f"{GOES_ON.text}\n\n{'乙' * 30}"


def test_code_is_cut_between_lines() -> None:
    """Preformatted text keeps its lines, and both parts are preformatted."""
    code = "\n".join(f"line_{n} = compute. Something! now; {n}" for n in range(20))
    page = Manuscript()
    with page.enclosed("pre", "python"):
        page.plain(code)
    messages = split(page.finish(), Frame(HEAD, GOES_ON), Limits(units=300))
    shown = [line for message in messages for line in message.text.split("\n")[2:]]
    assert shown == code.split("\n")
    assert all(message.entities[0].language == "python" for message in messages)


def test_a_link_is_cut_only_when_it_alone_exceeds_a_message() -> None:
    """Words around it are cut instead."""
    page = Manuscript()
    page.inline((Run("字" * 50), Run("链" * 45, url="https://a.com/x"), Run("字" * 50)))
    messages = split(page.finish(), Frame(HEAD, GOES_ON), Limits(units=100))
    assert [e.length for message in messages for e in message.entities] == [45]


def test_one_word_longer_than_a_message_is_cut_all_the_same() -> None:
    """The last resort keeps the limits."""
    draft = draft_of([[("a" * 500, False)]])
    assert "".join(bodies(split(draft, Frame(HEAD, GOES_ON), SMALL))) == "a" * 500


def test_a_draft_without_text_is_its_heading() -> None:
    """An empty section still says its title."""
    assert split(Draft(Text()), FRAME) == (HEAD,)


def test_tags_are_dropped_rather_than_sent_alone() -> None:
    """The closing line never costs a message."""
    draft = draft_of([[("字" * (SMALL.units - HEAD.units - 2), False)]])
    assert [message.text for message in split(draft, FRAME, SMALL)] == [f"{HEAD.text}\n\n{draft.text.text}"]


def test_a_heading_as_long_as_a_message_is_refused() -> None:
    """That is the caller's mistake."""
    with pytest.raises(ValueError, match="no room"):
        split(draft_of([[("字" * 30, False)] * 9]), Frame(Writer().plain("头" * 48).finish(), GOES_ON), SMALL)
