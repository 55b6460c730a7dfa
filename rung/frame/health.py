"""`/healthz` for monitoring, and `/metrics` for Prometheus."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from rung import hooks
from rung.intake import health
from rung.people.clock import database_now


def healthz(request: HttpRequest) -> HttpResponse:
    """When each part last reported, and how old the oldest row of each queue is; 503 when something is stuck."""
    found = health.measure(database_now())
    body = {
        "ok": not found.troubles,
        "troubles": found.troubles,
        "ticker_lag_seconds": found.oldest("tickets"),
        "oldest_waiting_delivery_seconds": found.oldest("deliveries"),
        "oldest_seconds": {queue.name: queue.oldest for queue in found.queues},
        "overdue_rows": {queue.name: queue.rows for queue in found.queues},
        "loops_seen_seconds_ago": found.parts,
        "parked_tickets": found.parked,
        "clock_stepped_back_seconds": found.clock_stepped_back,
    }
    return JsonResponse(body, status=503 if found.troubles else 200)


def metrics(request: HttpRequest) -> HttpResponse:
    """The same in Prometheus's words, read from the database, so that any web process may be asked."""
    now = database_now()
    found = health.measure(now)
    registry = CollectorRegistry()
    _gauge(registry, "ticker_lag_seconds", "How long the ticket due longest has been due", found.oldest("tickets"))
    _gauge(registry, "oldest_waiting_delivery_seconds", "Age of the oldest due delivery", found.oldest("deliveries"))
    _gauge(registry, "parked_tickets", "Tickets whose clocks cannot be reckoned", found.parked)
    _gauge(registry, "healthy", "1 when nothing is stuck", 0 if found.troubles else 1)
    _gauge(registry, "clock_stepped_back_seconds", "Of the last hour", found.clock_stepped_back)
    oldest = {queue.name: queue.oldest for queue in found.queues}
    _gauges(registry, "queue_oldest_seconds", "How long the oldest row has been due", "queue", oldest)
    rows = {queue.name: queue.rows for queue in found.queues}
    _gauges(registry, "queue_overdue_rows", "Rows that are due", "queue", rows)
    _gauges(registry, "loop_seen_seconds", "Since a part last reported", "loop", found.parts)
    _gauges(registry, "open_tickets", "Tickets that are not over", "status", health.open_tickets())
    _gauges(registry, "deliveries", "Deliveries not yet sent", "state", health.unsent_deliveries())
    _gauges(registry, "step_lateness_seconds", "Of the steps of the last hour", "quantile", health.lateness(now))
    ages = {folder.name: age for folder in hooks.channels() if (age := folder.lag(now)) is not None}
    _gauges(registry, "channel_look_age_seconds", "Since the last complete look outside", "channel", ages)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _gauge(registry: CollectorRegistry, name: str, says: str, value: float) -> None:
    Gauge(f"rung_{name}", says, registry=registry).set(value)


def _gauges(registry: CollectorRegistry, name: str, says: str, label: str, values: Mapping[str, float]) -> None:
    gauge = Gauge(f"rung_{name}", says, [label], registry=registry)
    for word, value in values.items():
        gauge.labels(word).set(value)
