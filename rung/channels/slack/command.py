"""`rung slack`: connect workspaces, choose the channels customers write in, catch up after an outage."""

import os
from typing import Annotated

import typer
from django.conf import settings

from rung.channels.slack.connection import connect as connecting
from rung.channels.slack.connection import manifest as manifests
from rung.channels.slack.connection.connect import NotConnected, Secrets
from rung.channels.slack.events import catch_up
from rung.channels.slack.models import Colleagues, SlackChannel, Workspace
from rung.core import actors
from rung.people import changes
from rung.people.clock import database_now
from rung.people.models import Customer

commands = typer.Typer(help="Slack: workspaces, and the channels customers write in.", no_args_is_help=True)


@commands.command()
def manifest(
    url: Annotated[str, typer.Option(help="The desk's address as Slack reaches it; by default RUNG_URL.")] = "",
    name: Annotated[str, typer.Option(help="The app's name in Slack.")] = "Rung",
    socket_mode: Annotated[bool, typer.Option("--socket-mode", help="For a desk that Slack cannot reach.")] = False,
    rotate_tokens: Annotated[bool, typer.Option("--rotate-tokens", help="Tokens that change twice a day.")] = False,
    organisation: Annotated[
        bool, typer.Option("--organisation", help="For a whole Enterprise Grid organisation.")
    ] = False,
) -> None:
    """Print the manifest to paste at api.slack.com/apps, "Create New App", "From a manifest"."""
    address = url or settings.BASE_URL
    if not socket_mode and not address.startswith("https://"):
        raise SystemExit("Slack calls only https addresses: give --url https://…, set RUNG_URL, or use --socket-mode.")
    made = manifests.manifest(
        name, address, socket_mode=socket_mode, rotate_tokens=rotate_tokens, organisation=organisation
    )
    print(manifests.as_text(made))


@commands.command()
def connect() -> None:
    """Connect the workspace whose secrets stand in the environment: SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET or
    SLACK_APP_TOKEN; with token rotation SLACK_REFRESH_TOKEN, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."""
    secrets = Secrets(
        token=_secret("SLACK_BOT_TOKEN"),
        signing_secret=_secret("SLACK_SIGNING_SECRET"),
        app_token=_secret("SLACK_APP_TOKEN"),
        refresh_token=_secret("SLACK_REFRESH_TOKEN"),
        client_id=_secret("SLACK_CLIENT_ID"),
        client_secret=_secret("SLACK_CLIENT_SECRET"),
    )
    done = connecting.connect(secrets, database_now())
    if isinstance(done, NotConnected):
        raise SystemExit(done.why)
    print(f"{done.workspace} is connected; it has {done.channels} channels the app can see.")
    for scope, purpose in done.missing.items():
        print(f"missing permission {scope}: {purpose}")


@commands.command()
def channels() -> None:
    """List the channels, with what is known of each."""
    for row in SlackChannel.objects.select_related("workspace", "customer"):
        facts = [
            "watched" if row.watched else "",
            str(row.customer or ""),
            "shared with another company" if row.is_external else "",
            "archived" if row.is_archived else "",
            "" if row.is_member else "the app is not in it",
        ]
        print(f"{row.workspace.team}/{row.channel}  #{row.name}  {', '.join(fact for fact in facts if fact)}".rstrip())


@commands.command()
def watch(
    channel: Annotated[str, typer.Argument(help="#name or TEAM/CHANNEL.")],
    customer: Annotated[str, typer.Option(help="The customer the channel belongs to.")] = "",
    colleagues: Annotated[Colleagues, typer.Option(help="What your own people count as there.")] = Colleagues.COLLEAGUE,
) -> None:
    """Make tickets of what customers write in a channel."""
    choices: dict[str, object] = {"colleagues": colleagues}
    if customer:
        found = Customer.objects.filter(name=customer).first()
        if found is None:
            raise SystemExit(f'No customer is called "{customer}"; `rung customer list` names them.')
        choices["customer"] = found
    problem = connecting.watch(_channel(channel), database_now(), by=actors.SYSTEM, **choices)
    print(problem or f"Customers may write in {channel}.")


@commands.command()
def unwatch(channel: str) -> None:
    """Stop watching a channel. Its tickets continue."""
    row = _channel(channel)
    before = changes.facts_of(row)
    row.watched = False
    row.save(update_fields=["watched"])
    changes.note("changed", row, by=actors.SYSTEM, before=before)


@commands.command()
def reconcile() -> None:
    """Fetch what was written while the desk or Slack's events were down. The sorter makes tickets of it."""
    if not Workspace.objects.filter(active=True).exists():
        raise SystemExit("No workspace is connected; `rung slack connect` connects one.")
    for found in catch_up.catch_up(database_now()):
        print(
            f"{found.channel}: {found.read} messages read, {found.new} new, {found.corrected} edited or deleted"
            + (f"; {found.problem}" if found.problem else "")
        )


def _channel(name: str) -> SlackChannel:
    place = name.removeprefix("#")
    team, _, channel = place.partition("/")
    rows = SlackChannel.objects.select_related("workspace")
    found = rows.filter(workspace__team=team, channel=channel) if channel else rows.filter(name=place)
    row = found.first()
    if row is None:
        raise SystemExit(f"No channel is called {name}; `rung slack channels` names them.")
    return row


def _secret(name: str) -> str:
    return os.environ.get(name, "").strip()
