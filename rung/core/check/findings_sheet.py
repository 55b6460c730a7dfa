"""What the checks share: the policy, the lines of its places, and the findings they write down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rung.core.calendar import ALWAYS, Calendar
from rung.core.conditions.satisfiable import World
from rung.core.document.findings import Finding, Severity
from rung.core.policy.model import Actions, All, Not, Policy, Rule, Step, When
from rung.core.policy.rules import FOLLOW_UP


@dataclass(frozen=True, slots=True)
class Notes:
    """A policy under examination. `lines` leads from a place to its line."""

    policy: Policy
    file: str
    lines: Mapping[str, int]
    world: World
    findings: list[Finding] = field(default_factory=list)

    def error(self, place: str, message: str, remedy: str) -> None:
        """Something that can never do what is written."""
        self._add(place, message, remedy, Severity.ERROR)

    def warning(self, place: str, message: str, remedy: str) -> None:
        """Something that works, and not as somebody would expect."""
        self._add(place, message, remedy, Severity.WARNING)

    def rules(self) -> Iterator[tuple[str, Rule]]:
        """Each rule with its place; the follow-up is one of them."""
        for number, rule in enumerate(self.policy.rules):
            yield (FOLLOW_UP if rule.id == FOLLOW_UP else f"rules[{number}]"), rule

    def acts(self) -> Iterator[tuple[str, Rule, Step | None, Actions, When]]:
        """Everything rules do: (place, rule, step, actions, the condition under which)."""
        for place, rule in self.rules():
            if rule.do is not None:
                yield f"{place}.do", rule, None, rule.do, rule.when
            for number, step in enumerate(rule.steps):
                yield f"{place}.steps[{number}]", rule, step, step.actions, All((rule.when, step.when))

    def selected(self, number: int) -> When:
        """The condition under which a target is the one that counts: the first that matches."""
        earlier = tuple(Not(target.when) for target in self.policy.targets[:number])
        return All((self.policy.targets[number].when, *earlier))

    def calendar(self, name: str | None) -> Calendar:
        return self.policy.calendars.get(name or "", ALWAYS)

    def calendar_of(self, rule: Rule, target: int | None) -> Calendar:
        """By which a rule's steps count for the tickets of a target: its own calendar, else the target's."""
        own = self.policy.targets[target].calendar if target is not None else None
        return self.calendar(rule.calendar or own)

    def line(self, place: str) -> int:
        """The line of a place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place.rpartition("[" if place.endswith("]") else ".")[0]
        return self.lines.get(place, 1)

    def _add(self, place: str, message: str, remedy: str, severity: Severity) -> None:
        self.findings.append(Finding(self.file, self.line(place), place, message, severity, remedy))
