"""Checks a policy like code: what in it can never work, or not as somebody would expect, found without running it."""

from rung.core.check import attention, clocks, levels, loops, misreadings, stuck_tickets, unreachable_entries
from rung.core.check.findings_sheet import Notes
from rung.core.conditions.satisfiable import World
from rung.core.document.findings import Finding, has_errors, in_reading_order
from rung.core.document.nodes import lines_by_place, parse
from rung.core.policy.model import Policy
from rung.core.policy.outlets import Outlets
from rung.core.policy.reader import read_document
from rung.core.sentences import say


def check_policy(text: str, file: str, outlets: Outlets) -> tuple[Policy | None, tuple[Finding, ...]]:
    """A document read, and judged by the file alone; None where an error of reading leaves no policy to judge.

    Never raises. An error can never do what is written; a warning works, and not as one would expect.
    """
    root, found = parse(text, file)
    if root is None:
        return None, in_reading_order(found)
    policy, findings = read_document(root, file, outlets, found)
    if policy is None or has_errors(findings):
        return None, findings
    notes = Notes(policy, file, lines_by_place(root), World.of(policy))
    for part in (unreachable_entries, clocks, stuck_tickets, levels, loops, attention):
        part.check(notes)
    misreadings.check(notes, root)
    if notes.world.exhausted:
        notes.warning(
            "",
            say("the policy is too large to be checked to the end"),
            say("what is found is right; there may be more"),
        )
    return policy, in_reading_order([*findings, *notes.findings])
