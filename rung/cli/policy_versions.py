"""`rung policy preview | publish | log | pull | revert`: the versions of the policy, for desks that keep it in git."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, track

from rung.cli import lookup
from rung.cli.files import save
from rung.cli.policy_file import PolicyFile, checked
from rung.core import actors
from rung.core.actors import Actor
from rung.core.calendar.instants import zone
from rung.core.document.findings import first_lines
from rung.core.replay.comparison_text import running_text
from rung.escalation.policy_rollout import effects_on_running, roll_out
from rung.people.clock import database_now
from rung.policies.models import PolicyVersion
from rung.policies.publishing import NotPublished, Published, publish
from rung.tickets.models import IS_OPEN, Ticket

Why = Annotated[str, typer.Option(help="The reason for the change; kept with the version.")]
Running = Annotated[bool, typer.Option(help="Judge running tickets by it too, not only new ones.")]
Fire = Annotated[bool, typer.Option(help="With --running: fire the steps that running tickets have crossed.")]
By = Annotated[str, typer.Option(help="The handle of the person who publishes.")]


def preview(file: Annotated[Path, typer.Argument(help="The policy file to try.")]) -> None:
    """Show what publishing with --running would do now: moved deadlines, what would be missed or due at once."""
    policy = PolicyFile.read(file).policy
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Running tickets", total=Ticket.objects.filter(IS_OPEN).count())
        found = effects_on_running(policy, now=database_now(), on_each=lambda: progress.advance(task))
    said = running_text(found, zone(policy.timezone))
    print(said or f"None of {found.tickets_running:,} running tickets would be affected.")
    print("What customers have written is judged by the new phrases only when it is published.")


def publish_file(
    file: Annotated[Path, typer.Argument(help="The policy file, such as policy.yaml.")],
    reason: Why = "",
    running: Running = False,
    fire: Fire = False,
    by: By = "",
) -> None:
    """Publish a policy file. Exits 1, and publishes nothing, when it has errors."""
    text = checked(file)
    _publish(text, str(file), reason=reason, running=running, fire=fire, by=by)


def log() -> None:
    """List the versions: when, by whom, why, and the number of running tickets each judges."""
    judged: dict[int, int] = {}
    for judge in Ticket.objects.filter(IS_OPEN).values_list("policy", flat=True):
        judged[judge] = judged.get(judge, 0) + 1
    for each in PolicyVersion.objects.defer("text", "holidays"):
        state = "in force" if each.is_current else ""
        count = judged.get(each.number, 0)
        tickets = f"{count:,} running ticket{'' if count == 1 else 's'}" if count else ""
        who = f"{each.author}, read by {each.reviewer}" if each.reviewer else each.author
        parts = [f"{each.created_at:%Y-%m-%d %H:%M} UTC", who, each.reason, tickets, state]
        print(f"{each.number:>4}  " + "  ".join(part for part in parts if part))


def pull(
    number: Annotated[int | None, typer.Argument(help="The version; by default the one in force.")] = None,
    to: Annotated[Path | None, typer.Option(help="Write it to this file instead of printing it.")] = None,
) -> None:
    """Print a version of the policy."""
    text = version(number).text
    if to is None:
        sys.stdout.write(text)
    else:
        save(to, text)
        print(f"{to} is written")


def revert(
    number: Annotated[int, typer.Argument(help="The version to publish again.")],
    reason: Why = "",
    running: Running = False,
    fire: Fire = False,
    by: By = "",
) -> None:
    """Publish an earlier version again, as a new version."""
    text = version(number).text
    why = reason or f"back to version {number}"
    _publish(text, f"version {number}", reason=why, running=running, fire=fire, by=by)


def _publish(text: str, name: str, *, reason: str, running: bool, fire: bool, by: str) -> None:
    author = actors.agent(lookup.agent(by).handle) if by else actors.SYSTEM
    told(
        publish(text, author=author, reason=reason, file=name, now=database_now()),
        by=author,
        running=running,
        fire=fire,
    )


def told(result: Published | NotPublished, *, by: Actor, running: bool, fire: bool) -> None:
    """Say what came of publishing, and do the rest of it; exits 1 where it was refused."""
    match result:
        case NotPublished(findings=()):
            print("That is the policy in force already.")
        case NotPublished(findings=findings):
            print(first_lines(findings))
            raise typer.Exit(1)
        case Published(number=number):
            print(f"Version {number} judges new tickets from now on.")
            if running:
                moved = sum(track(roll_out(number, by=by, fire=fire), description="Running tickets"))
                print(f"{moved} running tickets are judged by it too.")


def version(number: int | None) -> PolicyVersion:
    """A version; the one in force for None. Without it a sentence and exit 1."""
    wanted = (
        PolicyVersion.objects.filter(is_current=True) if number is None else PolicyVersion.objects.filter(pk=number)
    )
    found = wanted.first()
    if found is not None:
        return found
    if number is None:
        raise SystemExit("No policy has been published yet; rung policy publish FILE does it.")
    known = ", ".join(str(each) for each in PolicyVersion.objects.values_list("number", flat=True)[:20])
    raise SystemExit(f"There is no version {number}; there are {known or 'none yet'}.")
