"""The policy document as people write it: read whole, or every mistake named with its line."""

# ruff: noqa: E501 - the planted mistakes read best one a line

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rung.core.calendar.durations import Duration
from rung.core.document.findings import Finding
from rung.core.document.nodes import Entries, Items, Node, Text, lines_by_place, parse, plain
from rung.core.policy.model import AnyOf, Budget, Compare, Comparison, Fact, Is, Policy
from rung.core.policy.reader import decoded
from rung.core.policy.schema import schema
from rung.core.vocabulary import ClockName, Priority, Turn
from rung.policies.outlets import outlets
from rung.policies.reading import read_document, read_policy
from tests.reference import REFERENCE

SMALL = dedent("""\
    levels: {L1: {team: frontline}, L2: {team: specialists}}
    paths: {support: [L1, L2]}
    targets:
      - {first_response: 1h}
    """)


def read(text: str) -> Policy:
    policy, findings = read_policy(text, "policy.yaml")
    assert findings == ()
    assert policy is not None
    return policy


def said(text: str) -> list[str]:
    policy, findings = read_policy(text, "policy.yaml")
    assert policy is None or not findings
    return [str(finding).removeprefix("policy.yaml:") for finding in findings]


def test_the_reference_policy_is_read_without_findings() -> None:
    policy = read(REFERENCE)
    assert policy.name == "Acme support"
    assert list(policy.calendars) == ["office", "follow_the_sun", "night_watch"]
    assert policy.paths["support"] == ("L1", "L2", "L3", "management")
    assert policy.levels["L3"].handoff.require == ("impact", "tried", "reproduction")
    assert policy.priority.rules[0].critical
    assert policy.targets[2].pause_at_most[Turn.THIRD_PARTY] == Duration.parse("5d")
    assert policy.targets[0].pause_on == (Turn.CUSTOMER,)
    assert [rule.id for rule in policy.rules][-2:] == ["Money or law", "follow_up"]
    assert policy.rules[-1].clock is ClockName.CUSTOMER_SILENCE
    assert [step.id for step in policy.rules[3].steps] == ["remind.1", "notify.1", "escalate.1"]
    assert policy.rules[3].steps[2].actions.priority == "+1"
    assert policy.rules[9].do is not None
    assert policy.rules[9].do.notify == ("team:leads", "account_owner")
    assert policy.rules[11].when == Compare(Fact.REOPENS, Comparison.AT_LEAST, 2)
    assert isinstance(policy.rules[13].when, AnyOf)
    assert policy.alerts[0].above_share == 0.2
    assert policy.alerts[1].above_time == Duration.parse("60m")
    assert policy.attention.person == Budget(6, timedelta(hours=1))
    assert policy.workflows[0].ask == ("account",)
    assert policy.closing.reopen_within == Duration.parse("14d")


def test_a_small_policy_needs_only_levels_and_paths() -> None:
    policy = read(SMALL)
    assert list(policy.teams) == ["frontline", "specialists"]
    assert policy.timezone == "UTC"
    assert policy.priority.default is Priority.NORMAL
    assert policy.rules == ()


def test_a_missing_when_always_matches_and_one_fact_stands_alone() -> None:
    policy = read(SMALL + "routing: [{when: {priority: [urgent, high]}, path: support}, {path: support}]\n")
    assert policy.routing[0].when == Is(Fact.PRIORITY, ("urgent", "high"))
    assert policy.routing[1].when.conditions == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "1: the file is empty; a policy needs levels and paths"),
        ("# only a comment\n", "1: the file is empty; a policy needs levels and paths"),
        ("- a\n", '1: a policy is a map, this is a list; it starts with keys such as "levels:"'),
        ("hello", '1: a policy is a map, this is a text; it starts with keys such as "levels:"'),
        ("levels:\n\tL1: {}\n", "2: a tab stands where only spaces may; indent with spaces"),
        ("a: [1\nb: 2\n", "2: this is not YAML: expected ',' or ']', but got ':'"),
        ("a: 'x\n", "1: this is not YAML: found unexpected end of stream"),
        ("a: \x07\n", "1: a control character (U+0007) stands in the file; remove it"),
        ("a: 1\nb: \x00\n", "2: a control character (U+0000) stands in the file; remove it"),
        (SMALL + "--- \nx: 1\n", '5: the file holds a second document; remove the line "---" and what follows it'),
        (SMALL + "name: a\nname: b\n", '6: name: "name" is already written on line 5; write each key once'),
        (SMALL + "replies: {x: &a hi, y: *b}\n", "5: replies.y: nothing is marked &b"),
        (SMALL + "x: &a [*a]\n", "5: x[0]: *a stands inside what it repeats"),
        (SMALL + "closing:\n  <<: {a: 1}\n", '6: closing.<<: merge keys ("<<") are not read; write the keys out'),
        (SMALL + "name: !!python/object:os.system x\n", "tag:yaml.org,2002:python/object:os.system are not read"),
        (SMALL + "? [a, b]\n: c\n", "5: a key is a text, this one is a list or a map"),
        (SMALL + "x: " + "[" * 60 + "]" * 60, "5: x" + "[0]" * 31 + ": nested more than 32 deep"),
        ("x" * 1_000_001, "1: the file has 1,000,001 characters; a policy has at most 1,000,000"),
    ],
)
def test_what_is_wrong_as_yaml(text: str, finding: str) -> None:
    assert any(finding in each for each in said(text)), said(text)


def test_a_billion_laughs_ends_soon_with_one_finding() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    findings = [each for each in said("\n".join(lines)) if "aliases" in each]
    assert len(findings) == 1


def test_bytes_that_are_not_utf8_are_named_with_their_line() -> None:
    finding = decoded(b"name: a\nlevels: \xff\n", "policy.yaml")
    assert str(finding) == "policy.yaml:2: this line is not UTF-8; save the file with that encoding"
    assert said(str(decoded(b"\xef\xbb\xbf" + SMALL.encode(), "policy.yaml"))) == []


def planted(old: str, new: str) -> str:
    assert REFERENCE.count(old) >= 1, old
    return REFERENCE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("clock: first_response", "clock: first_reply", 'rules[0].clock: no clock is called "first_reply"; did you mean "first_response"?'),
        ("{at: 50%, remind: triage}", "{at: 50%, remind: triag}", 'rules[0].steps[0].remind: "triag" cannot be notified; did you mean "triage"?'),
        ("{at: 50%, remind: triage}", "{at: 50%}", "rules[0].steps[0]: this step does nothing; it may escalate"),
        ("{at: 50%, remind: triage}", "{remind: triage}", 'rules[0].steps[0]: a step needs "at"'),
        ("{at: 50%, remind: triage}", "{at: half, remind: triage}", 'rules[0].steps[0].at: "half" is not a duration'),
        ("{at: 50%, remind: triage}", "{at: 50%, rmind: triage}", 'rules[0].steps[0].rmind: a step has no "rmind"; did you mean "remind"?'),
        ("{at: 20m, assign: least_busy}", "{at: 50%, assign: least_busy}", 'rules[4].steps[0].at: "50%" is measured from a target, and unassigned has none'),
        ("assign: least_busy", "assign: least_bussy", 'a ticket cannot be assigned to "least_bussy"; did you mean "least_busy"?'),
        ("escalate: next, reason: time}     # 60", "escalate: L4, reason: time}     # 60", 'escalate: no level is called "L4"; did you mean "L3"?'),
        ("reason: time}     # 60", "reason: tim}     # 60", 'no reason is called "tim"; did you mean "time"?'),
        ('{at: 2h, unassign: true', '{at: 2h, reason: time, unassign: true', "a reason says why something is escalated, and nothing is; add escalate: next"),
        ('{at: 2h, unassign: true', '{at: 2h, unassign: maybe', 'unassign: true or false belongs here, not "maybe"'),
        ('priority: "+1"}   #', 'priority: "+9"}   #', '"+9" is not how a priority changes'),
        ("priority: urgent, page", "priority: urgnt, page", 'no priority is called "urgnt"; did you mean "urgent"?'),
        ("page: pagerduty", "page: pagerdoody", 'no paging system is called "pagerdoody"; did you mean "pagerduty"?'),
        ("reply: escalated}", "reply: escalate}", 'no reply is called "escalate"; did you mean "escalated"?'),
        ('"team:leads", account_owner', '"team:leeds", account_owner', 'no team is called "leeds"; did you mean "leads"?'),
        ('"team:leads", account_owner', '"leads", account_owner', '"leads" cannot be notified; did you mean "team:leads"?'),
        ("on_call:engineering-on-call", "on_call:engineering", 'no schedule is called "engineering"; did you mean "engineering-on-call"?'),
        ("comment: linked", "comment: everywhere", 'no place to comment is called "everywhere"'),
        ("{category: sso, level: L1}", "{categori: sso, level: L1}", 'rules[10].when.categori: no fact is called "categori"; did you mean "category"?'),
        ("{category: sso, level: L1}", "{category: ssso, level: L1}", 'no category is called "ssso"; did you mean "sso"?'),
        ("{category: sso, level: L1}", "{category: sso, level: []}", "when.level: this list of values is empty"),
        ("{category: sso, level: L1}", "[sso]", "rules[10].when: a condition is a map, this is a list"),
        ("{critical: true}", "{critical: yes}", 'rules[9].when.critical: true or false belongs here, not "yes"'),
        ('reopens: ">= 2"', 'reopens: "many"', 'rules[11].when.reopens: "many" compares nothing; write reopens: ">= 2"'),
        ("emotion: [angry, desperate]", "emotion: [angry, desprate]", 'no emotion is called "desprate"; did you mean "desperate"?'),
        ('"path:billing"', '"path:bilings"', 'no path is called "bilings"; did you mean "billing"?'),
        ("- name: Money or law", "- name: Three attempts", 'the name "Three attempts" is already taken on line'),
        ("- name: Money or law", "- nam: Money or law", 'a rule has no "nam"; did you mean "name"?'),
        ("when: {critical: true}\n    do:", "clock: idle\n    do:", 'a rule with a clock has "steps", not "do"'),
        ("when: {critical: true}\n    do:", "do:", "this rule has neither a clock nor a condition"),
        ("    clock: first_response\n", "", "rules[0].steps: steps need a clock; this rule has none"),
        ("team: frontline", "team: frontlin", 'levels.L1.team: no team is called "frontlin"; did you mean "frontline"?'),
        ("channel: slack:#escalations", "channel: slak:#escalations", '"slak:#escalations" is not a place for messages; did you mean "slack"?'),
        ("channel: slack:#escalations", "channel: slack:Escalations", '"Escalations" is not a Slack channel'),
        ("link: jira:ENG", "link: jirra:ENG", '"jirra:ENG" is not a project of another system; did you mean "jira"?'),
        ("calendar: office\n    responsible_for: Ans", "calendar: offise\n    responsible_for: Ans", 'no calendar is called "offise"; did you mean "office"?'),
        ("{require: [impact, tried]}", "{requires: [impact, tried]}", 'handoff has no "requires"; did you mean "require"?'),
        ("support: [L1, L2, L3, management]", "support: [L1, L2, L2, management]", 'paths.support[2]: "L2" is already on this path'),
        ("support: [L1, L2, L3, management]", "support: L1", 'paths.support: a path is a list, this is "L1"'),
        ("- {path: support}", "- {path: suport}", 'routing[1].path: no path is called "suport"; did you mean "support"?'),
        ("first_response: 15m", "first_response: 15", '"15" is not a duration; it needs a unit, such as "15m"'),
        ("first_response: 15m", "first_response: 0m", "must be longer than nothing"),
        ("first_response: 15m", "first_respons: 15m", 'targets[0].first_respons: a target has no "first_respons"'),
        ("pause_on: [customer, third_party]", "pause_on: [customer]", "pause_at_most.third_party: third_party does not pause this target"),
        ("pause_on: [customer, third_party]", "pause_on: [customer, ours]", 'no pause is called "ours"'),
        ("timezone: Europe/Berlin\n\ncal", "timezone: Europe/Berln\n\ncal", 'timezone: no time zone is called "Europe/Berln"; did you mean "Europe/Berlin"?'),
        ("mon-thu: [09", "mon-tue-thu: [09", "calendars.office.hours.mon-tue-thu"),
        ("[09:00-15:00]", "[09:00-25:00]", "calendars.office.hours.fri[0]"),
        ("country: DE", "country: DD", "calendars.office.holidays.country"),
        ("every: 1w", "every: weekly", "schedules.engineering-on-call.every"),
        ("from: 2026-11-02T09:00", "from: soon", "schedules.engineering-on-call.from"),
        ("  night_watch:", "  always:", '"always" is built in'),
        ("minimum_confidence: 0.7", "minimum_confidence: 7", "a confidence is more than 0 and at most 1, not 7"),
        ("set: low", "sett: low", 'priority.rules[3]: a priority rule needs "set"'),
        ("metric: breach_rate", "metric: breachrate", 'no metric is called "breachrate"; did you mean "breach_rate"?'),
        ("above: 20%", "above: 20", '"20" is not a share; write a percentage such as 20%'),
        ("above: 60m", "above: 60%", '"60%" is not a duration'),
        ("customers: 3", "customers: 1", "the number of customers is a whole number of at least 2"),
        ("person: 6 per 1h", "person: 6 an hour", '"6 an hour" is not a budget; write how many in how long'),
        ("outside: office", "outside: home", 'no calendar is called "home"'),
        ("tell_customer: resolved", "tell_customer: solved", 'no reply is called "solved"; did you mean "resolved"?'),
        ("then: pending", "then: pendig", 'no status is called "pendig"; did you mean "pending"?'),
        ("ask_rating: true", "ask_rating: 1", 'ask_rating: true or false belongs here, not "1"'),
        ('text: [saml,', 'text: ["***",', 'has no word in it, so it is never found'),
        ("close: no_answer", "close: No answer!", "is not a reason for closing"),
        ("lead: sam", "lead: sam smith", '"sam smith" is not a handle'),
        ("triage: {channel:", "triage: {chanel:", 'triage has no "chanel"; did you mean "channel"?'),
        ("follow_up:", "folow_up:", 'folow_up: a policy has no "folow_up"; did you mean "follow_up"?'),
        ("  same_cause:", "  same_cause: 5\n  other_cause:", "problems.same_cause: a problem is a map"),
        ("  resolved: |", "  resolved:\n  other: |", "replies.resolved: nothing is written here"),
    ],
)  # fmt: skip
def test_each_planted_mistake_is_found_on_its_line(old: str, new: str, finding: str) -> None:
    text = planted(old, new)
    line = REFERENCE[: REFERENCE.index(old)].count("\n") + 1
    policy, findings = read_policy(text, "policy.yaml")
    found = [each for each in findings if finding in str(each)]
    assert policy is None
    assert found, [str(each) for each in findings]
    assert abs(found[0].line - line) <= 4


def test_all_mistakes_are_found_at_once_in_reading_order() -> None:
    text = dedent("""\
        timezone: Mars
        levels:
          L1: {team: frontline, calendar: ofice}
        paths: {support: [L1, L9]}
        rules:
          - name: a
            clock: first_reply
            steps: [{at: 5x, escalate: L3}]
        colour: red
        """)
    assert [each.split(": ")[:2] for each in said(text)] == [
        ["1", "timezone"],
        ["3", "levels.L1.calendar"],
        ["4", "paths.support[1]"],
        ["7", "rules[0].clock"],
        ["8", "rules[0].steps[0].at"],
        ["8", "rules[0].steps[0].escalate"],
        ["9", "colour"],
    ]


def leaves(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    children: list[tuple[str | int, Node]] = []
    if isinstance(node, Entries):
        children = list(node.values.items())
    elif isinstance(node, Items):
        children = list(enumerate(node.values))
    for key, child in children:
        yield (*path, key)
        yield from leaves(child, (*path, key))


def parent_of(root: Entries, path: tuple[str | int, ...]) -> Entries | Items:
    node: Node = root
    for step in path[:-1]:
        node = node.values[step]  # type: ignore[union-attr, index, call-overload]
    assert isinstance(node, Entries | Items)
    return node


DOCUMENT, _ = parse(REFERENCE, "policy.yaml")
assert DOCUMENT is not None
PLACES = list(leaves(DOCUMENT))
SAYS_THE_DEFAULT = {
    ("calendars", "office", "timezone"),  # the policy's own
    ("calendars", "office", "holidays", "remove"),  # empty
    ("schedules", "engineering-on-call", "timezone"),
    ("levels", "billing", "team"),  # the level's name
    ("priority", "default"),
    ("rules", 3, "steps", 0, "remind", "call"),  # the level's team
    ("rules", 15, "do", "reason"),  # other
    ("follow_up", "clock"),
}


def test_deleting_anything_changes_the_policy_or_is_found() -> None:
    policy, root = read(REFERENCE), deepcopy(DOCUMENT)
    assert root is not None
    without_effect = set()
    for path in PLACES:
        parent, key = parent_of(root, path), path[-1]
        before = parent.values.copy()
        del parent.values[key]  # type: ignore[arg-type]
        if read_document(root, "policy.yaml")[0] == policy:
            without_effect.add(path)
        parent.values = before  # type: ignore[assignment]
    assert without_effect == SAYS_THE_DEFAULT
    assert read_document(root, "policy.yaml")[0] == policy


def test_changing_or_renaming_anything_changes_the_policy_or_is_found() -> None:
    policy, root = read(REFERENCE), deepcopy(DOCUMENT)
    assert root is not None
    for path in PLACES:
        parent, key = parent_of(root, path), path[-1]
        node = parent.values[key]  # type: ignore[call-overload, index]
        if isinstance(node, Text):
            written, node.text = node.text, "zzz unknown"
            assert read_document(root, "policy.yaml")[0] != policy, path
            node.text = written
        if isinstance(parent, Entries) and isinstance(key, str):
            before = parent.values.copy(), parent.lines.copy()
            parent.values["zzz"], parent.lines["zzz"] = parent.values.pop(key), parent.lines.pop(key)
            assert read_document(root, "policy.yaml")[0] != policy, path
            parent.values, parent.lines = before
    assert read_document(root, "policy.yaml")[0] == policy


def test_every_place_has_its_line() -> None:
    assert DOCUMENT is not None
    lines = lines_by_place(DOCUMENT)
    written = REFERENCE.splitlines()
    assert "clock: update" in written[lines["rules[2].clock"] - 1]
    assert "30m before" in written[lines["rules[3].steps[1].at"] - 1]
    assert len(lines) == len(PLACES)


def is_placed(findings: tuple[Finding, ...], text: str) -> bool:
    last = len(re.split("\r\n|[\r\n\x85\u2028\u2029]", text))  # what YAML takes for the end of a line
    return all(1 <= finding.line <= last and finding.message for finding in findings)


LINES = REFERENCE.splitlines(keepends=True)
SCRAPS = st.sampled_from(
    ["\t", "&a ", "*a", "<<: ", "{", "}", "[", "]", ": ", "- ", "|", ">", "'", '"', "!!x ", "\n", "---\n", "? ", "~", "true", "5%", "L1", "next", "#"]
) | st.text(max_size=4)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_is_typed_into_the_reference_every_finding_has_a_line(data: st.DataObject) -> None:
    text = REFERENCE
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from([0, 0, 1, 3, 40]))
        text = text[:start] + data.draw(SCRAPS) + text[start + length :]
    policy, findings = read_policy(text, "policy.yaml")
    assert policy is not None or findings
    assert is_placed(findings, text)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, len(LINES) - 1), max_size=6), st.lists(st.integers(0, len(LINES) - 1), max_size=6))
def test_lines_lost_and_doubled_are_survived(lost: list[int], doubled: list[int]) -> None:
    kept = [line * (2 if number in doubled else 1) for number, line in enumerate(LINES) if number not in lost]
    text = "".join(kept)
    policy, findings = read_policy(text, "policy.yaml")
    assert policy is not None or findings
    assert is_placed(findings, text)


NODES = st.recursive(
    st.sampled_from(["", "true", "5", "1h", "L1", "next", "text", "any", "-1", "slack:#a", "team:leads"]).map(lambda text: Text(1, text)),
    lambda inner: st.lists(inner, max_size=3).map(lambda values: Items(1, values)) | inner,
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLACES), NODES)
def test_any_value_anywhere_is_read_or_found(path: tuple[str | int, ...], node: Node) -> None:
    root = deepcopy(DOCUMENT)
    assert root is not None
    parent_of(root, path).values[path[-1]] = node  # type: ignore[index, call-overload]
    policy, findings = read_document(root, "policy.yaml")
    assert policy is not None or findings


@given(st.text(max_size=60))
def test_any_text_at_all_is_read_or_found(text: str) -> None:
    policy, findings = read_policy(text, "policy.yaml")
    assert policy is not None or findings
    assert is_placed(findings, text)


def as_json(node: Node) -> object:
    """The document as an editor sees it, with YAML's own types."""
    match node:
        case Entries():
            return {key: as_json(value) for key, value in node.values.items()}
        case Items():
            return [as_json(value) for value in node.values]
        case Text(text="true" | "false", plain=True):
            return node.text == "true"
        case Text() if node.plain and node.text.replace(".", "", 1).isdigit():
            return float(node.text) if "." in node.text else int(node.text)
    return plain(node)


def test_the_schema_accepts_the_reference_and_knows_all_its_keys() -> None:
    Draft202012Validator.check_schema(schema(outlets()))
    assert DOCUMENT is not None
    validator = Draft202012Validator(schema(outlets()))
    assert [error.message for error in validator.iter_errors(as_json(DOCUMENT))] == []
    small, _ = parse(SMALL, "small.yaml")
    assert small is not None
    assert validator.is_valid(as_json(small))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("clock: first_response", "clock: first_reply"),
        ("remind: triage}", "rmind: triage}"),
        ("at: 50%", "at: half"),
        ("first_response: 15m", "first_response: fast"),
        ("ask_rating: true", "ask_rating: 7"),
        ("emotion: [angry", "emotion: [cross"),
        ("reason: severity", "reason: because"),
        ("metric: breach_rate", "metric: rate"),
        ("person: 6 per 1h", "person: 6"),
        ("levels:", "levls:"),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(old: str, new: str) -> None:
    root, _ = parse(planted(old, new), "policy.yaml")
    assert root is not None
    assert not Draft202012Validator(schema(outlets())).is_valid(as_json(root))
