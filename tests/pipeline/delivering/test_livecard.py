"""The live card in every state of a broadcast, as the admin sees it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.format.parts import Part
from bot.locales import catalogue
from bot.pipeline.delivering.hooks import Progress
from bot.pipeline.delivering.progress import progress_part
from bot.storage.records import Campaign, CampaignKind, CampaignState, Policy

SAY = catalogue("zh")
RUNNING = Campaign(
    7,
    CampaignKind.BROADCAST,
    CampaignState.RUNNING,
    Policy.PREFER_ONCE,
    total=12_480,
    sent=6_412,
    blocked=71,
    failed=4,
    unknown=3,
)


def card(campaign: Campaign, *, left_s: float | None = 210.0, held_until_ms: int | None = None) -> Part:
    return progress_part(Progress(campaign, 28.5, left_s, held_until_ms), now_ms=1_000, say=SAY)


def verbs(part: Part) -> list[str | None]:
    return [button.callback for row in part.keyboard for button in row]


def test_a_running_broadcast_shows_share_counts_pace_and_remaining_time() -> None:
    assert card(RUNNING).text.splitlines() == [
        "▓▓▓▓▓░░░░░ 52% · 6,490 / 12,480",
        "送达 6,412 · 拉黑 71 · 失败 4 · 未知 3",
        "28.5 条/秒 · 还需 3 分 30 秒",
    ]
    assert verbs(card(RUNNING)) == ["v1:bpause:7", "v1:bstop:7"]


def test_before_the_first_message_no_speed_is_invented() -> None:
    assert card(RUNNING, left_s=None).text.endswith("正在开始…")


def test_a_flood_wait_is_said_with_its_length() -> None:
    assert card(RUNNING, held_until_ms=31_000).text.endswith("Telegram 让我们等等，30 秒后继续")


def test_a_flood_wait_that_is_over_is_not_mentioned() -> None:
    assert card(RUNNING, held_until_ms=1_000).text.endswith("还需 3 分 30 秒")


def test_a_paused_broadcast_offers_to_go_on() -> None:
    paused = card(replace(RUNNING, state=CampaignState.PAUSED))

    assert paused.text.endswith("⏸ 已暂停")
    assert verbs(paused) == ["v1:bresume:7", "v1:bstop:7"]


def test_a_broadcast_in_preparation_can_be_stopped() -> None:
    assert verbs(card(replace(RUNNING, state=CampaignState.BUILDING))) == ["v1:bstop:7"]


def test_readers_who_left_meanwhile_are_named_only_when_there_are_any() -> None:
    assert "跳过" not in card(RUNNING).text
    assert "跳过 2（期间退订）" in card(replace(RUNNING, skipped=2)).text


def test_the_summary_settles_everything_and_offers_what_can_still_be_done() -> None:
    done = replace(RUNNING, state=CampaignState.DONE, sent=12_310, blocked=158, failed=7, unknown=5)

    assert card(done).text == "完成：已送达 12,310 · 拉黑 158 · 失败 7 · 未知 5（不自动重发）"
    assert verbs(card(done)) == ["v1:brecall:7", "v1:bunknown:7"]


def test_what_cannot_be_done_is_not_offered() -> None:
    """Nothing unknown, nothing sent, or too long ago for Telegram to delete it."""
    done = replace(RUNNING, state=CampaignState.DONE, unknown=0)

    assert verbs(card(done)) == ["v1:brecall:7"]
    assert verbs(card(replace(done, sent=0))) == []
    assert verbs(card(replace(done, started_at_ms=1_000 - 48 * 3_600_000))) == []


def test_a_stopped_broadcast_says_how_many_were_left_out_before_and_after_the_ledger_caught_up() -> None:
    stopped = replace(RUNNING, state=CampaignState.STOPPED)

    assert card(stopped) == card(replace(stopped, skipped=5_990))
    assert card(stopped).text.endswith("没有发的还有 5,990 人")


def test_a_preview_deleted_in_between_is_named_and_only_stopping_makes_sense() -> None:
    paused = card(replace(RUNNING, state=CampaignState.PAUSED, reason="message to copy not found"))

    assert paused.text.endswith("预览的那条消息被删除了，群发只好停下。")
    assert verbs(paused) == ["v1:bstop:7"]


def test_a_broadcast_to_nobody_is_full_not_a_division_by_zero() -> None:
    assert card(replace(RUNNING, total=0, sent=0, blocked=0, failed=0, unknown=0)).text.startswith("▓▓▓▓▓▓▓▓▓▓ 100%")
