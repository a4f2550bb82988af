"""What a monitoring program is told, in the text that Prometheus reads.

Counters count since the start of this process; gauges are looked up when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from hub.core import events as e
from hub.core.pictures import line_picture, phase
from hub.service import Committed
from hub.transaction import Transaction
from hub.web.access import Access
from hub.web.responses import problems
from hub.web.rights import Right, needs, person_of, sees_ratings
from wire.messages import CounterState

COMMIT_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
"""The steps of the histogram of commits, in seconds."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the state says when it is asked. Times are in seconds."""

    waiting: dict[str, int]
    longest_s: dict[str, float]
    counters: dict[str, int]
    today: dict[str, int]
    levels: dict[str, int]
    set_aside: int
    rejected: dict[str, int]
    units: dict[str, int]


def measure(transaction: Transaction) -> Measured:
    """Look at the state, in its thread."""
    hall, now = transaction.hall, transaction.now
    lines = [line_picture(hall, service, now) for service in hall.plan.services]
    phases = [str(phase(hall, hall.counters[counter])) for counter in hall.plan.counter]
    heard = set(transaction.books.presence.all_heard(transaction.monotonic))
    enrolled = set(hall.plan.role_of_unit)
    today, levels = hall.today, [option.level.value for option in hall.plan.rating.levels]
    return Measured(
        waiting={line.id: line.waiting for line in lines},
        longest_s={line.id: line.longest_s for line in lines},
        counters={state.value: phases.count(state.value) for state in CounterState},
        today={
            "issued": today.issued,
            "served": today.served,
            "missed": today.missed,
            "cancelled": today.cancelled,
            "unrated": today.unrated,
        },
        levels={level: today.levels.get(level, 0) for level in levels},
        set_aside=transaction.journal.set_aside().count,
        rejected=dict(transaction.books.rejected),
        units={"heard": len(enrolled & heard), "silent": len(enrolled - heard)},
    )


class Metrics:
    """The figures of one hub."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.of_ratings = CollectorRegistry()
        """Levels, which show single ratings to who asks often."""
        named = {"namespace": "nextwindow", "registry": self.registry}
        self._calls = Counter("calls", "Tickets called.", **named)  # type: ignore[arg-type]
        self._ratings = Counter(
            "ratings", "First ratings.", ["level"], "nextwindow", registry=self.of_ratings
        )
        self._unrated = Counter("unrated", "Invitations without a rating.", **named)  # type: ignore[arg-type]
        self._records = Counter("records", "Records of units, stored.", **named)  # type: ignore[arg-type]
        self._quarantined = Counter("quarantined", "Records set aside.", **named)  # type: ignore[arg-type]
        self._commit = Histogram(
            "commit_seconds",
            "How long the journal took to keep a round, on disk.",
            buckets=COMMIT_S,
            **named,  # type: ignore[arg-type]
        )

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(name, what, labels, namespace="nextwindow", registry=self.registry)

        self._waiting = gauge("waiting", "Tickets that wait.", "service")
        self._longest = gauge("longest_wait_seconds", "The longest wait.", "service")
        self._counters = gauge("counters", "Counters by what they do.", "state")
        self._today = gauge("today", "Visits of the business day.", "what")
        self._levels = Gauge(
            "ratings_today",
            "First ratings of the business day.",
            ["level"],
            "nextwindow",
            registry=self.of_ratings,
        )
        self._aside = gauge("set_aside", "Records that nobody has read yet.")
        self._rejected = gauge("messages_rejected", "Messages not acted on.", "code")
        self._units = gauge("units", "Enrolled units.", "state")
        self._storage = gauge("storage_error", "1 while the journal takes nothing.")
        self._broker = gauge("broker_up", "1 while the hub is linked to its broker.")
        self._streams = gauge("streams_open", "Browsers that follow something live.")
        self._info = gauge("info", "The hub's version.", "version")

    def noticed(self, news: Committed) -> None:
        """Count what has happened. Called in the state's thread."""
        for event in news.events:
            if isinstance(event, e.TicketCalled):
                self._calls.inc()
            elif isinstance(event, e.Rated) and event.counted:
                self._ratings.labels(event.level).inc()
            elif isinstance(event, e.Unrated) and event.counted:
                self._unrated.inc()
            elif isinstance(event, e.RecordQuarantined):
                self._quarantined.inc()

    def kept(self, records: int, took_s: float) -> None:
        """A round with so many records is on the disk. Called in the state's thread."""
        self._commit.observe(took_s)
        self._records.inc(records)

    def show(self, found: Measured) -> None:
        """Set the gauges of the hall."""
        for gauge, values in (
            (self._waiting, found.waiting),
            (self._longest, found.longest_s),
            (self._counters, found.counters),
            (self._today, found.today),
            (self._levels, found.levels),
            (self._rejected, found.rejected),
            (self._units, found.units),
        ):
            gauge.clear()
            for label, value in values.items():
                gauge.labels(label).set(value)
        self._aside.set(found.set_aside)

    def show_hub(self, version: str, *, storage_error: bool, broker_up: bool, streams: int) -> None:
        """Set the gauges of the hub itself."""
        self._storage.set(storage_error)
        self._broker.set(broker_up)
        self._streams.set(streams)
        self._info.labels(version).set(1)

    def text(self, *, ratings: bool) -> bytes:
        """All of it, as Prometheus reads it, or all but what was rated."""
        return generate_latest(self.registry) + (
            generate_latest(self.of_ratings) if ratings else b""
        )


def make_metrics(access: Access, streams: Callable[[], int], version: str) -> APIRouter:
    """The route for a monitoring program. Make it before the service is started."""
    router, metrics = APIRouter(), Metrics()
    access.service.watch(metrics.noticed)
    access.service.on_kept = metrics.kept

    @router.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}}, **problems(401, 403, 503)},
        dependencies=[needs(Right.VIEW)],
    )
    async def figures(request: Request) -> Response:
        """Figures of the hall and of the hub, for Prometheus."""
        metrics.show(await access.ask(measure))
        metrics.show_hub(
            version,
            storage_error=access.service.storage_error is not None,
            broker_up=access.facts.broker_up,
            streams=streams(),
        )
        text = metrics.text(ratings=sees_ratings(person_of(request)))
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return router
