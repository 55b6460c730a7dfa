"""Where a page's browser finds /live."""

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

LIVE_PORT_OFFSET = 1


def live_url(request: HttpRequest) -> str:
    """Where this page's browser finds /live: as configured, else on the port after the page's own."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL)
    try:
        host, _colon, port = request.get_host().rpartition(":")
    except DisallowedHost:
        return "/live"  # of a page that says it is refused
    if not port.isdigit():
        return f"{request.scheme}://{request.get_host()}/live"
    return f"{request.scheme}://{host}:{int(port) + LIVE_PORT_OFFSET}/live"
