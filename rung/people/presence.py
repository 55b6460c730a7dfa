"""Who is there."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from rung.people.models import Absence, Agent


def present(now: datetime) -> QuerySet[Agent]:
    """Active agents who are not away at that moment."""
    away = Absence.objects.filter(agent=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)
    return Agent.objects.filter(~Exists(away), is_active=True)
