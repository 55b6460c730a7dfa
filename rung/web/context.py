"""What every page's shell needs."""

from django.conf import settings
from django.http import HttpRequest

LIVE_PORT_OFFSET = 1


def live_url(request: HttpRequest) -> str:
    """Where this page's browser finds /live: as configured, else on the port after the page's own."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL)
    host, _, port = request.get_host().rpartition(":")
    if not port.isdigit():
        return f"{request.scheme}://{request.get_host()}/live"
    return f"{request.scheme}://{host}:{int(port) + LIVE_PORT_OFFSET}/live"


def shell(request: HttpRequest) -> dict[str, object]:
    """For templates: `live_url`."""
    return {"live_url": live_url(request)}
