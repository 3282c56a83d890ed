"""The screens of a broadcast, as the admin sees them."""

from __future__ import annotations

import pytest

from bot.core.broadcast import (
    Offer,
    Sample,
    Tally,
    building_card,
    offer_card,
    paused_card,
    rate_per_s,
    running_card,
    spell_duration,
    summary_card,
)
from bot.core.parts import Part
from bot.locales import catalogue

SAY = catalogue("zh")
OFFER = Offer(7, recipients=12_480, stopped=310, blocked=96, duration_s=437.9, is_silent=True)
TALLY = Tally(total=12_480, sent=6_412, blocked=71, failed=4, unknown=3)


def verbs(part: Part) -> list[str | None]:
    return [button.callback for row in part.keyboard for button in row]


def test_the_offer_says_who_gets_it_and_how_long_it_takes() -> None:
    assert offer_card(OFFER, SAY).text.splitlines() == [
        "↑ 读者将看到的就是这条",
        "发给：私聊订阅者 12,480 人（已排除退订 310、拉黑 96）",
        "约 7 分 18 秒 · 不含群和频道 · 静音",
    ]


def test_the_offers_buttons_carry_only_its_id() -> None:
    assert verbs(offer_card(OFFER, SAY)) == ["v1:bring:7", "v1:bself:7", "v1:bsend:7", "v1:bdrop:7"]


def test_an_asked_offer_waits_for_the_number_and_can_only_be_cancelled() -> None:
    asked = offer_card(Offer(7, 12_480, 310, 96, 437.9, is_silent=False, is_asked=True), SAY)

    assert asked.text.endswith("· 响铃\n→ 请回复人数 12480 确认")
    assert verbs(asked) == ["v1:bdrop:7"]


def test_an_album_says_that_only_one_of_it_goes_out() -> None:
    assert "相册里只发你回复的这一张" in offer_card(Offer(7, 2, 0, 0, 1, is_silent=True, is_album=True), SAY).text


def test_the_live_card_shows_share_counts_pace_and_remaining_time() -> None:
    card = running_card(7, TALLY, rate=28.5, say=SAY)

    assert card.text.splitlines() == [
        "▓▓▓▓▓░░░░░ 52% · 6,490 / 12,480",
        "送达 6,412 · 拉黑 71 · 失败 4 · 未知 3",
        "28.5 条/秒 · 还需 3 分 31 秒",
    ]
    assert verbs(card) == ["v1:bpause:7", "v1:bstop:7"]


def test_a_paused_card_offers_to_go_on() -> None:
    card = paused_card(7, TALLY, say=SAY)

    assert card.text.endswith("⏸ 已暂停")
    assert verbs(card) == ["v1:bresume:7", "v1:bstop:7"]


def test_a_broadcast_in_preparation_can_be_stopped() -> None:
    assert verbs(building_card(7, SAY)) == ["v1:bstop:7"]


def test_readers_who_left_meanwhile_are_named_only_when_there_are_any() -> None:
    assert "跳过" not in running_card(7, TALLY, rate=28.5, say=SAY).text
    assert "跳过 2（期间退订）" in running_card(7, Tally(9, sent=3, skipped=2), rate=28.5, say=SAY).text


def test_the_summary_settles_everything_and_leaves_no_button() -> None:
    card = summary_card(Tally(12_480, 12_310, 158, 7, 5), is_stopped=False, say=SAY)

    assert card == Part("完成：已送达 12,310 · 拉黑 158 · 失败 7 · 未知 5（不自动重发）")


def test_the_summary_of_a_stopped_broadcast_says_how_many_were_left_out() -> None:
    card = summary_card(TALLY, is_stopped=True, is_source_gone=True, say=SAY)

    assert card.text.startswith("预览的那条消息被删除了")
    assert card.text.endswith("没有发的还有 5,990 人")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 秒"), (0.2, "1 秒"), (59.5, "1 分 0 秒"), (437.9, "7 分 18 秒"), (35_088, "9 小时 44 分")],
)
def test_durations_are_spelt_and_rounded_up(seconds: float, words: str) -> None:
    assert spell_duration(seconds, SAY) == words


def test_the_rate_is_what_moved_over_the_time_that_passed() -> None:
    assert rate_per_s((Sample(0, 0), Sample(3_000, 80), Sample(6_000, 171))) == 28.5


def test_nothing_moved_gives_no_rate() -> None:
    still = (Sample(0, 5), Sample(3_000, 5))

    assert rate_per_s(()) is rate_per_s(still[:1]) is rate_per_s(still) is None
