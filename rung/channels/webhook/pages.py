"""Where signed webhooks go: add one, try it, see what came of its deliveries. Its secret is shown once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rung.channels.webhook import guarded
from rung.channels.webhook.adapter import try_out
from rung.channels.webhook.models import NAME, Endpoint
from rung.channels.webhook.sentences import Said
from rung.frame.access import actor_of, needs
from rung.frame.confirm import ask_to_confirm
from rung.frame.show_once import Shown, shown_once, was_shown
from rung.outbox.models import Delivery, State
from rung.outbox.ports import Sent
from rung.people import changes
from rung.people.clock import database_now
from rung.people.models import Role

SHOWN = 50


class EndpointForm(forms.Form):
    """A new endpoint."""

    name = forms.CharField(max_length=60, validators=[NAME], label=gettext_lazy("Name, as in webhook:NAME"))
    url = forms.URLField(max_length=500, label=gettext_lazy("Address"), assume_scheme="https")
    allow_private = forms.BooleanField(required=False, label=gettext_lazy("it may be in our own network"))

    def clean_name(self) -> str:
        """Each once."""
        name = str(self.cleaned_data["name"])
        if Endpoint.objects.filter(name=name).exists():
            raise forms.ValidationError(_("There is an endpoint of that name already."))
        return name

    def clean(self) -> dict[str, object]:
        """What sending to it would say."""
        given = super().clean() or self.cleaned_data
        if url := given.get("url"):
            try:
                guarded.judge(url, allow_private=bool(given.get("allow_private")))
            except guarded.Forbidden as forbidden:
                self.add_error("url", str(forbidden))
        return dict(given)


@never_cache
@needs(Role.OWNER)
def webhooks(request: HttpRequest) -> HttpResponse:
    """Every endpoint, with how its deliveries go; a new one's secret is shown this once."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            return shown_once(request, lambda: _add(request, form.cleaned_data))
        if again := was_shown(request):
            return again
    counted = Delivery.objects.filter(channel="webhook").values("destination")
    sums: dict[str, dict[str, Any]] = {
        row["destination"]: dict(row)
        for row in counted.annotate(
            sent=Count("pk", filter=Q(state=State.SENT)),
            failed=Count("pk", filter=Q(state__in=[State.NEVER, State.UNCLEAR])),
            last=Max("sent_at"),
        )
    }
    rows = [(endpoint, sums.get(endpoint.name, {})) for endpoint in Endpoint.objects.all()]
    context = {"live": [], "endpoints": rows, "form": form}
    return render(request, "webhook/endpoints.html", context, status=422 if form.errors else 200)


@needs(Role.OWNER)
def webhook(request: HttpRequest, name: str) -> HttpResponse:
    """One endpoint and its newest deliveries."""
    endpoint = get_object_or_404(Endpoint, name=name)
    sent = Delivery.objects.filter(channel="webhook", destination=name).order_by("-pk")
    state = request.GET.get("state", "")
    if state in State.values:
        sent = sent.filter(state=state)
    context = {"live": [], "endpoint": endpoint, "deliveries": sent[:SHOWN], "states": State.choices, "state": state}
    return render(request, "webhook/endpoint.html", context)


@require_POST
@never_cache
@needs(Role.OWNER)
def webhook_act(request: HttpRequest, name: str) -> HttpResponse:
    """Try it, give it another secret, switch it on or off, or take it away (`do`)."""
    endpoint = Endpoint.objects.filter(name=name).first()
    if endpoint is None:
        messages.info(request, _("“%(name)s” has already been removed.") % {"name": name})
        return redirect("webhooks")
    if asks := _asks_back(request, endpoint):
        return asks
    before = changes.facts_of(endpoint)
    match request.POST.get("do"):
        case "test":
            outcome = try_out(endpoint, database_now())
            if isinstance(outcome, Sent):
                messages.success(request, _("It answered: the test delivery has arrived."))
            else:
                messages.error(request, str(outcome.reason))
        case "secret":
            return shown_once(request, lambda: _renew(request, endpoint))
        case "off":
            endpoint.disabled_at, endpoint.disabled_why = database_now(), Said.BY_HAND()
        case "on":
            endpoint.disabled_at = endpoint.disabled_why = None
        case "remove":
            changes.note("removed", endpoint, by=actor_of(request))
            endpoint.delete()
            messages.success(request, _("It was removed."))
            return redirect("webhooks")
    endpoint.save()
    changes.note("changed", endpoint, by=actor_of(request), before=before)
    return redirect("webhook", name=name)


def _asks_back(request: HttpRequest, endpoint: Endpoint) -> HttpResponse | None:
    name, back = {"name": endpoint.name}, reverse("webhook", args=[endpoint.name])
    match request.POST.get("do"):
        case "secret":
            effect = _("The present secret ends at once. Until the receiver has the new one, it rejects deliveries.")
            return ask_to_confirm(request, _("New secret for “%(name)s”?") % name, effect, _("New secret"), back)
        case "remove":
            effect = _("Nothing is sent there any more; where the policy names it, deliveries wait in the app instead.")
            return ask_to_confirm(request, _("Remove the webhook “%(name)s”?") % name, effect, _("Remove"), back)
    return None


def _add(request: HttpRequest, given: dict[str, Any]) -> Shown:
    endpoint = Endpoint(**given, created_at=database_now())
    secret = endpoint.renew_secret()
    endpoint.save()
    changes.note("added", endpoint, by=actor_of(request))
    return _shown(endpoint, secret)


def _renew(request: HttpRequest, endpoint: Endpoint) -> Shown:
    secret = endpoint.renew_secret()
    endpoint.save(update_fields=["secret"])
    subject = f"endpoint:{endpoint.name}"
    changes.record(by=actor_of(request), area="settings", what="gave another secret to", subject=subject)
    return _shown(endpoint, secret)


def _shown(endpoint: Endpoint, secret: str) -> Shown:
    about = _("Deliveries are signed with this secret. It is shown only once; give it to the receiver.")
    return {"who": endpoint.name, "secret": secret, "about": about, "back": reverse("webhooks")}
