"""The sample day in Slack: triage, the customer's channel and the escalations move side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rung.channels.slack import sample as recorded
from rung.frame.access import needs
from rung.people.models import Role

#: Seconds a picture stands before the next while the day plays by itself.
STANDS = 6
#: What a reader needs to know of each channel, under its name.
WHOSE = {
    "#acme-support": _("the customer's channel"),
    "#triage": _("every new ticket's card"),
    "#escalations": _("the second level"),
    "Rung to Sam": _("a direct message"),
}


@needs(Role.OBSERVER)
def sample(request: HttpRequest) -> HttpResponse:
    """One picture of the day; `play=1` goes on by itself."""
    count = len(recorded.frames())
    given = request.GET.get("picture", "0")
    number = min(int(given) if given.isdecimal() and len(given) < 6 else 0, count - 1)
    frame = recorded.fresh(number)
    channels = [(name, WHOSE.get(name, ""), messages) for name, messages in frame["channels"].items()]
    context = {
        "frame": frame | {"line": gettext(frame["line"])},
        "channels": channels,
        "number": number,
        "shown": number + 1,
        "count": count,
        "before": number - 1 if number else None,
        "after": number + 1 if number + 1 < count else None,
        "plays": bool(request.GET.get("play")) and number + 1 < count,
        "stands": STANDS,
    }
    return render(request, "slack/sample.html", context)
