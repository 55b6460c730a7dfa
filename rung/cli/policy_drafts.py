"""`rung policy push | drafts | accept | withdraw`: texts that wait for a second person, or for their time."""

from pathlib import Path
from typing import Annotated

import typer

from rung.cli import lookup
from rung.cli.policy_file import checked
from rung.cli.policy_versions import By, Fire, Running, Why, told
from rung.core import actors
from rung.people.clock import database_now
from rung.people.roles import CHANGE_POLICY, may
from rung.policies.drafts import accept, keep, withdraw
from rung.policies.models import Draft

Author = Annotated[str, typer.Option(help="The author's handle.")]
Number = Annotated[int, typer.Argument(help="The draft's number, as `rung policy drafts` lists it.")]


def push(
    file: Annotated[Path, typer.Argument(help="The policy file, such as policy.yaml.")], by: Author, reason: Why = ""
) -> None:
    """Keep a policy file as a draft for somebody else to publish. Exits 1, and keeps nothing, when it has errors."""
    text = checked(file)
    draft = keep(text, author=actors.agent(lookup.agent(by).handle), reason=reason, now=database_now())
    print(f"Draft {draft.pk} waits; `rung policy accept {draft.pk} --by HANDLE` publishes it.")


def drafts() -> None:
    """List the drafts that wait."""
    waiting = Draft.objects.filter(state=Draft.State.OPEN)
    for each in waiting:
        print(f"{each.pk:>4}  {each.changed_at:%Y-%m-%d %H:%M} UTC  {each.author}  {each.reason}".rstrip())
    if not waiting:
        print("No drafts are waiting.")


def accept_draft(number: Number, by: By, running: Running = False, fire: Fire = False) -> None:
    """Publish a draft. Where the policy in force asks for a second person, the author cannot."""
    draft, reader = _open(number), lookup.agent(by)
    if not (reader.is_active and may(reader.role, CHANGE_POLICY)):
        raise SystemExit(f"{reader.handle} may not publish: a lead or an owner who is here does.")
    who = actors.agent(reader.handle)
    result = accept(number, by=who, text=draft.text, now=database_now())
    if result is None:
        raise SystemExit(f"Draft {number} has changed a moment ago; look at it again.")
    told(result, by=who, running=running, fire=fire)


def withdraw_draft(number: Number) -> None:
    """Withdraw a draft. It stays readable."""
    _open(number)
    withdraw(number, now=database_now())
    print(f"Draft {number} is withdrawn.")


def _open(number: int) -> Draft:
    draft = Draft.objects.filter(pk=number, state=Draft.State.OPEN).first()
    if draft is not None:
        return draft
    waiting = ", ".join(str(each) for each in Draft.objects.filter(state=Draft.State.OPEN).values_list("pk", flat=True))
    raise SystemExit(f"Draft {number} does not wait; {f'these do: {waiting}' if waiting else 'none does'}.")
