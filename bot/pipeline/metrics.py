"""Figures for Prometheus, read at the moment somebody asks. Only numbers: no chat, no name, no text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.core.delivery.throttle import Lane
from bot.pipeline.calling.ratelimit import Limiter
from bot.pipeline.calling.traffic import Traffic
from bot.pipeline.calling.updates import Inbox
from bot.storage import Store
from bot.storage.errors import StoreError
from bot.storage.records import CampaignKind


@dataclass(frozen=True, slots=True)
class Ledger:
    """Figures that the state keeps. `published_at_ms` is None before the first publication."""

    deliveries: Mapping[str, int]
    subscribers: int
    published_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Gauges:
    """Where the figures come from."""

    store: Store
    traffic: Traffic
    limiter: Limiter
    inbox: Inbox

    async def exposition(self) -> bytes:
        """All figures in Prometheus' text format; those of the state are left out while it cannot be read."""
        try:
            ledger = await self._read_ledger()
        except StoreError:
            ledger = None
        registry = CollectorRegistry()
        registry.register(_Once([*self._live(), *(_kept(ledger) if ledger else ())]))
        return generate_latest(registry)

    async def _read_ledger(self) -> Ledger:
        latest = await self.store.campaigns.recent(1, CampaignKind.DIGEST)
        return Ledger(
            await self.store.campaigns.tally(),
            await self.store.chats.count_subscribers(),
            latest[0].created_at_ms if latest else None,
        )

    def _live(self) -> Iterable[Metric]:
        sends = CounterMetricFamily(
            "ai_daily_sends", "Calls that send or edit, by HTTP status or what broke them off.", labels=["outcome"]
        )
        for outcome, count in self.traffic.sends.items():
            sends.add_metric([outcome], count)
        queue = GaugeMetricFamily("ai_daily_queue", "Calls waiting for their turn.", labels=["lane"])
        waiting = self.limiter.waiting()
        for lane in Lane:
            queue.add_metric([lane.value], waiting[lane])
        yield sends
        yield queue
        yield CounterMetricFamily("ai_daily_floods", "Answers 429 of Telegram.", self.traffic.floods)
        yield CounterMetricFamily("ai_daily_updates", "Updates handled.", self.inbox.handled)


class _Once(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """What was read."""
        return self._metrics


def _kept(ledger: Ledger) -> Iterable[Metric]:
    deliveries = GaugeMetricFamily("ai_daily_deliveries", "Deliveries of all campaigns, by state.", labels=["state"])
    for state, count in ledger.deliveries.items():
        deliveries.add_metric([state], count)
    yield deliveries
    yield GaugeMetricFamily("ai_daily_subscribers", "Private chats that get every digest.", ledger.subscribers)
    if ledger.published_at_ms is not None:
        yield GaugeMetricFamily(
            "ai_daily_last_publication_timestamp_seconds",
            "When the latest digest was published, Unix time.",
            ledger.published_at_ms / 1000,
        )
