"""`/healthz` for monitoring, and `/metrics` for Prometheus."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from rung.escalation import health
from rung.people.clock import database_now


def healthz(request: HttpRequest) -> HttpResponse:
    """How far behind the ticker is and how long the oldest delivery waits; 503 when something is stuck."""
    found = health.measure(database_now())
    body = {
        "ok": not found.troubles,
        "troubles": found.troubles,
        "ticker_lag_seconds": found.ticker_lag,
        "oldest_waiting_delivery_seconds": found.oldest_waiting,
        "loops_seen_seconds_ago": found.loops,
        "parked_tickets": found.parked,
    }
    return JsonResponse(body, status=503 if found.troubles else 200)


def metrics(request: HttpRequest) -> HttpResponse:
    """The same in Prometheus's words, read from the database, so that any web process may be asked."""
    found = health.measure(database_now())
    registry = CollectorRegistry()
    _gauge(registry, "rung_ticker_lag_seconds", "How long the ticket due longest has been due", found.ticker_lag)
    _gauge(registry, "rung_oldest_waiting_delivery_seconds", "Age of the oldest due delivery", found.oldest_waiting)
    _gauge(registry, "rung_parked_tickets", "Tickets whose clocks cannot be reckoned", found.parked)
    _gauge(registry, "rung_healthy", "1 when nothing is stuck", 0 if found.troubles else 1)
    loops = Gauge("rung_loop_seen_seconds", "Since a loop last reported", ["loop"], registry=registry)
    for loop, seconds in found.loops.items():
        loops.labels(loop).set(seconds)
    tickets = Gauge("rung_open_tickets", "Tickets that are not over", ["status"], registry=registry)
    for status, count in health.open_tickets().items():
        tickets.labels(status).set(count)
    deliveries = Gauge("rung_deliveries", "Deliveries not yet sent", ["state"], registry=registry)
    for state, count in health.unsent_deliveries().items():
        deliveries.labels(state).set(count)
    lateness = Gauge("rung_step_lateness_seconds", "Of the steps of the last hour", ["quantile"], registry=registry)
    for quantile, seconds in health.lateness(database_now()).items():
        lateness.labels(quantile).set(seconds)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _gauge(registry: CollectorRegistry, name: str, says: str, value: float) -> None:
    Gauge(name, says, registry=registry).set(value)
