"""Deliveries in templates, in the reader's language: `{{ delivery|retold_title }}`, `{{ delivery.outcome|retold }}`."""

from django import template

from rung.outbox.models import Delivery
from rung.web import retelling

register = template.Library()


@register.filter
def retold_title(delivery: Delivery) -> str:
    """What it is called; where it has no words of its own, what its ticket is about."""
    return retelling.title(delivery.title, delivery.subject) or (delivery.ticket.subject if delivery.ticket else "")


register.filter("retold", retelling.outcome)
