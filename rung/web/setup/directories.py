"""The directories people sign in with: OpenID Connect and SAML. A secret goes in and never comes out again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rung.frame.access import actor_of, needs
from rung.frame.confirm import ask_to_confirm
from rung.people import changes, providers, vault
from rung.people.models import Role, SignInProvider
from rung.web.people.forms import CommaSeparatedField

Kind = SignInProvider.Kind


class DirectoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """What both kinds have in common."""

    slug = forms.SlugField(max_length=40, label=gettext_lazy("Short name, for addresses"))
    name = forms.CharField(max_length=100, label=gettext_lazy("What the sign-in page calls it"))
    domains = CommaSeparatedField(required=False, label=gettext_lazy("Mail domains it speaks for, with commas"))
    invites = forms.BooleanField(required=False, label=gettext_lazy("let new people of these domains sign in"))

    class Meta:
        model = SignInProvider
        fields: tuple[str, ...] = ("slug", "name", "domains", "invites", "role")
        labels = {"role": gettext_lazy("Role of new people, who see no tickets at first")}

    kind = Kind.OIDC

    def clean_domains(self) -> list[str]:
        """In lower case."""
        return [domain.lower().removeprefix("@") for domain in self.cleaned_data["domains"]]

    def _post_clean(self) -> None:
        self.instance.kind = self.kind
        super()._post_clean()  # type: ignore[misc]


class OidcForm(DirectoryForm):
    """OpenID Connect."""

    issuer = forms.CharField(max_length=500, label=gettext_lazy("Issuer"))
    client_id = forms.CharField(max_length=200, label=gettext_lazy("Client ID"))
    secret = forms.CharField(
        max_length=500,
        label=gettext_lazy("Client secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    class Meta(DirectoryForm.Meta):
        fields = ("slug", "name", "issuer", "client_id", "domains", "invites", "role")

    field_order = ("slug", "name", "issuer", "client_id", "secret", "domains", "invites", "role")

    def clean_secret(self) -> str:
        """Sealed at once."""
        self.instance.sealed_secret = vault.seal(self.cleaned_data["secret"])
        return ""


class SamlForm(DirectoryForm):
    """SAML."""

    kind = Kind.SAML
    metadata = forms.CharField(label=gettext_lazy("Metadata of the directory (XML)"), widget=forms.Textarea)

    field_order = ("slug", "name", "metadata", "domains", "invites", "role")

    def clean_metadata(self) -> str:
        """Its parts are what is kept."""
        for name, value in providers.read_metadata(self.cleaned_data["metadata"]).items():
            setattr(self.instance, name, value)
        return ""


_FORMS: dict[str, type[DirectoryForm]] = {"oidc": OidcForm, "saml": SamlForm}


@never_cache
@needs(Role.OWNER)
def directories(request: HttpRequest) -> HttpResponse:
    """Every directory, and a form for another of each kind."""
    asked = request.POST.get("kind", "")
    forms_of: dict[str, Any] = {
        kind: form(request.POST if kind == asked else None, auto_id=f"{kind}-%s") for kind, form in _FORMS.items()
    }
    if asked in forms_of and forms_of[asked].is_valid():
        found = forms_of[asked].save()
        changes.note("added", found, by=actor_of(request))
        messages.success(request, _("People can sign in with %(name)s now.") % {"name": found.name})
        return redirect("directories")
    rows = [(each, _tell(request, each)) for each in _readable()]
    refused = asked in forms_of
    context = {"live": [], "directories": rows, "forms": forms_of, "asked": asked}
    return render(request, "setup/directories.html", context, status=422 if refused else 200)


@require_POST
@needs(Role.OWNER)
def directory_remove(request: HttpRequest, name: str) -> HttpResponse:
    """Nobody signs in with it any more; those who are in stay in until they sign out."""
    found = SignInProvider.objects.filter(slug=name).first()
    if found is None:
        messages.info(request, _("“%(name)s” has already been removed.") % {"name": name})
        return redirect("directories")
    question = _("Remove the directory “%(name)s”?") % {"name": found.name}
    effect = _(
        "Nobody can sign in with it any more, and the desk forgets the accounts linked to it. If it is added again, "
        "they are linked anew. People who are signed in stay so until they sign out."
    )
    if asks := ask_to_confirm(request, question, effect, _("Remove"), reverse("directories")):
        return asks
    changes.note("removed", found, by=actor_of(request))
    with transaction.atomic():
        providers.forget_accounts(found.slug)
        found.delete()
    messages.success(request, _("It was removed."))
    return redirect("directories")


def _readable() -> list[SignInProvider]:
    try:
        return providers.providers()
    except (vault.VaultProblem, ValidationError):
        return list(SignInProvider.objects.all())


def _tell(request: HttpRequest, found: SignInProvider) -> str:
    """The address the directory must be told."""
    if found.kind == Kind.SAML:
        return request.build_absolute_uri(reverse("saml_metadata", args=[found.slug]))
    return request.build_absolute_uri(reverse("openid_connect_callback", kwargs={"provider_id": found.slug}))
