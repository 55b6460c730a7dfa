"""What a replay came to, as a document: the same log and policy give the same bytes."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from rung.core.calendar.durations import Duration
from rung.core.case.events import StepOutcome
from rung.core.policy.model import Policy
from rung.core.replay.totals import Goals, Totals
from rung.core.vocabulary import METRICS


class Rejected(Struct, frozen=True):
    count: int
    #: Reason -> rows.
    reasons: dict[str, int]


class Interruptions(Struct, frozen=True):
    """What would have interrupted people, before quiet hours and budgets hold any of it back."""

    total: int
    per_person: dict[str, int]
    per_channel: dict[str, int]
    #: Hour of the day in the policy's time zone, "00" to "23".
    per_hour: dict[str, int]
    #: How many of them quiet hours would keep for later.
    in_quiet_hours: int


class WorstTicket(Struct, frozen=True):
    ticket: str
    #: Working time its clocks ran past their goals, together.
    over_seconds: int
    breaches: int
    steps: int
    interruptions: int


class Report(Struct, frozen=True):
    policy: str
    tickets: int
    #: Rows of the log that count: each is one update of one ticket.
    events: int
    rejected: Rejected
    #: Rows left out because of `--from`, `--until` or `--tickets`.
    left_out: int
    #: Rows that claim to be earlier than what they follow; taken to be at that same moment.
    moved: int
    #: Rows alike in every cell to another of their ticket: the same update again, counted once.
    repeated: int
    #: Where the log ends: running clocks are read then.
    end: str | None
    #: How soon offers were assumed to be accepted; None: never.
    accepted_after: str | None
    targets: dict[str, Goals]
    steps: dict[str, dict[str, int]]
    #: What became of the steps that did not fire.
    outcomes: dict[str, dict[str, dict[str, int]]]
    #: Level -> offers made to it by rules.
    escalations: dict[str, int]
    interruptions: Interruptions
    #: Pages are among the interruptions; cards and canned replies are not.
    pages: int
    cards: int
    replies: int
    worst: list[WorstTicket]
    #: Tickets on which the policy never came to rest and was stopped.
    restless: list[str]
    #: Events the rows became, those the policy added, and how often it was looked at.
    recorded: int
    concluded: int
    looks: int


def report(
    tally: Totals,
    policy: Policy,
    *,
    end: datetime | None,
    rejected: Mapping[str, int],
    accepted: Duration | None = None,
    left_out: int = 0,
) -> Report:
    """The tally in a fixed order, with every step of the policy, also those that never fired."""
    return Report(
        policy=policy.name,
        tickets=tally.tickets,
        events=tally.rows,
        rejected=Rejected(sum(rejected.values()), dict(sorted(rejected.items()))),
        left_out=left_out,
        moved=tally.moved,
        repeated=tally.repeated,
        end=None if end is None else end.isoformat(),
        accepted_after=None if accepted is None else str(accepted),
        targets=_targets(tally, policy),
        steps={
            rule: {step: outcomes.get(StepOutcome.FIRED, 0) for step, outcomes in steps.items()}
            for rule, steps in _steps(tally, policy).items()
        },
        outcomes={
            rule: {step: dict(sorted(outcomes.items())) for step, outcomes in steps.items() if outcomes}
            for rule, steps in _steps(tally, policy).items()
            if any(steps.values())
        },
        escalations={level: tally.offers.get(level, 0) for level in policy.levels},
        interruptions=Interruptions(
            total=sum(tally.by_hour.values()),
            per_person=dict(sorted(tally.by_person.items())),
            per_channel=dict(sorted(tally.by_channel.items())),
            per_hour={f"{hour:02}": tally.by_hour.get(hour, 0) for hour in range(24)},
            in_quiet_hours=tally.quieted,
        ),
        pages=tally.pages,
        cards=tally.cards,
        replies=tally.replies,
        worst=[
            WorstTicket(each.ticket, each.over, each.breaches, each.steps, each.interruptions) for each in tally.worst
        ],
        restless=tally.restless,
        recorded=tally.events,
        concluded=tally.concluded,
        looks=tally.looks,
    )


def as_json(report: Report) -> bytes:
    """Indented, with a final newline."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def _targets(tally: Totals, policy: Policy) -> dict[str, Goals]:
    """Every metric some target of the policy sets a goal for."""
    wanted = [metric for metric in METRICS if any(target.goal(metric) is not None for target in policy.targets)]
    return {str(metric): tally.targets.get(metric, Goals()) for metric in wanted}


def _steps(tally: Totals, policy: Policy) -> dict[str, dict[str, dict[str, int]]]:
    """rule -> step -> outcome -> how often, in the order of the policy."""
    return {
        rule.id: {
            step: tally.steps.get(rule.id, {}).get(step, {})
            for step in ([each.id for each in rule.steps] or ([rule.do_id] if rule.do is not None else []))
        }
        for rule in policy.rules
    }
