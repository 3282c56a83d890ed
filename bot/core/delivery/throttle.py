"""Who may send now: lanes, paces and holds. Pure: the time is an argument, in milliseconds of a clock that never jumps.

Telegram allows about 30 messages a second overall, one a second in a private chat and 20 a minute in a group. Calls
are spaced evenly, so that no way of counting them (bucket, fixed or sliding window) ever sees too many.
Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ChatRef = int | str
"""A numeric chat id, or `@name` of a group or channel."""

PAID_PER_SECOND = 970.0
CATCH_UP_MS = 10.0
LONGEST_BLIND_WAIT_MS = 10_000
"""A flood may be one chat's own: bulk lanes wait for so much of it without asking again."""
PROBE_GAP_MS = 1_000
PROBES = 3
LEAST_SHARE = 0.05
PRUNE_EVERY = 4_096


@dataclass(frozen=True, slots=True)
class Limits:
    """What we allow ourselves: overall, between two calls to a chat, and to a group within a window, of which the last
    few are kept for replies."""

    per_second: float = 28.5
    chat_gap_ms: int = 1_080
    group_calls: int = 18
    group_reserve: int = 3
    group_window_ms: int = 60_500


class Lane(StrEnum):
    """Classes of traffic, first come those a person waits for."""

    INTERACTIVE = "interactive"
    GROUP = "group"
    DIGEST = "digest"
    BROADCAST = "broadcast"


WEIGHTS: Mapping[Lane, int] = {Lane.INTERACTIVE: 64, Lane.GROUP: 16, Lane.DIGEST: 4, Lane.BROADCAST: 1}


def is_group(chat: ChatRef) -> bool:
    """Groups and channels have negative ids or are called by name."""
    return isinstance(chat, str) or chat < 0


@dataclass(eq=False, slots=True)
class Ticket:
    """A call that waits for its turn. `chat` is None when the call has no chat of its own (inline messages)."""

    lane: Lane
    chat: ChatRef | None
    is_cancelled: bool = False
    number: int = 0


@dataclass(slots=True)
class _Queue:
    """One lane: tickets in order of coming, and how much of its share it has used."""

    weight: int
    tickets: deque[Ticket] = field(default_factory=deque)
    used: float = 0.0


class Pace:
    """The overall rate: falls after a flood, grows back to just below where the flood came, and then slowly beyond."""

    def __init__(self, per_second: float) -> None:
        self.limit = per_second
        self._ceiling = per_second
        self._rate = per_second
        self._since_ms = 0
        self._flooded_at_ms: int | None = None

    def rate(self, now_ms: int) -> float:
        """Calls a second at this moment."""
        if self._flooded_at_ms is None:
            return self.limit
        quiet_s = max(0, now_ms - self._since_ms) / 1000
        self._since_ms = max(self._since_ms, now_ms)
        if self._rate < self._ceiling:
            self._rate = min(self._ceiling, self._rate + self.limit * 0.02 * quiet_s)
        elif now_ms - self._flooded_at_ms > 60_000:
            self._ceiling = self._rate = min(self.limit, self._ceiling + self.limit * 0.0005 * quiet_s)
            if self._rate >= self.limit:
                self._flooded_at_ms = None
        return self._rate

    def slow_down(self, now_ms: int) -> None:
        """A flood at the present rate: the ceiling stays a little below it. One burst of 429s counts once."""
        rate = self.rate(now_ms)
        if self._flooded_at_ms is not None and now_ms - self._flooded_at_ms < 1_000:
            return
        self._ceiling = max(self.limit * LEAST_SHARE, rate * 0.95)
        self._rate = max(self.limit * LEAST_SHARE, rate * 0.7)
        self._since_ms = self._flooded_at_ms = now_ms


class Throttle:
    """Tickets in, tickets out when their time has come. Nothing is ever dropped; a chat's tickets of one lane stay in
    order. Lanes share the rate by weight, so that replies go first and nobody starves."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.pace = Pace(limits.per_second)
        self._queues = {lane: _Queue(weight) for lane, weight in WEIGHTS.items()}
        self._waiting: list[tuple[int, int, Ticket]] = []
        self._entered = 0
        self._virtual = 0.0
        self._next_ms = 0.0
        self._chats = _Chats(limits)
        self._bulk_from = 0
        self._probe_until = 0
        self._all_from = 0
        self._suspect: tuple[ChatRef | None, int] = (None, 0)

    def enter(self, ticket: Ticket) -> None:
        """Queue a call."""
        self._entered += 1
        ticket.number = self._entered
        self._queues[ticket.lane].tickets.append(ticket)

    def release(self, now_ms: int) -> list[Ticket]:
        """The tickets that may go now, in order; each of them counts as sent at `now_ms`."""
        self._wake(now_ms)
        gap_ms = 1000 / self.pace.rate(now_ms)
        # A late wake-up is caught up, but only by so much that it never becomes a burst.
        self._next_ms = max(self._next_ms, now_ms - max(gap_ms / 2, CATCH_UP_MS))
        released: list[Ticket] = []
        while self._next_ms <= now_ms and (ticket := self._take(now_ms)) is not None:
            self._next_ms += gap_ms
            self._chats.note(ticket.chat, now_ms)
            released.append(ticket)
        return released

    def next_at(self, now_ms: int) -> int | None:
        """When to call `release` again; None when nothing waits. To be asked after `release`, not before."""
        moments = [self._lane_from(lane, now_ms) for lane, queue in self._queues.items() if queue.tickets]
        if self._waiting:
            moments.append(self._waiting[0][0])
        return max(min(moments), math.ceil(self._next_ms)) if moments else None

    def flooded(self, chat: ChatRef | None, wait_ms: int, now_ms: int) -> None:
        """Telegram asked for a wait after a call to `chat`, without saying whether it means the chat or the bot.

        The chat is held for all of it. When it is no group, bulk lanes pause for the first seconds of it and go on
        with single probes; when another such chat meets a flood meanwhile, it is the bot, and everything waits.
        """
        until = now_ms + wait_ms
        if chat is not None:
            self.hold(chat, until)
            if is_group(chat):
                return
        suspect, suspect_until = self._suspect
        if chat is None or (suspect not in (None, chat) and now_ms < suspect_until):
            self._all_from = max(self._all_from, until)
        self._suspect = (chat, until)
        self.pause_bulk(min(until, now_ms + LONGEST_BLIND_WAIT_MS))
        self._probe_until = max(self._probe_until, min(until, self._bulk_from + PROBES * PROBE_GAP_MS))
        self.pace.slow_down(now_ms)

    def hold(self, chat: ChatRef, until_ms: int) -> None:
        """No call to this chat before then."""
        self._chats.hold(chat, until_ms)

    def hold_all(self, until_ms: int) -> None:
        """No call at all before then."""
        self._all_from = max(self._all_from, until_ms)

    def pause_bulk(self, until_ms: int) -> None:
        """Only replies before then."""
        self._bulk_from = max(self._bulk_from, until_ms)

    def held_until(self, chat: ChatRef | None) -> int:
        """The end of the flood wait that a call to this chat meets, however urgent; 0 or past when there is none."""
        return max(self._all_from, self._chats.held_until(chat))

    def free_at(self, lane: Lane, chat: ChatRef) -> int:
        """When the chat itself can take another call of this lane."""
        return self._chats.free_at(lane, chat)

    @property
    def bulk_from(self) -> int:
        """When bulk lanes may go on; past when they may."""
        return max(self._bulk_from, self._all_from)

    @property
    def remembered_chats(self) -> int:
        """How many chats it knows anything about."""
        return len(self._chats)

    def _wake(self, now_ms: int) -> None:
        """Tickets whose chats may be free now come back before those that entered after them."""
        woken: list[Ticket] = []
        while self._waiting and self._waiting[0][0] <= now_ms:
            woken.append(heapq.heappop(self._waiting)[2])
        for ticket in sorted(woken, key=lambda one: -one.number):
            self._queues[ticket.lane].tickets.appendleft(ticket)

    def _take(self, now_ms: int) -> Ticket | None:
        ready = [
            (max(queue.used, self._virtual), queue)
            for lane, queue in self._queues.items()
            if queue.tickets and self._lane_from(lane, now_ms) <= now_ms and self._has_ready(queue, now_ms)
        ]
        if not ready:
            return None
        self._virtual, queue = min(ready, key=lambda pair: pair[0])
        queue.used = self._virtual + 1 / queue.weight
        ticket = queue.tickets.popleft()
        if ticket.lane is not Lane.INTERACTIVE and now_ms < self._probe_until:
            self._bulk_from = now_ms + PROBE_GAP_MS
        return ticket

    def _has_ready(self, queue: _Queue, now_ms: int) -> bool:
        """Bring a ticket whose chat is free to the front; those met before it go and wait for their chats."""
        while queue.tickets:
            ticket = queue.tickets[0]
            free_at = now_ms if ticket.is_cancelled else self._chats.free_at(ticket.lane, ticket.chat)
            if free_at <= now_ms and not ticket.is_cancelled:
                return True
            queue.tickets.popleft()
            if not ticket.is_cancelled:
                heapq.heappush(self._waiting, (free_at, ticket.number, ticket))
        return False

    def _lane_from(self, lane: Lane, now_ms: int) -> int:
        return max(self._all_from, now_ms if lane is Lane.INTERACTIVE else self._bulk_from)


class _Chats:
    """What is known about single chats; a chat that has been quiet is forgotten."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._free_at: dict[ChatRef, int] = {}
        self._held: dict[ChatRef, int] = {}
        self._group_calls: dict[ChatRef, deque[int]] = {}
        self._notes = 0

    def __len__(self) -> int:
        return len(self._free_at.keys() | self._held.keys() | self._group_calls.keys())

    def note(self, chat: ChatRef | None, now_ms: int) -> None:
        """A call to this chat was made."""
        if chat is None:
            return
        self._free_at[chat] = now_ms + self._limits.chat_gap_ms
        if is_group(chat):
            self._group_calls.setdefault(chat, deque(maxlen=self._limits.group_calls)).append(now_ms)
        self._notes += 1
        if self._notes % PRUNE_EVERY == 0:
            self._prune(now_ms)

    def hold(self, chat: ChatRef, until_ms: int) -> None:
        """No call before then."""
        self._held[chat] = max(self._held.get(chat, 0), until_ms)

    def held_until(self, chat: ChatRef | None) -> int:
        """The end of its hold, 0 when there is none."""
        return 0 if chat is None else self._held.get(chat, 0)

    def free_at(self, lane: Lane, chat: ChatRef | None) -> int:
        """When the chat can take another call of this lane."""
        if chat is None:
            return 0
        moment = max(self._free_at.get(chat, 0), self._held.get(chat, 0))
        calls = self._group_calls.get(chat, ())
        allowed = self._limits.group_calls - (0 if lane is Lane.INTERACTIVE else self._limits.group_reserve)
        return max(moment, calls[-allowed] + self._limits.group_window_ms) if len(calls) >= allowed else moment

    def _prune(self, now_ms: int) -> None:
        self._free_at = {chat: at for chat, at in self._free_at.items() if at > now_ms}
        self._held = {chat: at for chat, at in self._held.items() if at > now_ms}
        oldest = now_ms - self._limits.group_window_ms
        self._group_calls = {chat: calls for chat, calls in self._group_calls.items() if calls[-1] > oldest}
