"""Addresses of signing in: those of allauth that a desk uses. Nobody signs up or brings other mail addresses."""

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, re_path


def nobody_signs_up(request: HttpRequest, **_: str) -> HttpResponse:
    """allauth names these addresses; whoever comes here is led to the way in."""
    return redirect("account_login")


urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
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
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("directory/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("directory/error/", social.login_error, name="socialaccount_login_error"),
    path("directory/", social.connections, name="socialaccount_connections"),
    path("", include("allauth.socialaccount.providers.saml.urls")),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("signup/", nobody_signs_up, name="account_signup"),
    path("directory/signup/", nobody_signs_up, name="socialaccount_signup"),
    path("confirm-email/", nobody_signs_up, name="account_email_verification_sent"),
    path("email/", nobody_signs_up, name="account_email"),
]
