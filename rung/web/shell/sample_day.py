"""The sample day on its own pages (what is told, the way to be rid of it) and on those of a desk (the way to it)."""

import time
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from rung.frame.access import needs
from rung.insights.sample_day import files, story
from rung.people import sample_clock
from rung.people.clock import shown_now
from rung.people.models import Role

#: Seconds after which its getting ready is not usual any more.
LONG = 60


@needs(Role.OBSERVER)
def told(request: HttpRequest) -> HttpResponse:
    """The lines so far, asked for again and again. The first look lets the day begin."""
    if not settings.SAMPLE_DAY:
        raise Http404
    sample_clock.begin()
    seen, over = request.GET.get("seen"), request.GET.get("over") == "1"
    if seen == str(len(story.told())) and over == (shown_now() >= sample_clock.ENDS):
        return HttpResponse(status=204)  # nothing new: the page stays as its reader has scrolled it
    return render(request, "shell/sample_day/story.html")


@require_POST
@needs(Role.OBSERVER)
def remove(request: HttpRequest) -> HttpResponse:
    """Gone with everything in it. Asked of the sample day itself, or of the desk beside it."""
    if settings.SAMPLE_DAY:
        (_data() / files.OVER).touch()
        return render(request, "shell/sample_day/removed.html")
    for file in (files.WANTED, files.FAILED):
        (_data() / file).unlink(missing_ok=True)
    return redirect("triage")


@needs(Role.OBSERVER)
def beside(request: HttpRequest) -> HttpResponse:
    """On a desk: where the sample day beside it stands."""
    if not settings.OFFERS_SAMPLE_DAY:
        raise Http404
    link = _data() / files.FOLDER / files.LINK
    wanted = (_data() / files.WANTED).exists()
    context = {
        "wanted": wanted,
        "link": link.read_text() if wanted and link.exists() else "",
        "failed": "" if wanted or _failure() == files.CUT_OFF else _failure(),
        "is_cut_off": not wanted and _failure() == files.CUT_OFF,
        "late": wanted and _waited() > LONG,
        "last_words": files.last_words(_data()),
        "log": _data() / files.LOG,
    }
    page = "shell/sample_day/standing.html" if request.headers.get("HX-Request") else "shell/sample_day/beside.html"
    return render(request, page, context)


@require_POST
@needs(Role.OBSERVER)
def start(_request: HttpRequest) -> HttpResponse:
    """Ask the supervisor for one."""
    if not settings.OFFERS_SAMPLE_DAY:
        raise Http404
    if not (_data() / files.WANTED).exists():  # pressed twice, or in two windows, it is one
        for file in (files.FAILED, f"{files.FOLDER}/{files.LINK}"):  # a link of a day that was cut off leads nowhere
            (_data() / file).unlink(missing_ok=True)
        (_data() / files.WANTED).touch()
    return redirect("sample-day")


def sample() -> dict[str, object] | None:
    """For the shell: what is told, and the clock in milliseconds as scripts count them. None on a real desk."""
    if not settings.SAMPLE_DAY:
        return None
    began = sample_clock.began()
    return {
        "now": shown_now(),
        "over": shown_now() >= sample_clock.ENDS,
        "began": int(began * 1000) if began is not None else "",
        "begins": int(sample_clock.BEGINS.timestamp() * 1000),
        "ends": int(sample_clock.ENDS.timestamp() * 1000),
        "speed": sample_clock.SPEED,
        "lines": story.told()[::-1],
    }


def _failure() -> str:
    try:
        return (_data() / files.FAILED).read_text()
    except OSError:
        return ""


def _waited() -> float:
    """Seconds since it was asked for, by this machine's clock."""
    try:
        return time.time() - (_data() / files.WANTED).stat().st_mtime
    except OSError:
        return 0.0


def _data() -> Path:
    return Path(settings.DATA)
