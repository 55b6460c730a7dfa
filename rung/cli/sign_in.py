"""`rung sign-in`: the directories (OpenID Connect, SAML) people may sign in with."""

from pathlib import Path
from typing import Annotated

import typer
from django.core.exceptions import ValidationError
from django.db import transaction

from rung.cli.lookup import nothing
from rung.core import actors
from rung.people import changes, providers, vault
from rung.people.models import SignInProvider

commands = typer.Typer(help="Directories to sign in with: OpenID Connect and SAML.", no_args_is_help=True)
Kind = SignInProvider.Kind
Slug = Annotated[str, typer.Argument(help="A short name; it is part of the address the directory is told.")]
Label = Annotated[str, typer.Option("--label", help="The name on the sign-in page.")]
Domains = Annotated[
    list[str] | None, typer.Option("--domain", help="A mail domain the directory speaks for; may be repeated.")
]
Invites = Annotated[bool, typer.Option("--invite", help="Let newcomers of these domains in, restricted.")]
NewcomerRole = Annotated[str, typer.Option("--role", help="The role of newcomers: observer or agent.")]


@commands.command()
def oidc(
    slug: Slug,
    issuer: Annotated[str, typer.Option(help="The issuer, such as https://login.example.com/realms/desk")],
    client_id: Annotated[str, typer.Option(help="The client id of this desk in the directory.")],
    secret: Annotated[
        str, typer.Option(prompt="Client secret", hide_input=True, envvar="RUNG_OIDC_CLIENT_SECRET", show_default=False)
    ],
    label: Label = "",
    domain: Domains = None,
    invite: Invites = False,
    role: NewcomerRole = "observer",
) -> None:
    """Add or change an OpenID Connect directory."""
    facts = {"issuer": issuer.rstrip("/"), "client_id": client_id, "sealed_secret": vault.seal(secret)}
    _keep(slug, Kind.OIDC, facts, label, domain or [], role, invites=invite)
    print(f"Tell the directory this redirect address: <the desk's address>/account/oidc/{slug}/login/callback/")


@commands.command()
def saml(
    slug: Slug,
    metadata: Annotated[
        Path, typer.Option(help="The file with the directory's metadata.", exists=True, dir_okay=False)
    ],
    domain: Annotated[
        list[str], typer.Option("--domain", help="A mail domain the directory speaks for; may be repeated.")
    ],
    label: Label = "",
    invite: Invites = False,
    role: NewcomerRole = "observer",
) -> None:
    """Add or change a SAML directory."""
    try:
        facts = providers.read_metadata(metadata.read_text())
    except (ValidationError, UnicodeDecodeError) as mistake:
        raise SystemExit(f"{metadata}: {' '.join(getattr(mistake, 'messages', [str(mistake)]))}") from mistake
    _keep(slug, Kind.SAML, facts, label, domain, role, invites=invite)
    print(f"The directory reads this desk's metadata at <the desk's address>/account/saml/{slug}/metadata/")


@commands.command(name="list")
def show() -> None:
    """List the directories."""
    for each in providers.providers():
        whose = f"people of {', '.join(each.domains)}" if each.domains else "people who are agents here"
        invited = f", newcomers as {each.role}" if each.invites else ""
        place = "" if each.pk else "  (from the environment)"
        print(f"{each.slug}  {Kind(each.kind).label}  {each.issuer}  {whose}{invited}{place}")


@commands.command()
def remove(slug: str) -> None:
    """Remove a directory."""
    found = SignInProvider.objects.filter(slug=slug).first()
    if found is None:
        raise nothing("directory is called", slug, SignInProvider.objects.values_list("slug", flat=True))
    changes.note("removed", found, by=actors.SYSTEM)
    with transaction.atomic():
        providers.forget_accounts(slug)
        found.delete()


@commands.command()
def forget(slug: Slug) -> None:
    """Forget the ids of a directory, before RUNG_OIDC_ISSUER names another one."""
    if providers.provider(slug) is None:
        raise nothing("directory is called", slug, [each.slug for each in providers.providers()])
    providers.forget_accounts(slug)
    changes.record(
        by=actors.SYSTEM, area=changes.Area.SETTINGS, what="forgot the ids of", subject=f"signinprovider:{slug}"
    )


def _keep(
    slug: str,
    kind: SignInProvider.Kind,
    facts: dict[str, str],
    label: str,
    domains: list[str],
    role: str,
    *,
    invites: bool,
) -> None:
    found = SignInProvider.objects.filter(slug=slug).first() or SignInProvider(slug=slug)
    before = changes.facts_of(found) if found.pk else None
    former = (found.kind, found.issuer)
    found.kind, found.name, found.role, found.invites = kind, label or found.name or slug, role, invites
    found.domains = sorted({word.strip().lower().removeprefix("@") for word in domains if word.strip()})
    for name, value in facts.items():
        setattr(found, name, value)
    try:
        found.full_clean()
    except ValidationError as wrong:
        raise SystemExit("\n".join(f"{fact}: {' '.join(said)}" for fact, said in wrong.message_dict.items())) from wrong
    with transaction.atomic():
        if found.pk and former != (found.kind, found.issuer):
            providers.forget_accounts(slug)
        found.save()
    changes.note("added" if before is None else "changed", found, by=actors.SYSTEM, before=before)
