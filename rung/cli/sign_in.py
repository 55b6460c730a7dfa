"""`rung sign-in`: the directories (OpenID Connect, SAML) people may sign in with."""

from pathlib import Path
from typing import Annotated

import typer
from django.core.exceptions import ValidationError
from django.db import transaction

from rung.cli.lookup import nothing
from rung.core import actors
from rung.people import changes, directory_groups, providers, secrets, vault
from rung.people.models import Agent, SignInProvider

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


@commands.command()
def groups(
    slug: Slug,
    rule: Annotated[
        list[str] | None,
        typer.Option(help='"Group: role, level, teams", such as "Leads: lead, L2, frontline". Repeat.'),
    ] = None,
    claim: Annotated[str, typer.Option(help="The claim or attribute that names the groups at sign-in.")] = "groups",
    preview: Annotated[bool, typer.Option(help="Only say who would become something else.")] = False,
) -> None:
    """Say what a directory's groups give: role, level, teams. Without --rule they give nothing."""
    found = _kept(slug)
    try:
        rules = directory_groups.read("\n".join(rule or []))
    except directory_groups.BadRule as mistake:
        raise SystemExit(f"--rule: {mistake}") from mistake
    told = {
        agent.pk: list(agent.directory_groups.filter(directory=found).values_list("name", flat=True))
        for agent in Agent.objects.filter(managed__directory=found)
    }
    for row in directory_groups.preview(found, rules, told):
        print(f"{row['agent'].handle}  {row['agent'].role} -> {row['role']}  level {row['level'] or 'none'}")
    if not preview:
        before = changes.facts_of(found)
        found.group_rules, found.groups_claim = directory_groups.write(rules), claim
        found.save(update_fields=["group_rules", "groups_claim"])
        changes.note("changed", found, by=actors.SYSTEM, before=before)
        for agent in Agent.objects.filter(pk__in=told):
            directory_groups.apply(agent, found, told[agent.pk])


@commands.command()
def scim(
    slug: Slug,
    off: Annotated[bool, typer.Option("--off", help="End the key: the directory manages nobody any more.")] = False,
) -> None:
    """Make the key with which a directory manages people by SCIM 2.0. It is shown once; an earlier one ends."""
    found = _kept(slug)
    before = changes.facts_of(found)
    word = "" if off else secrets.make("rungscim_")
    found.scim_hash = secrets.hashed(word) if word else ""
    found.save(update_fields=["scim_hash"])
    changes.note("changed", found, by=actors.SYSTEM, before=before)
    print("SCIM is off." if off else f"<the desk's address>/api/scim/v2\n{word}")


def _kept(slug: str) -> SignInProvider:
    found = SignInProvider.objects.filter(slug=slug).first()
    if found is None:
        raise nothing("directory is called", slug, SignInProvider.objects.values_list("slug", flat=True))
    return found


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
