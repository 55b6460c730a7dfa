"""Where a page hears of changes."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django import template
from django.template.context import Context

from rung.frame import live_token

register = template.Library()


@register.simple_tag(takes_context=True)
def live_address(context: Context, topics: Iterable[str] | None) -> str:
    """The address of /live for these topics and the reader's own."""
    word = live_token.issue(_wanted(context, topics), context["request"].user.pk)
    return f"{context['live_url']}?{urlencode({'pass': word})}"


@register.simple_tag(takes_context=True)
def live_topics(context: Context, topics: Iterable[str] | None) -> str:
    """The same topics, for the script that asks again while /live cannot be reached."""
    return " ".join(_wanted(context, topics))


def _wanted(context: Context, topics: Iterable[str] | None) -> list[str]:
    return [*(topics or []), f"person:{context['request'].user.handle}"]
