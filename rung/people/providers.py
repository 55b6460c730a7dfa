"""The directories people sign in with: those of the tables and those of the environment, as allauth needs them."""

import os
import re
from collections.abc import Mapping
from typing import Any

import structlog
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from rung.people import vault
from rung.people.models import SignInProvider, is_safe_address

log = structlog.get_logger(__name__)
Kind = SignInProvider.Kind
#: Prefixes of environment variables -> the kind; `RUNG_OIDC_ISSUER` and so on.
_FROM_ENVIRONMENT = {"RUNG_OIDC_": Kind.OIDC, "RUNG_SAML_": Kind.SAML}
_PEM = re.compile(r"-----(BEGIN|END) CERTIFICATE-----|\s")
#: What SAML directories call an address and a name, besides the formal names allauth knows.
_ATTRIBUTES = {
    "email": (
        "urn:oid:0.9.2342.19200300.100.1.3",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "urn:mace:dir:attribute-def:mail",
        "email",
        "mail",
    ),
    "first_name": (
        "urn:oid:2.5.4.42",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
        "urn:mace:dir:attribute-def:givenName",
        "givenName",
        "firstName",
    ),
    "last_name": (
        "urn:oid:2.5.4.4",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
        "urn:mace:dir:attribute-def:sn",
        "sn",
        "lastName",
    ),
}


def providers(environment: Mapping[str, str] = os.environ) -> list[SignInProvider]:
    """Every directory of this desk, those of the environment first; these are in no table."""
    found = [made for prefix in _FROM_ENVIRONMENT if (made := _of_environment(prefix, environment)) is not None]
    named = {provider.slug for provider in found}
    return [*found, *SignInProvider.objects.exclude(slug__in=named)]


def provider(slug: str) -> SignInProvider | None:
    """The directory of that name."""
    return next((each for each in providers() if each.slug == slug), None)


def forget_accounts(slug: str) -> None:
    """Nobody is known by this directory's ids any more, for another one's might be the same."""
    SocialAccount.objects.filter(provider=slug).delete()


def app_of(found: SignInProvider) -> SocialApp:
    """The directory as allauth's app, never saved there: its secret is sealed in our own table."""
    if found.kind == Kind.OIDC:
        return SocialApp(
            provider="openid_connect",
            provider_id=found.slug,
            name=found.name,
            client_id=found.client_id,
            secret=vault.unseal(found.sealed_secret),
            settings={"server_url": found.issuer, "oauth_pkce_enabled": True},
        )
    return SocialApp(
        provider="saml", provider_id=found.slug, name=found.name, client_id=found.slug, settings=_saml_settings(found)
    )


def read_metadata(metadata: str) -> dict[str, str]:
    """`issuer`, `sign_in_url` and `certificate` out of a SAML directory's metadata. Raises ValidationError."""
    try:
        read = OneLogin_Saml2_IdPMetadataParser.parse(metadata.encode()).get("idp", {})
        certificates = read.get("x509certMulti", {}).get("signing") or [read["x509cert"]]
        return {
            "issuer": read["entityId"],
            "sign_in_url": read["singleSignOnService"]["url"],
            "certificate": certificates[0],
        }
    except Exception as mistake:
        raise ValidationError(
            gettext(
                "This is not the metadata of a SAML identity provider: it must name its entityID, its address for "
                "HTTP-Redirect and its signing certificate."
            )
        ) from mistake


def _saml_settings(found: SignInProvider) -> dict[str, Any]:
    return {
        "idp": {
            "entity_id": found.issuer,
            "sso_url": found.sign_in_url,
            "x509cert": _PEM.sub("", found.certificate),
        },
        "attribute_mapping": _ATTRIBUTES,
        "use_nameid_for_email": False,
        "advanced": {
            "strict": True,
            "want_assertion_signed": True,
            "want_name_id": True,
            "reject_idp_initiated_sso": True,
            "reject_deprecated_algorithm": True,
            "allow_single_label_domains": True,
        },
    }


def _of_environment(prefix: str, environment: Mapping[str, str]) -> SignInProvider | None:
    def said(name: str) -> str:
        return environment.get(prefix + name, "").strip()

    if not said("ISSUER"):
        return None
    kind = _FROM_ENVIRONMENT[prefix]
    if not is_safe_address(said("ISSUER") if kind == Kind.OIDC else said("SIGN_IN_URL")):
        log.error("a directory of the environment is left out: its address is not https", directory=kind.value)
        return None
    return SignInProvider(
        slug=kind.value,
        name=said("NAME") or kind.label,
        kind=kind,
        issuer=said("ISSUER"),
        client_id=said("CLIENT_ID"),
        sealed_secret=vault.seal(said("CLIENT_SECRET")),
        sign_in_url=said("SIGN_IN_URL"),
        certificate=said("CERTIFICATE"),
        domains=[word.strip().lower() for word in said("DOMAINS").split(",") if word.strip()],
        invites=said("INVITES") == "1",
    )
