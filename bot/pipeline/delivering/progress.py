"""What an admin sees of a broadcast: while it goes on, when it is over, and while its messages are taken back."""

from __future__ import annotations

from bot.core.durations import spell_duration
from bot.core.format.parts import Button, Keyboard, Part
from bot.core.models import Say
from bot.pipeline.delivering.hooks import Progress
from bot.storage.recalls import Recall, is_recallable
from bot.storage.records import Campaign, CampaignState

BAR_CELLS = 10


def progress_part(progress: Progress, *, now_ms: int, say: Say) -> Part:
    """The card of a broadcast in its present state."""
    campaign = progress.campaign
    match campaign.state:
        case CampaignState.BUILDING if campaign.begins_after(now_ms):
            return Part(say("progress.soon"), keyboard=((_button("undo", campaign, say),),))
        case CampaignState.BUILDING:
            return Part(say("progress.building"), keyboard=((_button("stop", campaign, say),),))
        case CampaignState.STOPPED | CampaignState.DONE:
            return Part("\n".join(_summary(campaign, say)), keyboard=_last_buttons(campaign, now_ms, say))
    lines = [
        _bar(campaign.settled, campaign.total, say),
        *_counts(campaign, say),
        _pace(progress, now_ms, say),
    ]
    return Part("\n".join(lines), keyboard=(_buttons(campaign, say),))


def campaign_line(campaign: Campaign, say: Say) -> str:
    """A campaign in one line of a list."""
    return say(
        "stats.campaign",
        id=campaign.id,
        subject=f"{say(f'stats.kind.{campaign.kind}')} {campaign.digest_key}".strip(),
        state=say(f"stats.state.{campaign.state}"),
        sent=campaign.sent,
        total=campaign.total,
        failed=campaign.failed,
        unknown=campaign.unknown,
    )


def recall_part(recall: Recall, say: Say) -> Part:
    """The card of a broadcast whose messages are being deleted, or were."""
    counts = {"recalled": recall.recalled, "kept": recall.kept}
    if recall.is_over:
        return Part(say("recall.done", **counts))
    bar = _bar(recall.recalled + recall.kept, recall.total, say)
    return Part(f"{say('recall.going')}\n{bar}\n{say('recall.counts', **counts)}")


def recall_question(campaign: Campaign, say: Say) -> Part:
    """Whether they really shall go: it cannot be undone."""
    yes = Button(say("recall.button_yes", count=campaign.sent), callback=f"v1:bwipe:{campaign.id}")
    no = Button(say("recall.button_no"), callback=f"v1:bcard:{campaign.id}")
    return Part(say("recall.question", count=campaign.sent), keyboard=((yes, no),))


def _bar(done: int, total: int, say: Say) -> str:
    share = done / total if total else 1.0
    full = min(BAR_CELLS, int(share * BAR_CELLS))
    bar = "▓" * full + "░" * (BAR_CELLS - full)
    return say("progress.bar", bar=bar, percent=int(100 * share), done=done, total=total)


def _counts(campaign: Campaign, say: Say) -> list[str]:
    lines = [_settled("progress.counts", campaign, say)]
    if campaign.skipped:
        lines.append(say("progress.skipped", skipped=campaign.skipped))
    return lines


def _summary(campaign: Campaign, say: Say) -> list[str]:
    if campaign.state is CampaignState.DONE:
        lines = [_settled("progress.done", campaign, say)]
        return [*lines, say("progress.skipped", skipped=campaign.skipped)] if campaign.skipped else lines
    # Stopping skips whoever was not served yet: until the ledger has caught up, both add up to the same people.
    unsent = campaign.left + campaign.skipped
    return [_settled("progress.stopped", campaign, say), say("progress.not_sent", left=unsent)]


def _settled(sentence: str, campaign: Campaign, say: Say) -> str:
    return say(sentence, sent=campaign.sent, blocked=campaign.blocked, failed=campaign.failed, unknown=campaign.unknown)


def _pace(progress: Progress, now_ms: int, say: Say) -> str:
    if progress.campaign.state is CampaignState.PAUSED:
        return say("progress.source_gone" if progress.campaign.reason else "progress.paused")
    if progress.held_until_ms is not None and progress.held_until_ms > now_ms:
        return say("progress.held", duration=spell_duration((progress.held_until_ms - now_ms) / 1000, say))
    if progress.left_s is None:
        return say("progress.starting")
    return say("progress.pace", rate=progress.per_second, duration=spell_duration(progress.left_s, say))


def _buttons(campaign: Campaign, say: Say) -> tuple[Button, ...]:
    """An admin's pause can be ended; the one with a reason, that the previewed message is gone, cannot."""
    stop = _button("stop", campaign, say)
    if campaign.state is not CampaignState.PAUSED:
        return _button("pause", campaign, say), stop
    return (stop,) if campaign.reason else (_button("resume", campaign, say), stop)


def _last_buttons(campaign: Campaign, now_ms: int, say: Say) -> Keyboard:
    """What can still be done about a broadcast that is over."""
    buttons = []
    if campaign.sent and is_recallable(campaign, now_ms):
        buttons.append(_button("recall", campaign, say))
    if campaign.unknown:
        buttons.append(_button("unknown", campaign, say))
    return (tuple(buttons),) if buttons else ()


def _button(name: str, campaign: Campaign, say: Say) -> Button:
    return Button(say(f"progress.button_{name}"), callback=f"v1:b{name}:{campaign.id}")
