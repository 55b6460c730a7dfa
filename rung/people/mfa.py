"""Second factors: kept sealed, so that a copy of the database alone lets nobody in, and taken once each."""

from collections.abc import Mapping
from typing import Any, ClassVar

import structlog
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal.auth import parse_authentication_response
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy

from rung.people import vault
from rung.people.models import Agent

log = structlog.get_logger(__name__)
#: What reading a browser's answer raises where it is none.
NONSENSE = (LookupError, TypeError, ValueError, AttributeError)
LONGEST_NAME = 100  # characters of what somebody calls a passkey


class Sealed(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals the secrets of authenticator apps and recovery codes with the desk's own key."""

    error_messages: ClassVar[Mapping[str, object]] = DefaultMFAAdapter.error_messages | {
        "used_code": gettext_lazy("This code has been used. Wait for the next one."),
        "known_passkey": gettext_lazy("This passkey is already set up."),
        "copied_passkey": gettext_lazy(
            "The counter of this passkey is lower than at its last use, so there may be a copy of it. Sign in "
            "another way, remove it, and tell an owner of the desk."
        ),
    }

    def encrypt(self, text: str) -> str:
        """What may be stored."""
        return vault.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; one that was stored before there was a seal is taken as it is."""
        try:
            return vault.unseal(encrypted_text)
        except vault.VaultProblem:
            return encrypted_text


def is_only_way_in(passkey: Authenticator) -> bool:
    """Whether its agent could not come back by themselves without this passkey."""
    agent: Agent = passkey.user
    others = Authenticator.objects.filter(user=agent, type=Authenticator.Type.WEBAUTHN).exclude(pk=passkey.pk)
    directories = SocialAccount.objects.filter(user=agent)
    return not (agent.has_usable_password() or others.exists() or directories.exists())


class _OnceOnly:
    """A code of an authenticator app lets in once, for as long as it counts; allauth forgets it after one period."""

    user: Agent
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """The code. Raises ValidationError: wrong, used, or too many attempts."""
        key = f"rung.code?agent={self.user.pk}&code={normalize_user_code(self.cleaned_data['code'])}"
        if cache.get(key):
            check_rate_limit(self.user)
            raise get_adapter().validation_error("used_code")
        code: str = super().clean_code()  # type: ignore[misc]
        counts_for = (2 * app_settings.TOTP_TOLERANCE + 1) * app_settings.TOTP_PERIOD
        if not cache.add(key, True, timeout=counts_for):
            raise get_adapter().validation_error("used_code")
        return code


class SignInCode(_OnceOnly, AuthenticateForm):  # type: ignore[misc]
    """After the password."""


class AgainCode(_OnceOnly, ReauthenticateForm):  # type: ignore[misc]
    """Before something that matters."""


class FirstCode(_OnceOnly, ActivateTOTPForm):  # type: ignore[misc]
    """When an app is set up; the same code then lets nobody in."""


class _Counted:
    """A passkey counts its uses, if it counts at all. One that counts backwards is a copy, or there is one."""

    cleaned_data: dict[str, Any]

    def clean_credential(self) -> Authenticator:
        """The passkey that was used. Raises ValidationError."""
        said = self.cleaned_data["credential"]
        try:
            passkey: Authenticator = super().clean_credential()  # type: ignore[misc]
        except NONSENSE as nonsense:
            raise get_adapter().validation_error("incorrect_code") from nonsense
        counter = parse_authentication_response(said).response.authenticator_data.counter
        known = passkey.data.get("counter", passkey.wrap().authenticator_data.counter)
        if (counter or known) and counter <= known:
            log.warning("a passkey counts backwards", agent=passkey.user.handle, counter=counter, known=known)
            raise get_adapter().validation_error("copied_passkey")
        passkey.data["counter"] = counter
        passkey.save(update_fields=["data"])
        return passkey


class SignInPasskey(_Counted, LoginWebAuthnForm):  # type: ignore[misc]
    """Instead of a password."""


class SecondPasskey(_Counted, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """After the password."""


class AgainPasskey(_Counted, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Before something that matters."""


class NewPasskey(AddWebAuthnForm):  # type: ignore[misc]
    """One more, which is nobody's yet."""

    name = forms.CharField(required=False, max_length=LONGEST_NAME)

    def clean(self) -> dict[str, Any]:
        """What allauth makes of it, also where it is no answer of a passkey at all."""
        credential = self.cleaned_data.get("credential")
        identifier = credential.get("rawId") if isinstance(credential, dict) else None
        if identifier and Authenticator.objects.filter(data__credential__rawId=identifier).exists():
            raise get_adapter().validation_error("known_passkey")
        try:
            return dict(super().clean())
        except NONSENSE as nonsense:
            raise get_adapter().validation_error("incorrect_code") from nonsense


class PasskeyName(EditWebAuthnForm):  # type: ignore[misc]
    """What its owner calls it."""

    name = forms.CharField(max_length=LONGEST_NAME)
