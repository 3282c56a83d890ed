"""Patience with one person who floods the bot."""

from bot.handlers.patience import Mood, Patience


class HandMovedClock:
    def __init__(self) -> None:
        self.now_ms = 1_000_000

    def __call__(self) -> int:
        return self.now_ms


def test_a_burst_is_heard_then_warned_once_then_ignored() -> None:
    clock = HandMovedClock()
    patience = Patience(clock, burst=3, refill_ms=1000, ignore_ms=10_000)

    moods = [patience.hear(7) for _ in range(6)]

    assert moods == [Mood.LISTEN] * 3 + [Mood.WARN] + [Mood.IGNORE] * 2


def test_a_flooding_person_does_not_silence_another() -> None:
    patience = Patience(HandMovedClock(), burst=1)
    patience.hear(7)
    patience.hear(7)

    assert patience.hear(8) is Mood.LISTEN


def test_after_the_silence_the_person_is_heard_again() -> None:
    clock = HandMovedClock()
    patience = Patience(clock, burst=1, refill_ms=1000, ignore_ms=10_000)
    patience.hear(7)
    patience.hear(7)

    clock.now_ms += 10_000

    assert patience.hear(7) is Mood.LISTEN


def test_a_steady_reader_is_never_warned() -> None:
    clock = HandMovedClock()
    patience = Patience(clock, burst=2, refill_ms=1000)

    for _ in range(100):
        clock.now_ms += 1000
        assert patience.hear(7) is Mood.LISTEN


def test_people_of_the_past_are_forgotten() -> None:
    clock = HandMovedClock()
    patience = Patience(clock, burst=2, refill_ms=1000, ignore_ms=10_000)
    for user_id in range(1000):
        patience.hear(user_id)

    clock.now_ms += 60_000
    patience.hear(1)
    clock.now_ms += 60_000
    patience.hear(1)

    assert len(patience._people) <= 1
