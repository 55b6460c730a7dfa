"""Addresses of signing in: those of allauth that a desk uses. Nobody signs up or brings other mail addresses."""

from typing import cast

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.socialaccount import views as social
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, re_path
from django.utils.translation import gettext as _

from rung.people import mfa


def nobody_signs_up(request: HttpRequest, **_: str) -> HttpResponse:
    """allauth names these addresses; visitors are redirected to the sign-in page."""
    return redirect("account_login")


#: Beside a passkey, a password can be set only just after the passkey was shown.
set_password = reauthentication_required(app="allauth.mfa")(account.password_set)


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """Unless nothing else would let its owner in."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Remove it, or say why not."""
        if mfa.is_only_way_in(self.get_object()):
            messages.error(
                self.request, _("This is your only way to sign in. Set a password or add another passkey first.")
            )
            return redirect("mfa_list_webauthn")
        return cast("HttpResponse", super().form_valid(form))


def no_signing_out_from_there(request: HttpRequest, **_: str) -> HttpResponse:
    """Directories may sign nobody out: allauth would believe it of everybody, signed or not."""
    raise Http404(request.path)


urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path(
        "password/set/", reauthentication_required(app="allauth.mfa")(account.password_set), name="account_set_password"
    ),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/webauthn/keys/<int:pk>/remove/", RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("directory/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("directory/error/", social.login_error, name="socialaccount_login_error"),
    path("directory/", social.connections, name="socialaccount_connections"),
    path("saml/<slug:organization_slug>/sls/", no_signing_out_from_there, name="saml_sls"),
    path("", include("allauth.socialaccount.providers.saml.urls")),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("signup/", nobody_signs_up, name="account_signup"),
    path("directory/signup/", nobody_signs_up, name="socialaccount_signup"),
    path("confirm-email/", nobody_signs_up, name="account_email_verification_sent"),
    path("email/", nobody_signs_up, name="account_email"),
]
