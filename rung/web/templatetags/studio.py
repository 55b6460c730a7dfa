"""How places and days of the policy look in the studio."""

from django import template
from django.utils.translation import gettext as _

from rung.core.calendar.hours import DAYS

register = template.Library()


@register.filter
def slugify_place(at: str) -> str:
    """A place as the name of a spot on a page: the item it belongs to."""
    return "-".join(at.split("/")[:2])


@register.filter
def signed(number: int) -> str:
    """With its sign."""
    return f"{number:+d}".replace("-", "−")


@register.filter
def day_name(day: str) -> str:
    """`mon` in words."""
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return names[DAYS.index(day)]
