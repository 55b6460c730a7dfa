"""The policy checked like code: each planted fault is found, and a sound policy has none."""

# ruff: noqa: E501 - the planted faults read best one a line

import re
from datetime import UTC, datetime
from itertools import product
from textwrap import dedent

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from rung.core.conditions.evaluation import Facts, facts_of, holds
from rung.core.conditions.satisfiable import Witness, World, contains, given, otherwise
from rung.core.handbook.book import handbook
from rung.core.handbook.text import markdown
from rung.core.policy.model import NUMERIC_FACTS, All, AnyOf, Compare, Comparison, Fact, Is, Not, When
from rung.policies.reading import check_policy, read_policy
from tests.reference import REFERENCE

SOUND = dedent("""\
    timezone: Europe/Berlin
    calendars:
      office: {hours: {mon-fri: [09:00-17:00]}}
      nights: {hours: {mon-fri: [20:00-23:00]}}
    teams: {a: {}, b: {}, c: {}}
    levels:
      L1: {team: a, calendar: office}
      L2: {team: b, calendar: office}
      sales: {team: c, calendar: office}
    paths: {support: [L1, L2], sales: [sales, L2]}
    routing:
      - {when: {category: quote}, path: sales}
      - {path: support}
    categories: {outage: {text: [down, outage]}, quote: {text: [price]}}
    priority:
      rules:
        - {when: {category: outage}, set: urgent}
        - {when: {text: [slow]}, set: high}
    targets:
      - {when: {priority: urgent}, first_response: 30m, next_response: 1h, update: 1h, resolution: 4h, calendar: office}
      - {first_response: 2h, next_response: 4h, resolution: 2d, calendar: office}
    rules:
      - {name: first, clock: first_response, steps: [{at: 50%, remind: triage}, {at: 100%, escalate: next, reason: time}]}
      - {name: again, clock: next_response, steps: [{at: 75%, notify: [assignee]}, {at: 100%, escalate: next, reason: time}]}
      - {name: near, clock: resolution, steps: [{at: 75%, remind: level}, {at: 100%, escalate: L2, reason: time}]}
      - {name: offered, clock: unaccepted, steps: [{at: 10m, remind: level}, {at: 30m, escalate: next, reason: time}]}
      - {name: vendor, clock: third_party_silence, steps: [{at: 2d, notify: [assignee]}]}
      - {name: repeat, when: {reopens: ">= 2"}, do: {escalate: next, reason: repeat}}
      - {name: to sales, when: {category: quote, path: support}, do: {escalate: "path:sales", reason: other}}
      - {name: news, clock: update, when: {priority: urgent}, steps: [{at: 45m, notify: [assignee]}]}
    follow_up:
      steps: [{at: 2d, reply: nudge}, {at: 4d, close: no_answer}]
    replies: {nudge: "Hi {requester.first_name}, is it still a problem?"}
    workflows: {reset: {when: {text: [password]}, ask: [account], reply: nudge, then: pending}}
    attention:
      quiet: {outside: office, except: [urgent]}
      budget: {person: 6 per 1h, channel: 30 per 1h}
    alerts: [{name: open, metric: unassigned_share, over: 1h, above: 20%, notify: [lead]}]
    """)


def test_nothing_is_found_in_the_reference_policy() -> None:
    policy, findings = check_policy(REFERENCE, "policy.yaml")
    assert policy is not None
    assert [str(finding) for finding in findings] == []


def test_nothing_is_found_in_a_sound_policy() -> None:
    assert [str(finding) for finding in check_policy(SOUND, "policy.yaml")[1]] == []


FAULTS = [
    # --- what can never match
    ("{category: quote}, path: sales}", "{priority: low, all: [{priority: high}]}, path: sales}", "routing[0].when", "this can never hold"),
    ("{category: quote}, path: sales}", "{not: {any: [{path: sales}, {not: {path: sales}}]}}, path: sales}", "routing[0].when", "this can never hold"),
    ("- {path: support}\n", "- {path: support}\n  - {when: {tag: vip}, path: sales}\n", "routing[2]", "routing[1] takes every ticket"),
    ("- {when: {text: [slow]}, set: high}", "- {when: {category: outage, text: [slow]}, set: high}", "priority.rules[1]", "priority.rules[0] takes every ticket"),
    ("- {when: {text: [slow]}, set: high}", "- {when: {text: [slow]}, set: high}\n    - {when: {text: [very slow]}, set: urgent}", "priority.rules[2]", "priority.rules[1] takes every ticket"),
    ("  - {first_response: 2h,", "  - {when: {priority: [urgent]}, resolution: 1h}\n  - {first_response: 2h,", "targets[1]", "targets[0] takes every ticket"),
    ("  - {first_response: 2h,", "  - {when: {not: {priority: urgent}}, resolution: 9h, first_response: 1h, next_response: 1h, calendar: office}\n  - {first_response: 2h,", "targets[2]", "the entries above take every ticket"),
    ('when: {reopens: ">= 2"}', 'when: {all: [{reopens: ">= 2"}, {reopens: "< 1"}]}', "rules[5].when", "it contradicts itself"),
    ('when: {reopens: ">= 2"}', 'when: {reopens: "< 0"}', "rules[5].when", "it contradicts itself"),
    ('when: {reopens: ">= 2"}', 'when: {rating: "> 5"}', "rules[5].when", "it contradicts itself"),
    ('when: {reopens: ">= 2"}', "when: {critical: true, not: {critical: true}}", "rules[5].when", "it contradicts itself"),
    ("clock: first_response, steps", "clock: first_response, when: {status: pending}, steps", "rules[0].when", "while first_response runs, which is when a ticket is open or on_hold"),
    ("clock: third_party_silence, steps", "clock: third_party_silence, when: {status: open}, steps", "rules[4].when", "while third_party_silence runs"),
    ("{at: 50%, remind: triage}", "{at: 50%, remind: triage, when: {status: resolved}}", "rules[0].steps[0].when", "can never hold together with the rule's own"),
    ("clock: next_response, steps: [{at: 75%,", "clock: next_response, when: {priority: urgent}, steps: [{when: {priority: low}, at: 75%,", "rules[1].steps[0].when", "can never hold together with the rule's own"),
    ("{text: [price]}", "{text: [price, outage]}", "categories.quote.text[1]", '"outage" decides nothing: "outage" is listed already under outage'),
    ("{text: [price]}", "{text: [price, shut down]}", "categories.quote.text[1]", '"shut down" decides nothing: "down"'),
    ("{text: [down, outage]}", "{text: [down, is down, outage]}", "categories.outage.text[1]", '"is down" decides nothing: "down" is listed already'),
    ("when: {text: [password]}, ask", "when: {level: L1, not: {level: [L1, L2]}}, ask", "workflows.reset.when", "it contradicts itself"),
    ("ask: [account], reply: nudge, then: pending", "ask: [account]", "workflows.reset", "this workflow does nothing"),
    ("then: pending}", "then: pending, auto: true}", "workflows.reset.auto", "cannot act alone while it has to ask for account"),
    ("when: {text: [password]}, ask: [account], reply: nudge", "auto: true, reply: nudge", "workflows.reset.auto", "it would answer every ticket"),
    # --- steps and targets
    ("[{at: 50%, remind: triage}, {at: 100%,", "[{at: 100%, remind: triage}, {at: 50%,", "rules[0].steps[1].at", '"50%" comes before "100%"'),
    ("{at: 75%, remind: level}", "{at: 75%, remind: level}, {at: 3h before, remind: level}", "rules[2].steps[1].at", '"3h before" comes before "75%", the step above it where the target is 4h (targets[0])'),
    ("[{at: 2d, reply: nudge}, {at: 4d, close: no_answer}]", "[{at: 2d, close: no_answer}, {at: 4d, reply: nudge}]", "follow_up.steps[1]", 'the ticket is closed at "2d", before this step'),
    ("[{at: 2d, reply: nudge}, {at: 4d,", "[{at: 2d, reply: nudge}, {at: 1d,", "follow_up.steps[1].at", '"1d" comes before "2d"'),
    ("{at: 75%, remind: level}", "{at: 5h before, remind: level}", "rules[2].steps[0].at", '"5h before" is longer than the 4h of targets[0]'),
    ("{at: 50%, remind: triage}", "{at: 45m, remind: triage}", "rules[0].steps[0].at", '"45m" comes after the 30m of targets[0], which is missed by then'),
    ("[{at: 75%, notify: [assignee]}, {at: 100%, escalate: next, reason: time}]", "[{at: 150%, escalate: next, reason: time}]", "rules[1].steps[0].at", "the first sign comes after the target is missed"),
    ("{at: 75%, remind: level}", "{at: 75%, remind: level}, {at: 75%, remind: level}", "rules[2].steps[1]", "this repeats a step above it"),
    ("resolution: 4h, calendar: office}", "resolution: 15m, calendar: office}", "targets[0].first_response", "the first response (30m) is due after the resolution (15m)"),
    ("resolution: 2d, calendar: office}", "resolution: 60w, calendar: office}", "targets[1].resolution", "60w on this calendar takes 60 weeks"),
    ("resolution: 4h, calendar: office}", "resolution: 4h, calendar: nights}", "targets[0].calendar", "L1 works on office, never while nights is open"),
    ("  - {first_response: 2h, next", "  - {when: {priority: high}, first_response: 2h, next", "targets", "priority: low matches none of these, so it has no deadline"),
    # --- what nobody watches
    ("{at: 4d, close: no_answer}", "{at: 4d, reply: nudge}", "rules", "a ticket that waits for its customer could sleep for ever"),
    ("clock: resolution, steps", "clock: resolution, when: {priority: urgent}, steps", "rules", "a ticket whose customer was promised an answer (priority: low) could sleep for ever"),
    ("clock: unaccepted, steps: [{at: 10m, remind: level}, {at: 30m, escalate: next, reason: time}]", "when: {tag: x}, do: {notify: [lead]}", "rules", "an offer that nobody accepts is never repeated"),
    ("clock: unaccepted, steps", "clock: unaccepted, when: {path: support}, steps", "paths.sales", "nobody is above L2, and an offer there"),
    ("{at: 30m, escalate: next, reason: time}]", "{at: 30m, remind: level}]", "paths.support", "nobody is above L2, and an offer there"),
    # --- levels and paths
    ("  sales: {team: c, calendar: office}\n", "  sales: {team: c, calendar: office}\n  L9: {team: c}\n", "levels.L9", "no path leads here and no rule escalates here"),
    ("sales: [sales, L2]}", "sales: [sales, L2], spare: [L1]}", "paths.spare", "no route chooses this path"),
    ('when: {reopens: ">= 2"}, do: {escalate: next', "when: {level: L2}, do: {escalate: L2", "rules[5].do.escalate", "at L2 or above it, and rules never go down"),
    ('when: {reopens: ">= 2"}, do: {escalate: next', "when: {level: L2, path: support}, do: {escalate: L1", "rules[5].do.escalate", "at L1 or above it, and rules never go down"),
    ("when: {category: quote, path: support}", "when: {category: quote, path: sales}", "rules[6].do.escalate", "on path sales already whenever this fires"),
    ('when: {reopens: ">= 2"}, do: {escalate: next', 'when: {level: sales, tag: bug}, do: {escalate: "path:support"', "rules[5].do.escalate", "goes round: from sales to support here, and back by rules[6].do"),
    ('when: {reopens: ">= 2"}, do: {escalate: next', "when: {level: sales, tag: bug}, do: {escalate: L1", "rules[5].do.escalate", "goes round"),
    ('- {name: repeat, when: {reopens: ">= 2"}, do: {escalate: next, reason: repeat}}', "- {name: up, when: {tag: x, priority: low}, do: {priority: high}}\n  - {name: down, when: {tag: x, priority: high}, do: {priority: low}}", "rules[6].do.priority", "set the priority to and fro between high and low"),
    # --- attention and texts
    ("person: 6 per 1h", "person: 1 per 2d", "attention.budget.person", "one urgent ticket of targets[0] alone can mean"),
    ("channel: 30 per 1h", "channel: 1 per 1d", "attention.budget.channel", "one urgent ticket of targets[0] alone can mean"),
    ("{outside: office, except: [urgent]}", "{outside: nights}", "attention.quiet", "what they say waits until nights opens"),
    ("{requester.first_name}", "{requester.firstname}", "replies.nudge", "nothing fills the gap {requester.firstname}; did you mean"),
    ("above: 20%", "above: 100%", "alerts[0].above", "a share is never above 100%"),
    # --- what a fresh pair of eyes planted
    ("{text: [price]}", "{text: [price, outages]}", "categories.quote.text[1]", '"outages" decides nothing: "outage" is listed already'),
    ('when: {reopens: ">= 2"}', "when: {level: L1, path: sales}", "rules[5].when", "no path has the level that this asks for on it"),
    ("{at: 75%, remind: level}", "{at: 75%, remind: level, when: {level: sales, path: support}}", "rules[2].steps[0].when", "no path has the level"),
    ('when: {reopens: ">= 2"}', "when: {status: closed}", "rules[5].when", "this never acts: once a ticket is resolved"),
    ("{name: repeat", "{name: alone, clock: unassigned, steps: [{at: 5m, notify: [assignee]}]}\n  - {name: repeat", "rules[5].steps[0].notify", "while unassigned runs there is no assignee"),
    ("{requester.first_name}", "{answers.acount}", "replies.nudge", 'no workflow asks for what fills the gap {answers.acount}; did you mean "answers.account"?'),
    ('- {name: repeat, when: {reopens: ">= 2"}, do: {escalate: next, reason: repeat}}', "- {name: one, when: {tag: x, priority: low}, do: {priority: normal}}\n  - {name: two, when: {tag: x, priority: normal}, do: {priority: high}}\n  - {name: three, when: {tag: x, priority: high}, do: {priority: low}}", "rules[7].do.priority", "this, rules[5].do and rules[6].do set the priority round and round: normal, high, low"),
    ('- {name: repeat, when: {reopens: ">= 2"}, do: {escalate: next, reason: repeat}}', '- {name: up, when: {tag: x, priority: low}, do: {priority: "+1"}}\n  - {name: down, when: {tag: x, priority: normal}, do: {priority: low}}', "rules[6].do.priority", "set the priority to and fro between normal and low"),
    # --- what is rare
    ("mon-fri: [20:00-23:00]", "mon-fri: [20:00-22:00, 21:00-23:00]", "calendars.nights.hours.mon-fri[1]", "21:00-23:00 overlaps 20:00-22:00"),
    ("notify: [lead]}]", "notify: [lead, assignee]}]", "alerts[0].notify", "the whole queue, which has no assignee"),
    ("{outside: office, except: [urgent]}", "{outside: always, except: [urgent]}", "attention.quiet.outside", "no moment is outside always"),
    ("replies: {nudge", 'schedules: {duty: {rotation: [ada], every: 1w, from: "2026-03-29T02:30"}}\nreplies: {nudge', "schedules.duty.from", "no 2026-03-29 02:30: the clock goes forward over it, and the first turn begins at 03:00"),
    ("{text: [slow]}, set: high", '{text: [slow, "?!"]}, set: high', "priority.rules[1].when.text[1]", '"?!" is punctuation only'),
    ("{text: [price]}", '{text: [price, "..."]}', "categories.quote.text[1]", '"..." is punctuation only'),
    ("clock: next_response, steps", "clock: update, steps", "targets[0].next_response", "no rule watches next_response of these tickets, so its 1h can pass"),
    ("clock: first_response, steps", "clock: first_response, when: {priority: urgent}, steps", "targets[1].first_response", "no rule watches first_response of these tickets"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "message"), FAULTS)
def test_each_planted_fault_is_found_at_its_place(old: str, new: str, place: str, message: str) -> None:
    assert old in SOUND
    text = SOUND.replace(old, new, 1)
    assert [str(finding) for finding in read_policy(text, "policy.yaml")[1]] == []
    findings = check_policy(text, "policy.yaml")[1]
    found = [finding for finding in findings if finding.place == place and message in str(finding)]
    assert found, [str(finding) for finding in findings]
    assert found[0].line > 1
    assert found[0].hint


def test_a_circle_over_three_paths_is_found_once() -> None:
    text = SOUND.replace("sales: [sales, L2]}", "sales: [sales, L2], third: [T, L2]}")
    text = text.replace(
        "  sales: {team: c, calendar: office}\n", "  sales: {team: c, calendar: office}\n  T: {team: c}\n"
    )
    circle = (("to sales", "support", "sales"), ("on", "sales", "third"), ("back", "third", "support"))
    text = text.replace(
        '  - {name: to sales, when: {category: quote, path: support}, do: {escalate: "path:sales", reason: other}}\n',
        "".join(
            f'  - {{name: {name}, when: {{tag: x, path: {here}}}, do: {{escalate: "path:{there}", reason: other}}}}\n'
            for name, here, there in circle
        ),
    )
    (found,) = check_policy(text, "p.yaml")[1]
    assert str(found) == (
        "p.yaml:30: warning: rules[6].do.escalate: a ticket with tag: x goes round: from support to sales here, "
        "to third by rules[7].do, and back by rules[8].do; let one of them ask for something the others do not"
    )


def test_more_than_forty_faults_are_planted() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("update: 1h, ", ""),
        ("sales: [sales, L2]}", "sales: [sales, L2], spare: [L2]}"),
        ('when: {reopens: ">= 2"}', 'when: {reopens: ">= 2", not: {level: L2}}'),
        ("{at: 100%, escalate: L2, reason: time}", "{at: 100%, escalate: L2, reason: time}, {at: 150%, escalate: L2, reason: time}"),
        ('when: {reopens: ">= 2"}', 'when: {any: [{reopens: ">= 2"}, {rating: "<= 2"}], customer.tier: gold}'),
        ("person: 6 per 1h", "person: 6 per 1m"),
        ("clock: next_response, steps", "clock: next_response, when: {priority: [urgent, high]}, steps"),
        ('when: {reopens: ">= 2"}', 'when: {rating: "<= 2", status: resolved}'),
        ('when: {reopens: ">= 2"}', "when: {path: sales, level: [L1, L2]}"),
        ("{requester.first_name}", "{answers.account}"),
        ("{text: [price]}", "{text: [price, outag]}"),
        ('- {name: repeat, when: {reopens: ">= 2"}, do: {escalate', '- {name: repeat, when: {reopens: ">= 2", priority: high}, do: {priority: "+1", escalate'),
    ],
)  # fmt: skip
def test_what_is_sound_is_left_alone(old: str, new: str) -> None:
    assert old in SOUND
    assert [str(finding) for finding in check_policy(SOUND.replace(old, new, 1), "policy.yaml")[1]] == []


def test_a_policy_without_rules_is_warned_once() -> None:
    text = "levels: {L1: {team: a}}\npaths: {p: [L1]}\ntargets: [{first_response: 1h}]\n"
    assert [str(finding) for finding in check_policy(text, "small.yaml")[1]] == [
        "small.yaml:1: warning: there are no rules, so nobody is reminded and nothing escalates; add rules: [{clock: first_response, …}]"
    ]


def test_a_paused_ticket_that_no_clock_watches_is_found() -> None:
    text = SOUND.replace("calendar: office}\n  - {first", "calendar: office, pause_on: [third_party]}\n  - {first")
    text = text.replace("clock: third_party_silence, steps", "clock: third_party_silence, when: {priority: low}, steps")
    found = [str(finding) for finding in check_policy(text, "policy.yaml")[1]]
    assert len(found) == 1
    assert "a ticket that waits for a third party (priority: urgent) could sleep for ever" in found[0]


def test_a_step_without_any_target_to_measure_by_never_fires() -> None:
    text = SOUND.replace("next_response: 1h, update: 1h,", "update: 1h,").replace("next_response: 4h, ", "")
    assert (
        "rules[1].steps[0].at: this step never fires: no target that this rule can meet sets next_response"
        in "\n".join(str(finding) for finding in check_policy(text, "policy.yaml")[1])
    )


LINES = SOUND.splitlines(keepends=True)
WORDS = ["L1", "sales", "next", "path:sales", "urgent", "high", "50%", "45m", "3h before", "office", "nights", "always", "idle", "update", "support"]  # fmt: skip


@settings(max_examples=150)
@given_by(st.data())
def test_whatever_is_written_it_is_checked_to_the_end(data: st.DataObject) -> None:
    text = SOUND
    for _ in range(data.draw(st.integers(1, 4))):
        found = data.draw(st.sampled_from(sorted(set(re.findall(r"[\w%.:]+", text)))))
        text = text.replace(found, data.draw(st.sampled_from(WORDS)), data.draw(st.integers(1, 3)))
    policy, findings = check_policy(text, "policy.yaml")
    assert policy is not None or findings
    assert all(1 <= finding.line <= len(LINES) for finding in findings)
    if policy is not None:
        assert markdown(handbook(policy, datetime(2026, 11, 24, 8, tzinfo=UTC)), {}, "policy.yaml").startswith("# How")


def test_a_huge_policy_is_checked_to_the_end_without_wrong_findings() -> None:
    rules = "".join(
        f"  - {{name: r{number}, clock: first_response, when: {{any: [{{tag: t{number}}}, {{emotion: angry}}]}}, "
        "steps: [{at: 50%, remind: triage}]}\n"
        for number in range(400)
    )
    targets = "".join(
        f"  - {{when: {{tag: t{number}, any: [{{priority: low}}, {{text: [a{number}]}}]}}, first_response: 1h}}\n"
        for number in range(60)
    )
    text = f"levels: {{L1: {{team: a}}}}\npaths: {{p: [L1]}}\ntargets:\n{targets}  - {{first_response: 2h}}\nrules:\n{rules}"
    policy, findings = check_policy(text, "huge.yaml")
    assert policy is not None
    assert not any(finding.severity == "error" for finding in findings)
    assert any("too large to be checked to the end" in finding.message for finding in findings)


# --- the logic beneath

VALUES: dict[Fact, tuple[str | None, ...]] = {
    Fact.PRIORITY: ("urgent", "high", "normal", "low"),
    Fact.EMOTION: (None, "angry", "content"),
    Fact.CUSTOMER_TIER: (None, "gold", "other"),
    Fact.CRITICAL: ("true", "false"),
}
ATOMS = st.one_of(
    *(
        st.sets(st.sampled_from([value for value in values if value not in (None, "other")]), min_size=1).map(
            lambda chosen, fact=fact: Is(fact, tuple(sorted(chosen)))  # type: ignore[misc]
        )
        for fact, values in VALUES.items()
    ),
    st.sets(st.sampled_from(["slow", "very slow", "down"]), min_size=1).map(lambda chosen: Is(Fact.TEXT, tuple(sorted(chosen)))),
    st.builds(Compare, st.just(Fact.REOPENS), st.sampled_from(list(Comparison)), st.sampled_from([0.0, 1.0, 2.0])),
    st.builds(Compare, st.just(Fact.RATING), st.sampled_from(list(Comparison)), st.sampled_from([1.0, 3.0, 5.0])),
)  # fmt: skip
WHENS: st.SearchStrategy[When] = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)
SAID = [
    frozenset(said)
    for said in ([], ["slow"], ["down"], ["slow", "very slow"], ["slow", "down"], ["slow", "very slow", "down"])
]
SOUND_POLICY = read_policy(SOUND, "policy.yaml")[0]
assert SOUND_POLICY is not None


def every_ticket() -> list[Facts]:
    tickets = []
    for values in product(*VALUES.values()):
        for said, reopens, rating in product(SAID, (0.0, 1.0, 2.0, 3.0), (None, 1.0, 2.0, 3.0, 4.0, 5.0)):
            known = dict(zip(VALUES, values, strict=True))
            facts: dict[Fact, str | frozenset[str] | float | None] = {
                **known,
                Fact.TEXT: said,
                Fact.REOPENS: reopens,
                Fact.RATING: rating,
            }
            tickets.append({fact: value for fact, value in facts.items() if value is not None})
    return tickets


TICKETS = every_ticket()[::7]
ALL_TICKETS = every_ticket()


@given_by(WHENS)
def test_what_is_called_impossible_holds_for_no_ticket_and_the_other_way_round(when: When) -> None:
    could = any(holds(when, ticket) for ticket in ALL_TICKETS)
    assert World.of(SOUND_POLICY).possible(when) == could


@given_by(WHENS)
def test_an_example_is_a_ticket_for_which_it_holds(when: When) -> None:
    example = World.of(SOUND_POLICY).example(when)  # type: ignore[arg-type]
    if example is not None:
        numbers = {fact: float(value) for fact, value in example.items() if fact in NUMERIC_FACTS}
        assert holds(when, {**example, **numbers, **_said_with(example)}) or Fact.TEXT in facts_of(when)


def _said_with(example: Witness) -> dict[Fact, frozenset[str]]:
    return {Fact.TEXT: frozenset({example[Fact.TEXT]})} if Fact.TEXT in example else {}


@given_by(WHENS, st.sampled_from(["urgent", "low"]))
def test_given_a_fact_the_rest_says_the_same(when: When, priority: str) -> None:
    left = given(when, {Fact.PRIORITY: priority})
    assert all(holds(when, ticket) == holds(left, ticket) for ticket in TICKETS if ticket[Fact.PRIORITY] == priority)


@given_by(WHENS, WHENS)
def test_otherwise_excludes(one: When, other: When) -> None:
    assert not World.of(SOUND_POLICY).possible(one, otherwise([one]))
    assert not World.of(SOUND_POLICY).possible(one, otherwise([AnyOf((one, other))]))


def test_a_phrase_contains_its_parts() -> None:
    assert contains("very urgent", "urgent")
    assert contains("single sign-on", "Sign on")
    assert not contains("urgently", "urgent")
    assert not contains("urgent", "very urgent")
