"""Keys to the API: what may call."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rung.frame import guide
from rung.frame.access import actor_of, needs
from rung.frame.confirm import ask_to_confirm
from rung.frame.show_once import Shown, shown_once
from rung.people import changes, tokens
from rung.people.changes import Area
from rung.people.clock import database_now
from rung.people.models import Role, Token
from rung.web.people.forms import TokenForm


@never_cache
@needs(Role.OWNER)
def keys(request: HttpRequest) -> HttpResponse:
    """Keys to the API; a new one is shown this once."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return shown_once(request, lambda: _make_key(request, form.cleaned_data))
        except IntegrityError:
            form.add_error("name", _("There is a key of that name already."))
    context: dict[str, object] = {"live": [], "form": form, "tokens": Token.objects.select_related("agent")}
    return render(request, "setup/keys.html", context, status=422 if form.errors else 200)


def _make_key(request: HttpRequest, given: dict[str, str]) -> Shown:
    secret = tokens.create(given["name"], role=Role(given["role"]))
    changes.note("added", Token.objects.get(name=given["name"]), by=actor_of(request))
    back = guide.address_of("api") if guide.is_from_guide(request) else ""
    return {"who": given["name"], "secret": secret, "kind": "key", "back": back}


@require_POST
@needs(Role.OWNER)
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End a key."""
    token = get_object_or_404(Token, pk=number)
    question = _("Revoke the key “%(name)s”?") % {"name": token.name}
    effect = _("Programs that use it are refused from then on. This cannot be undone.")
    if token.revoked_at is None and (asks := ask_to_confirm(request, question, effect, _("End"), reverse("keys"))):
        return asks
    if tokens.revoke(token.name, now=database_now()):
        changes.record(by=actor_of(request), area=Area.SETTINGS, what="ended", subject=f"token:{token.name}")
        messages.success(request, _("The key is revoked."))
    else:
        messages.info(request, _("It was already revoked."))
    return redirect("keys")
